"""What a message must hold before it is written: rules of the specifications, by official ids where they have one.

Sources: Peppol MLS 1.1.0 with its Schematron 1.0.1 (SCH-MLS-…), Peppol BIS 36 and BIS 63 with the rule sets 2026.5
(PEPPOL-T71-…, PEPPOL-T111-…, PEPPOL-COMMON-…). `form` holds the data model itself, `messages.tsv`. Some ask for more
than the official Schematron does: a rejection by MLR has a text and a line as well (BIS 36 asks for them), UQ, CA and
RE have a reason and not an action alone, PPD stands with PD only, a date is a day of the calendar.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from einvoice.explain import Lang
from einvoice.responses import fields
from einvoice.responses.codes import ACTIONS, FAILING, REASONS, InvoiceStatus, codes
from einvoice.responses.message import CONSTRUCTION_TYPES, Identifier, Kind, Response
from einvoice.responses.shapes import ROOT_SHAPE, shapes
from einvoice.responses.words import sentence

_LEVEL = frozenset({Kind.MLS, Kind.MLR})
_CLERK = frozenset({Kind.INVOICE_RESPONSE})
_ALL = _LEVEL | _CLERK


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One rule a message breaks."""

    rule: str  # official id, or `form`
    place: str  # path in the message
    value: str  # what stands there, "" nothing
    text: str  # key of the sentence

    def sentence(self, lang: Lang) -> str:
        """What is wrong and what it should be."""
        return sentence(f"check.{self.text}", lang, place=self.place, value=self.value)


class ResponseInvalid(ValueError):
    """The message breaks rules of its specification and must not be sent."""

    def __init__(self, violations: tuple[Violation, ...]) -> None:
        super().__init__(" ".join(f"[{found.rule}] {found.sentence('en')}" for found in violations))
        self.violations = violations

    def __reduce__(self) -> tuple[object, ...]:
        return ResponseInvalid, (self.violations,)

    def sentences(self, lang: Lang) -> tuple[str, ...]:
        """Each violation in words."""
        return tuple(found.sentence(lang) for found in self.violations)


def check(response: Response) -> None:
    """Raises ResponseInvalid with every rule the message breaks."""
    if found := violations(response):
        raise ResponseInvalid(found)


def violations(response: Response) -> tuple[Violation, ...]:
    """Every rule the message breaks; none means it may be sent."""
    missing = tuple(_form(response, ROOT_SHAPE, "", response.kind))
    if missing:  # whatever else is said of a message with holes would only repeat it
        return missing
    return tuple(
        Violation(rule=rule.id, place=rule.place, value=value, text=rule.text)
        for rule in _RULES
        if response.kind in rule.kinds
        for value in rule.broken(response)
    )


def _form(held: Any, shape: str, above: str, kind: Kind) -> Iterator[Violation]:
    """What is missing, too much, or empty."""
    for row in shapes()[shape]:
        value, occurs = getattr(held, row.field), row.occurs[kind]
        parts = value if row.many else () if value is None else (value,)
        place = above if row.path == "." else f"{above}/{row.path}" if above else row.path
        if occurs.startswith("1") and not parts:
            yield Violation(rule="form", place=place, value="", text="missing")
        if occurs == "-" and parts:
            yield Violation(rule="form", place=place, value="", text="superfluous")
            continue
        for part in parts:
            if row.shape:
                yield from _form(part, row.shape, place, kind)
            elif not str(part).strip():
                yield Violation(rule="PEPPOL-COMMON-R001", place=place, value="", text="empty")


Broken = Callable[[Response], Iterable[str]]  # the values that break a rule


@dataclass(frozen=True, slots=True)
class _Rule:
    id: str
    kinds: frozenset[Kind]
    place: str
    text: str
    broken: Broken


def _unless(right: Callable[[str], bool], of: Callable[[Response], Iterable[str | None]]) -> Broken:
    """Every value that is there and not right."""
    return lambda response: [value for value in of(response) if value is not None and not right(value)]


def _in(known: Iterable[str], of: Callable[[Response], Iterable[str | None]]) -> Broken:
    return _unless(frozenset(known).__contains__, of)


def _when(condition: Callable[[Response], bool], value: Callable[[Response], str]) -> Broken:
    """The value, where a message is such that it must not be."""
    return lambda response: [value(response)] if condition(response) else []


def _code(response: Response) -> str:
    return response.code


def _line_reasons(response: Response) -> list[str]:
    return [issue.reason for line in response.lines for issue in line.issues]


def _listed(of_list: str) -> Callable[[Response], Iterable[str]]:
    return lambda response: (
        found.code.value for found in response.clarifications if found.code and found.code.list_id == of_list
    )


def _reasons(response: Response) -> tuple[str, ...]:
    return tuple(_listed(REASONS)(response))


def _untold(code: str) -> Broken:
    """A clarification with this code and no text."""
    return lambda response: [
        code for found in response.clarifications if found.code and found.code.value == code and not found.text
    ]


def _identifiers(response: Response) -> tuple[Identifier, ...]:
    parties, principals = (response.sender, response.receiver), (response.issuer, response.recipient)
    found = [*(party.endpoint for party in parties), *(party.id for party in parties)]
    found += [principal.id for principal in principals if principal]
    return tuple(identifier for identifier in found if identifier)


def _endpoints(response: Response) -> tuple[Identifier, ...]:
    return response.sender.endpoint, response.receiver.endpoint


def _is_known_type(code: str) -> bool:
    return fields.is_type_code(code) and code not in CONSTRUCTION_TYPES


def _is_status(code: str) -> bool:
    return code in codes("status")


def _needs_reason(response: Response) -> bool:
    return _is_status(response.code) and InvoiceStatus(response.code).needs_reason


