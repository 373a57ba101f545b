"""Load on the real service: how many submissions a second, at what cost, and how it is under a backlog."""

import os
import re
import statistics
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from documents import mixed
from fleet import Caller, Fleet, cpu_seconds, resident_mib
from rich.table import Table

from einvoice.intake import Spool
from einvoice.model.submission import Door
from einvoice.pipeline import Stages, examine
from einvoice.reports import jsonl_line
from einvoice.settings import Settings
from einvoice.store import open_store
from einvoice.validation import ValidatorPool

CALLERS = 24  # connections at once
AHEAD = 100  # undecided submissions beyond which they wait
ROUNDS = 12
PARTS = {
    "api": "HTTP, kept durably",
    "worker": "claimed, read, routed, decided",
    "validators": "judged",
    "client": "the client that sends them (not counted)",
}
QUEUED_FOR_EACH_PROBE = 100  # bulk submissions for each interactive upload meanwhile, but some uploads at least
FEWEST_PROBES = 20
NUMBER = rb"(<cbc:ID>|ExchangedDocument>\s*<ram:ID>)[^<]+"  # BT-1 in the samples, UBL and CII


def documents(number: int) -> Iterator[bytes]:
    """Invoices of several sizes by turns, each with a number of its own."""
    samples = mixed()
    for count in range(number):
        sample = samples[count % len(samples)]
        yield re.sub(NUMBER, rb"\g<1>%d-%s" % (count, os.urandom(4).hex().encode()), sample, count=1)


def sustained(folder: Path, number: int, database: str) -> Table:
    """HTTP in to decided, and by turns the check of as many documents by as many validator processes.

    The turns are short, and each is set beside its neighbour: a machine that is slow for a while is so for both.
    """
    each = number // ROUNDS
    rounds: list[tuple[float, Round]] = []
    with Fleet(folder, database) as fleet, _check() as check:
        check.seconds(documents(each))
        check.cpu = 0.0
        for _ in range(ROUNDS):
            checking = check.seconds(documents(each))
            rounds.append((checking, _taken_in(fleet, list(documents(each)))))
        check_cpu = check.cpu / ROUNDS / each
    table = Table("", "per second", "CPU ms a document", title=f"{ROUNDS} x {each} submissions, {os.cpu_count()} cores")
    check_seconds, seconds = sum(checking for checking, _ in rounds), sum(r.seconds for _, r in rounds)
    table.add_row("check (saxonche), nothing kept", f"{each * ROUNDS / check_seconds:.0f}", _ms(check_cpu))
    table.add_row("from HTTP in to decided", f"{each * ROUNDS / seconds:.0f}", "")
    for part, told in PARTS.items():
        table.add_row(f"  {told}", "", _ms(sum(r.cpu[part] for _, r in rounds) / ROUNDS / each))
    ratios = sorted(checking / r.seconds for checking, r in rounds)
    cpu = check_cpu * each * ROUNDS / sum(sum(r.cpu.values()) - r.cpu["client"] for _, r in rounds)
    table.caption = (
        f"in to decided against check: {check_seconds / seconds:.0%} (rounds: {ratios[0]:.0%} to {ratios[-1]:.0%}); "
        f"by CPU time {cpu:.0%}; an fsync here took {fsync_ms(folder):.1f} ms"
    )
    return table


@dataclass(frozen=True, slots=True)
class Round:
    """What one turn took."""

    seconds: float
    cpu: dict[str, float]  # seconds by part


def _taken_in(fleet: Fleet, bodies: list[bytes]) -> Round:
    with fleet.counting() as cost:
        start = time.perf_counter()
        submit_all(fleet, bodies)
        fleet.wait_until_decided()
        seconds = time.perf_counter() - start
    return Round(seconds, cost)


@contextmanager
def _check() -> Iterator["Check"]:
    from einvoice.app import open_stages

    settings = Settings().model_copy(update={"workers": os.cpu_count() or 2})
    with ValidatorPool(settings) as pool:
        yield Check(open_stages(settings, pool))


class Check:
    """The same check without keeping anything: as many validator processes, and threads that feed them."""

    def __init__(self, stages: Stages) -> None:
        self._stages = stages
        self._threads = (os.cpu_count() or 2) + 1
        self.cpu = 0.0  # seconds spent so far

    def seconds(self, bodies: Iterable[bytes]) -> float:
        """How long these take."""
        began, start = cpu_seconds(os.getpid()), time.perf_counter()
        with ThreadPoolExecutor(self._threads) as threads:
            for _ in threads.map(self._one, bodies):
                pass
        took = time.perf_counter() - start
        self.cpu += cpu_seconds(os.getpid()) - began
        return took

    def _one(self, body: bytes) -> str:
        return jsonl_line(examine(body, "invoice.xml", self._stages), "invoice.xml", "de")


def fsync_ms(folder: Path) -> float:
    """Median milliseconds until a small write is durable: what every commit here waits for."""
    taken = []
    with (folder / "fsync").open("wb") as file:
        for _ in range(50):
            file.write(bytes(4096))
            file.flush()
            start = time.perf_counter()
            os.fsync(file.fileno())
            taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f}"


def submit_all(fleet: Fleet, bodies: list[bytes]) -> None:
    """From several connections at once, each waiting for its answers; none runs far ahead of the decisions."""
    left = iter(bodies)
    guard = threading.Lock()

    def call() -> None:
        caller = Caller(fleet.port, fleet.token)
        while True:
            with guard:
                body = next(left, None)
                while fleet.waiting > AHEAD:
                    time.sleep(0.01)
            if body is None:
                return
            caller.post("/api/v1/submissions", body)

    with fleet.watching(), ThreadPoolExecutor(CALLERS) as threads:
        for call_made in [threads.submit(call) for _ in range(CALLERS)]:
            call_made.result()


def backlog(folder: Path, number: int, database: str) -> Table:
    """Fill the folder's queue, start the workers, and upload as a person would while they work it off."""
    with Fleet(folder, database, workers=False) as fleet:
        settings = Settings(**fleet.settings)
        store = open_store(settings)
        spool = Spool(folder / "spool", settings.max_upload_bytes)
        for body in documents(number):
            store.receiving.receive(spool.write([body]), door=Door.FOLDER, sender="f", actor="f", name="r.xml")
        fleet.start_worker()
        before = {name: resident_mib(pid) for name, pid in fleet.processes().items()}
        taken = sorted(interactive(fleet, max(FEWEST_PROBES, number // QUEUED_FOR_EACH_PROBE)))
        left = store.claims.backlog(number)
        after = {name: resident_mib(pid) for name, pid in fleet.processes().items()}
        store.close()
    table = Table("interactive upload while it is worked off", "", title=f"{number} bulk submissions queued")
    table.add_row("median until decided", f"{statistics.median(taken) * 1000:.0f} ms")
    table.add_row("p99 until decided", f"{taken[int(len(taken) * 0.99)] * 1000:.0f} ms")
    table.add_row("still queued at the end", f"{left}")
    for name, mib in after.items():
        table.add_row(f"resident memory, {name}", f"{before[name]:.0f} to {mib:.0f} MiB")
    return table


def interactive(fleet: Fleet, number: int) -> list[float]:
    """Seconds from upload to verdict, one after the other."""
    caller, taken = Caller(fleet.port, fleet.token), []
    for body in documents(number):
        start = time.perf_counter()
        caller.post("/api/v1/submissions?wait=30", body)
        taken.append(time.perf_counter() - start)
        time.sleep(0.05)
    return taken
