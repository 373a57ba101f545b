"""The message of an answer, made of what is kept of it, and the file it is sent as."""

from dataclasses import dataclass
from typing import Self

from einvoice.answering import telling
from einvoice.envelope import Header, write_envelope
from einvoice.intake import Folder
from einvoice.model.answer import Answer, AnswerKind
from einvoice.model.examination import Examination
from einvoice.model.letter import Letter
from einvoice.responses import Kind, Response, Result, Sending, verdict_message, write_response

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
