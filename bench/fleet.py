"""The service under load: one process for HTTP, one that works, with a lean client that costs little itself."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from documents import mixed

from einvoice.settings import Settings
from einvoice.store import open_store

EINVOICE = str(Path(sys.executable).with_name("einvoice"))
WARM = 8  # invoices of each kind that a worker judges before anything is measured
_LOOK_SECONDS = 0.1
_END_SECONDS = 0.01
_MANY = 100_000
_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """Processor time of a process and all its descendants, the ended ones too."""
    total = 0.0
    for one in [pid, *_descendants(pid)]:
        try:
            words = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(map(int, words[11:15])) / _TICKS
    return total


def own_cpu_seconds(pid: int) -> float:
    """Processor time of a process itself."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, words[11:13])) / _TICKS


def resident_mib(pid: int) -> float:
    """Resident memory of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20


def _descendants(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for child in children:
            yield int(child)
            yield from _descendants(int(child))


class Fleet:
    """`einvoice serve --workers 0` and `einvoice worker` over one folder."""

    def __init__(self, folder: Path, database: str, *, workers: bool = True) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.settings: dict[str, Any] = {
            "data_dir": folder / "data",
            "inbox_dir": folder / "inbox",
            "database_url": database,
            "port": self.port,
            "workers": os.cpu_count() or 2,
            "requests_per_minute": 1_000_000,  # all callers show the same token
        }
        self._log = (folder / "log.txt").open("ab")
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._working = workers
        self._store = open_store(Settings(**self.settings))
        self.waiting = 0  # submissions without a decision; kept true by `watching`

    def __enter__(self) -> Self:
        self._start("api", "serve", "--workers", "0")
        self._admin("create-authority", "--name", "Bench", "--leitweg-id", "04011000-1234512345-06")
        self.token = self._admin("create-token", "--role", "supplier", "--supplier", "Bench")
        caller = None
        while caller is None:
            try:
                caller = Caller(self.port, self.token)
            except OSError:
                time.sleep(0.1)
        if self._working:
            self.start_worker()
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self._processes.values():
            process.wait(60)
        self._store.close()
        self._log.close()

    def start_worker(self) -> None:
        """Start it, and have it judge some invoices, so that what follows meets it warm."""
        self._start("worker", "worker")
        caller = Caller(self.port, self.token)
        for sample in mixed():
            for count in range(WARM):
                caller.post("/api/v1/submissions?wait=60", sample + f"<!-- warm {count} -->".encode())

    def processes(self) -> dict[str, int]:
        """Their ids, by name."""
        return {name: process.pid for name, process in self._processes.items()}

    @contextmanager
    def counting(self) -> Iterator[dict[str, float]]:
        """CPU seconds spent inside the block, by part; there when the block has ended."""
        cost: dict[str, float] = {}
        pids = {**self.processes(), "client": os.getpid()}
        before = {name: (own_cpu_seconds(pid), cpu_seconds(pid)) for name, pid in pids.items()}
        yield cost
        after = {name: (own_cpu_seconds(pid), cpu_seconds(pid)) for name, pid in pids.items()}
        cost["api"] = after["api"][1] - before["api"][1]
        own = after["worker"][0] - before["worker"][0]
        cost["worker"] = own
        cost["validators"] = after["worker"][1] - before["worker"][1] - own
        cost["client"] = after["client"][0] - before["client"][0]

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Look all the time how many wait."""
        end = threading.Event()

        def look() -> None:
            while not end.wait(_LOOK_SECONDS):
                self.waiting = self._store.claims.backlog(_MANY)

        thread = threading.Thread(target=look)
        thread.start()
        try:
            yield
        finally:
            end.set()
            thread.join()

    def wait_until_decided(self) -> None:
        """Until nothing waits any more."""
        while self._store.claims.backlog(1):
            time.sleep(_END_SECONDS)

    def _start(self, name: str, *arguments: str) -> None:
        self._processes[name] = subprocess.Popen(
            [EINVOICE, *arguments], env=self._environment(), stdout=self._log, stderr=self._log
        )

    def _admin(self, *arguments: str) -> str:
        done = subprocess.run(
            [EINVOICE, "admin", *arguments], env=self._environment(), check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def _environment(self) -> dict[str, str]:
        settings = {f"EINVOICE_{name.upper()}": str(value) for name, value in self.settings.items()}
        return {**os.environ, **settings}


class Caller:
    """A connection that is kept open. HTTP/1.1 by hand: the client must not cost what it measures."""

    def __init__(self, port: int, token: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._token = token

    def post(self, path: str, body: bytes) -> bytes:
        """The answer's body; raises RuntimeError unless it is 202."""
        head = (
            f"POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {self._token}\r\n"
            f"Content-Type: application/xml\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self._socket.sendall(head.encode() + body)
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._more()
        head_bytes, _, rest = data.partition(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1]) for line in head_bytes.lower().split(b"\r\n") if line.startswith(b"content-length")
        )
        while len(rest) < length:
            rest += self._more()
        if not head_bytes.startswith(b"HTTP/1.1 202"):
            raise RuntimeError(head_bytes.decode() + rest.decode())
        return rest

    def _more(self) -> bytes:
        data = self._socket.recv(65536)
        if not data:
            raise ConnectionError("the service hung up")
        return data
