"""What is held, by reason and cause, and another try for everything that one cause held."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from einvoice.model.submission import Hold
from einvoice.store.database import Database
from einvoice.store.people import RETRIABLE, People
from einvoice.store.tables import submissions

if TYPE_CHECKING:
    from einvoice.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Submissions held for the same reason and cause."""

    hold: Hold
    cause: str | None  # of the fault; None: no fault of ours holds them
    count: int
    oldest: datetime  # when the one that waits longest was received

    @property
    def retriable(self) -> bool:
        """Whether another try can end the hold."""
        return self.hold in RETRIABLE


class Holds:
    """What operators must act on, seen as a whole."""

    def __init__(self, database: Database, people: People) -> None:
        self._database = database
        self._people = people

    @classmethod
    def of(cls, store: "Store") -> "Holds":
        """Of an open store."""
        return cls(store.database, store.people)

    def held(self) -> tuple[Held, ...]:
        """All reasons and causes there are at the moment, in order; empty: nothing is held."""
        column = submissions.c
        groups = (
            select(column.hold, column.fault_cause, func.count(), func.min(column.received_at))
            .where(column.hold > Hold.NONE)  # not "<>": this way the index finds the few that are held
            .group_by(column.hold, column.fault_cause)
        )
        with self._database.read() as connection:
            rows = connection.execute(groups).all()
        found = (Held(hold=Hold(hold), cause=cause, count=count, oldest=at) for hold, cause, count, at in rows)
        return tuple(sorted(found, key=lambda held: (list(Hold).index(held.hold), held.cause or "")))

    def retry_all(self, cause: str, *, actor: str, reason: str = "") -> int:
        """Have everything that is held for a cause worked on again, each once and in portions; how many."""
        done, last = 0, ""
        while portion := self._people.retry_all(cause, actor=actor, reason=reason, after=last):
            done, last = done + len(portion), portion[-1]
        return done
