"""Drop folders with real workers behind them: how soon a document is decided, alone and beside a full folder."""

import os
import random
import re
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from documents import UBL
from dropping import WAYS, Way
from inboxrows import Row
from rich.progress import track
from sqlalchemy import func, select

from einvoice.envelope import Header, write_envelope
from einvoice.intake.layouts import LAYOUTS
from einvoice.settings import Settings
from einvoice.store import Store, open_store
from einvoice.store.tables import submissions

EINVOICE = str(Path(sys.executable).with_name("einvoice"))
DEEP = WAYS["plain, .done beside it"]
WITH_HINTS, WITHOUT = 1.0, 2.0  # seconds; scan intervals
_HURT = 2.0  # times as long as alone, beside a full folder
_NUMBER = re.compile(rb"(<cbc:ID>)[^<]+")
_LONGEST = 120.0  # seconds until a document that is not decided ends the run
_POLL = 0.05


@dataclass(slots=True)
class Inbox:
    """The folders of one service, its workers, and its database."""

    root: Path
    sweep: float  # EINVOICE_SWEEP_SECONDS
    database: str
    validators: int
    folders: dict[str, tuple[str, bool]] = field(default_factory=dict)  # by name: layout, and whether with hints
    put: int = 0  # documents into the folder that is to be full
    _workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        """Of all processes."""
        return Settings(
            data_dir=self.root / "data",
            inbox_dir=self.root / "inbox",
            database_url=self.database,
            sweep_seconds=self.sweep,
            workers=self.validators,
        )

    def path(self, name: str) -> Path:
        """Where documents are put."""
        return self.root / "inbox" / name / "drop"

    @contextmanager
    def working(self, processes: int = 1) -> Iterator[Store]:
        """With workers, warm and looking after every folder."""
        lines = []
        for name, (layout, hints) in self.folders.items():
            self.path(name).mkdir(parents=True, exist_ok=True)
            lines.append(f'[folders.{name}]\nlayout = "{layout}"\nhints = {str(hints).lower()}\n')
        (self.root / "inbox" / "folders.toml").write_text("\n".join(lines))
        store = open_store(self.settings)
        try:
            with (self.root / "log.txt").open("ab") as log:
                for _ in range(processes):
                    self._workers.append(
                        subprocess.Popen([EINVOICE, "worker"], env=self._environment(), stdout=log, stderr=log)
                    )
            self._warm(store)
            yield store
        finally:
            for worker in self._workers:
                worker.send_signal(signal.SIGTERM)
            for worker in self._workers:
                worker.wait(120)
            self._workers.clear()
            store.close()

    def _warm(self, store: Store) -> None:
        drop = self.root / "inbox" / "drop"
        for _ in range(4):
            body = invoice("plain")
            drop.mkdir(exist_ok=True)
            WAYS["plain, renamed in"].put(drop, f"warm-{random.getrandbits(64):x}", body)
            decided_at(store, body)

    def _environment(self) -> dict[str, str]:
        told = {f"EINVOICE_{name.upper()}": str(value) for name, value in self.settings.model_dump().items() if value}
        return {**os.environ, **told}


def invoice(layout: str) -> bytes:
    """One that is accepted, with a number of its own; in an envelope, where the layout has such."""
    body = _NUMBER.sub(rb"\g<1>%x" % random.getrandbits(64), UBL.read_bytes(), count=1)
    if not LAYOUTS[layout].enveloped:
        return body
    kind = "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2::Invoice##urn:cen.eu:en16931:2017::2.1"
    header = Header(
        sender="9930:de123456789",
        receiver="0204:04011000-12345-03",
        instance_id=f"{random.getrandbits(128):x}",
        document_type=kind,
        process="urn:fdc:peppol.eu:2017:poacc:billing:01:1.0",
        created_at=datetime.now(UTC),
    )
    return write_envelope(header, body)


def decided_at(store: Store, body: bytes) -> float:
    """When these bytes were decided, in seconds since 1970."""
    query = select(submissions.c.decided_at).where(submissions.c.sha256 == sha256(body).hexdigest())
    end = time.monotonic() + _LONGEST
    while time.monotonic() < end:
        with store.database.read() as connection:
            found = connection.scalar(query)
        if found is not None:
            return found.timestamp()
        time.sleep(_POLL)
    raise TimeoutError("a document was not decided")


def latency(inbox: Inbox, seconds: float) -> Iterator[Row]:
    """Every way and both kinds of folder at once, each with one document at a time, at no particular moment."""
    probes = {}
    for name, way in WAYS.items():
        for hints in (True, False):
            folder = f"{re.sub('[^a-z]+', '-', name)}-{'hints' if hints else 'looks'}"
            inbox.folders[folder] = (way.layout, hints)
            probes[name, hints] = Probe(way, inbox.path(folder), inbox.sweep)
    with inbox.working() as store:
        for probe in probes.values():
            probe.start(store, seconds)
        for probe in probes.values():
            probe.thread.join()
    for (name, hints), probe in probes.items():
        unit, bound, whole = ("s", WITH_HINTS, 1.0) if hints else ("scan intervals", WITHOUT, inbox.sweep)
        row = f"{name}, {'with' if hints else 'without'} hints: p50"
        yield Row(row, probe.told, probe.median / whole, bound, unit)


