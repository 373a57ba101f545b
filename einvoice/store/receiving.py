"""The first durable point: bytes and row are safe before the sender gets an answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, insert, select

from einvoice.intake import Spooled
from einvoice.model.assessment import Verdict
from einvoice.model.letter import Letter
from einvoice.model.submission import Door, EventKind, Handling, Hold, Receipt, Submission
from einvoice.sealing import Key
from einvoice.store.changes import Cause, change, record
from einvoice.store.database import Database, lock
from einvoice.store.envelopes import delivered, keep_envelope, lock_message
from einvoice.store.errors import IdempotencyConflict
from einvoice.store.ids import new_id
from einvoice.store.originals import Originals
from einvoice.store.rows import from_row, read_submission
from einvoice.store.tables import OPEN, idempotency_keys, submissions
from einvoice.store.together import Together
from einvoice.store.vault import Vault

INSTANCE_ID = "instance-id"  # why a submission is held from the start: its message came before, with another payload
RECEIVING = "receiving"  # the actor of such a hold
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
    letter: Letter | None


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
        self,
        spooled: Spooled,
        *,
        door: Door,
        sender: str,
        actor: str,
        name: str,
        idempotency_key: str | None = None,
        letter: Letter | None = None,
    ) -> Receipt:
        """Keep the spooled bytes as a submission, unless this sender handed them in before.

        (1) the same key, the same message in a `letter`, or the same bytes while not rejected, are answered with the
        first submission; (2) the bytes become durable; (3) the row becomes durable, and only then is there an answer.

        The same message has the same instance id and the same payload, whatever became of it, and however its envelope
        was written this time. The same instance id with another payload is a submission of its own, held until a person
        says which of the two counts; who sent it is owed nothing, for one message gets one answer.

        Raises IdempotencyConflict: the key came before, with other bytes. Nothing is taken in while it is to be sealed
        and can't: then raises Fault, with a cause out of `KEY_TROUBLE`.
        """
        new, blob = new_id(), None
        data_key = self._vault.new_data_key(new)
        with self._database.read() as connection:  # (1)
            first = _first(connection, sender, spooled.sha256, idempotency_key, letter)
        if first is None:
            blob = self._originals.put(spooled.path, new, data_key)  # (2)
        arrival = Arrival(door, sender, actor, name)
        arrived = _Arrived(spooled, new, blob, data_key, arrival, idempotency_key, letter)
        receipt = self._together.write(lambda connection: self._keep(connection, arrived))  # (3)
        if blob is not None and receipt.submission.blob != blob:  # another upload of the same bytes was faster
            self._originals.delete(blob)
        return receipt

    def _keep(self, connection: Connection, arrived: _Arrived) -> Receipt:
        """The row, unless these bytes, this message or this key were here before. Done again, it knows its own row."""
        sender, sha256, key = arrived.arrival.sender, arrived.spooled.sha256, arrived.idempotency_key
        _lock(connection, sender, sha256, key, arrived.letter)
        first = _first(connection, sender, sha256, key, arrived.letter)
        if first is not None:
            submission = read_submission(connection, first)
        else:
            blob = arrived.blob
            if blob is None:  # what came first has been rejected meanwhile
                blob = self._originals.put(arrived.spooled.path, arrived.id, arrived.data_key)
            submission = self._insert(connection, arrived, blob)
            if arrived.data_key is not None:
                self._vault.keep(connection, arrived.data_key)
        _remember_key(connection, sender, key, sha256, submission.id)
        return Receipt(submission=submission, created=submission.id == arrived.id)

    def _insert(self, connection: Connection, arrived: _Arrived, blob: str) -> Submission:
        now, arrival, letter = self._clock(), arrived.arrival, arrived.letter
        other = next(iter(delivered(connection, letter).values()), None) if letter else None
        values = {
            "id": arrived.id,
            "received_at": now,
            "door": arrival.door,
            "sender": arrival.sender,
            "name": arrival.name,
            "sha256": arrived.spooled.sha256,
            "size": arrived.spooled.size,
            "blob": blob,
            "priority": arrival.door.priority,
            "handling": Handling.RECEIVED,
            "hold": Hold.NONE,
            "due_at": AT_ONCE,
            "owed": letter.owed if letter and other is None else None,
        }
        row = connection.execute(_INSERT, values).mappings().one()
        record(connection, row, EventKind.RECEIVED, Cause(actor=arrival.actor, at=now))
        if letter is not None:
            keep_envelope(connection, arrived.id, letter)
        if other is not None:
            row = _contest(connection, row, other, now)
        return from_row(connection, row)


def _contest(connection: Connection, row: RowMapping, other: str, now: datetime) -> RowMapping:
    """Hold it before anybody works on it: under its instance id another submission came with something else."""
    cause = Cause(actor=RECEIVING, at=now, reason=INSTANCE_ID, details={"other": other})
    state: dict[str, Any] = {"verdict": Verdict.UNDECIDED, "hold": Hold.CONFLICT}
    columns = {"due_at": None, "fault_cause": INSTANCE_ID}
    return change(connection, row, EventKind.HELD, cause, **state, columns=columns)


def _lock(connection: Connection, sender: str, sha256: str, key: str | None, letter: Letter | None) -> None:
    """Let one of several uploads of the same come first.

    The content is locked first, as by those without a key: works that share a transaction with others keep all they
    have locked, and must not wait for each other.
    """
    lock(connection, f"content:{sender}:{sha256}")
    if letter is not None:
        lock_message(connection, letter)
    if key is not None:
        lock(connection, f"key:{sender}:{key}")


def _first(connection: Connection, sender: str, sha256: str, key: str | None, letter: Letter | None) -> str | None:
    """The submission this one repeats, if any."""
    if key is not None:
        row = connection.execute(_BY_KEY, {"of_sender": sender, "of_key": key}).one_or_none()
        if row is not None:
            if row.sha256 != sha256:
                raise IdempotencyConflict(key)
            return str(row.submission_id)
    if letter is not None:
        same = delivered(connection, letter).get(letter.envelope.payload_sha256)
        if same is not None:
            return same
    return connection.execute(_SAME_BYTES, {"of_sender": sender, "of_sha256": sha256}).scalar_one_or_none()


def _remember_key(connection: Connection, sender: str, key: str | None, sha256: str, submission_id: str) -> None:
    if key is None or connection.execute(_BY_KEY, {"of_sender": sender, "of_key": key}).first():
        return
    row = {"sender": sender, "key": key, "sha256": sha256, "submission_id": submission_id}
    connection.execute(insert(idempotency_keys), row)
