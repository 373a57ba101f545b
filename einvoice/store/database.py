"""The connection to the database, set so that what is committed survives a power cut; and its migration at start.

Transactions: `read()` sees one consistent snapshot; `write()` takes the write lock first (BEGIN IMMEDIATE), so that
nothing read inside it can change before its commit, and no two writers run into a deadlock.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as SqliteConnection

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from einvoice.errors import Fault

MIGRATIONS = Path(__file__).resolve().parent / "migrations"
BUSY_SECONDS = 30  # how long a writer waits for another one

# What SQLite must answer for a commit to be durable, and for references to hold.
PRAGMAS: dict[str, tuple[str, object]] = {
    "journal_mode": ("WAL", "wal"),
    "synchronous": ("FULL", 2),
    "foreign_keys": ("ON", 1),
}


class Database:
    """One engine for the whole process; connections may be used by any thread, one at a time."""

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)
        self._writing = self._engine.execution_options(write=True)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads; it never waits for a writer. Raises Fault("database")."""
        with _faults(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that writes; durable once the block has been left, undone if it raised. As `read`."""
        with _faults(), self._writing.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close all connections; the next use opens new ones."""
        self._engine.dispose()

    def assert_durable(self) -> None:
        """Raise Fault("database-not-durable") unless commits survive a power cut."""
        if self._engine.dialect.name != "sqlite":
            raise Fault("database-unsupported", self._engine.dialect.name, deterministic=True)
        with self.read() as connection:
            for name, (_, expected) in PRAGMAS.items():
                found = connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                if found != expected:
                    raise Fault("database-not-durable", f"{name} is {found}, not {expected}", deterministic=True)

    def migrate(self) -> None:
        """Bring the tables to the newest version, in one transaction; a second process waits and finds it done."""
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        try:
            with self.write() as connection:
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        except DatabaseError as error:
            raise Fault("database-migration", str(error.orig), deterministic=True) from error


@contextmanager
def _faults() -> Iterator[None]:
    """A database that can't be reached or can't write is a Fault: away, locked, disk full."""
    try:
        yield
    except OperationalError as error:
        raise Fault("database", str(error.orig)) from error


def _engine(url: str) -> Engine:
    engine = create_engine(url, hide_parameters=True)  # what is stored must not get into logs through error messages
    if engine.dialect.name == "sqlite":
        database = make_url(url).database
        if database:
            Path(database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: SqliteConnection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver must not begin transactions itself: `_begin` does
    connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    for name, (value, _expected) in PRAGMAS.items():
        connection.execute(f"PRAGMA {name} = {value}")


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
