"""What an authority tells the supplier about an invoice: whether it may be told, and the message it becomes.

A `Wish` is kept as a row of `answers`; the Invoice Response (Peppol BIS 63) follows from that row, the envelope and the
invoice alone. So it is the same bytes whenever it is written.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cache
from uuid import uuid4

from pydantic import TypeAdapter

from einvoice.model.answer import Answer, AnswerKind
from einvoice.model.envelope import Envelope
from einvoice.model.examination import Examination
from einvoice.model.letter import Letter
from einvoice.model.submission import Handling, Submission
from einvoice.responses import (
    REASONS,
    Clarification,
    Contact,
    InvoiceStatus,
    Kind,
    Response,
    ResponseInvalid,
    Sending,
    Step,
    check_transition,
    invoice_response,
    next_allowed,
    violations,
    write_response,
)
from einvoice.responses.message import Identifier, Party
from einvoice.store import AlreadyThere, NotFound, NotPossible, Store

_HANDED_OVER = (Handling.AVAILABLE, Handling.LEASED, Handling.ACKNOWLEDGED)
_SOMEONE = Party(endpoint=Identifier("0", "0204"), name="0")  # in place of those a wish cannot help being about


class Sent(StrEnum):
    """Where the message of a response is."""

    WAITING = "waiting"  # for the outbox of the drop folder
    WRITTEN = "written"  # there, for the access point to send
    NOT_APPLICABLE = "not-applicable"  # the invoice came by no drop folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be told about an invoice."""

    status: InvoiceStatus
    why: tuple[Clarification, ...] = ()  # reasons and actions, in the order they are told
    note: str | None = None
    effective_date: str | None = None  # yyyy-mm-dd: since when it is so
    contact: Contact | None = None  # who can be asked

    @classmethod
    def told(cls, answer: Answer) -> "Wish":
        """What an answer of the kind `invoice-response` tells."""
        return _form().validate_python({**answer.details, "status": answer.code})

    @property
    def details(self) -> dict[str, object]:
        """What is kept of it beside its code, as JSON takes it."""
        kept: dict[str, object] = _form().dump_python(self, mode="json", exclude={"status"}, exclude_defaults=True)
        return kept

    @property
    def step(self) -> Step:
        """What it is in the order of what may follow what."""
        reasons = {one.code.value for one in self.why if one.code and one.code.list_id == REASONS}
        return Step(self.status, self.status is InvoiceStatus.PAID and "PPD" in reasons)


def respond(store: Store, submission_id: str, wish: Wish, *, actor: str, id: str = "") -> Answer:  # noqa: A002
    """Have it told, for good. With an `id` of the caller's own (a UUID) it may be asked for again.

    (1) only what was handed over can be answered, (2) in its order, (3) with a right message, (4) once.

    Raises NotFound; NotPossible: "not-answerable", "no-invoice", "expired", "not-sendable" (no message can be made of
    this envelope and invoice, whatever is told), "response-id-taken"; TransitionRefused; ResponseInvalid, with what is
    wrong about the wish. Nothing is kept then.
    """
    id_ = id or str(uuid4())
    examination = _answerable(store, store.submissions.get(submission_id))  # (1)
    earlier = responses(store, submission_id)
    if all(one.id != id_ for one in earlier):
        in_order(wish)(earlier)  # (2)
    now, letter = store.clock(), store.envelopes.of(submission_id)
    _assert_right(wish, _message(wish, id_, now, _envelope(letter, examination), examination), letter)  # (3)
    try:
        answer = store.answers.issue(  # (4)
            submission_id,
            AnswerKind.INVOICE_RESPONSE,
            id=id_,
            code=wish.status.value,
            details=wish.details,
            issued_at=now,
            actor=actor,
            check=in_order(wish),  # once more, while nobody else can say anything
        )
    except AlreadyThere:
        raise NotPossible("response-id-taken") from None
    if Wish.told(answer) != wish:
        raise NotPossible("response-id-taken")
    return answer


