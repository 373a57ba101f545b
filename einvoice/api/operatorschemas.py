"""What operators say to the API, and hear from it: ways out of holds, and doors."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, Field, StringConstraints

from einvoice.api.schemas import Asked
from einvoice.faces.ways import LONGEST_REASON
from einvoice.model.submission import Door, Hold
from einvoice.store.doors import Pause
from einvoice.store.holds import Held

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_REASON)]


class Retry(Asked):
    """Why another try."""

    reason: str = Field(default="", max_length=LONGEST_REASON, description="Stands in the history")


class Reasoned(Asked):
    """A decision of a person."""

    reason: _Text = Field(description="In a sentence; stands in the history. The sender of what is sent back reads it")


class SendOn(Asked):
    """Hand it over by hand."""

    authority_id: str | None = Field(
        default=None, max_length=100, description="To whom; null: the authority it is addressed to"
    )
    reason: _Text = Field(description="In a sentence; stands in the history, and the authority reads it")


class RetryAll(Retry):
    """Another try for all that one cause held."""

    cause: str = Field(min_length=1, max_length=100, description="As GET /api/v1/holds names it", examples=["timeout"])


class Retried(BaseModel):
    """What is worked on again."""

    count: int = Field(description="Submissions; 0: nothing was held for this cause")


class HeldOut(BaseModel):
    """Submissions held for the same reason and cause."""

    hold: Hold
    cause: str | None = Field(description="Of a fault of ours; null: none holds them")
    count: int
    oldest_received_at: datetime = Field(description="Of the one that waits longest")
    oldest_seconds: float = Field(description="How long ago that was")
    retriable: bool = Field(description="Another try can end the hold")

    @classmethod
    def of(cls, held: Held, now: datetime) -> Self:
        """As it stands at a moment."""
        return cls(
            hold=held.hold,
            cause=held.cause,
            count=held.count,
            oldest_received_at=held.oldest,
            oldest_seconds=max((now - held.oldest).total_seconds(), 0.0),
            retriable=held.retriable,
        )


class HoldList(BaseModel):
    """Everything a person must act on."""

    holds: list[HeldOut]
    total: int


class PauseOut(BaseModel):
    """Since when a door is closed, by whom, and why."""

    at: datetime
    by: str = Field(description="account:ID, token:ID or admin")
    name: str | None = Field(description="What that account or token is called")
    reason: str

    @classmethod
    def of(cls, pause: Pause, names: dict[str, str]) -> Self:
        """A pause, with the names of those who may have ordered it."""
        return cls(at=pause.at, by=pause.actor, name=names.get(pause.actor), reason=pause.reason)


class DoorOut(BaseModel):
    """One way in."""

    door: Door
    paused: PauseOut | None = Field(description="null: open, unless the backlog is full")


class DoorList(BaseModel):
    """All ways in."""

    doors: list[DoorOut]
    backlog: int = Field(description="Submissions that wait for a decision, counted up to the limit")
    max_backlog: int = Field(description="The limit: from there on all doors are closed until there are fewer")
