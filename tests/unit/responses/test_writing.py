"""Messages as XML: valid by our schema, the same bytes each time, nothing written that breaks a rule."""

from dataclasses import replace

import pytest
from lxml import etree

from einvoice.model.namespaces import PREFIXES
from einvoice.responses import Kind, Response, ResponseInvalid, read_response, violations, write_response
from einvoice.responses.codes import ACTIONS, REASONS
from einvoice.responses.message import (
    Clarification,
    Condition,
    Contact,
    Identifier,
    Issue,
    LineResponse,
    ListedCode,
    Party,
)
from tests.unit.responses.making import message, rejection, valid

LEVEL = [Kind.MLS, Kind.MLR]
WHY = (
    Clarification(
        code=ListedCode("REF", REASONS), text="Bestellnummer fehlt", conditions=(Condition("BT-13", "4711"),)
    ),
    Clarification(code=ListedCode("NIN", ACTIONS)),
)


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_is_valid_and_says_the_same_when_read_again(kind: Kind) -> None:
    made = message(kind)
    assert valid(write_response(made))
    assert read_response(write_response(made)) == made


@pytest.mark.parametrize("kind", LEVEL)
def test_a_rejection_is_valid_and_says_the_same_when_read_again(kind: Kind) -> None:
    made = rejection(kind)
    assert valid(write_response(made))
    assert read_response(write_response(made)) == made


def test_an_invoice_response_says_why_what_to_do_and_whom_to_ask() -> None:
    clerk = Contact(name="Kämmerei", telephone="0221 1", mail="k@stadt.test")
    made = message(Kind.INVOICE_RESPONSE, code="RE", clarifications=WHY, effective_date="2026-11-23", note="Danke")
    made = replace(made, sender=replace(made.sender, contact=clerk, id=Identifier("1", "0204")))
    assert valid(write_response(made))
    assert read_response(write_response(made)) == made


def test_the_same_message_gives_the_same_bytes() -> None:
    assert write_response(rejection(Kind.MLS)) == write_response(rejection(Kind.MLS))


def test_prefixes_of_a_place_are_declared() -> None:
    root = etree.fromstring(write_response(rejection(Kind.MLS)))
    assert root.nsmap["ubl"] == PREFIXES["ubl"]


def test_what_xml_cannot_say_is_replaced_and_white_space_around_a_text_goes() -> None:
    written = write_response(message(Kind.MLS, description=" a\x00b\ufffe "))
    assert read_response(written).description == "a\ufffdb\ufffd"


@pytest.mark.parametrize(("told", "endpoint"), [("4006381333931", True), ("4006381333932", False)])
def test_a_gln_has_its_check_digit(told: str, endpoint: bool) -> None:
    made = message(Kind.MLR)
    made = replace(made, sender=replace(made.sender, endpoint=Identifier(told, "0088")))
    assert [found.rule for found in violations(made)] == ([] if endpoint else ["PEPPOL-COMMON-R040"])


@pytest.mark.parametrize("scheme", ["9958", "EM", "204"])
def test_a_withdrawn_or_foreign_scheme_is_no_address(scheme: str) -> None:
    made = message(Kind.INVOICE_RESPONSE)
    made = replace(made, receiver=replace(made.receiver, endpoint=Identifier("1", scheme)))
    assert [found.value for found in violations(made)] == [scheme]


BROKEN: dict[str, Response] = {
    "SCH-MLS-01": message(Kind.MLS, customization="urn:other"),
    "PEPPOL-T71-R001": message(Kind.MLR, customization="urn:other"),
    "SCH-MLS-02": message(Kind.MLS, profile="urn:other"),
    "SCH-MLS-04": message(Kind.MLS, issue_date="2026-02-30"),
    "SCH-MLS-06": message(Kind.MLS, issue_time="09:30:00"),
    "SCH-MLS-09": message(Kind.MLS, sender=Party(endpoint=Identifier("PDE000123", "0242"))),
    "SCH-MLS-11": message(Kind.MLS, sender=Party(endpoint=Identifier("000123", "9930"))),
    "PEPPOL-T71-B02501": replace(
        rejection(Kind.MLR), lines=(LineResponse("NA", (Issue(text="t", reason="BV", code="PD"),)),)
    ),
    "SCH-MLS-19": message(Kind.MLS, code="PD"),
    "SCH-MLS-20": replace(rejection(Kind.MLS), description=None),
    "SCH-MLS-23": replace(rejection(Kind.MLS), lines=()),
    "SCH-MLS-24": rejection(Kind.MLS, "BW"),
    "SCH-MLS-25": replace(rejection(Kind.MLS), code="AP"),
    "SCH-MLS-31": rejection(Kind.MLS, "XX"),
    "PEPPOL-T71-B02801": rejection(Kind.MLR, "FD"),
    "PEPPOL-T111-B02803": message(Kind.INVOICE_RESPONSE, code="ZZ"),
    "PEPPOL-T111-B04201": message(Kind.INVOICE_RESPONSE, document_type="875"),
    "PEPPOL-T111-R001": message(Kind.INVOICE_RESPONSE, code="UQ", clarifications=WHY[1:]),
    "PEPPOL-T111-R002": message(
        Kind.INVOICE_RESPONSE, clarifications=(Clarification(code=ListedCode("OTH", REASONS)),)
    ),
    "PEPPOL-T111-R004": message(
        Kind.INVOICE_RESPONSE, code="PD", clarifications=(Clarification(code=ListedCode("PPD", REASONS)),)
    ),
    "PEPPOL-T111-R006": message(
        Kind.INVOICE_RESPONSE, clarifications=(Clarification(code=ListedCode("NIN", REASONS)),)
    ),
    "PEPPOL-T111-B03303": message(
        Kind.INVOICE_RESPONSE, clarifications=(Clarification(code=ListedCode("REF", "Other")),)
    ),
    "PEPPOL-T111-R005": message(
        Kind.INVOICE_RESPONSE, clarifications=(Clarification(code=ListedCode("PPD", REASONS), text="a part"),)
    ),
    "PEPPOL-T111-R007": message(
        Kind.INVOICE_RESPONSE, clarifications=(Clarification(code=ListedCode("REF", ACTIONS)),)
    ),
    "PEPPOL-COMMON-R001": message(Kind.MLS, id=" "),
    "form": message(Kind.MLS, note="none allowed"),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_a_message_that_breaks_a_rule_is_not_written_and_the_rule_is_named(rule: str) -> None:
    with pytest.raises(ResponseInvalid) as caught:
        write_response(BROKEN[rule])
    assert any(rule in found.rule for found in caught.value.violations)
    for lang in ("de", "en"):
        assert all(told.endswith(".") for told in caught.value.sentences(lang))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", Kind)
def test_an_ordinary_message_breaks_none(kind: Kind) -> None:
    assert violations(message(kind)) == ()
