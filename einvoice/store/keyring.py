"""The keys of the intake and of the authorities: made at their first use, wrapped by a master key, kept in `keys`.

Unwrapped they are at hand for a minute. Should one be retired meanwhile, it wraps nothing more all the same: whoever
keeps what it wrapped asks `CURRENT` in the same statement.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select

from einvoice.errors import Fault
from einvoice.sealing import Key, new_key, wrapped_by
from einvoice.store.database import Database, lock
from einvoice.store.ids import new_id
from einvoice.store.journal import note_act
from einvoice.store.masters import Masters
from einvoice.store.tables import keys

INTAKE = "intake"  # the owner of what is not routed
SERVICE = "service"  # the actor of what happens by itself
KEY_TROUBLE = frozenset({"key-missing", "keys-unusable", "key-wrong", "key-retired"})  # causes; never of a document
_AT_HAND_SECONDS = 60.0

_COLUMN = keys.c
_LIVE = (_COLUMN.retired_at.is_(None),)
_NEWEST = (
    select(_COLUMN.id, _COLUMN.wrapped)
    .where(_COLUMN.owner == bindparam("owner"), *_LIVE)
    .order_by(_COLUMN.created_at.desc(), _COLUMN.id.desc())
    .limit(1)
)
_LIVES = select(_COLUMN.retired_at).where(_COLUMN.owner == bindparam("owner"))
CURRENT = select(_COLUMN.id).where(_COLUMN.id == bindparam("key_id"), *_LIVE)  # that key, unless it was retired


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key on its way into the table."""

    owner: str
    key: Key
    wrapped: bytes


class Keyring:
    """For use by many threads. Raises Fault with a cause out of `KEY_TROUBLE` where a key can't be had."""

    def __init__(
        self,
        database: Database,
        masters: Masters,
        clock: Callable[[], datetime],
        *,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self.masters = masters
        self._database = database
        self._clock = clock
        self._ticks = ticks
        self._newest: dict[str, tuple[float, Key]] = {}  # by owner; until when it is at hand
        self._opened: dict[str, tuple[float, Key]] = {}  # by id
        self._sealing: tuple[float, bool | None] = (0.0, None)
        self._lock = threading.Lock()

    def prepare(self) -> bool:
        """Whether what comes in is sealed; then the intake's key is at hand. Not within a transaction.

        It is sealed while the intake has a key; where it never had one, if one can be made. So it takes more than a
        setting that got lost to store things unsealed: see `KeyManagement.stop`.
        """
        until, sealing = self._sealing
        if self._ticks() >= until:
            with self._database.read() as connection:
                sealing = self._state(connection)
        sealing = self.masters.configured if sealing is None else sealing
        if sealing:
            self.ready(INTAKE)
        return sealing

    def in_use(self, connection: Connection) -> bool:
        """Whether anything may be sealed."""
        return self.masters.configured or self._state(connection) is not None

    def ready(self, owner: str) -> None:
        """Have an owner's key at hand before a transaction begins: making one may take long."""
        if self._at_hand(self._newest, owner) is not None:
            return
        with self._database.read() as connection:
            if self._read_newest(connection, owner) is not None:
                return
        made = self.new(owner)
        with self._database.write() as connection:
            self._take_in(connection, made)

    def newest(self, connection: Connection, owner: str) -> Key:
        """The key that wraps for an owner; made if there never was one, which needs a transaction that writes."""
        found = self._at_hand(self._newest, owner) or self._read_newest(connection, owner)
        return found or self._take_in(connection, self.new(owner))

    def opened(self, key_id: str, owner: str, wrapped: bytes) -> Key:
        """The key of a row."""
        found = self._at_hand(self._opened, key_id)
        if found is None:
            found = self.masters.unwrap(wrapped, key_id, owner)
            self._keep(self._opened, key_id, found)
        return found

    def look_again(self, owner: str | None = None) -> None:
        """Forget what is at hand: of an owner whose key was retired, or of all."""
        with self._lock:
            self._sealing = (0.0, None)
            if owner is None:
                self._newest.clear()
                self._opened.clear()
            else:
                self._newest.pop(owner, None)

    def new(self, owner: str) -> NewKey:
        """A new key of an owner, wrapped; asks the master keys' source, which may take long."""
        key = new_key(new_id())
        return NewKey(owner, key, self.masters.wrap(key, owner))

    def insert(self, connection: Connection, new: NewKey, actor: str) -> None:
        """Write it down."""
        now, master = self._clock(), wrapped_by(new.wrapped)
        row = {"id": new.key.name, "owner": new.owner, "master": master, "wrapped": new.wrapped, "created_at": now}
        connection.execute(insert(keys), row)
        subject = f"key:{new.key.name}"
        note_act(connection, at=now, actor=actor, action="key-created", object=subject, owner=new.owner, master=master)

    def _take_in(self, connection: Connection, made: NewKey) -> Key:
        """The new key, unless somebody else made one meanwhile. One that was retired on purpose gets no successor."""
        lock_keys(connection, made.owner)
        found = self._read_newest(connection, made.owner)
        if found is not None:
            return found
        if connection.execute(_LIVES, {"owner": made.owner}).first() is not None:
            raise Fault("key-retired", f"the last key of {made.owner}", elsewhere=True)
        self.insert(connection, made, SERVICE)
        self.look_again(made.owner)  # it is at hand when it is read the next time: this transaction may be undone
        return made.key

    def _read_newest(self, connection: Connection, owner: str) -> Key | None:
        row = connection.execute(_NEWEST, {"owner": owner}).one_or_none()
        if row is None:
            return None
        key = self.opened(row.id, owner, row.wrapped)
        self._keep(self._newest, owner, key)
        return key

    def _state(self, connection: Connection) -> bool | None:
        """Whether the intake has a key that is not retired; None: it never had one."""
        until, sealing = self._sealing
        if self._ticks() >= until:
            ended = connection.scalars(_LIVES, {"owner": INTAKE}).all()
            sealing = None in ended if ended else None
            self._sealing = (self._ticks() + _AT_HAND_SECONDS, sealing)
        return sealing

    def _at_hand(self, kept: dict[str, tuple[float, Key]], name: str) -> Key | None:
        until, key = kept.get(name, (0.0, None))
        return key if self._ticks() < until else None

    def _keep(self, kept: dict[str, tuple[float, Key]], name: str, key: Key) -> None:
        now = self._ticks()
        with self._lock:
            for old in [one for one, (until, _) in kept.items() if until <= now]:
                del kept[old]
            kept[name] = (now + _AT_HAND_SECONDS, key)


def lock_keys(connection: Connection, owner: str) -> None:
    """Let nobody else make or retire keys of this owner until the transaction ends."""
    lock(connection, f"keys:{owner}")
