"""Wrapping data keys anew after their owner got a new key: in portions, while the service runs, until none is left."""

import time
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select, update

from einvoice.errors import Fault
from einvoice.sealing import Key, unwrap, wrap
from einvoice.store.database import Database
from einvoice.store.keyring import Keyring
from einvoice.store.tables import data_keys, keys

_PORTION = 500  # data keys in one transaction
_PAUSE_SECONDS = 0.2  # between two rounds
_LONGEST_SECONDS = 60.0  # no transaction of ours takes longer

_KEY, _DATA = keys.c, data_keys.c
_LEFT = (_KEY.owner == bindparam("of_owner"), _KEY.retired_at.is_not(None), _KEY.id != bindparam("by_key"))
# Rows that somebody else is at are left for the next round: who waits for nobody can't be part of a deadlock.
_NEXT = (
    select(_DATA.submission_id, _DATA.wrapped, _KEY.id.label("key_id"), _KEY.wrapped.label("wrapped_key"))
    .join(keys, _KEY.id == _DATA.key_id)
    .where(*_LEFT, _DATA.submission_id > bindparam("after"))
    .order_by(_DATA.submission_id)
    .limit(bindparam("most"))
    .with_for_update(of=data_keys, skip_locked=True)
)
# PostgreSQL numbers transactions when they first write. Whoever wraps by a key has written before it asks for that key;
# so those with a higher number than ours ask after the old one was retired. Only a number of our own tells: a
# snapshot's xmax is one above the last that ended, and those under way may have higher ones.
_MINE = "SELECT pg_current_xact_id()::text::bigint"
_OLDEST = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"  # of those that have not ended
_COUNT = select(func.count()).select_from(data_keys).join(keys, _KEY.id == _DATA.key_id).where(*_LEFT)
_MOVE = (
    update(data_keys)
    .where(_DATA.submission_id == bindparam("of_submission"))
    .values(key_id=bindparam("to_key"), wrapped=bindparam("new_wrapped", type_=_DATA.wrapped.type))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrapped:
    """What came of wrapping keys anew."""

    key: str  # id of the key that wraps them now
    count: int
    damaged: tuple[str, ...] = ()  # submissions whose data keys did not open; they were left as they are


class _Portion(NamedTuple):
    moved: int  # data keys wrapped anew
    last: str  # id of the last submission looked at


class Rewrapping:
    """Raises Fault with a cause out of `KEY_TROUBLE` where a key can't be had."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    def all(self, owner: str, by: Key) -> Rewrapped:
        """Wrap by a key of the owner whatever its retired keys hold; they were retired in a transaction before."""
        self._wait_for_others()
        count, damaged = 0, set[str]()
        while True:
            after = ""
            while portion := self._portion(owner, by, after, damaged):
                count, after = count + portion.moved, portion.last
            if self._left(owner, by) <= len(damaged):
                return Rewrapped(key=by.name, count=count, damaged=tuple(sorted(damaged)))
            time.sleep(_PAUSE_SECONDS)

    def _wait_for_others(self) -> None:
        """Until whoever writes at this moment has ended: they may not have seen yet that the old key is retired.

        On SQLite that is nobody: they come one after the other.
        """
        end = time.monotonic() + _LONGEST_SECONDS
        with self._database.read() as connection:
            if connection.dialect.name == "sqlite":
                return
            mine = connection.exec_driver_sql(_MINE).scalar_one()
        while time.monotonic() < end:
            with self._database.read() as connection:
                if connection.exec_driver_sql(_OLDEST).scalar_one() > mine:
                    return
            time.sleep(_PAUSE_SECONDS)

    def _portion(self, owner: str, by: Key, after: str, damaged: set[str]) -> _Portion | None:
        """The next ones behind a submission's id; None: there are no more."""
        asked = {"of_owner": owner, "by_key": by.name, "after": after, "most": _PORTION}
        with self._database.write() as connection:
            rows = connection.execute(_NEXT, asked).all()
            anew = [moved for row in rows if (moved := self._moved(row, owner, by, damaged))]
            if anew:
                connection.execute(_MOVE, anew)
        return _Portion(len(anew), rows[-1].submission_id) if rows else None

    def _moved(self, row: Any, owner: str, by: Key, damaged: set[str]) -> dict[str, object] | None:
        old = self._keyring.opened(row.key_id, owner, row.wrapped_key)
        try:
            data_key = unwrap(row.wrapped, old, row.submission_id, owner)
        except Fault:
            damaged.add(row.submission_id)
            return None
        return {"of_submission": row.submission_id, "to_key": by.name, "new_wrapped": wrap(data_key, by, owner)}

    def _left(self, owner: str, by: Key) -> int:
        with self._database.read() as connection:
            return connection.scalar(_COUNT, {"of_owner": owner, "by_key": by.name}) or 0
