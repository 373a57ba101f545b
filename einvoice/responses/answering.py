"""What came of a submission as a message to those who sent it.

MLS goes from our service provider to theirs, where the access point waits for us; MLR from the receiver of the envelope
to its sender, where the access point has answered already. An invoice nobody here is addressed by is no formal failure:
`returned` asks the seller back by an Invoice Response, or gives it back. Which codes say what stands in `mapping.tsv`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from einvoice.explain import refusal_text
from einvoice.model.assessment import Assessment
from einvoice.model.envelope import Envelope, Participant
from einvoice.model.examination import Examination
from einvoice.model.finding import Level
from einvoice.model.invoice import Invoice
from einvoice.responses.codes import ACTIONS, REASONS, InvoiceStatus
from einvoice.responses.fields import SPID_SCHEME
from einvoice.responses.lines import line_of, line_responses
from einvoice.responses.mapping import Due, Result, row_of
from einvoice.responses.message import (
    CONSTRUCTION_TYPES,
    Clarification,
    Condition,
    Contact,
    Identifier,
    Kind,
    LineResponse,
    ListedCode,
    Party,
    Principal,
    Response,
    note_of,
)

_INSTEAD = "380"  # BT-3 that is sent for a construction invoice
_NO_ADDRESS = Identifier("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What a message needs besides what it says."""

    id: str  # of the message, new
    at: datetime  # with time zone
    spid: str = ""  # MLS: our service provider, without scheme
    mls_to: str = ""  # MLS: theirs, where the envelope names none; without scheme


def verdict_message(
    kind: Kind, assessment: Assessment, envelope: Envelope, sending: Sending, result: Result | None = None
) -> Response | None:
    """MLS or MLR about a submission that came in an envelope; None where there is nothing to tell, or nothing yet.

    `result`: what came of it where that is more than the formal verdict (`result_of`). Raises ValueError: an Invoice
    Response is asked for, which is no matter of the verdict.
    """
    if kind is Kind.INVOICE_RESPONSE:
        raise ValueError("what becomes of an invoice is told by whoever decides it")
    row = row_of(result or Result.of(assessment), kind)
    if row is None:
        return None
    sender, receiver = _providers(envelope, sending) if kind is Kind.MLS else _participants(envelope)
    return Response(
        kind=kind,
        customization=kind.customization,
        profile=kind.profiles[0],
        id=sending.id,
        issue_date=_date(sending),
        issue_time=_time(sending),
        sender=sender,
        receiver=receiver,
        code=row.code,
        description=_described(row, assessment),
        document_id=envelope.instance_id,
        lines=_lines(row, assessment),
    )


def returned(
    result: Result, examination: Examination, envelope: Envelope, sending: Sending, contact: Contact | None = None
) -> Response | None:
    """The Invoice Response about what is formally accepted and yet for nobody here, or not what its authority takes.

    UQ where it may still be mended without a new invoice, RE where not; None where the result needs none.
    """
    row, invoice = row_of(result, Kind.INVOICE_RESPONSE), examination.invoice
    if row is None or invoice is None:
        return None
    text = row.text.format(buyer_reference=invoice.buyer_reference, declined=_declined(examination.assessment))
    terms = () if result is Result.DECLINED else (Condition("BT-10"),)  # the right value is what we do not know
    why = [Clarification(code=ListedCode(row.reason or "", REASONS), text=text, conditions=terms)]
    if row.action:
        why.append(Clarification(code=ListedCode(row.action, ACTIONS)))
    return invoice_response(InvoiceStatus(row.code), tuple(why), invoice, envelope, sending, contact=contact)


