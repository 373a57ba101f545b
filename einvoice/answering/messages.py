"""The message of an answer, made of what is kept of it, and the file it is sent as."""

from dataclasses import dataclass
from typing import Self

from einvoice.answering import telling
from einvoice.envelope import Header, write_envelope
from einvoice.intake import Folder
from einvoice.model.answer import Answer, AnswerKind
from einvoice.model.assessment import Assessment, Verdict
from einvoice.model.examination import Examination
from einvoice.model.letter import Letter
from einvoice.model.submission import Handling
from einvoice.responses import Kind, Response, Result, Sending, verdict_message, write_response
from einvoice.store import Store

RESULT = "result"  # in the details of an MLS or MLR: all that it follows from


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How answers go out through a folder."""

    wrapped: bool = True  # in an envelope of their own
    spid: str = ""  # of our service provider, without scheme
    country: str = "DE"  # COUNTRY_C1

    @classmethod
    def of(cls, folder: Folder) -> Self:
        """As the folder is set."""
        return cls(wrapped=folder.wrapped, spid=folder.spid, country=folder.country)


def what_is_known(store: Store, submission_id: str) -> tuple[Letter, Examination] | None:
    """The envelope of a submission and what was found out about it; None: it came in none, or that is deleted.

    One that a person has ended before anything was found out has an examination that says so.
    """
    letter, submission = store.envelopes.of(submission_id), store.submissions.get(submission_id)
    if letter is None or submission.handling is Handling.EXPIRED:
        return None
    nothing = Examination(
        name=submission.name,
        sha256=submission.sha256,
        size=submission.size,
        examined_at=submission.received_at,
        document=None,
        invoice=None,
        assessment=Assessment(verdict=Verdict.UNDECIDED),
    )
    return letter, store.submissions.examination(submission_id) or nothing


def message_of(answer: Answer, letter: Letter, examination: Examination, way: Way) -> Response | None:
    """What an answer says; None where nothing is to be told. Raises NotPossible: there is no invoice to tell it of."""
    if answer.kind is AnswerKind.INVOICE_RESPONSE:
        return telling.message_of(answer, letter, examination)
    result, sending = Result(str(answer.details[RESULT])), Sending(id=answer.id, at=answer.issued_at, spid=way.spid)
    return verdict_message(Kind(answer.kind), examination.assessment, letter.envelope, sending, result)


def file_of(response: Response, answer: Answer, letter: Letter, way: Way) -> bytes:
    """The file for the outbox. Raises ResponseInvalid."""
    message = write_response(response)
    if not way.wrapped:
        return message
    envelope, kind = letter.envelope, response.kind
    sender, receiver = envelope.receiver.value, envelope.sender.value  # they change places
    if kind is Kind.MLS:
        sender, receiver = (
            f"{one.endpoint.scheme}:{one.endpoint.value}" for one in (response.sender, response.receiver)
        )
    header = Header(
        sender=sender,
        receiver=receiver,
        instance_id=answer.id,
        document_type=kind.document_type,
        process=response.profile,
        created_at=answer.issued_at,
        country=way.country,
    )
    return write_envelope(header, message)
