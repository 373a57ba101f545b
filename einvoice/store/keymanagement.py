"""What an operator does with keys: look at them, replace them, end sealing or begin it again, seal what is not yet.

Replacing a key wraps other keys anew; no stored object is touched. Every act is an entry in the audit chain.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from einvoice.store.authorities import read_authority
from einvoice.store.database import Database
from einvoice.store.errors import NotPossible
from einvoice.store.journal import note_act
from einvoice.store.keyring import INTAKE, Keyring, lock_keys
from einvoice.store.rewrapping import Rewrapped, Rewrapping
from einvoice.store.tables import authorities, data_keys, keys

_KEY, _DATA = keys.c, data_keys.c

_REWRAP = (
    update(keys)
    .where(_KEY.id == bindparam("of_key"), _KEY.wrapped == bindparam("old_wrapped", type_=_KEY.wrapped.type))
    .values(wrapped=bindparam("new_wrapped", type_=_KEY.wrapped.type), master=bindparam("new_master"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyListed:
    """An intake or authority key, without anything secret."""

    id: str
    owner: str  # "intake", or an authority's id
    name: str  # of the authority; "" for the intake
    master: str  # id of the master key that wraps it
    created_at: datetime
    retired_at: datetime | None
    holds: int  # data keys wrapped by it: as many sealed submissions


class KeyManagement:
    """Each method raises Fault with a cause out of `KEY_TROUBLE` where a key can't be had."""

    def __init__(self, database: Database, keyring: Keyring, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._keyring = keyring
        self._masters = keyring.masters
        self._rewrapping = Rewrapping(database, keyring)
        self._clock = clock

    def all(self) -> tuple[KeyListed, ...]:
        """Every key there is, oldest first; needs no master key."""
        holds = select(_DATA.key_id, func.count().label("holds")).group_by(_DATA.key_id).subquery()
        query = (
            select(keys, authorities.c.name, func.coalesce(holds.c.holds, 0).label("holds"))
            .outerjoin(authorities, authorities.c.id == _KEY.owner)
            .outerjoin(holds, holds.c.key_id == _KEY.id)
            .order_by(_KEY.created_at, _KEY.id)
        )
        with self._database.read() as connection:
            return tuple(map(_listed, connection.execute(query)))

    def masters_at_hand(self) -> tuple[str, ...]:
        """Ids of the master keys that can be had now, the one that wraps anew first."""
        return self._masters.names if self._masters.configured else ()

    def rotate_master(self, *, actor: str = "admin") -> Rewrapped:
        """Wrap every intake and authority key by the first master key."""
        first = self._masters.names[0]
        with self._database.read() as connection:
            rows = connection.execute(select(_KEY.id, _KEY.owner, _KEY.wrapped).order_by(_KEY.id)).all()
        anew = [
            {"of_key": row.id, "old_wrapped": row.wrapped, "new_wrapped": wrapped, "new_master": first}
            for row in rows
            if (wrapped := self._masters.rewrap(row.wrapped, row.id, row.owner)) != row.wrapped
        ]
        with self._database.write() as connection:
            count = sum(connection.execute(_REWRAP, one).rowcount for one in anew)
            if count:
                self._note(connection, actor, "keys-rewrapped", f"master-key:{first}", count=str(count))
        return Rewrapped(key=first, count=count)

    def rotate(self, owner: str, *, actor: str = "admin") -> Rewrapped:
        """Give the intake or an authority a new key, and wrap by it what its earlier ones wrap. Raises NotFound.

        Broken off, it is finished by the next time: whatever retired keys still hold is wrapped anew.
        """
        made = self._keyring.new(owner)
        with self._database.write() as connection:
            if owner != INTAKE:
                read_authority(connection, owner)
            self._retire(connection, owner, actor)
            self._keyring.insert(connection, made, actor)
        self._keyring.look_again(owner)
        done = self._rewrapping.all(owner, made.key)
        with self._database.write() as connection:
            subject = f"key:{made.key.name}"
            self._note(connection, actor, "keys-rewrapped", subject, owner=owner, count=str(done.count))
        return done

    def stop_sealing(self, *, actor: str = "admin") -> None:
        """Take in unsealed what comes from now on; other processes follow within a minute. Needs no master key.

        What is sealed stays so. Raises NotPossible("not-sealing").
        """
        with self._database.write() as connection:
            if not self._retire(connection, INTAKE, actor):
                raise NotPossible("not-sealing")
            self._note(connection, actor, "sealing-stopped", "store")
        self._keyring.look_again(INTAKE)

    def resume_sealing(self, *, actor: str = "admin") -> None:
        """Seal again what comes in; other processes follow within a minute. Raises NotPossible("sealing-already")."""
        made = self._keyring.new(INTAKE)
        with self._database.write() as connection:
            lock_keys(connection, INTAKE)
            live = select(_KEY.id).where(_KEY.owner == INTAKE, _KEY.retired_at.is_(None))
            if connection.execute(live).first():
                raise NotPossible("sealing-already")
            self._keyring.insert(connection, made, actor)
            self._note(connection, actor, "sealing-resumed", "store")
        self._keyring.look_again(INTAKE)

    def _retire(self, connection: Connection, owner: str, actor: str) -> int:
        """End the keys of an owner that may still wrap; how many."""
        lock_keys(connection, owner)
        now = self._clock()
        ended = (
            update(keys).where(_KEY.owner == owner, _KEY.retired_at.is_(None)).values(retired_at=now).returning(_KEY.id)
        )
        retired = connection.scalars(ended).all()
        for key_id in retired:
            self._note(connection, actor, "key-retired", f"key:{key_id}", owner=owner)
        return len(retired)

    def _note(self, connection: Connection, actor: str, action: str, subject: str, **details: str) -> None:
        note_act(connection, at=self._clock(), actor=actor, action=action, object=subject, **details)


def _listed(row: Any) -> KeyListed:
    return KeyListed(
        id=row.id,
        owner=row.owner,
        name=row.name or "",
        master=row.master,
        created_at=row.created_at,
        retired_at=row.retired_at,
        holds=row.holds,
    )
