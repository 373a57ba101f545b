"""The first durable point: bytes and row are safe before the sender gets an answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select

from einvoice.intake import Spooled
from einvoice.model.assessment import Verdict
from einvoice.model.policy import Outcome
from einvoice.model.submission import Door, EventKind, Handling, Hold, Receipt
from einvoice.store.changes import Cause, locked_row, record
from einvoice.store.database import Database, lock
from einvoice.store.errors import IdempotencyConflict
from einvoice.store.ids import new_id
from einvoice.store.originals import Originals
from einvoice.store.rows import read_submission
from einvoice.store.tables import idempotency_keys, submissions

AT_ONCE = datetime.fromtimestamp(0, UTC)  # due whatever the clock says, even one that was set back


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a submission came in."""

    door: Door
    sender: str
    actor: str
    name: str


class Receiving:
    """Takes submissions in."""

    def __init__(self, database: Database, originals: Originals, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._originals = originals
        self._clock = clock

    def receive(
        self, spooled: Spooled, *, door: Door, sender: str, actor: str, name: str, idempotency_key: str | None = None
    ) -> Receipt:
        """Keep the spooled bytes as a submission, unless this sender handed them in before.

        (1) the same key, or the same bytes while not rejected, are answered with the first submission;
        (2) the bytes become durable; (3) the row becomes durable, and only then is there an answer.

        Raises IdempotencyConflict: the key came before, with other bytes.
        """
        with self._database.read() as connection:  # (1)
            first = _first(connection, sender, spooled.sha256, idempotency_key)
        new, blob = new_id(), None
        if first is None:
            blob = self._originals.put(spooled.path, new)  # (2)
        with self._database.write() as connection:  # (3)
            _lock(connection, sender, spooled.sha256, idempotency_key)
            first = _first(connection, sender, spooled.sha256, idempotency_key)
            if first is None:
                if blob is None:  # what came first has been rejected meanwhile
                    blob = self._originals.put(spooled.path, new)
                self._insert(connection, spooled, new, blob, Arrival(door, sender, actor, name))
            _remember_key(connection, sender, idempotency_key, spooled.sha256, first or new)
            receipt = Receipt(submission=read_submission(connection, first or new), created=first is None)
        if blob is not None and not receipt.created:  # another upload of the same bytes was faster
            self._originals.delete(blob)
        return receipt

    def _insert(
        self, connection: Connection, spooled: Spooled, submission_id: str, blob: str, arrival: Arrival
    ) -> None:
        now = self._clock()
        connection.execute(
            insert(submissions).values(
                id=submission_id,
                received_at=now,
                door=arrival.door,
                sender=arrival.sender,
                name=arrival.name,
                sha256=spooled.sha256,
                size=spooled.size,
                blob=blob,
                priority=arrival.door.priority,
                handling=Handling.RECEIVED,
                hold=Hold.NONE,
                due_at=AT_ONCE,
            )
        )
        cause = Cause(actor=arrival.actor, at=now)
        record(connection, locked_row(connection, submission_id), EventKind.RECEIVED, cause)


def _lock(connection: Connection, sender: str, sha256: str, key: str | None) -> None:
    """Let one of several uploads of the same come first."""
    if key is not None:
        lock(connection, f"key:{sender}:{key}")
    lock(connection, f"content:{sender}:{sha256}")


def _first(connection: Connection, sender: str, sha256: str, key: str | None) -> str | None:
    """The submission this one repeats, if any."""
    if key is not None:
        known = idempotency_keys.c
        query = select(known.sha256, known.submission_id).where(known.sender == sender, known.key == key)
        row = connection.execute(query).one_or_none()
        if row is not None:
            if row.sha256 != sha256:
                raise IdempotencyConflict(key)
            return str(row.submission_id)
    row_of = submissions.c
    same_bytes = select(row_of.id).where(
        row_of.sender == sender,
        row_of.sha256 == sha256,
        row_of.verdict.is_distinct_from(Verdict.REJECTED),  # a rejected one may come again: rules change,
        row_of.policy_outcome.is_distinct_from(Outcome.REJECTED),  # and so does what an authority asks
    )
    return connection.execute(same_bytes).scalar_one_or_none()


def _remember_key(connection: Connection, sender: str, key: str | None, sha256: str, submission_id: str) -> None:
    known = idempotency_keys.c
    if key is None or connection.execute(select(known.key).where(known.sender == sender, known.key == key)).first():
        return
    connection.execute(
        insert(idempotency_keys).values(sender=sender, key=key, sha256=sha256, submission_id=submission_id)
    )
