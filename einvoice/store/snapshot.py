"""Everything the database holds, table by table and as of one moment, and the objects it speaks of: for a backup.

Tables are read as they stand there, be the database of an older version; `loading` is the way back.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, MetaData, Table, case, exists, false, func, inspect, null, select, types
from sqlalchemy.sql.elements import ColumnElement

from einvoice.errors import Fault
from einvoice.model.submission import EventKind, Handling
from einvoice.store.database import MIGRATIONS, Database
from einvoice.store.tables import events, metadata, submissions

# Tables that are not backed up, and why. Any other one is.
LEFT_OUT: Mapping[str, str] = {
    "secrets": "made anew at the next start; they sign wake-ups, which are not backed up",
    "workers": "say which processes work at this moment",
    "folders": "say how drop folders are at this moment",
    "folder_wishes": "acted upon within seconds; whoever still wants it asks again",
    "sessions": "people sign in again; one that was ended must not come back",
    "sign_in_links": "used once, within minutes",
}

_ROWS = 500  # fetched at once


class Kind(StrEnum):
    """What a column holds, whatever the database calls it."""

    TEXT = "text"
    INTEGER = "integer"
    TIME = "time"
    BYTES = "bytes"
    JSON = "json"


_KINDS: tuple[tuple[type[types.TypeEngine[Any]], Kind], ...] = (
    (types.String, Kind.TEXT),
    (types.Integer, Kind.INTEGER),
    (types.DateTime, Kind.TIME),
    (types.LargeBinary, Kind.BYTES),
    (types.JSON, Kind.JSON),
)


def kind_of(column: Column[Any]) -> Kind:
    """What a column holds; every column of ours is one of these."""
    held = column.type.impl_instance if isinstance(column.type, types.TypeDecorator) else column.type
    return next(kind for type_, kind in _KINDS if isinstance(held, type_))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One moment of the database; good while its block lasts."""

    revision: str  # of the tables
    tables: tuple[Table, ...]  # in an order in which they can be filled
    _connection: Connection

    def head(self) -> tuple[int, str] | None:
        """Number and hash of the last entry of the audit log; None: these tables know of no log."""
        known = self._table("audit_head")
        if known is None:
            return None
        row = self._connection.execute(select(known.c.number, known.c.hash)).one()
        return row.number, row.hash

    def count(self, table: Table) -> int:
        """How many rows."""
        return self._connection.scalar(select(func.count()).select_from(table)) or 0

    def rows(self, table: Table) -> Iterator[tuple[Any, ...]]:
        """All rows by primary key, as they come from the database; raises Fault for one that makes no sense."""
        query = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=_ROWS)
        try:
            yield from map(tuple, self._connection.execute(query))
        except (TypeError, ValueError) as error:  # somebody wrote what the column can't hold
            raise Fault("database-nonsense", f"a row of {table.name} can't be read", deterministic=True) from error

    def count_objects(self) -> int:
        """How many there are of `objects`."""
        return self._connection.scalar(select(func.count(self._name().distinct())).where(self._has_object())) or 0

    def objects(self) -> Iterator[tuple[str, str | None]]:
        """Each stored object that a submission of this moment has: name, and SHA-256 unless it is sealed."""
        columns = self._submissions().c
        known = self._table("data_keys")
        sealed = false() if known is None else exists().where(known.c.submission_id == columns.id)
        query = select(self._name(), case((sealed, null()), else_=columns.sha256))
        query = query.where(self._has_object()).distinct().order_by(self._name())
        yield from self._connection.execute(query.execution_options(yield_per=_ROWS))

    def owners(self, name: str) -> tuple[str, ...]:
        """The submissions whose original is that object."""
        mine = self._submissions().c
        return tuple(self._connection.scalars(select(mine.id).where(self._name() == name, self._has_object())))

    def master_keys(self) -> tuple[str, ...]:
        """Ids of the master keys without which what is sealed can't be read; none: nothing is sealed."""
        known = self._table("keys")
        return () if known is None else tuple(self._connection.scalars(select(known.c.master).distinct()))

    def _table(self, name: str) -> Table | None:
        return next((table for table in self.tables if table.name == name), None)

    def _submissions(self) -> Table:
        found = self._table("submissions")
        assert found is not None
        return found

    def _name(self) -> ColumnElement[str]:
        columns = self._submissions().c
        return func.coalesce(columns.blob, columns.sha256) if "blob" in columns else columns.sha256

    def _has_object(self) -> ColumnElement[bool]:
        return self._submissions().c.handling != Handling.EXPIRED


@contextmanager
def open_snapshot(database: Database) -> Iterator[Snapshot]:
    """The database as it is at this moment; for as long as it takes. Keeps nobody waiting but a migration.

    Raises Fault: "database-missing" (none of ours), "database-newer" (there may be tables this program does not know).
    """
    with database.read(unhurried=True) as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
        if revision is None or not inspect(connection).has_table(submissions.name):
            raise Fault("database-missing", "there are no tables of ours in it; is EINVOICE_DATABASE_URL right?")
        if revision not in revisions():
            detail = f"its tables are of revision {revision}; use the program that made them"
            raise Fault("database-newer", detail, deterministic=True)
        wanted = [name for name in metadata.tables if name not in LEFT_OUT]
        yield Snapshot(revision, tables_there(connection, wanted), connection)


def revisions() -> tuple[str, ...]:
    """The revisions of the tables that this program knows, newest first."""
    return tuple(script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions())


def tables_there(connection: Connection, names: Collection[str]) -> tuple[Table, ...]:
    """Those of the tables that there are, with the columns they have here, in an order in which they can be filled."""
    found = set(inspect(connection).get_table_names())
    there = MetaData()
    there.reflect(connection, only=[name for name in names if name in found])
    return tuple(map(_typed, there.sorted_tables))


def erased(database: Database, ids: Collection[str]) -> dict[str, str]:
    """Those of the submissions that have been deleted by now, each with the rule that said so."""
    query = select(events.c.submission_id, events.c.reason).where(
        events.c.submission_id.in_(ids), events.c.kind == EventKind.EXPIRED
    )
    with database.read() as connection:
        return {row.submission_id: row.reason for row in connection.execute(query)}


def is_elsewhere(database: Database, submission_id: str, name: str) -> bool:
    """Whether a submission's object has another name by now, as one gets that lay under its hash when it is sealed."""
    query = select(func.coalesce(submissions.c.blob, submissions.c.sha256)).where(submissions.c.id == submission_id)
    with database.read() as connection:
        return connection.scalar(query) not in (None, name)


def _typed(table: Table) -> Table:
    """With our own types where the column is one of ours: times have a zone on every database."""
    known = metadata.tables.get(table.name)
    for column in table.columns:
        if known is not None and column.name in known.columns:
            column.type = known.columns[column.name].type
    return table
