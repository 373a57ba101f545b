"""Which doors are open. An operator may pause one; a backlog that is too long closes all (folders simply wait)."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select

from einvoice.model.submission import Door
from einvoice.store.database import Database, lock
from einvoice.store.errors import DoorClosed
from einvoice.store.journal import note_act
from einvoice.store.tables import doors

_GOOD_FOR = 1.0  # seconds for which the state of the doors is not asked again
_PAUSED_RETRY = 300  # seconds after which it is worth knocking at a paused door again
_BACKLOG_RETRY = 30  # seconds after which it is worth trying when there was a backlog


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A door that an operator has closed for a time."""

    door: Door
    at: datetime
    actor: str
    reason: str


class Doors:
    """Pauses, and the limit of the backlog. `backlog(most)` counts what has no decision yet, to `most`."""

    def __init__(
        self, database: Database, clock: Callable[[], datetime], backlog: Callable[[int], int], max_backlog: int
    ) -> None:
        self._database = database
        self._clock = clock
        self._backlog = backlog
        self._max_backlog = max_backlog
        self._asked = float("-inf")
        self._closed: tuple[frozenset[Door], bool] = (frozenset(), False)  # paused ones; whether the backlog is full

    def check(self, door: Door) -> None:
        """Let pass, or raise DoorClosed with the seconds to wait. Costs a query about once a second at most."""
        if self.must_ask:
            self._closed = frozenset(self.paused()), self._backlog(self._max_backlog) >= self._max_backlog
            self._asked = time.monotonic()
        paused, full = self._closed
        if door in paused:
            raise DoorClosed("door-paused", _PAUSED_RETRY)
        if full:
            raise DoorClosed("backlog-full", _BACKLOG_RETRY)

    @property
    def must_ask(self) -> bool:
        """Whether `check` would ask the database."""
        return time.monotonic() - self._asked > _GOOD_FOR

    def paused(self) -> dict[Door, Pause]:
        """The doors that are paused now."""
        with self._database.read() as connection:
            rows = connection.execute(select(doors)).all()
        found = (Pause(door=Door(row.door), at=row.paused_at, actor=row.paused_by, reason=row.reason) for row in rows)
        return {pause.door: pause for pause in found}

    def pause(self, door: Door, *, actor: str, reason: str) -> None:
        """Take nothing in at this door until it is resumed; what is in goes on. Paused already is fine."""
        now = self._clock()
        with self._database.write() as connection:
            lock(connection, f"door:{door}")
            if connection.execute(select(doors.c.door).where(doors.c.door == door)).first():
                return
            row = {"door": door, "paused_at": now, "paused_by": actor, "reason": reason}
            connection.execute(insert(doors).values(row))
            note_act(connection, at=now, actor=actor, action="door-paused", object=f"door:{door}")

    def resume(self, door: Door, *, actor: str) -> None:
        """Open it again; open already is fine."""
        with self._database.write() as connection:
            if connection.execute(delete(doors).where(doors.c.door == door)).rowcount:
                note_act(connection, at=self._clock(), actor=actor, action="door-resumed", object=f"door:{door}")
