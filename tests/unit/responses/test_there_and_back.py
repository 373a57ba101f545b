"""Whatever a message says, within its rules: it is written, valid by our schema, and read again as it was."""

from hypothesis import given, settings
from hypothesis import strategies as st

from einvoice.responses import ACTIONS, REASONS, InvoiceStatus, Kind, Response, read_response, write_response
from einvoice.responses.codes import codes
from einvoice.responses.message import (
    Clarification,
    Condition,
    Contact,
    Identifier,
    Issue,
    LineResponse,
    ListedCode,
    Party,
    Principal,
)
from tests.unit.responses.making import valid

# Any text XML can say, without white space around it.
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30).filter(
    lambda text: text == text.strip() and not {"\ufffe", "\uffff"} & set(text)
)
MAYBE = st.none() | TEXT
DATE = st.dates().map(str)
TIME = st.times().map(lambda time: f"{time:%H:%M:%S}.5+02:00")
SPID = st.from_regex(r"[0-9]{6}(-[0-9A-Z_]{3,12})?", fullmatch=True).map(lambda text: Identifier(text, "0242"))
ADDRESS = st.builds(Identifier, TEXT, st.sampled_from(["0204", "9930", "0060"]))
ID = st.builds(Identifier, TEXT, st.none() | st.sampled_from(["0204", "0184"]))
PLACE = TEXT | st.sampled_from(["NA", "/ubl:Invoice/cac:InvoiceLine[2]", "/rsm:CrossIndustryInvoice/ram:ID"])


def lines(reasons: tuple[str, ...], code: st.SearchStrategy[str | None]) -> st.SearchStrategy[tuple[LineResponse, ...]]:
    issue = st.builds(Issue, text=TEXT, reason=st.sampled_from(reasons), code=code)
    issues = st.lists(issue, min_size=1, max_size=3).map(tuple)
    return st.lists(st.builds(LineResponse, PLACE, issues), min_size=1, max_size=3).map(tuple)


@st.composite
def about_a_document(draw: st.DrawFn) -> Response:
    kind = draw(st.sampled_from([Kind.MLS, Kind.MLR]))
    is_mlr = kind is Kind.MLR
    code = draw(st.sampled_from(["AB", "AP", "RE"]))
    failing = ("SV", "BV") if is_mlr else ("SV", "BV", "FD")
    of_line = st.none() | st.sampled_from(["AB", "AP", "RE"]) if is_mlr else st.none()
    found = draw(lines(failing if code == "RE" else ("BW",), of_line)) if code == "RE" or draw(st.booleans()) else ()
    return Response(
        kind=kind,
        customization=kind.customization,
        profile=kind.profiles[0],
        id=draw(TEXT),
        issue_date=draw(DATE),
        issue_time=draw(TIME),
        sender=Party(endpoint=draw(ADDRESS if is_mlr else SPID)),
        receiver=Party(endpoint=draw(ADDRESS if is_mlr else SPID)),
        code=code,
        description=draw(TEXT if code == "RE" else MAYBE),
        document_id=draw(TEXT),
        document_type=draw(st.none() | st.just("380")) if is_mlr else None,
        document_version=draw(MAYBE) if is_mlr else None,
        lines=found,
    )


CONTACT = st.builds(Contact, name=MAYBE, telephone=MAYBE, mail=MAYBE)
CODE = st.sampled_from([*codes(REASONS)]).filter("PPD".__ne__).map(lambda code: ListedCode(code, REASONS)) | (
    st.sampled_from([*codes(ACTIONS)]).map(lambda code: ListedCode(code, ACTIONS))
)
CONDITIONS = st.lists(st.builds(Condition, TEXT, MAYBE), max_size=2).map(tuple)
WHY = st.builds(Clarification, code=CODE, text=TEXT, conditions=CONDITIONS)
PRINCIPAL = st.none() | st.builds(Principal, name=TEXT, id=st.none() | ID)


@st.composite
def about_an_invoice(draw: st.DrawFn) -> Response:
    kind, status = Kind.INVOICE_RESPONSE, draw(st.sampled_from(InvoiceStatus))
    reason = Clarification(code=ListedCode("LEG", REASONS), text=draw(MAYBE))
    return Response(
        kind=kind,
        customization=kind.customization,
        profile=draw(st.sampled_from(kind.profiles)),
        id=draw(TEXT),
        issue_date=draw(DATE),
        issue_time=draw(st.none() | TIME),
        note=draw(MAYBE),
        sender=Party(
            endpoint=draw(ADDRESS), id=draw(st.none() | ID), name=draw(TEXT), contact=draw(st.none() | CONTACT)
        ),
        receiver=Party(endpoint=draw(ADDRESS), id=draw(st.none() | ID), name=draw(TEXT)),
        code=status.value,
        effective_date=draw(st.none() | DATE),
        clarifications=((reason,) if status.needs_reason else ()) + tuple(draw(st.lists(WHY, max_size=3))),
        document_id=draw(TEXT),
        document_date=draw(st.none() | DATE),
        document_type=draw(st.sampled_from(["380", "381", "326", "384", "389"])),
        issuer=draw(PRINCIPAL),
        recipient=draw(PRINCIPAL),
    )


@settings(max_examples=200)
@given(about_a_document() | about_an_invoice())
def test_a_message_says_the_same_when_read_again_and_is_valid(made: Response) -> None:
    written = write_response(made)
    assert read_response(written) == made
    assert write_response(read_response(written)) == written
    assert valid(written)