def message_of(answer: Answer, letter: Letter | None, examination: Examination) -> Response:
    """The Invoice Response of a stored answer.

    Addresses come from the envelope, also from one that was handed in by upload, else from the invoice (BT-49, BT-34);
    the process is the one of the envelope where that has responses in it. Raises ValueError: it is an answer of another
    kind; NotPossible("no-invoice"): none could be read.
    """
    if answer.kind is not AnswerKind.INVOICE_RESPONSE:
        raise ValueError(f"{answer.kind} says nothing about the invoice")
    envelope = _envelope(letter, examination)
    return _message(Wish.told(answer), answer.id, answer.issued_at, envelope, examination)


def message(store: Store, answer: Answer) -> bytes:
    """The message itself, as XML. Raises NotPossible("no-message"): for want of an address there is none."""
    examination = store.submissions.examination(answer.submission_id)
    if examination is None:
        raise NotPossible("expired")
    try:
        return write_response(message_of(answer, store.envelopes.of(answer.submission_id), examination))
    except ResponseInvalid:
        raise NotPossible("no-message") from None


def responses(store: Store, submission_id: str) -> tuple[Answer, ...]:
    """Everything told about the invoice, in order."""
    found = (one for one in store.answers.of(submission_id) if one.kind is AnswerKind.INVOICE_RESPONSE)
    return tuple(sorted(found, key=lambda one: one.number))


def response(store: Store, submission_id: str, id: str) -> Answer:  # noqa: A002
    """One of them. Raises NotFound."""
    for one in responses(store, submission_id):
        if one.id == id:
            return one
    raise NotFound(f"response {id}")


def may_follow(submission: Submission, told: Sequence[Answer]) -> tuple[Step, ...]:
    """What may be told next; nothing where the invoice can't be answered."""
    return next_allowed(_last(told)) if submission.handling in _HANDED_OVER else ()


def sent(answer: Answer) -> Sent:
    """Where its message is."""
    if answer.folder is None:
        return Sent.NOT_APPLICABLE
    return Sent.WAITING if answer.written_at is None else Sent.WRITTEN


def _answerable(store: Store, submission: Submission) -> Examination:
    if submission.handling is Handling.EXPIRED:
        raise NotPossible("expired")
    if submission.handling not in _HANDED_OVER:
        raise NotPossible("not-answerable")
    examination = store.submissions.examination(submission.id)
    if examination is None or examination.invoice is None:
        raise NotPossible("no-invoice")
    return examination


def in_order(wish: Wish) -> Callable[[Sequence[Answer]], None]:
    """Raises TransitionRefused where it can't follow what was told."""
    return lambda earlier: check_transition(_last(earlier), wish.step)


def _last(told: Sequence[Answer]) -> Step | None:
    return Wish.told(told[-1]).step if told else None


def _assert_right(wish: Wish, message: Response, letter: Letter | None) -> None:
    """Wrong is what the wish makes wrong; and, where it is to be sent, all that keeps it from being sent."""
    sender = replace(_SOMEONE, contact=wish.contact)
    alone = replace(message, sender=sender, receiver=_SOMEONE, document_id="0", document_date=None, document_type="0")
    if found := violations(alone):
        raise ResponseInvalid(found)
    if letter is not None and letter.folder is not None and violations(message):
        raise NotPossible("not-sendable")


def _envelope(letter: Letter | None, examination: Examination) -> Envelope | None:
    if letter is not None:
        return letter.envelope
    return examination.document.envelope if examination.document else None


def _message(wish: Wish, id_: str, at: datetime, envelope: Envelope | None, examination: Examination) -> Response:
    if examination.invoice is None:
        raise NotPossible("no-invoice")
    process = envelope.process if envelope else None
    return invoice_response(
        wish.status,
        wish.why,
        examination.invoice,
        envelope,
        Sending(id=id_, at=at),
        note=wish.note,
        contact=wish.contact,
        effective_date=wish.effective_date,
        profile=process if process in Kind.INVOICE_RESPONSE.profiles else None,
    )


@cache
def _form() -> TypeAdapter[Wish]:
    return TypeAdapter(Wish)
