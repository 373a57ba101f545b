"""The first durable point: bytes and row are safe before the sender gets an answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, bindparam, insert, select

from einvoice.intake import Spooled
from einvoice.model.submission import Door, EventKind, Handling, Hold, Receipt, Submission
from einvoice.sealing import Key
from einvoice.store.changes import Cause, record
from einvoice.store.database import Database, lock
from einvoice.store.errors import IdempotencyConflict
from einvoice.store.ids import new_id
from einvoice.store.originals import Originals
from einvoice.store.rows import from_row, read_submission
from einvoice.store.tables import OPEN, idempotency_keys, submissions
from einvoice.store.together import Together
from einvoice.store.vault import Vault

AT_ONCE = datetime.fromtimestamp(0, UTC)  # due whatever the clock says, even one that was set back

# Made once: building a statement costs more than running it.
_INSERT = insert(submissions).returning(submissions)
_KEYS, _ROWS = idempotency_keys.c, submissions.c
_BY_KEY = select(_KEYS.sha256, _KEYS.submission_id).where(
    _KEYS.sender == bindparam("of_sender"), _KEYS.key == bindparam("of_key")
)
_SAME_BYTES = select(_ROWS.id).where(
    _ROWS.sender == bindparam("of_sender"),
    _ROWS.sha256 == bindparam("of_sha256"),
    OPEN,  # one that was rejected or declined may come again: rules change, and so does what an authority asks
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a submission came in."""

    door: Door
    sender: str
    actor: str
    name: str


@dataclass(frozen=True, slots=True)
class _Arrived:
    """What is durable already, and wants its row."""

    spooled: Spooled
    id: str
    blob: str | None  # None: the bytes seemed to be here before
    data_key: Key | None
    arrival: Arrival
    idempotency_key: str | None


class Receiving:
    """Takes submissions in."""

    def __init__(
        self,
        database: Database,
        together: Together,
        vault: Vault,
        originals: Originals,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._together = together
        self._vault = vault
        self._originals = originals
        self._clock = clock

    def receive(
        self, spooled: Spooled, *, door: Door, sender: str, actor: str, name: str, idempotency_key: str | None = None
    ) -> Receipt:
        """Keep the spooled bytes as a submission, unless this sender handed them in before.

        (1) the same key, or the same bytes while not rejected, are answered with the first submission;
        (2) the bytes become durable; (3) the row becomes durable, and only then is there an answer.

        Raises IdempotencyConflict: the key came before, with other bytes. Nothing is taken in while it is to be sealed
        and can't: then raises Fault, with a cause out of `KEY_TROUBLE`.
        """
        new, blob = new_id(), None
        data_key = self._vault.new_data_key(new)
        with self._database.read() as connection:  # (1)
            first = _first(connection, sender, spooled.sha256, idempotency_key)
        if first is None:
            blob = self._originals.put(spooled.path, new, data_key)  # (2)
        arrived = _Arrived(spooled, new, blob, data_key, Arrival(door, sender, actor, name), idempotency_key)
        receipt = self._together.write(lambda connection: self._keep(connection, arrived))  # (3)
        if blob is not None and receipt.submission.blob != blob:  # another upload of the same bytes was faster
            self._originals.delete(blob)
        return receipt

    def _keep(self, connection: Connection, arrived: _Arrived) -> Receipt:
        """The row, unless these bytes or this key were here before. Done again, it knows its own row."""
        sender, sha256, key = arrived.arrival.sender, arrived.spooled.sha256, arrived.idempotency_key
        _lock(connection, sender, sha256, key)
        first = _first(connection, sender, sha256, key)
        if first is not None:
            submission = read_submission(connection, first)
        else:
            blob = arrived.blob
            if blob is None:  # what came first has been rejected meanwhile
                blob = self._originals.put(arrived.spooled.path, arrived.id, arrived.data_key)
            submission = self._insert(connection, arrived.spooled, arrived.id, blob, arrived.arrival)
            if arrived.data_key is not None:
                self._vault.keep(connection, arrived.data_key)
        _remember_key(connection, sender, key, sha256, submission.id)
        return Receipt(submission=submission, created=submission.id == arrived.id)

    def _insert(
        self, connection: Connection, spooled: Spooled, submission_id: str, blob: str, arrival: Arrival
    ) -> Submission:
        now = self._clock()
        values = {
            "id": submission_id,
            "received_at": now,
            "door": arrival.door,
            "sender": arrival.sender,
            "name": arrival.name,
            "sha256": spooled.sha256,
            "size": spooled.size,
            "blob": blob,
            "priority": arrival.door.priority,
            "handling": Handling.RECEIVED,
            "hold": Hold.NONE,
            "due_at": AT_ONCE,
        }
        row = connection.execute(_INSERT, values).mappings().one()
        record(connection, row, EventKind.RECEIVED, Cause(actor=arrival.actor, at=now))
        return from_row(connection, row)


def _lock(connection: Connection, sender: str, sha256: str, key: str | None) -> None:
    """Let one of several uploads of the same come first.

    The content is locked first, as by those without a key: works that share a transaction with others keep all they
    have locked, and must not wait for each other.
    """
    lock(connection, f"content:{sender}:{sha256}")
    if key is not None:
        lock(connection, f"key:{sender}:{key}")


def _first(connection: Connection, sender: str, sha256: str, key: str | None) -> str | None:
    """The submission this one repeats, if any."""
    if key is not None:
        row = connection.execute(_BY_KEY, {"of_sender": sender, "of_key": key}).one_or_none()
        if row is not None:
            if row.sha256 != sha256:
                raise IdempotencyConflict(key)
            return str(row.submission_id)
    return connection.execute(_SAME_BYTES, {"of_sender": sender, "of_sha256": sha256}).scalar_one_or_none()


def _remember_key(connection: Connection, sender: str, key: str | None, sha256: str, submission_id: str) -> None:
    if key is None or connection.execute(_BY_KEY, {"of_sender": sender, "of_key": key}).first():
        return
    row = {"sender": sender, "key": key, "sha256": sha256, "submission_id": submission_id}
    connection.execute(insert(idempotency_keys), row)
