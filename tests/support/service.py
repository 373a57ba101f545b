"""The real program: `einvoice serve` on a free port, with a data folder of its own, spoken to over HTTP."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import httpx2 as httpx
import pytest

from einvoice.identity import Identity, Role
from einvoice.settings import Settings
from einvoice.store import Store, open_store
from tests.support.programs import EINVOICE, Program

__all__ = ["EINVOICE", "SAMPLES", "START_SECONDS", "Program", "Service", "wait_for"]

SAMPLES = Path(__file__).resolve().parents[2] / "inbox" / "samples"
START_SECONDS = 120  # on a loaded machine; the rule packs are compiled at start

Found = TypeVar("Found")


@dataclass
class Service:
    """A service under test: its folder stays when it is stopped or killed, so that it can be started again."""

    folder: Path
    options: dict[str, str] = field(default_factory=dict)  # settings, without the prefix
    port: int = 0
    _web: Program | None = None
    _workers: list[Program] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    def start(self, *arguments: str) -> None:
        """Start it and wait until it is ready."""
        self.launch(*arguments)
        self.wait_until_ready()

    def launch(self, *arguments: str) -> Program:
        """Start it; the program, not yet ready."""
        self.port = self.port or _free_port()
        self._web = self.program("serve", *arguments)
        self._web.start()
        return self._web

    def wait_until_ready(self) -> None:
        """Wait until invoices can be handed in."""
        assert self._web is not None
        end = time.monotonic() + START_SECONDS
        while not self._is_ready():
            if not self._web.runs or time.monotonic() > end:
                pytest.fail(f"the service did not start:\n{self.log()}")
            time.sleep(0.1)

    def worker(self, **options: str) -> Program:
        """`einvoice worker` beside it, started, with further settings."""
        program = self.program("worker", **options)
        self._workers.append(program)
        program.start()
        return program

    def program(self, *arguments: str, **options: str) -> Program:
        """Any of our commands with the settings of this service, not yet started."""
        further = {f"EINVOICE_{name}": value for name, value in options.items()}
        return Program(*arguments, environment=self.environment() | further, log=self.log_file)

    def freeze(self, worker: Program) -> None:
        """Stop a worker until SIGCONT, but not amid a transaction on SQLite: it would keep all others waiting."""
        with self.store() as store, store.database.write():
            worker.signal(signal.SIGSTOP)

    def kill(self) -> None:
        """As a power cut would: it gets no chance to tidy up."""
        assert self._web is not None
        self._web.kill()

    def stop(self) -> int:
        """Ask it and its workers to end; its exit code."""
        for worker in self._workers:
            worker.stop()
            worker.clear()
        if self._web is None:
            return 0
        try:
            return self._web.stop()
        finally:
            self._web.clear()

    def admin(self, *arguments: str) -> str:
        """What `einvoice admin …` prints."""
        done = subprocess.run(
            [EINVOICE, "admin", *arguments], env=self.environment(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def client(self, token: str = "") -> httpx.Client:
        """A program with a token."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=90)

    def supplier(self, name: str = "Muster GmbH") -> httpx.Client:
        """A supplier's program."""
        with self.identity() as identity:
            return self.client(identity.create_token(Role.SUPPLIER, supplier=name))

    def operator(self) -> httpx.Client:
        """An operator's program."""
        with self.identity() as identity:
            return self.client(identity.create_token(Role.OPERATOR))

    def authority(self, name: str, *leitweg_ids: str) -> httpx.Client:
        """The accounting system of a new authority."""
        with self.store() as store, self.identity() as identity:
            authority = store.authorities.create(name, leitweg_ids)
            return self.client(identity.create_token(Role.AUTHORITY, authority_id=authority.id))

    @property
    def log_file(self) -> Path:
        return self.folder / "log.txt"

    def log(self) -> str:
        return self.log_file.read_text("utf-8", "replace")

    def _is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def settings(self) -> Settings:
        """The same settings, for this process."""
        given = {
            name.removeprefix("EINVOICE_").lower(): value
            for name, value in self.environment().items()
            if name.startswith("EINVOICE_")
        }
        return Settings(**given)  # type: ignore[arg-type]  # they are read as from the environment

    @contextmanager
    def store(self) -> Iterator[Store]:
        """What it keeps, opened by this process beside the others."""
        opened = open_store(self.settings())
        try:
            yield opened
        finally:
            opened.close()

    @contextmanager
    def identity(self) -> Iterator[Identity]:
        """Its accounts and tokens; as `einvoice admin`, only faster."""
        with self.store() as store:
            yield Identity(store, self.settings())

    def environment(self) -> dict[str, str]:
        """The settings of its processes; nothing is inherited from ours."""
        settings = {
            "DATA_DIR": str(self.folder / "data"),
            "INBOX_DIR": str(self.inbox),
            "PORT": str(self.port),
            "WORKERS": "1",
            "SWEEP_SECONDS": "0.5",
            "REQUESTS_PER_MINUTE": "1000000",  # one caller plays many
            **self.options,
        }
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("EINVOICE_")}
        return inherited | {f"EINVOICE_{name}": value for name, value in settings.items()}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(look: Callable[[], Found | None], seconds: float = 60) -> Found:
    """What `look` finds, as soon as it finds something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"nothing happened for {seconds:g} s")
