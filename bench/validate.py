"""Cost and throughput of a check, beside plain saxonche + libxml2 on the same files in the same run.

Both sides run by turns, each in a process of its own; ratios count, not seconds. "over plain" is
what a check as a library call (extraction, semantics, verdict, JSON report) costs on top of the plain engine, in
processor time, which a busy machine disturbs least; below zero it is cheaper. `make bench` runs it.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from documents import UBL, small, with_lines
from rich.console import Console
from rich.table import Table
from sides import Side, check_side, plain_side

from einvoice.extraction import Limits, extract
from einvoice.model import Basis
from einvoice.settings import Settings
from einvoice.validation import ValidatorPool

SIZES = (10, 100, 1000, 5000)
_SMALL, _BATCH = 100_000, 20  # documents below so many bytes run so often in a row, as a busy service runs them
Runs = list[tuple[float, float]]  # seconds by the clock, seconds of the processor


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, help="documents to measure instead of our own")
    parser.add_argument("--seconds", type=float, default=10.0, help="for each document (default 10)")
    parser.add_argument("--short", action="store_true", help="small documents only, one second each")
    options = parser.parse_args()
    seconds = 1.0 if options.short else options.seconds
    documents = {path.name: path.read_bytes() for path in options.files} or small()
    if not options.files:
        documents |= {f"{lines} lines": with_lines(lines) for lines in (SIZES[:1] if options.short else SIZES)}
    console = Console(width=118)
    console.print(side_by_side(documents, seconds, 2 if options.short else _BATCH))
    console.print(service(next(iter(documents.values())), seconds))
    console.print(cold_start(1 if options.short else 3))


def side_by_side(documents: dict[str, bytes], seconds: float, batch: int) -> Table:
    """Every document on both sides, the small ones so many times in a row."""
    plain, check = Side(plain_side), Side(check_side)
    columns = ("document", "bytes", "plain/s", "check/s", "plain p50", "check p50", "check p99", "over plain")
    table = Table(*columns, title="library call, one process a side")
    for name, data in documents.items():
        plain.load(data)
        check.load(data)
        ours, theirs = measure(plain, check, seconds, batch if len(data) < _SMALL else 1)
        table.add_row(name, f"{len(data):,}", *figures(theirs, ours))
    table.caption = f"memory: plain {plain.memory()} MiB, check {check.memory()} MiB (most ever)"
    return table


def measure(plain: Side, check: Side, seconds: float, batch: int) -> tuple[Runs, Runs]:
    """Run both by turns, a batch each, until the time is over, at least five times: (check, plain)."""
    ours: Runs = []
    theirs: Runs = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(ours) < 5:
        theirs += plain.run(batch)
        ours += check.run(batch)
    return ours, theirs


def figures(plain: Runs, check: Runs) -> list[str]:
    """What the table shows of the runs."""
    plain_clock, check_clock = (sorted(clock for clock, _ in runs) for runs in (plain, check))
    p99 = check_clock[min(len(check_clock) - 1, int(len(check_clock) * 0.99))]
    over = statistics.fmean(cpu for _, cpu in check) / statistics.fmean(cpu for _, cpu in plain) - 1
    return [
        f"{len(plain_clock) / sum(plain_clock):.1f}",
        f"{len(check_clock) / sum(check_clock):.1f}",
        f"{statistics.median(plain_clock) * 1000:.1f} ms",
        f"{statistics.median(check_clock) * 1000:.1f} ms",
        f"{p99 * 1000:.1f} ms",
        f"{over:+.1%}",
    ]


def service(data: bytes, seconds: float) -> Table:
    """The supervised pool as the service uses it: throughput and memory of its processes."""
    table = Table("pool", "documents/s", "memory of a worker (its own)", title="supervised validator processes")
    document, today = extract(data, Limits()), Basis(on=datetime.now(UTC).date())
    for workers in (1, os.cpu_count() or 1):
        with ValidatorPool(Settings().model_copy(update={"workers": workers})) as pool:
            pool.assess(document, today)
            done, start = 0, time.perf_counter()
            while time.perf_counter() - start < seconds:
                for pending in [pool.submit(document, today) for _ in range(workers * 8)]:
                    pending.wait()
                    done += 1
            rate = done / (time.perf_counter() - start)
            table.add_row(f"{workers} process(es)", f"{rate:.1f}", worker_memory())
    return table


def worker_memory() -> str:
    """Resident and own (not shared with the forkserver) memory of the largest worker, from /proc."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if b"forkserver" in (entry / "cmdline").read_bytes() and descends(entry.name):
                words = (line.split() for line in (entry / "smaps_rollup").read_text().splitlines()[1:])
                rollup = {name.rstrip(":"): int(kibibytes) for name, kibibytes, *_ in words}
                found.append((rollup["Rss"], rollup["Private_Clean"] + rollup["Private_Dirty"]))
        except (OSError, KeyError, ValueError):
            continue
    resident, own = max(found, default=(0, 0))
    return f"{resident // 1024} MiB ({own // 1024} MiB)"


def descends(pid: str) -> bool:
    """Whether a process is a child of ours, or of one of ours."""
    while pid not in ("0", "1"):
        if pid == str(os.getpid()):
            return True
        pid = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]
    return False


def cold_start(times: int) -> Table:
    """Seconds of `einvoice check` on one small invoice, from nothing; the best of so many."""
    command = [str(Path(sys.executable).with_name("einvoice")), "check", "--format", "jsonl", str(UBL)]
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        taken.append(time.perf_counter() - start)
    table = Table("command line", "seconds", title="cold start")
    table.add_row("einvoice check, one small invoice", f"{min(taken):.2f}")
    return table


if __name__ == "__main__":
    main()
