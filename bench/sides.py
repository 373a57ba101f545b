"""The two sides of the comparison, each in a process of its own, so that neither pays for the other's garbage."""

import multiprocessing
import resource
import time
from collections.abc import Callable
from multiprocessing.connection import Connection

from plain import PlainValidator

from einvoice.app import tune_garbage_collection
from einvoice.extraction import Limits, extract
from einvoice.pipeline import Stages, examine
from einvoice.reports import json_report
from einvoice.rules import ArtefactStore, Registry, load_packs
from einvoice.semantics import read_invoice
from einvoice.settings import Settings
from einvoice.validation import Judge
from einvoice.validation.saxon import SaxonEngine

Call = Callable[[], object]


def plain_side(registry: Registry, store: ArtefactStore) -> Callable[[bytes], Call]:
    """saxonche + libxml2, and nothing else."""
    return PlainValidator(registry, store).for_document


def check_side(registry: Registry, store: ArtefactStore) -> Callable[[bytes], Call]:
    """A check as a program calls it: from bytes to the JSON report; no process start, no HTTP."""
    tune_garbage_collection()
    judge = Judge(registry, store, SaxonEngine(store))
    stages = Stages(extract=lambda data: extract(data, Limits()), read=read_invoice, assess=judge.assess)
    return lambda data: lambda: json_report(examine(data, "invoice.xml", stages), "de")


class Side:
    """One side, ready to run documents."""

    def __init__(self, make: Callable[[Registry, ArtefactStore], Callable[[bytes], Call]]) -> None:
        context = multiprocessing.get_context("spawn")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(make, theirs), daemon=True)
        self._process.start()

    def load(self, data: bytes) -> None:
        """Take this document from now on; a few runs warm up."""
        self._ours.send(data)
        self._ours.recv()

    def run(self, times: int) -> list[tuple[float, float]]:
        """Run it so many times in a row: seconds by the clock, seconds of the processor, for each."""
        self._ours.send(times)
        return self._ours.recv()

    def memory(self) -> int:
        """The most memory it ever had, in MiB."""
        self._ours.send("memory")
        return self._ours.recv()


def _serve(make: Callable[[Registry, ArtefactStore], Callable[[bytes], Call]], pipe: Connection) -> None:
    settings = Settings()
    prepare = make(Registry(load_packs(settings.schematron_dir)), ArtefactStore(settings.rules_dir, settings.xsd_dir))
    call: Call = list
    while True:
        try:
            order = pipe.recv()
        except EOFError:  # measured enough
            return
        if isinstance(order, bytes):
            call = prepare(order)
            for _ in range(30 if len(order) < 100_000 else 2):
                call()
            pipe.send(True)
        elif order == "memory":
            pipe.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
        else:
            pipe.send([_timed(call) for _ in range(order)])


def _timed(call: Call) -> tuple[float, float]:
    start, start_cpu = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - start, time.process_time() - start_cpu
