"""Sealed storage: the data key of each submission, by whom it is wrapped, and what it seals.

A submission is sealed if it has a row in `data_keys`; whatever is kept of it then is sealed, however the settings stand
now. Its key is wrapped by the intake's until the submission is routed, then by its authority's.
"""

from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Executable, LargeBinary, Text, bindparam, delete, insert, select, update

from einvoice.errors import Fault
from einvoice.sealing import Key, new_key, unwrap, wrap
from einvoice.store.keyring import CURRENT, INTAKE, Keyring
from einvoice.store.tables import data_keys, keys

ORIGINAL, REPORT = "original", "report"  # what is sealed, as it is bound to its place
_SEALED = b"EISO"  # how a sealed object begins, see einvoice/sealing/envelope.py
_TRIES = 3  # a key may be retired while we wrap with it, but not every time

_COLUMN = data_keys.c
_WRAPPED = (
    select(_COLUMN.key_id, _COLUMN.wrapped, keys.c.owner, keys.c.wrapped.label("wrapped_key"))
    .join(keys, keys.c.id == _COLUMN.key_id)
    .where(_COLUMN.submission_id == bindparam("of_submission"))
)
_BY = CURRENT.add_columns(bindparam("of_submission", type_=Text).label("submission_id")).subquery()
_NEW = bindparam("new_wrapped", type_=LargeBinary)
_KEEP = (  # both return the row, so that it is certain that there is one
    insert(data_keys)
    .from_select(["submission_id", "key_id", "wrapped"], select(_BY.c.submission_id, _BY.c.id, _NEW))
    .returning(_COLUMN.submission_id)
)
_MOVE = (
    update(data_keys)
    .where(_COLUMN.submission_id == _BY.c.submission_id)
    .values(key_id=_BY.c.id, wrapped=_NEW)
    .returning(_COLUMN.submission_id)
)


class Vault:
    """Knows the data keys; whoever keeps something seals it and opens it.

    Where a key can't be had, each method raises Fault, elsewhere=True, with a cause out of `KEY_TROUBLE`; where a data
    key is not what was wrapped, Fault("sealed-damaged").
    """

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def check(self) -> None:
        """Raise Fault unless what comes in can be taken as it has to be: sealed, if it is to be sealed."""
        self._keyring.prepare()

    def new_data_key(self, submission_id: str) -> Key | None:
        """A data key for what comes in, to be kept by `keep`; None: it is not sealed. Not within a transaction."""
        return new_key(submission_id) if self._keyring.prepare() else None

    def keep(self, connection: Connection, data_key: Key) -> None:
        """Keep the key of a new submission, wrapped by the intake's; its row in `submissions` has to be there."""
        self._wrap(connection, data_key, INTAKE, _KEEP)

    def ready_for(self, authority_id: str | None) -> None:
        """Have an authority's key at hand before a transaction begins that routes something to it.

        Where that fails, the transaction will, if it needs the key.
        """
        if authority_id is not None and self._keyring.masters.configured:
            with suppress(Fault):
                if self._keyring.prepare():
                    self._keyring.ready(authority_id)

    def hand_to(self, connection: Connection, submission_id: str, authority_id: str | None) -> Key | None:
        """Have a submission's data key wrapped by its authority's; None: by the intake's. Returns the data key.

        None, with nothing done, where the submission is not sealed.
        """
        row = self._row(connection, submission_id)
        if row is None:
            return None
        data_key, owner = self._opened(row, submission_id), authority_id or INTAKE
        if row.owner != owner:
            self._wrap(connection, data_key, owner, _MOVE)
        return data_key

    def data_key(self, connection: Connection, submission_id: str) -> Key:
        """The key of what is sealed. Raises Fault("data-key-missing") if it was deleted: nobody can read it again."""
        row = self._row(connection, submission_id)
        if row is None:
            raise Fault("data-key-missing", submission_id, deterministic=True)
        return self._opened(row, submission_id)

    def forget(self, connection: Connection, submission_id: str) -> None:
        """Delete a data key: from then on nobody can read what it sealed, wherever copies of that lie.

        Backups and free space of the database may still hold the wrapped key; the operator handbook says what to do.
        """
        shred(connection)
        connection.execute(delete(data_keys).where(_COLUMN.submission_id == submission_id))

    def _row(self, connection: Connection, submission_id: str) -> Any:
        if not self._keyring.in_use(connection):
            return None
        return connection.execute(_WRAPPED, {"of_submission": submission_id}).one_or_none()

    def _opened(self, row: Any, submission_id: str) -> Key:
        by = self._keyring.opened(row.key_id, row.owner, row.wrapped_key)
        return unwrap(row.wrapped, by, submission_id, row.owner)

    def _wrap(self, connection: Connection, data_key: Key, owner: str, statement: Executable) -> None:
        """Keep it wrapped by the owner's key; by the next one if that is retired at this moment."""
        for _ in range(_TRIES):
            by = self._keyring.newest(connection, owner)
            given = {"of_submission": data_key.name, "key_id": by.name, "new_wrapped": wrap(data_key, by, owner)}
            if connection.execute(statement, given).first() is not None:
                return
            self._keyring.look_again(owner)
        raise Fault("key-retired", f"the key of {owner}", elsewhere=True)


def shred(connection: Connection) -> None:
    """Have SQLite overwrite what is deleted or replaced from now on; else it stays in the file until it needs the room.

    PostgreSQL keeps it until its own vacuum.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")


def is_sealed(kept: bytes) -> bool:
    """Whether bytes begin as a sealed object does. No report does otherwise; an original that came in may."""
    return kept.startswith(_SEALED)
