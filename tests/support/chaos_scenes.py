"""The services that are put under fire, from one machine with SQLite to several hosts around real servers."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest.mock import patch

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.support.chaos import SETTINGS, Scene
from tests.support.postgres import PostgresServer, new_server
from tests.support.redisserver import RedisServer
from tests.support.s3server import S3Server
from tests.support.service import Service

_AWAY_SECONDS = 1.0  # an outage amid all the others


@contextmanager
def on_sqlite(folder: Path) -> Iterator[Scene]:
    """One machine: a web process and two workers on one SQLite file."""
    host = Service(folder, dict(SETTINGS))
    yield Scene([host], [host, host])


@contextmanager
def on_postgresql(folder: Path) -> Iterator[Scene]:
    """One machine, with database and queue in PostgreSQL. It also happens that all connections are cut."""
    with _postgresql() as (server, name):
        url = server.url(name)
        host = Service(folder, SETTINGS | {"DATABASE_URL": url, "QUEUE_URL": url})
        yield Scene([host], [host, host], {"database connections cut": lambda: server.cut_connections(name)})


@contextmanager
def on_hosts(folder: Path) -> Iterator[Scene]:
    """Two hosts with web processes, three with workers, nothing in common but PostgreSQL, Redis and S3.

    It also happens that connections are cut, that Redis dies with its queue, that S3 is away for a moment.
    """
    with ExitStack() as stack:
        server, name = stack.enter_context(_postgresql())
        redis, s3 = stack.enter_context(_redis(folder)), stack.enter_context(_s3())
        options = SETTINGS | {
            "DATABASE_URL": server.url(name),
            "QUEUE_URL": redis.url,
            "BLOB_URL": f"s3://{s3.new_bucket()}",
            "SIGNING_KEY_FILE": str(_signing_key(folder / "signing.pem")),
        }
        hosts = [Service(_made(folder / f"host-{number}"), options) for number in range(5)]
        trouble = {
            "database connections cut": lambda: server.cut_connections(name),
            "Redis killed": lambda: _away(redis.stop, redis.start),
            "S3 away": lambda: _away(s3.go_away, s3.come_back),
        }
        yield Scene(hosts[:2], hosts[2:], trouble)


SCENES = {"sqlite": on_sqlite, "postgresql": on_postgresql, "hosts": on_hosts}


@contextmanager
def _postgresql() -> Iterator[tuple[PostgresServer, str]]:
    """A server, and the name of a database there."""
    server = new_server()
    try:
        server.start()
        yield server, server.create()
    finally:
        server.remove()


@contextmanager
def _redis(folder: Path) -> Iterator[RedisServer]:
    program = shutil.which("redis-server")
    if program is None:
        raise RuntimeError("redis-server is not installed (Debian: apt-get install redis-server)")
    server = RedisServer(program, _made(folder / "redis"))
    try:
        server.start()
        yield server
    finally:
        server.stop()


@contextmanager
def _s3() -> Iterator[S3Server]:
    server = S3Server().start()
    try:
        with patch.dict(os.environ, server.environment):
            yield server
    finally:
        server.stop()


def _signing_key(path: Path) -> Path:
    """A key that all hosts sign with."""
    key = Ed25519PrivateKey.generate()
    path.touch(mode=0o600)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


def _away(go: Callable[[], object], come_back: Callable[[], object]) -> None:
    go()
    time.sleep(_AWAY_SECONDS)
    come_back()


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
