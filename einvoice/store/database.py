"""Transactions on the database, and its migration at start.

`read()` sees one consistent snapshot and waits for nobody. `write()`: on SQLite it takes the write lock first (BEGIN
IMMEDIATE), so that nothing read inside it can change before its commit; on PostgreSQL (READ COMMITTED) it keeps to
itself what it has locked, rows by FOR UPDATE and whatever has a name by `lock`.
"""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import BigInteger, Connection, func, literal, select
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, NotSupportedError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from einvoice.errors import Fault
from einvoice.store import journal
from einvoice.store.engines import (
    BUSY_SECONDS,
    PRAGMAS,
    SERVER,
    begin_reading,
    begin_writing,
    new_engine,
    said,
)

MIGRATIONS = Path(__file__).resolve().parent / "migrations"
# Transactions of a process. An invoice changes some 50 pages, mostly the same ones as the invoice before: the longer
# SQLite's log may grow (here to some 40 MiB for each process), the fewer pages are copied.
CHECKPOINT_EVERY = 150
TABLE_SECONDS = 5  # how long a migration waits for a table that running programs use, before it gives up and is undone

_OURS = (IntegrityError, DataError, ProgrammingError, NotSupportedError)  # mistakes of ours; the rest is trouble there
_SNAPSHOT: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
_UNHURRIED = "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"
_SINCE = "_since_"  # in a revision's name, see `_is_older`

log = structlog.get_logger()


class Database:
    """One engine for the whole process; connections may be used by any thread, one at a time."""

    def __init__(self, url: str) -> None:
        self._engine = new_engine(url)
        self._is_sqlite = self._engine.dialect.name == "sqlite"
        self._reading = self._engine.execution_options(**({} if self._is_sqlite else _SNAPSHOT))
        self._writing = self._engine.execution_options(write=True)
        self._writer = threading.Lock()
        self._commits = count(1)

    @contextmanager
    def read(self, *, unhurried: bool = False) -> Iterator[Connection]:
        """A transaction that only reads; it never waits for a writer. Raises Fault("database").

        `unhurried`: it may take as long as it likes, as a backup does.
        """
        with _faults(), self._reading.begin() as connection:
            if self._is_sqlite:
                begin_reading(connection)
            elif unhurried:
                connection.exec_driver_sql(_UNHURRIED)
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that writes; durable once the block has been left, undone if it raised. As `read`.

        After a Fault it is unknown whether it was undone: the connection may have been cut right after the commit.
        """
        with self._turn(), _faults(), self._writing.begin() as connection:
            if self._is_sqlite:
                begin_writing(connection)
            journal.begin(connection)
            yield connection
            journal.flush(connection)
        if self._is_sqlite and next(self._commits) % CHECKPOINT_EVERY == 0:
            self._checkpoint()

    def _checkpoint(self) -> None:
        """Copy what is committed from SQLite's log into the database, so that the log begins anew and grows no further.

        Meanwhile nobody commits, in no process: before 3.51.3, SQLite may damage the database where a commit begins the
        log anew just as it is copied (sqlite.org/wal.html#walresetbug). Never raises: the next one will do it.
        """
        try:
            with self._turn(), _faults(), self._writing.begin() as writer, self._engine.connect() as other:
                begin_writing(writer)
                other.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")
        except Fault as fault:
            log.warning("checkpoint-failed", detail=fault.notice.detail)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Threads of this process ask SQLite one after the other; it lets one writer in at a time anyway."""
        if not self._is_sqlite:
            yield
            return
        if not self._writer.acquire(timeout=BUSY_SECONDS):
            raise Fault("database", "another thread writes for too long", elsewhere=True)
        try:
            yield
        finally:
            self._writer.release()

    def close(self) -> None:
        """Close all connections; the next use opens new ones."""
        self._engine.dispose()

    def assert_durable(self) -> None:
        """Raise Fault("database-not-durable") unless commits survive a power cut."""
        wanted = {name: (value,) for name, (_, value) in PRAGMAS.items()} if self._is_sqlite else SERVER
        ask = "PRAGMA" if self._is_sqlite else "SHOW"
        with self.read() as connection:
            for name, good in wanted.items():
                found = connection.exec_driver_sql(f"{ask} {name}").scalar_one()
                if found not in good:
                    raise Fault("database-not-durable", f"{name} is {found}, not {good[0]}", deterministic=True)

    def migrate(self) -> None:
        """Bring the tables to the newest version, in one transaction; a second process waits and finds it done.

        Tables of a newer program stay as they are, if they are made to be used by this one too; otherwise raises
        Fault("database-newer"). A migration that fails raises Fault("database-migration").
        """
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        try:
            with self.write() as connection:
                _wait_for_others(connection)
                if _is_older(connection, ScriptDirectory.from_config(config)):
                    config.attributes["connection"] = connection
                    command.upgrade(config, "head")
        except DBAPIError as error:
            raise Fault("database-migration", said(error), deterministic=True) from error


def lock(connection: Connection, name: str) -> None:
    """Keep others that lock this name waiting until the transaction ends. SQLite has one writer at a time anyway."""
    if connection.dialect.name == "postgresql":
        number = int.from_bytes(hashlib.sha256(name.encode(errors="replace")).digest()[:8], "big", signed=True)
        connection.execute(select(func.pg_advisory_xact_lock(literal(number, BigInteger))))


def _wait_for_others(connection: Connection) -> None:
    """Migrate alone, however long others take. But whoever waits for a table keeps all others from it, so not long."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0")
        lock(connection, "migration")
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{TABLE_SECONDS}s'")


def _is_older(connection: Connection, scripts: ScriptDirectory) -> bool:
    """Whether there is something to migrate; raises Fault("database-newer") if a newer program changed too much.

    A migration that only adds, so that programs from revision 0003 on can use its tables as well, says so in its name:
    `0005_since_0003`. The database keeps the name, and a program that has never heard of 0005 knows where it stands.
    """
    found = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in scripts.walk_revisions()}
    if found is None or found in known:
        return found != scripts.get_current_head()
    since = found.partition(_SINCE)[2]
    if since not in {revision.partition(_SINCE)[0] for revision in known}:
        raise Fault("database-newer", found, deterministic=True)
    return False


@contextmanager
def _faults() -> Iterator[None]:
    """A database that can't be reached or can't write is a Fault: away, locked, deadlock, disk full."""
    try:
        yield
    except NoConnectionFree as error:
        raise Fault("database", "no connection free", elsewhere=True) from error
    except DBAPIError as error:
        if isinstance(error, _OURS):
            raise
        raise Fault("database", said(error), elsewhere=True) from error
