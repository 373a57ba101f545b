"""Load on the real service: how many submissions a second, at what cost, and how it is under a backlog."""

import os
import statistics
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from documents import small
from fleet import Caller, Fleet, cpu_seconds, resident_mib
from rich.table import Table

from einvoice.extraction import Limits, extract
from einvoice.intake import Spool
from einvoice.model import Basis
from einvoice.model.submission import Door
from einvoice.pipeline import examine
from einvoice.reports import jsonl_line
from einvoice.settings import Settings
from einvoice.store import open_store
from einvoice.validation import ValidatorPool

CALLERS = 8  # connections at once
PROBES = 200  # interactive uploads while the backlog is worked off
LEITWEG_ID = "04011000-12345-03"


def documents(number: int) -> Iterator[bytes]:
    """The small samples by turns, each with a comment of its own, so that none equals another."""
    samples = list(small().values())
    for count in range(number):
        sample = samples[count % len(samples)]
        yield sample + f"<!-- {count} {os.urandom(4).hex()} -->".encode()


def sustained(folder: Path, number: int, database: str) -> Table:
    """HTTP in to decided, beside `check` of as many documents by as many validator processes."""
    check_rate, check_cpu = checked(list(documents(number)))
    with Fleet(folder, database) as fleet:
        bodies = list(documents(number))
        with fleet.counting() as cost:
            start = time.perf_counter()
            submit_all(fleet, bodies)
            received = time.perf_counter() - start
            fleet.wait_until_decided()
            took = time.perf_counter() - start
    table = Table("", "per second", "CPU ms a document", title=f"{number} submissions, {os.cpu_count()} cores")
    table.add_row("check (saxonche, two processes)", f"{check_rate:.0f}", f"{check_cpu * 1000:.1f}")
    table.add_row("submissions received (HTTP)", f"{number / received:.0f}", f"{cost['api'] / number * 1000:.1f}  API")
    table.add_row("", "", f"{cost['worker'] / number * 1000:.1f}  worker: extract, read, decide")
    table.add_row("", "", f"{cost['validators'] / number * 1000:.1f}  validators")
    whole = sum(cost.values()) / number * 1000
    table.add_row("submissions decided, end to end", f"{number / took:.0f}", f"{whole:.1f}")
    table.caption = f"end to end against check: {number / took / check_rate:.0%}"
    return table


def checked(bodies: list[bytes]) -> tuple[float, float]:
    """Documents a second, and CPU seconds a document, of the same check without keeping anything."""
    from einvoice.app import open_stages

    with ValidatorPool(Settings().model_copy(update={"workers": os.cpu_count() or 2})) as pool:
        stages, today = open_stages(Settings(), pool), Basis(on=datetime.now(UTC).date())
        pool.assess(extract(bodies[0], Limits()), today)
        left = iter(bodies)
        guard = threading.Lock()

        def work() -> None:
            while True:
                with guard:
                    body = next(left, None)
                if body is None:
                    return
                jsonl_line(examine(body, "invoice.xml", stages), "invoice.xml", "de")

        began, start = cpu_seconds(os.getpid()), time.perf_counter()
        threads = [threading.Thread(target=work) for _ in range((os.cpu_count() or 2) + 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.perf_counter() - start
        return len(bodies) / took, (cpu_seconds(os.getpid()) - began) / len(bodies)


def submit_all(fleet: Fleet, bodies: list[bytes]) -> None:
    """From several connections at once, each waiting for its answers."""
    left = iter(bodies)
    guard = threading.Lock()

    def call() -> None:
        caller = Caller(fleet.port, fleet.token)
        while True:
            with guard:
                body = next(left, None)
            if body is None:
                return
            caller.post("/api/v1/submissions", body)

    threads = [threading.Thread(target=call) for _ in range(CALLERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def backlog(folder: Path, number: int, database: str) -> Table:
    """Fill the folder's queue, start the workers, and upload as a person would while they work it off."""
    with Fleet(folder, database, workers=False) as fleet:
        settings = Settings(**fleet.settings)
        store = open_store(settings)
        spool = Spool(folder / "spool", settings.max_upload_bytes)
        for body in documents(number):
            store.receiving.receive(spool.write([body]), door=Door.FOLDER, sender="f", actor="f", name="r.xml")
        before = {name: resident_mib(pid) for name, pid in fleet.processes().items()}
        fleet.start_worker()
        taken = sorted(interactive(fleet))
        left = store.claims.backlog(number)
        after = {name: resident_mib(pid) for name, pid in fleet.processes().items()}
        store.close()
    table = Table("interactive upload while it is worked off", "", title=f"{number} bulk submissions queued")
    table.add_row("median until decided", f"{statistics.median(taken) * 1000:.0f} ms")
    table.add_row("p99 until decided", f"{taken[int(len(taken) * 0.99)] * 1000:.0f} ms")
    table.add_row("still queued at the end", f"{left}")
    for name, mib in after.items():
        table.add_row(f"resident memory, {name}", f"{before.get(name, 0):.0f} to {mib:.0f} MiB")
    return table


def interactive(fleet: Fleet) -> list[float]:
    """Seconds from upload to verdict, one after the other."""
    caller, taken = Caller(fleet.port, fleet.token), []
    for body in documents(PROBES):
        start = time.perf_counter()
        caller.post("/api/v1/submissions?wait=30", body)
        taken.append(time.perf_counter() - start)
        time.sleep(0.05)
    return taken