def invoice_response(
    status: InvoiceStatus, why: tuple[Clarification, ...], invoice: Invoice, envelope: Envelope | None,
    sending: Sending, *, note: str | None = None, contact: Contact | None = None, name: str | None = None,
    effective_date: str | None = None, profile: str | None = None,
    issuer: Principal | None = None, recipient: Principal | None = None,
) -> Response:  # fmt: skip
    """What the buyer does with an invoice. The order of several says `transitions`.

    Addresses come from the envelope, or, where it came in none, from the invoice (BT-49, BT-34). `name`: of who
    answers, where it is not the buyer (BT-44). `profile`: the process the seller has registered. `issuer`,
    `recipient`: true seller and buyer, where others send or receive in their stead.
    """
    kind = Kind.INVOICE_RESPONSE
    type_code = invoice.text("BT-3") or ""
    construction = type_code in CONSTRUCTION_TYPES
    sender, receiver = _participants(envelope) if envelope else _addresses(invoice)
    return Response(
        kind=kind,
        customization=kind.customization,
        profile=profile or kind.profiles[0],
        id=sending.id,
        issue_date=_date(sending),
        issue_time=_time(sending),
        note=note_of(type_code, note) if construction else note,
        sender=Party(
            endpoint=sender.endpoint,
            name=name or invoice.text("BT-44") or sender.endpoint.value,
            contact=contact,
        ),
        receiver=Party(endpoint=receiver.endpoint, name=invoice.text("BT-27") or receiver.endpoint.value),
        code=status.value,
        effective_date=effective_date,
        clarifications=why,
        document_id=invoice.text("BT-1") or "",
        document_date=invoice.text("BT-2"),
        document_type=_INSTEAD if construction else type_code,
        issuer=issuer,
        recipient=recipient,
    )


def _date(sending: Sending) -> str:
    return sending.at.astimezone(UTC).strftime("%Y-%m-%d")


def _time(sending: Sending) -> str:
    return sending.at.astimezone(UTC).strftime("%H:%M:%SZ")


def _participants(envelope: Envelope) -> tuple[Party, Party]:
    """Receiver and sender of the envelope change places."""
    return Party(endpoint=_identifier(envelope.receiver)), Party(endpoint=_identifier(envelope.sender))


def _identifier(participant: Participant) -> Identifier:
    return Identifier(participant.identifier, participant.scheme or None)


def _addresses(invoice: Invoice) -> tuple[Party, Party]:
    """Electronic addresses of buyer and seller."""
    buyer, seller = (
        Identifier(invoice.text(term) or "", invoice.text(f"{term}-1")) if invoice.text(term) else _NO_ADDRESS
        for term in ("BT-49", "BT-34")
    )
    return Party(endpoint=buyer), Party(endpoint=seller)


def _providers(envelope: Envelope, sending: Sending) -> tuple[Party, Party]:
    """Service providers alone: ours, and the one the envelope names, else the one we were told of."""
    theirs = envelope.mls_to.partition(":")[2] if envelope.mls_to else sending.mls_to
    return Party(endpoint=Identifier(sending.spid, SPID_SCHEME)), Party(endpoint=Identifier(theirs, SPID_SCHEME))


def _described(row: Due, assessment: Assessment) -> str:
    """In one sentence or two what came of it."""
    if row.code == "RE" and assessment.refusal is not None:
        return f"{row.text} {refusal_text(assessment.refusal, 'en').sentence}"
    errors = assessment.count(Level.ERROR)
    return f"{row.text} Number of errors: {errors}." if row.code == "RE" and errors else row.text


def _lines(row: Due, assessment: Assessment) -> tuple[LineResponse, ...]:
    """Findings by their place; of one that was refused, the refusal; of a rejection without either, why."""
    if row.code == "RE" and assessment.refusal is not None:
        sentence = refusal_text(assessment.refusal, "en").sentence
        return line_of(assessment.refusal.code, sentence, row.reason or "")
    if row.code == "RE" and not assessment.count(Level.ERROR):
        return line_of(row.result.value, row.text, row.reason or "")
    return line_responses(assessment.findings)


def _declined(assessment: Assessment) -> str:
    """What the authority's own demands say, as it worded them."""
    findings = assessment.policy.findings if assessment.policy else ()
    told = (f"[{found.rule}] {found.message}".strip() for found in findings if found.level is Level.ERROR)
    return " ".join(told) or "please ask it for its reason."
