"""Cost and throughput of a check, beside plain saxonche + libxml2 on the same files in the same run.

Both sides run by turns, document by document, in this process; ratios count, not seconds. "over plain" is what a
check as a library call (extraction, semantics, verdict, JSON report) costs on top of the plain engine, in CPU time,
which a busy machine disturbs least; below zero it is cheaper. `make bench` runs it.
"""

import argparse
import copy
import gc
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from lxml import etree
from plain import PlainValidator
from rich.console import Console
from rich.table import Table

from einvoice.extraction import Limits, extract
from einvoice.pipeline import Stages, examine
from einvoice.reports import json_report
from einvoice.rules import ArtefactStore, Registry, load_packs
from einvoice.semantics import read_invoice
from einvoice.settings import Settings
from einvoice.validation import Judge, ValidatorPool
from einvoice.validation.saxon import SaxonEngine

SAMPLES = Path(__file__).parent.parent / "inbox" / "samples"
UBL, CII = SAMPLES / "01-ubl-rechnung-büromöbel.xml", SAMPLES / "03-cii-rechnung-it-wartung.xml"
LINE = "{urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2}InvoiceLine"
SIZES = (10, 100, 1000, 5000)


@dataclass(frozen=True)
class Times:
    """Seconds of each run, by the clock and by the processor."""

    plain: list[float]
    check: list[float]
    plain_cpu: list[float]
    check_cpu: list[float]

    @property
    def over_plain(self) -> float:
        """What a check costs on top of plain, as a share; by medians of the processor's seconds."""
        return statistics.median(self.check_cpu) / statistics.median(self.plain_cpu) - 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=8.0, help="for each document (default 8)")
    parser.add_argument("--short", action="store_true", help="small documents only, one second each")
    options = parser.parse_args()
    seconds = 1.0 if options.short else options.seconds
    sizes = SIZES[:1] if options.short else SIZES
    documents = {"small UBL": UBL.read_bytes(), "small CII": CII.read_bytes()}
    documents |= {f"{lines} lines": with_lines(UBL.read_bytes(), lines) for lines in sizes}

    settings = Settings()
    registry = Registry(load_packs(settings.schematron_dir))
    store = ArtefactStore(settings.rules_dir, settings.xsd_dir)
    plain = PlainValidator(registry, store)
    check = library_call(Judge(registry, store, SaxonEngine(store)))
    columns = ("document", "bytes", "plain/s", "check/s", "check p50", "check p99", "over plain")
    table = Table(*columns, title="one process")
    for name, data in documents.items():
        times = measure(plain.for_document(data), lambda data=data: check(data), seconds)
        table.add_row(name, f"{len(data):,}", *row(times))
    console = Console(width=110)
    console.print(table)
    console.print(service(documents["small UBL"], seconds))
    console.print(cold_start())


def with_lines(data: bytes, lines: int) -> bytes:
    """The invoice with so many lines: its own ones again and again, numbered (sums are not mended)."""
    root = etree.fromstring(data)
    own = root.findall(LINE)
    for number in range(len(own), lines):
        line = copy.deepcopy(own[number % len(own)])
        line[0].text = str(number + 1)
        root.append(line)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def library_call(judge: Judge) -> Callable[[bytes], bytes]:
    """A check from bytes to JSON report, as a program would call it."""
    stages = Stages(extract=lambda data: extract(data, Limits()), read=read_invoice, assess=judge.assess)
    return lambda data: json_report(examine(data, "invoice.xml", stages), "de")


def measure(plain: Callable[[], object], check: Callable[[], object], seconds: float) -> Times:
    """Run both by turns until the time is over, at least three times; two rounds before do not count."""
    times = Times([], [], [], [])
    for call in (plain, check) * 2:
        call()
    gc.collect()
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times.check) < 3:
        for call, taken, cpu in ((plain, times.plain, times.plain_cpu), (check, times.check, times.check_cpu)):
            start, start_cpu = time.perf_counter(), time.process_time()
            call()
            taken.append(time.perf_counter() - start)
            cpu.append(time.process_time() - start_cpu)
    return times


def row(times: Times) -> list[str]:
    ordered = sorted(times.check)
    p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return [
        f"{len(times.plain) / sum(times.plain):.1f}",
        f"{len(times.check) / sum(times.check):.1f}",
        f"{statistics.median(ordered) * 1000:.1f} ms",
        f"{p99 * 1000:.1f} ms",
        f"{times.over_plain:+.1%}",
    ]


def service(data: bytes, seconds: float) -> Table:
    """The supervised pool as the service uses it: throughput and memory of its processes."""
    table = Table("pool", "documents/s", "memory of a worker (own)", title="supervised validator processes")
    document, today = extract(data, Limits()), datetime.now(UTC).date()
    for workers in (1, os.cpu_count() or 1):
        with ValidatorPool(Settings().model_copy(update={"workers": workers})) as pool:
            pool.assess(document, today)
            done, end = 0, time.perf_counter() + seconds
            start = time.perf_counter()
            while time.perf_counter() < end:
                for pending in [pool.submit(document, today) for _ in range(workers * 8)]:
                    pending.wait()
                    done += 1
            rate = done / (time.perf_counter() - start)
            table.add_row(f"{workers} process(es)", f"{rate:.1f}", memory())
    return table


def memory() -> str:
    """Resident and own (not shared with the forkserver) memory of the largest child, from /proc."""
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


def cold_start() -> Table:
    """Seconds of `einvoice check` on one small invoice, from nothing."""
    command = [str(Path(sys.executable).with_name("einvoice")), "check", "--format", "jsonl", str(UBL)]
    taken = []
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        taken.append(time.perf_counter() - start)
    table = Table("command line", "seconds", title="cold start")
    table.add_row("einvoice check, one small invoice", f"{min(taken):.2f}")
    return table


if __name__ == "__main__":
    main()
