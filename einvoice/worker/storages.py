"""The three places a queue can be, by one setting: a SQLite file, Redis, PostgreSQL. Huey knows how to use each.

Opening reaches nothing yet: the first use does, and the next one after a failure. No use waits longer than `PATIENCE`
for an answer. None waits for the disk: a crash leaves the queue undamaged, and a lost wake-up is no loss.
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog
from huey import Huey, PostgresHuey, PriorityRedisHuey, SqliteHuey
from huey.storage import PostgresStorage, PriorityRedisStorage, SqliteStorage
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from redis import ConnectionPool
from redis.backoff import NoBackoff
from redis.retry import Retry

from einvoice.settings import Settings

PATIENCE = 2  # seconds
LISTEN_SECONDS = 1.0  # how long Redis and PostgreSQL are asked to wait for something to come; less than PATIENCE
_NAME = "einvoice"  # of the queue, among others in the same Redis or PostgreSQL
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_POSTGRES_LOCK = 0x65696E766F696365  # any number nobody else locks

log = structlog.get_logger()


def open_huey(settings: Settings) -> Huey:
    """The queue that `queue_url` names; raises ValueError if it is no address."""
    try:
        return _OPEN[urlsplit(settings.queue_url).scheme](settings)
    except (ValueError, ProgrammingError):  # what they say may quote the password
        raise ValueError("EINVOICE_QUEUE_URL is no address of Redis or PostgreSQL") from None


class _SqliteStorage(SqliteStorage):  # type: ignore[misc]  # huey has no types
    """A damaged file is moved aside and begun anew, for it holds nothing but wake-ups."""

    def _create_connection(self) -> sqlite3.Connection:
        try:
            return self._open()
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _DAMAGED:
                raise
        _move_aside(Path(self.filename))
        return self._open()

    def _open(self) -> sqlite3.Connection:
        Path(self.filename).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        connection: sqlite3.Connection = super()._create_connection()
        try:
            connection.execute("PRAGMA synchronous = NORMAL")
            for statement in self.ddl:
                connection.execute(statement)
        except sqlite3.Error:
            connection.close()
            raise
        return connection


def _move_aside(path: Path) -> None:
    aside = path.with_name(f"{path.name}.damaged")
    log.warning("queue-damaged", moved_to=aside.name)
    for ending in ("-wal", "-shm"):  # left there, they would be taken for the new file's
        path.with_name(path.name + ending).unlink(missing_ok=True)
    with suppress(FileNotFoundError):  # another process was faster
        os.replace(path, aside)


class _RedisStorage(PriorityRedisStorage):  # type: ignore[misc]  # huey has no types
    def close(self) -> None:
        self.pool.disconnect(inuse_connections=False)


class _PostgresStorage(PostgresStorage):  # type: ignore[misc]  # huey has no types
    """Makes its tables when it first gets through, not when it is opened."""

    def _create_connection(self) -> Any:
        connection = self._connect()
        try:
            connection.execute(f"SET statement_timeout = {PATIENCE * 1000}")
            connection.execute("SET synchronous_commit = off")
            with connection.transaction():
                connection.execute("SELECT pg_advisory_xact_lock(%s)", (_POSTGRES_LOCK,))  # many hosts start at once
                for statement in self.ddl:
                    connection.execute(statement)
        except Exception:
            connection.close()
            raise
        return connection


def _sqlite(settings: Settings) -> Huey:
    path = settings.data_dir.resolve() / "queue.db"
    return SqliteHuey(_NAME, storage_class=_SqliteStorage, create_tables=False, filename=str(path), timeout=PATIENCE)


def _redis(settings: Settings) -> Huey:
    pool = ConnectionPool.from_url(
        settings.queue_url,
        socket_connect_timeout=PATIENCE,
        socket_timeout=PATIENCE,
        retry=Retry(NoBackoff(), 0),  # redis-py alone would try for longer
    )
    return PriorityRedisHuey(_NAME, storage_class=_RedisStorage, connection_pool=pool, read_timeout=LISTEN_SECONDS)


def _postgres(settings: Settings) -> Huey:
    conninfo_to_dict(settings.queue_url)
    return PostgresHuey(
        _NAME,
        storage_class=_PostgresStorage,
        create_tables=False,
        read_timeout=LISTEN_SECONDS,
        dsn=settings.queue_url,
        connect_timeout=PATIENCE,
        tcp_user_timeout=PATIENCE * 1000,  # what was sent and is not confirmed: the network is gone
        application_name="einvoice-queue",
    )


_OPEN: dict[str, Callable[[Settings], Huey]] = {
    "": _sqlite,
    "redis": _redis,
    "rediss": _redis,
    "postgresql": _postgres,
}
