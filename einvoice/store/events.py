"""Reading the events; they are written by `changes` alone."""

from sqlalchemy import select

from einvoice.model.submission import Event
from einvoice.store.database import Database
from einvoice.store.rows import to_event
from einvoice.store.tables import events


class Events:
    """What changed, when, by whom."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_submission(self, submission_id: str) -> tuple[Event, ...]:
        """The history of a submission, oldest first."""
        query = select(events).where(events.c.submission_id == submission_id).order_by(events.c.number)
        with self._database.read() as connection:
            return tuple(to_event(row) for row in connection.execute(query).mappings())

    def of_authority(self, authority_id: str, *, after: int = 0, limit: int = 100) -> tuple[Event, ...]:
        """The feed of an authority behind sequence number `after`, in order; a reader that keeps up misses nothing."""
        query = (
            select(events)
            .where(events.c.authority_id == authority_id, events.c.sequence > after)
            .order_by(events.c.sequence)
            .limit(limit)
        )
        with self._database.read() as connection:
            return tuple(to_event(row) for row in connection.execute(query).mappings())