class Probe:
    """Puts documents into one folder, one after the other, and sees when each is decided."""

    def __init__(self, way: Way, folder: Path, sweep: float) -> None:
        self._way, self._folder, self._sweep = way, folder, sweep
        self.taken: list[float] = []
        self.thread = threading.Thread()

    def start(self, store: Store, seconds: float) -> None:
        """Begin, and go on for so long."""
        self.thread = threading.Thread(target=self._run, args=(store, time.monotonic() + seconds), daemon=True)
        self.thread.start()

    def _run(self, store: Store, end: float) -> None:
        while not self.taken or time.monotonic() < end:
            body, name = invoice(self._way.layout), f"{random.getrandbits(64):016x}"
            self._way.begin(self._folder, name, body)
            if self._way.layout != "domibus":  # nothing marks its end: it is complete when it is written
                time.sleep(0.1)
            self._way.finish(self._folder, name)
            ready = time.time()
            self.taken.append(decided_at(store, body) - ready)
            time.sleep(random.uniform(0, self._sweep))  # noqa: S311  # any moment between two looks

    @property
    def median(self) -> float:
        """Seconds."""
        return statistics.median(self.taken)

    @property
    def told(self) -> str:
        """For a person."""
        late = sorted(self.taken)[min(int(len(self.taken) * 0.95), len(self.taken) - 1)]
        return f"p50 {self.median:.2f} s, p95 {late:.2f} s of {len(self.taken)}"


def beside(inbox: Inbox, few: int, many: int, seconds: float) -> Iterator[Row]:
    """A folder in which none, few, and many wait all the time, and what its neighbour feels of it."""
    inbox.folders |= {"deep": ("plain", True), "other": ("plain", True)}
    with inbox.working() as store:
        found = {size: _pressed(inbox, store, size, seconds) for size in (0, few, many)}
    rate = {size: one.rate for size, one in found.items()}
    told = f"{rate[few]:.1f} a second at {few:,} waiting, {rate[many]:.1f} at {many:,}"
    yield Row("decided out of the full folder", told, rate[few] / max(rate[many], 0.1), 1.5, "times as long")
    alone, of_few, of_many = (one.probe.median for one in found.values())
    told = f"p50 {alone:.2f} s alone, {of_few:.2f} beside {few:,}, {of_many:.2f} beside {many:,}"
    yield Row("a document in another folder, with hints", told, of_many / of_few, _HURT, "times as beside few")


@dataclass(slots=True)
class Pressed:
    """What came of a run."""

    rate: float
    probe: Probe


def _pressed(inbox: Inbox, store: Store, waiting: int, seconds: float) -> Pressed:
    """With so many waiting all the time: as many are put down as are decided."""
    probe = Probe(WAYS["plain, renamed in"], inbox.path("other"), 1.0)
    deep, sender = inbox.path("deep"), "folder:deep"
    inbox.put = _fill(deep, inbox.put, waiting + _count(store, sender))
    taken, start = _count(store, sender), time.monotonic()
    probe.start(store, seconds)
    while time.monotonic() < start + seconds:
        if waiting:
            inbox.put = _fill(deep, inbox.put, waiting + _count(store, sender))
        time.sleep(0.5)
    rate = (_count(store, sender) - taken) / (time.monotonic() - start)
    probe.thread.join()
    return Pressed(rate, probe)


def _fill(folder: Path, there: int, wanted: int) -> int:
    """How many have been put down by then."""
    for number in track(range(there, wanted), f"{wanted:,}", transient=True, disable=wanted - there < 5000):
        DEEP.put(folder, f"m{number:07}", f"<Rechnung><Nr>{number}</Nr></Rechnung>".encode())
    return max(there, wanted)


def _count(store: Store, sender: str) -> int:
    """How many are decided."""
    query = select(func.count()).where(submissions.c.sender == sender, submissions.c.decided_at.is_not(None))
    with store.database.read() as connection:
        return connection.scalar(query) or 0


def shared(inboxes: Mapping[int, Inbox], number: int) -> Iterator[Row]:
    """One worker and two over one folder: how quickly, and whether each document became exactly one submission."""
    seconds = {}
    for processes, inbox in inboxes.items():
        inbox.folders["deep"] = ("plain", True)
        with inbox.working(processes) as store:
            start = time.monotonic()
            _fill(inbox.path("deep"), 0, number)
            while _count(store, "folder:deep") < number:
                time.sleep(0.05)
            seconds[processes] = time.monotonic() - start
            failed = inbox.path("deep").parent / "failed"
            while _documents(failed) < number:
                time.sleep(0.05)
            with store.database.read() as connection:
                query = select(func.count()).where(submissions.c.sender == "folder:deep")
                kept = connection.scalar(query) or 0
        left = sum(1 for _ in inbox.path("deep").iterdir())
        told = f"{kept} submissions of {number} documents, {_documents(failed)} put away, {left} left"
        yield Row(f"{processes} worker(s) over one folder", told, abs(kept - number) + left, 1, "lost or doubled")
    told = f"{number / seconds[1]:.0f} a second with one, {number / seconds[2]:.0f} with two, {os.cpu_count()} cores"
    yield Row("two workers", told, seconds[1] / seconds[2], None, "times as quick")


def _documents(folder: Path) -> int:
    return sum(name.endswith(".xml") for name in os.listdir(folder)) if folder.is_dir() else 0
