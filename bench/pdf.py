"""What the sandbox costs: the same PDF read by a child of its own, in this process, and by nothing but pypdf.

All run by turns in the same run; differences count, not milliseconds. "bare" does all the child does, without a child;
"pypdf" takes the invoice out and nothing else. Processor time, which a busy machine disturbs least, is that of all
processes involved. With EINVOICE_CORPUS the real ZUGFeRD PDFs are read, else our own.
"""

import argparse
import io
import logging
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from pypdf import PdfReader
from rich.console import Console
from rich.table import Table

from einvoice.extraction.pdf import PdfLimits, embedded_invoice
from einvoice.extraction.pdf.child import answer
from einvoice.extraction.pdf.sandbox import SANDBOX
from einvoice.extraction.pdf.wire import Order

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests.support.pdfs import XML, compressed, embedded, objects, pdf, stream

_TARGET = 15.0  # ms over bare
_BATCH = 5  # runs in a row: the processor time of others is told in steps of 10 ms
_TEXT = b"BT /F1 9 Tf 50 700 Td " + b"(Position 12: Beratung, 3 Stunden zu 119,00 EUR) Tj 0 -12 Td " * 60 + b"ET"
_FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
_FILL = os.urandom(1 << 20)  # bytes that no filter makes smaller
_NAMES = {"factur-x.xml", "xrechnung.xml", "zugferd-invoice.xml"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, help="PDFs to measure instead")
    parser.add_argument("--seconds", type=float, default=20.0, help="for all of them (default 20)")
    options = parser.parse_args()
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    console = Console(width=118)
    sandboxed(pdf())  # starts the server
    console.print(measured(documents(options.files), options.seconds))


def documents(files: list[Path]) -> dict[str, bytes]:
    """What is measured, by name."""
    corpus = os.environ.get("EINVOICE_CORPUS")
    if not files and corpus:
        files = sorted((Path(corpus) / "zugferd-pdf").rglob("*.pdf"), key=lambda path: path.stat().st_size)
    if files:
        return {path.name[-48:]: path.read_bytes() for path in files}
    shown = {7: stream(_TEXT), 8: _FONT}
    page = b"/Contents 7 0 R/Resources<</Font<</F1 8 0 R>>>>"
    large = XML.replace(b"1<", b"x" * 500_000 + b"<")
    return {
        "one page, nothing on it": pdf(),
        "one page of text": pdf(objects(page=page, more=shown)),
        "object streams": compressed(objects(page=page, more=shown)),
        "an XML of 0.5 MB": pdf(objects(file=embedded(large))),
        "pictures of 1 MB": pdf(objects(more={7: stream(_FILL)})),
        "pictures of 10 MB": pdf(objects(more={number: stream(_FILL) for number in range(7, 17)})),
    }


def measured(samples: dict[str, bytes], seconds: float) -> Table:
    """All three ways, by turns: medians by the clock, and means of the processor, in milliseconds."""
    columns = ("PDF", "bytes", "pypdf", "bare", "sandbox", "over bare", "bare, CPU", "sandbox, CPU", "over bare")
    table = Table(*columns, title="reading a hybrid PDF, ms")
    clock, processor = [], []
    for name, data in samples.items():
        taken = by_turns(data, seconds / len(samples))
        plain, inside, child = (statistics.median(one for one, _ in runs) for runs in taken)
        _, inside_cpu, child_cpu = (statistics.fmean(one for _, one in runs) for runs in taken)
        clock.append(statistics.median(theirs[0] - ours[0] for ours, theirs in zip(*taken[1:], strict=True)))
        processor.append(child_cpu - inside_cpu)
        figures = (plain, inside, child, clock[-1], inside_cpu, child_cpu, processor[-1])
        table.add_row(name, f"{len(data):,}", *(f"{one:.1f}" for one in figures))
    told = (f"{statistics.median(over):.1f} ms, at most {max(over):.1f}" for over in (clock, processor))
    by_clock, by_processor = told
    table.caption = (
        f"sandbox over bare: median {by_clock} by the clock; {by_processor} of the processor; wanted: {_TARGET:g}.\n"
        f"{os.cpu_count()} processors, {os.getloadavg()[0]:.1f} wanted to run in the last minute."
    )
    return table


def by_turns(data: bytes, seconds: float) -> list[list[tuple[float, float]]]:
    """(by the clock, of the processor) in milliseconds, for each way; at least five times each."""
    ways: tuple[Callable[[bytes], object], ...] = (by_pypdf, bare, sandboxed)
    taken: list[list[tuple[float, float]]] = [[] for _ in ways]
    for way in ways:
        way(data)
    end = time.perf_counter() + seconds
    while len(taken[-1]) < 5 or time.perf_counter() < end:
        for way, runs in zip(ways, taken, strict=True):
            start, cpu = time.perf_counter(), processor_time()
            for _ in range(_BATCH):
                way(data)
            runs.append(((time.perf_counter() - start) * 1000 / _BATCH, (processor_time() - cpu) * 1000 / _BATCH))
    return taken


def processor_time() -> float:
    """Seconds of this process, of the sandbox's server, and of its children that ended."""
    server = SANDBOX._server
    assert server is not None
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()[11:15]
    return time.process_time() + sum(map(int, fields)) / os.sysconf("SC_CLK_TCK")


def by_pypdf(data: bytes) -> bytes:
    """What anyone would write."""
    for one in PdfReader(io.BytesIO(data)).attachment_list:
        if (one.alternative_name or one.name).lower() in _NAMES:
            return one.content
    raise ValueError("no invoice")


def bare(data: bytes) -> bytes:
    """What the child does, in this process."""
    return list(answer(data, Order(), PdfLimits()))[1]


def sandboxed(data: bytes) -> bytes:
    """What the service does."""
    return embedded_invoice(data, PdfLimits()).xml


if __name__ == "__main__":
    main()
