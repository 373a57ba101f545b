"""How SQLite and PostgreSQL are connected to, so that what is committed survives a power cut and nobody waits for ever.

What they say when something is wrong may quote what is stored; here it is taken out, so that it gets into no log.
"""

import re
import time
from pathlib import Path
from sqlite3 import SQLITE_BUSY
from sqlite3 import Connection as SqliteConnection
from sqlite3 import DatabaseError as SqliteError
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

if TYPE_CHECKING:  # not needed where SQLite is used, and slow to load
    from psycopg import Connection as PsycopgConnection

BUSY_SECONDS = 30  # how long a writer waits for another one, and how long one may stand still with what it has locked
STATEMENT_SECONDS = 60  # the longest a single statement may take, but for migrations and backups
_BUSY_TIMEOUT = f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}"
_LOOK_SECONDS = 0.0005  # between two tries to become SQLite's writer
SQLITE_CONNECTIONS = 20  # kept open, for opening one costs more than most transactions; there may be more
CONNECTIONS = 10  # of one process to PostgreSQL; threads beyond wait for their turn

# What each connection to SQLite sets, and what SQLite must answer, for a commit to be durable and references to hold.
PRAGMAS: dict[str, tuple[str, object]] = {
    "journal_mode": ("WAL", "wal"),
    "synchronous": ("FULL", 2),
    "foreign_keys": ("ON", 1),
    "wal_autocheckpoint": ("0", 0),  # `Database` sees to it
}

# What PostgreSQL must answer, for a commit to be durable and every character to be storable. Of synchronous_commit,
# "local" and "remote_write" are refused too: where there are standbys, a commit must not be lost when one takes over.
SERVER: dict[str, tuple[str, ...]] = {
    "fsync": ("on",),
    "full_page_writes": ("on",),
    "synchronous_commit": ("on", "remote_apply"),
    "server_encoding": ("UTF8",),
}

# How PostgreSQL is connected to, unless the URL says otherwise: a server that is gone is noticed within half a minute.
_CONNECT = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": BUSY_SECONDS * 1000,
    "client_encoding": "utf8",
    "fallback_application_name": "einvoice",
}
_SESSION = f"""
    SELECT set_config('synchronous_commit', 'on', false)
     WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply');
    SET lock_timeout = '{BUSY_SECONDS}s';
    SET statement_timeout = '{STATEMENT_SECONDS}s';
    SET idle_in_transaction_session_timeout = '{BUSY_SECONDS}s';
    SET timezone = 'UTC';
    SET datestyle = 'ISO';
"""
_DEADLOCK = "40P01"  # PostgreSQL, appendix A: error codes
_QUOTED = re.compile("\"[^\"]*\"|'[^']*'|»[^«]*«|„[^“]*“")


def new_engine(url: str) -> Engine:
    """An engine for `sqlite:///FILE` (its folder is made) or `postgresql+psycopg://…`; nothing is connected yet."""
    address = make_url(url)
    return _sqlite(address) if address.get_backend_name() == "sqlite" else _postgresql(address)


def said(error: DBAPIError) -> str:
    """What the database said, without what it may have quoted: values, names, addresses."""
    state = getattr(error.orig, "sqlstate", None)
    if state:
        return f"{type(error.orig).__name__} ({state})"
    return _QUOTED.sub("…", str(error.orig).partition("\n")[0])


def is_deadlock(error: BaseException | None) -> bool:
    """Whether two transactions waited for each other, and this one was undone so that the other could go on."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) == _DEADLOCK


def _sqlite(address: URL) -> Engine:
    if address.database:
        Path(address.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = create_engine(address, hide_parameters=True, pool_size=SQLITE_CONNECTIONS, max_overflow=-1)
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _postgresql(address: URL) -> Engine:
    engine = create_engine(
        address,
        hide_parameters=True,
        isolation_level="READ COMMITTED",
        connect_args={name: value for name, value in _CONNECT.items() if name not in address.query},
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_timeout=BUSY_SECONDS,
        pool_pre_ping=True,  # one that was cut while it lay idle is replaced, not handed out
    )
    event.listen(engine, "connect", _prepare_postgresql)
    event.listen(engine, "handle_error", _redact)
    return engine


def _prepare_sqlite(connection: SqliteConnection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver must not begin transactions itself: `begin_…` do
    connection.execute(_BUSY_TIMEOUT)
    for name, (value, _expected) in PRAGMAS.items():
        connection.execute(f"PRAGMA {name} = {value}")


def begin_reading(connection: Connection) -> None:
    """Have SQLite begin a transaction; from its first question on, it sees the database as it is then."""
    _driver(connection).execute("BEGIN")


def begin_writing(connection: Connection) -> None:
    """Become SQLite's writer. It looks ever more seldom while it waits, up to every 100 ms; a turn takes 1 ms."""
    driver = _driver(connection)
    end = time.monotonic() + BUSY_SECONDS
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        while time.monotonic() < end:
            try:
                driver.execute("BEGIN IMMEDIATE")
            except SqliteError as error:  # a file that is none comes as something else than a locked one
                if error.sqlite_errorcode & 0xFF != SQLITE_BUSY:
                    break
                time.sleep(_LOOK_SECONDS)
            else:
                return
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # raises as everything else does, or is lucky
    finally:
        driver.execute(_BUSY_TIMEOUT)


def _driver(connection: Connection) -> SqliteConnection:
    """Past SQLAlchemy, which takes longer to hand a statement on than SQLite to begin a transaction."""
    driver: SqliteConnection = connection.connection.driver_connection  # type: ignore[assignment]
    return driver


def _prepare_postgresql(connection: "PsycopgConnection[Any]", _: ConnectionPoolEntry) -> None:
    connection.execute(_SESSION)
    connection.commit()


def _redact(context: ExceptionContext) -> None:
    """PostgreSQL quotes the row it refuses behind the first line of its message."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and error.args:
            error.args = (str(error.args[0]).partition("\n")[0], *error.args[1:])
