"""The envelope of a submission, with where it was found."""

from dataclasses import dataclass

from einvoice.model.answer import AnswerKind
from einvoice.model.envelope import Envelope


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a submission came in, apart from its bytes.

    Within a scope an instance id means one message, however often and through whichever folder it comes. Whoever may
    hand in under a scope learns what became of messages in it; so a sender that signs in has a scope of its own.
    """

    scope: str
    envelope: Envelope
    folder: str | None = None  # drop folder it came in by, and is answered through; None: by none
    owed: AnswerKind | None = None  # what who sent it is still to be told once it is decided; None: nothing
