"""The formal verdict as a message to those who sent: which code, and a line for each place something was found at.

MLS goes from our service provider to theirs, where the access point waits for us; MLR from the receiver of the envelope
to its sender, where the access point has answered already. An invoice nobody here is addressed by is no formal failure:
`unroutable` asks the seller back by an Invoice Response. Undecided is no answer.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from importlib.resources import files

from einvoice.explain import explain, refusal_text
from einvoice.model.assessment import Assessment, Verdict
from einvoice.model.envelope import Envelope, Participant
from einvoice.model.finding import Finding, Level, Source
from einvoice.model.invoice import Invoice
from einvoice.responses.codes import ACTIONS, REASONS, InvoiceStatus
from einvoice.responses.fields import SPID_SCHEME
from einvoice.responses.message import (
    NO_PLACE,
    Clarification,
    Condition,
    Contact,
    Identifier,
    Issue,
    Kind,
    LineResponse,
    ListedCode,
    Party,
    Response,
    note_of,
)

_CONSTRUCTION, _INSTEAD = frozenset({"875", "876", "877"}), "380"  # BT-3 that T111 does not know, and what is sent
_MOST_LINES = 500  # places that are told


class Result(StrEnum):
    """What came of a submission, as far as a message tells it; `mapping.tsv` says how."""

    ACCEPTED = "accepted"
    WARNINGS = "warnings"  # accepted, with warnings
    XSD = "xsd"  # rejected by the schema
    RULES = "rules"  # rejected by the rules
    REFUSED = "refused"  # no invoice we can take

    @classmethod
    def of(cls, assessment: Assessment) -> "Result | None":
        """The result of an assessment; None: undecided, and nothing can be said yet."""
        if assessment.verdict is Verdict.UNDECIDED:
            return None
        if assessment.verdict is Verdict.ACCEPTED:
            return cls.WARNINGS if assessment.count(Level.WARNING) else cls.ACCEPTED
        if assessment.refusal is not None:
            return cls.REFUSED
        return cls.XSD if assessment.xsd_valid is False else cls.RULES

    @property
    def code(self) -> str:
        """AP or RE."""
        return _mapping()[self]["code"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What a message needs besides what it says."""

    id: str  # of the message, new
    at: datetime  # with time zone
    spid: str = ""  # MLS: our service provider, without scheme
    mls_to: str = ""  # MLS: theirs, where the envelope names none; without scheme


def verdict_message(kind: Kind, assessment: Assessment, envelope: Envelope, sending: Sending) -> Response | None:
    """MLS or MLR about a submission that came in an envelope; None while nothing is decided.

    Raises ValueError: an Invoice Response is asked for, which is no matter of the verdict.
    """
    if kind is Kind.INVOICE_RESPONSE:
        raise ValueError("what becomes of an invoice is told by whoever decides it")
    result = Result.of(assessment)
    if result is None:
        return None
    sender, receiver = _providers(envelope, sending) if kind is Kind.MLS else _participants(envelope)
    return Response(
        kind=kind,
        customization=kind.customization,
        profile=kind.profiles[0],
        id=sending.id,
        issue_date=sending.at.astimezone(UTC).strftime("%Y-%m-%d"),
        issue_time=sending.at.astimezone(UTC).strftime("%H:%M:%SZ"),
        sender=sender,
        receiver=receiver,
        code=result.code,
        description=_described(result, assessment),
        document_id=envelope.instance_id,
        lines=tuple(_lines(result, assessment)),
    )


def unroutable(invoice: Invoice, envelope: Envelope, sending: Sending, contact: Contact | None = None) -> Response:
    """UQ: no authority here has this Leitweg-ID (BT-10), and the seller is asked which one is meant."""
    told = Clarification(
        code=ListedCode("REF", REASONS),
        text="No authority served here has this Leitweg-ID (BT-10). Please tell which one is meant.",
        conditions=(Condition("BT-10", invoice.buyer_reference),),
    )
    asked = Clarification(code=ListedCode("PIN", ACTIONS))
    return invoice_response(InvoiceStatus.UNDER_QUERY, (told, asked), invoice, envelope, sending, contact=contact)


