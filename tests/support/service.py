"""The real program: `einvoice serve` on a free port, with a data folder of its own, spoken to over HTTP."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import httpx2 as httpx
import pytest

EINVOICE = Path(sys.executable).with_name("einvoice")
SAMPLES = Path(__file__).resolve().parents[2] / "inbox" / "samples"
START_SECONDS = 120  # on a loaded machine; the rule packs are compiled at start

Found = TypeVar("Found")


@dataclass
class Service:
    """A service under test: its folder stays when it is stopped or killed, so that it can be started again."""

    folder: Path
    options: dict[str, str] = field(default_factory=dict)  # settings, without the prefix
    port: int = 0
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    def start(self, *arguments: str) -> None:
        """Start it and wait until it is ready."""
        self.port = self.port or _free_port()
        with (self.folder / "log.txt").open("ab") as log:
            self._process = subprocess.Popen(
                [EINVOICE, "serve", *arguments], env=self.environment(), stdout=log, stderr=log, start_new_session=True
            )
        end = time.monotonic() + START_SECONDS
        while not self._is_ready():
            if self._process.poll() is not None or time.monotonic() > end:
                pytest.fail(f"the service did not start:\n{self.log()}")
            time.sleep(0.1)

    def kill(self) -> None:
        """As a power cut would: it gets no chance to tidy up."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._end_group()

    def stop(self) -> int:
        """Ask it to end; its exit code."""
        if self._process is None or self._process.poll() is not None:
            return 0
        self._process.terminate()
        try:
            return self._process.wait(60)
        finally:
            self._end_group()

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
        return self.client(self.admin("create-token", "--role", "supplier", "--supplier", name))

    def operator(self) -> httpx.Client:
        return self.client(self.admin("create-token", "--role", "operator"))

    def authority(self, name: str, *leitweg_ids: str) -> httpx.Client:
        """The accounting system of a new authority."""
        ids = [word for leitweg_id in leitweg_ids for word in ("--leitweg-id", leitweg_id)]
        authority_id = self.admin("create-authority", "--name", name, *ids)
        return self.client(self.admin("create-token", "--role", "authority", "--authority", authority_id))

    def log(self) -> str:
        return (self.folder / "log.txt").read_text("utf-8", "replace")

    def _is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def _end_group(self) -> None:
        """Its children end with it; whatever remains of a killed one is ended here."""
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def environment(self) -> dict[str, str]:
        """The settings of its processes; nothing is inherited from ours."""
        settings = {
            "DATA_DIR": str(self.folder / "data"),
            "INBOX_DIR": str(self.inbox),
            "PORT": str(self.port),
            "WORKERS": "1",
            "SWEEP_SECONDS": "0.5",
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