_RULES = (
    _Rule("SCH-MLS-01", frozenset({Kind.MLS}), "cbc:CustomizationID", "identifier",
          _in([Kind.MLS.customization], lambda r: [r.customization])),
    _Rule("PEPPOL-T71-R001, T111-R003", _ALL - {Kind.MLS}, "cbc:CustomizationID", "identifier",
          _when(lambda r: not r.customization.startswith(r.kind.customization), lambda r: r.customization)),
    _Rule("SCH-MLS-02, PEPPOL-T71-B00301, T111-R008", _ALL, "cbc:ProfileID", "identifier",
          _when(lambda r: r.profile not in r.kind.profiles, lambda r: r.profile)),
    _Rule("SCH-MLS-04, PEPPOL-COMMON-R030", _ALL, "cbc:IssueDate", "date",
          _unless(fields.is_date, lambda r: [r.issue_date])),
    _Rule("SCH-MLS-06", frozenset({Kind.MLS}), "cbc:IssueTime", "time-zone",
          _unless(fields.is_zoned_time, lambda r: [r.issue_time])),
    _Rule("form", _ALL - {Kind.MLS}, "cbc:IssueTime", "time", _unless(fields.is_time, lambda r: [r.issue_time])),
    _Rule("form", _CLERK, "cbc:EffectiveDate", "date", _unless(fields.is_date, lambda r: [r.effective_date])),
    _Rule("form", _CLERK, "cac:DocumentReference/cbc:IssueDate", "date",
          _unless(fields.is_date, lambda r: [r.document_date])),
    _Rule("SCH-MLS-09, SCH-MLS-14", frozenset({Kind.MLS}), "cbc:EndpointID", "spid",
          _unless(fields.is_spid, lambda r: [party.value for party in _endpoints(r)])),
    _Rule("SCH-MLS-11, SCH-MLS-16", frozenset({Kind.MLS}), "cbc:EndpointID/@schemeID", "spid-scheme",
          _in([fields.SPID_SCHEME], lambda r: [party.scheme for party in _endpoints(r)])),
    _Rule("PEPPOL-T71-B00802, B01102", _ALL - {Kind.MLS}, "cbc:EndpointID/@schemeID", "scheme",
          _unless(fields.is_address_scheme, lambda r: [party.scheme for party in _endpoints(r)])),
    _Rule("PEPPOL-COMMON-R040", _ALL, "@schemeID = 0088", "gln",
          _unless(fields.is_gln, lambda r: [found.value for found in _identifiers(r) if found.scheme == "0088"])),
    _Rule("SCH-MLS-19, PEPPOL-T71-B01501", _LEVEL, "cbc:ResponseCode", "code",
          _in(codes("message"), lambda r: [r.code])),
    _Rule("PEPPOL-T71-B02501", _LEVEL, "cac:LineResponse/cac:Response/cbc:ResponseCode", "code",
          _in(codes("message"), lambda r: [issue.code for line in r.lines for issue in line.issues])),
    _Rule("SCH-MLS-31", frozenset({Kind.MLS}), "cac:LineResponse/cac:Response/cac:Status/cbc:StatusReasonCode", "code",
          _in(codes("issue"), _line_reasons)),
    _Rule("PEPPOL-T71-B02801", frozenset({Kind.MLR}), "cac:LineResponse/cac:Response/cac:Status/cbc:StatusReasonCode",
          "code", _in(set(codes("issue")) - {"FD"}, _line_reasons)),
    _Rule("SCH-MLS-20", _LEVEL, "cac:DocumentResponse/cac:Response/cbc:Description", "rejection-text",
          _when(lambda r: r.code == "RE" and not r.description, _code)),
    _Rule("SCH-MLS-23, SCH-MLS-24", _LEVEL, "cac:LineResponse", "rejection-line",
          _when(lambda r: r.code == "RE" and FAILING.isdisjoint(_line_reasons(r)), _code)),
    _Rule("SCH-MLS-25", _LEVEL, "cac:LineResponse", "failure-accepted",
          _when(lambda r: r.code != "RE" and not FAILING.isdisjoint(_line_reasons(r)), _code)),
    _Rule("PEPPOL-T111-B02803", _CLERK, "cbc:ResponseCode", "code", _in(codes("status"), lambda r: [r.code])),
    _Rule("PEPPOL-T111-B04201", _ALL, "cac:DocumentReference/cbc:DocumentTypeCode", "document-type",
          _unless(_is_known_type, lambda r: [r.document_type])),
    _Rule("PEPPOL-T111-B03303", _CLERK, "cbc:StatusReasonCode/@listID", "code",
          _in([REASONS, ACTIONS], lambda r: [found.code.list_id for found in r.clarifications if found.code])),
    _Rule("PEPPOL-T111-R006", _CLERK, "cbc:StatusReasonCode", "reason-code", _in(codes(REASONS), _listed(REASONS))),
    _Rule("PEPPOL-T111-R007", _CLERK, "cbc:StatusReasonCode", "action-code", _in(codes(ACTIONS), _listed(ACTIONS))),
    _Rule("PEPPOL-T111-R001", _CLERK, "cac:Status/cbc:StatusReasonCode", "reason-needed",
          _when(lambda r: _needs_reason(r) and not _reasons(r), _code)),
    _Rule("PEPPOL-T111-R002", _CLERK, "cac:Status/cbc:StatusReason", "text-needed", _untold("OTH")),
    _Rule("PEPPOL-T111-R004", _CLERK, "cac:Status/cbc:StatusReason", "text-needed", _untold("PPD")),
    _Rule("PEPPOL-T111-R005", _CLERK, "cac:Status/cbc:StatusReasonCode", "partial-payment",
          _when(lambda r: "PPD" in _reasons(r) and r.code != InvoiceStatus.PAID, _code)),
)  # fmt: skip