def invoice_response(
    status: InvoiceStatus, why: tuple[Clarification, ...], invoice: Invoice, envelope: Envelope, sending: Sending, *,
    note: str | None = None, contact: Contact | None = None,
) -> Response:  # fmt: skip
    """What the buyer does with an invoice. The order of several says `transitions`."""
    type_code = invoice.text("BT-3") or ""
    construction = type_code in _CONSTRUCTION
    sender, receiver = _participants(envelope)
    return Response(
        kind=Kind.INVOICE_RESPONSE,
        customization=Kind.INVOICE_RESPONSE.customization,
        profile=Kind.INVOICE_RESPONSE.profiles[0],
        id=sending.id,
        issue_date=sending.at.astimezone(UTC).strftime("%Y-%m-%d"),
        issue_time=sending.at.astimezone(UTC).strftime("%H:%M:%SZ"),
        note=note_of(type_code, note) if construction else note,
        sender=Party(endpoint=sender.endpoint, name=invoice.text("BT-44") or sender.endpoint.value, contact=contact),
        receiver=Party(endpoint=receiver.endpoint, name=invoice.text("BT-27") or receiver.endpoint.value),
        code=status.value,
        clarifications=why,
        document_id=invoice.text("BT-1") or "",
        document_date=invoice.text("BT-2"),
        document_type=_INSTEAD if construction else type_code,
    )


def _participants(envelope: Envelope) -> tuple[Party, Party]:
    """Receiver and sender of the envelope change places."""
    return Party(endpoint=_identifier(envelope.receiver)), Party(endpoint=_identifier(envelope.sender))


def _providers(envelope: Envelope, sending: Sending) -> tuple[Party, Party]:
    """Service providers alone: ours, and the one the envelope names, else the one we were told of."""
    theirs = envelope.mls_to.partition(":")[2] if envelope.mls_to else sending.mls_to
    return Party(endpoint=Identifier(sending.spid, SPID_SCHEME)), Party(endpoint=Identifier(theirs, SPID_SCHEME))


def _identifier(participant: Participant) -> Identifier:
    return Identifier(participant.identifier, participant.scheme or None)


def _described(result: Result, assessment: Assessment) -> str | None:
    if result.code != "RE":
        return None
    if assessment.refusal is not None:
        return refusal_text(assessment.refusal, "en").sentence
    errors = assessment.count(Level.ERROR)
    kind = "the schema" if result is Result.XSD else "the business rules"
    return f"The document breaks {kind} in {errors} {'place' if errors == 1 else 'places'}. It was not passed on."


def _lines(result: Result, assessment: Assessment) -> Iterator[LineResponse]:
    """Findings by their place, errors first; of one that was refused, the refusal."""
    if assessment.refusal is not None:
        text = f"[{assessment.refusal.code}] {refusal_text(assessment.refusal, 'en').sentence}"
        yield LineResponse(NO_PLACE, (Issue(text=text, reason=_mapping()[result]["issue"]),))
        return
    by_place: dict[str, list[Issue]] = {}
    for level in (Level.ERROR, Level.WARNING):
        for finding in assessment.findings:
            if finding.level is level:
                by_place.setdefault(finding.xpath or NO_PLACE, []).append(_issue(finding))
    for place, issues in list(by_place.items())[:_MOST_LINES]:
        yield LineResponse(place, tuple(issues))


def _issue(finding: Finding) -> Issue:
    """`[rule] what is wrong`, in English."""
    if finding.level is Level.WARNING:
        reason = _mapping()[Result.WARNINGS]["issue"]
    else:
        reason = _mapping()[Result.XSD if finding.source is Source.XSD else Result.RULES]["issue"]
    meaning = explain(finding, "en")
    return Issue(text=f"[{finding.rule}] {meaning.title}. {meaning.what}".strip(), reason=reason)


@cache
def _mapping() -> Mapping[Result, Mapping[str, str]]:
    text = files("einvoice.responses").joinpath("mapping.tsv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return {Result(row["result"]): row for row in rows}
