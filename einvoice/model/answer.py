"""Messages that answer an envelope or an invoice; what they say and when is `responses`' matter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AnswerKind(StrEnum):
    """Which message it is."""

    MLS = "mls"  # Message Level Status: between service providers, at most one for a document
    MLR = "mlr"  # Message Level Response: to the sender of the envelope, at most one for a document
    INVOICE_RESPONSE = "invoice-response"  # what the authority does with the invoice: several, in order

    @property
    def is_single(self) -> bool:
        """Whether there is at most one for a document."""
        return self is not AnswerKind.INVOICE_RESPONSE


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """An answer that is still to be given."""

    submission_id: str
    kind: AnswerKind
    folder: str | None  # through whose outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer that is given: its message follows from this alone, so that it can be written again."""

    id: str  # of the message, and the instance id of its own envelope
    submission_id: str
    kind: AnswerKind
    number: int  # of its kind for this submission, from 1
    code: str  # AB, AP, RE, …
    details: Mapping[str, object]  # what else the message is made of; as JSON takes it. May name people
    folder: str | None  # through whose outbox; None: through none
    issued_at: datetime
    name: str | None = None  # of the file in the outbox
    sha256: str | None = None  # of the message as written
    written_at: datetime | None = None  # None: it does not lie in the outbox yet
    reply: "Reply | None" = None  # what came in about it


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What another service provider or the seller answered to an answer of ours. It is never answered itself."""

    id: str  # of their message
    kind: AnswerKind
    code: str  # AB, AP, RE
    reasons: tuple[str, ...] = ()  # codes: SV, BV, …
    text: str | None = None
