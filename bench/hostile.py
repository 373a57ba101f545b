"""Every hostile input against the real service: what happens, how long it takes, how much memory, and what others feel.

Others are a program beside it that asks for a status, for a list and for a check by turns, first with the service idle,
then while the inputs are sent. Ends with 1 if an input is not answered as it must be, within 10 s and 700 MB for each
process of the service, or if the 99th percentile of the others doubles. Run it on a machine that does nothing else.
"""

import argparse
import multiprocessing
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import httpx2 as httpx
from documents import UBL
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.security.hostile.bait import Bait, bait_laid
from tests.security.hostile.base import Hostile
from tests.security.hostile.inputs import INPUTS
from tests.security.hostile.sending import ONCE, SHORT, outcome_of, sent
from tests.support.service import Service

MOST_SECONDS, MOST_MIB, MOST_RATIO = 10.0, 700, 2.0
_PROCESSES = {"WORKERS": str(os.cpu_count() or 2)}
_IDLE_SECONDS = 20.0
_LOOK_SECONDS = 0.02
_PAUSE_SECONDS = 0.03  # of the others between two requests
_PARTS = ("service", "validator", "PDF reader")


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one input."""

    family: str
    hostile: Hostile
    size: int
    outcome: str
    seconds: float
    mib: dict[str, float]  # the most, of the largest process of each part

    @property
    def broken(self) -> str:
        """Which bound it breaks; "" for none."""
        if self.outcome != self.hostile.outcome:
            return f"must be {self.hostile.outcome}"
        if self.seconds > MOST_SECONDS:
            return "too slow"
        return "too much memory" if max(self.mib.values()) > MOST_MIB else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("families", nargs="*", help=f"some of: {', '.join(INPUTS)} (all)")
    options = parser.parse_args()
    console = Console(width=150)
    families = {name: rows for name, rows in INPUTS.items() if not options.families or name in options.families}
    rows: list[Row] = []
    asked: list[str] = []
    idle: list[float] = []
    meanwhile: list[float] = []
    for endless, given in ((False, ONCE), (True, SHORT)):  # what takes as long as it is let has a service of its own
        chosen = [(name, row) for name, of in families.items() for row in of if row.endless is endless]
        if not chosen:
            continue
        with (
            tempfile.TemporaryDirectory() as folder,
            running(Path(folder), given) as service,
            bait_laid(Path(folder)) as bait,
        ):
            supplier = service.supplier("Bench")
            with others(service) as before:
                time.sleep(_IDLE_SECONDS)
            with others(service) as beside:
                os.nice(10)  # who attacks does so from a machine of their own
                rows += [one(service, supplier, family, row, bait) for family, row in chosen]
        asked += bait.asked
        idle += before
        meanwhile += beside
    console.print(table(rows))
    ratio = p99(meanwhile) / p99(idle)
    console.print(
        f"others: p99 {p99(idle):.0f} ms idle ({len(idle)} requests), {p99(meanwhile):.0f} ms meanwhile "
        f"({len(meanwhile)} requests), {ratio:.2f} times; median {statistics.median(idle):.0f} and "
        f"{statistics.median(meanwhile):.0f} ms; fetched from the bait: {len(asked)}"
    )
    broken = [row for row in rows if row.broken]
    for row in broken:
        console.print(f"[red]{row.hostile.name}: {row.outcome}, {row.broken}")
    raise SystemExit(bool(broken or asked or ratio > MOST_RATIO))


@contextmanager
def running(folder: Path, options: dict[str, str]) -> Iterator[Service]:
    """The service, and validators that have judged a right and a wrong invoice each."""
    service = Service(folder, options | _PROCESSES)
    service.start()
    try:
        with service.supplier("Warm") as supplier:
            right = UBL.read_bytes()
            for body in 4 * (right, right.replace(b"<cbc:ID>", b"<cbc:Id/><cbc:ID>", 1)):
                supplier.post("/api/v1/checks", content=body)
        yield service
    finally:
        service.stop()


def one(service: Service, supplier: httpx.Client, family: str, hostile: Hostile, bait: Bait) -> Row:
    """Send one input and watch."""
    data = hostile.data(bait.file_url, bait.web_url)
    with watched(service) as mib:
        start = time.perf_counter()
        told = sent(supplier, hostile, data).json()
        seconds = time.perf_counter() - start
    return Row(family, hostile, len(data), outcome_of(told), seconds, mib)


@contextmanager
def watched(service: Service) -> Iterator[dict[str, float]]:
    """The most resident memory of a process of each part, in MiB, while the block runs."""
    most = dict.fromkeys(_PARTS, 0.0)
    end = threading.Event()

    def look() -> None:
        while True:
            for part, pid in processes(service):
                most[part] = max(most[part], resident_mib(pid))
            if end.wait(_LOOK_SECONDS):
                return

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield most
    finally:
        end.set()
        thread.join()


def processes(service: Service) -> Iterator[tuple[str, int]]:
    """Every process of the service, and which part it is of."""
    assert service._web is not None
    yield "service", service._web.pid
    for pid in service._web.children():
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue
        yield "validator" if b"forkserver" in command else "PDF reader", pid


def resident_mib(pid: int) -> float:
    """Resident memory; 0 of a process that has ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20
    except (OSError, IndexError):
        return 0.0


@contextmanager
def others(service: Service) -> Iterator[list[float]]:
    """Milliseconds of the requests of a program that works beside; all there when the block has ended."""
    with service.supplier("Andere") as supplier:
        kept = supplier.post("/api/v1/submissions?wait=30", content=UBL.read_bytes()).json()["id"]
        token = supplier.headers["authorization"]
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    program = context.Process(target=ask, args=(service.url, token, kept, theirs))
    program.start()
    ours.recv()
    taken: list[float] = []
    try:
        yield taken
    finally:
        ours.send("end")
        taken += ours.recv()
        program.join()


def ask(url: str, token: str, kept: str, told: Connection) -> None:
    """The program beside: by turns, until it is told to end."""
    taken = []
    body = UBL.read_bytes()
    with httpx.Client(base_url=url, headers={"Authorization": token}, timeout=60) as client:
        told.send("ready")
        while not told.poll():
            for method, path, content in (
                ("GET", f"/api/v1/submissions/{kept}", None),
                ("GET", "/api/v1/submissions", None),
                ("POST", "/api/v1/checks", body),
            ):
                start = time.perf_counter()
                client.request(method, path, content=content).raise_for_status()
                taken.append((time.perf_counter() - start) * 1000)
                time.sleep(_PAUSE_SECONDS)
    told.send(taken)


def p99(taken: list[float]) -> float:
    """The 99th percentile."""
    return sorted(taken)[int(len(taken) * 0.99)]


def table(rows: list[Row]) -> Table:
    """All of it."""
    made = Table("", "input", "size", "what happens", "seconds", *(f"{part} MiB" for part in _PARTS))
    for row in rows:
        size = f"{row.size / 1000:,.0f} kB"
        memory = [f"{row.mib[part]:.0f}" for part in _PARTS]
        style = "red" if row.broken else None
        made.add_row(
            row.family, repr(row.hostile.name)[1:-1], size, row.outcome, f"{row.seconds:.2f}", *memory, style=style
        )
    slowest, largest = max(row.seconds for row in rows), max(max(row.mib.values()) for row in rows)
    made.caption = f"{len(rows)} inputs; the slowest took {slowest:.1f} s, the largest process {largest:.0f} MiB"
    return made


if __name__ == "__main__":
    main()
