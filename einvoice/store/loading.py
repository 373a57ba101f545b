"""Fills an empty database with the tables of a backup, in one transaction: all of it is there, or nothing.

The tables are filled as they were when the backup was made, and then migrated like those of any older version.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Integer, Table, delete, func, insert, select, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError

from einvoice.model.submission import Door
from einvoice.model.transitions import IllegalTransition
from einvoice.store.changes import Cause, locked_row
from einvoice.store.database import MIGRATIONS, Database, lock
from einvoice.store.erasing import erase
from einvoice.store.journal import Note, note
from einvoice.store.snapshot import LEFT_OUT, tables_there
from einvoice.store.tables import audit_head, doors, metadata
from einvoice.store.vault import Vault

RESTORE = "restore"  # the actor of what is done here
_LOCK = "restore"
_VERSION = "alembic_version"
_UNFIT = (IntegrityError, DataError)  # the row's fault; the rest is trouble with the database
_OF_AN_EMPTY_ONE = (*LEFT_OUT, audit_head.name, doors.name)  # tables in which an empty service may have rows
_UNHURRIED = "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"


class NotEmpty(Exception):
    """There is something already; `rows` says how much, by table."""

    def __init__(self, rows: Mapping[str, int]) -> None:
        super().__init__(dict(rows))
        self.rows = rows


class NotLoadable(Exception):
    """What the backup holds does not fit into its own tables."""


def has_begun(database: Database) -> bool:
    """Whether a restore was begun here and did not end."""
    with database.read() as connection:
        return connection.execute(select(doors.c.door).where(doors.c.paused_by == RESTORE)).first() is not None


def begin(database: Database, at: datetime, reason: str) -> None:
    """Close all doors until the tables are loaded: a service started before takes nothing in. Raises NotEmpty.

    The pauses come from nowhere the audit log knows of, and go with what is loaded.
    """
    with database.write() as connection:
        lock(connection, _LOCK)
        _assert_empty(connection)
        connection.execute(delete(doors))
        row = {"paused_at": at, "paused_by": RESTORE, "reason": reason}
        connection.execute(insert(doors), [{"door": door, **row} for door in Door])


@dataclass(frozen=True, slots=True)
class Loading:
    """The transaction that fills the tables."""

    tables: Mapping[str, Table]
    _connection: Connection

    def insert(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
        """Fill in rows; how many. Raises NotLoadable."""
        table = self.tables.get(name)
        if table is None or not set(columns) <= set(table.columns.keys()):
            raise NotLoadable(f"there is no table {name}, or not with all of its columns")
        values = [dict(zip(columns, row, strict=True)) for row in rows]
        if values:
            try:
                self._connection.execute(insert(table), values)
            except StatementError as error:
                if isinstance(error, DBAPIError) and not isinstance(error, _UNFIT):
                    raise
                raise NotLoadable(f"a row of {name} does not go into its table") from error
        return len(values)

    def complete(self, vault: Vault, gone: Mapping[str, str], restored: Note) -> None:
        """After the last row: migrate, delete what was deleted while the backup was made, and write down who did it.

        `gone`: submissions, each with the rule by which they were deleted.
        """
        _count_on(self._connection, self.tables.values())
        _migrate(self._connection, "head")
        cause = Cause(actor=RESTORE, at=restored.at)
        for submission_id, rule in gone.items():
            row = locked_row(self._connection, submission_id)
            with suppress(IllegalTransition):  # the backup took for ever; a verification will name what is missing
                erase(self._connection, vault, [(row, rule)], cause)
        note(self._connection, restored)


@contextmanager
def loading(database: Database, revision: str, names: Iterable[str]) -> Iterator[Loading]:
    """Tables of that revision, empty, to be filled; durable once the block has been left. Raises NotEmpty."""
    with database.write() as connection:
        lock(connection, _LOCK)
        _assert_empty(connection)
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(_UNHURRIED)
        if MigrationContext.configure(connection).get_current_revision() != revision:
            metadata.drop_all(connection)
            connection.execute(text(f"DROP TABLE {_VERSION}"))
            _migrate(connection, revision)
        tables = tables_there(connection, tuple(names))
        for table in reversed(tables):
            connection.execute(delete(table))
        yield Loading({table.name: table for table in tables}, connection)


def rows_there(database: Database) -> dict[str, int]:
    """How many rows there are by table; nothing where the service is empty, even if a restore was begun."""
    with database.read() as connection:
        return _rows_there(connection)


def _assert_empty(connection: Connection) -> None:
    there = _rows_there(connection)
    if there:
        raise NotEmpty(there)


def _rows_there(connection: Connection) -> dict[str, int]:
    counts = {
        table.name: select(func.count()).select_from(table)
        for table in metadata.sorted_tables
        if table.name not in _OF_AN_EMPTY_ONE
    }
    counts[doors.name] = select(func.count()).select_from(doors).where(doors.c.paused_by != RESTORE)
    rows = {name: connection.scalar(count) or 0 for name, count in counts.items()}
    return {name: count for name, count in rows.items() if count}


def _migrate(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _count_on(connection: Connection, tables: Iterable[Table]) -> None:
    """Have PostgreSQL number new rows behind those that are there; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables:
        for column in table.primary_key.columns:
            if not isinstance(column.type, Integer):
                continue
            sequence = connection.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
            if sequence is not None:
                following = select(func.coalesce(func.max(column), 0) + 1).scalar_subquery()
                connection.execute(select(func.setval(sequence, following, False)))
