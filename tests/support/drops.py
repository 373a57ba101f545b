"""Simulated access points at work, while two workers look after their folders and are killed again and again."""

import random
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from einvoice.intake.simulator import Dropped, read_manifest
from tests.support.chaos_post import BEISPIEL, MUSTERSTADT
from tests.support.chaos_proof import log_broken
from tests.support.drops_proof import broken_promises, files_below, retries_broken, stuck_broken
from tests.support.service import Program, Service

LAYOUTS = ("plain", "oxalis", "phoss", "holodeck", "domibus")
_SETTINGS = {
    "CLAIM_SECONDS": "5",  # what a killed worker had claimed is open to the other soon
    "SWEEP_SECONDS": "0.5",
    "RETRY_SECONDS": "0.05",
    # Whoever kills at random hits one document several times; nothing may be held for that.
    "MAX_ATTEMPTS": "1000",
    "MAX_CRASHES": "1000",
}
# What is complete when it has stood still must outlast a moment in which its writer gets no processor.
_FOLDER = """
[folders.{name}]
layout = "{name}"
stable_looks = 3
settle_seconds = 4.0
stuck_minutes = {stuck:.3f}
alone_minutes = {alone:.3f}
"""
_STUCK_SECONDS = 6.0
_JITTER = 2.0  # seconds at most from the moment that is due to the kill
_PATIENCE = 300.0  # seconds for the next thing to happen
_TOLD = -signal.SIGTERM
_EVERY = 10.0  # seconds between two lines of progress
_SIGNS = ("folder-document-changed", "folder-submission-unknown", "claimed-file-not-put-back")


@dataclass(frozen=True, kw_only=True)
class Drops:
    """What is put down in each folder, how fast, and how often a worker is killed meanwhile."""

    layouts: Sequence[str]
    count: int
    kills: int  # in all, of one worker or the other
    seed: int
    rate: float  # documents a second, of each access point
    broken: float = 0.05
    alone: float = 20.0  # seconds until a document is taken without what never came


@dataclass
class Outcome:
    """What happened, and every promise that was broken, by layout; "" is what is about none."""

    figures: str = ""
    broken: dict[str, list[str]] = field(default_factory=dict)

    @property
    def all_broken(self) -> list[str]:
        """All of them, each with its layout."""
        return [f"{layout}: {one}" for layout, ones in self.broken.items() for one in ones]


class Scene:
    """One host with a folder for each layout, an access point for each folder, and two workers."""

    def __init__(self, folder: Path, drops: Drops, tell: Callable[[str], None] = lambda _: None) -> None:
        self.drops = drops
        self.host = Service(folder, dict(_SETTINGS))
        self._tell = tell
        self._chance = random.Random(f"drops {drops.seed}")
        self._workers: list[Program] = []
        self._points: dict[str, Program] = {}
        self._began = self._told = self._moved = time.monotonic()
        self._placed = 0  # documents, when they were counted last
        self.kills = 0
        self.ended_alone = 0  # workers that ended without us

    def run(self) -> Outcome:
        """Everything, to its end; then look."""
        self._prepare()
        outcome = Outcome(broken={"": []})
        try:
            self._workers = [self.host.worker(WORKERS="1") for _ in range(2)]
            for point in self._points.values():
                point.start()
            try:
                for number in range(self.drops.kills):
                    self._until(lambda number=number: self._progress() >= (number + 1) / (self.drops.kills + 1))
                    time.sleep(self._chance.uniform(0, _JITTER))
                    self._kill()
                self._until(lambda: not any(point.runs for point in self._points.values()))
                self._until(self._drained)
            except TimeoutError as error:
                outcome.broken[""].append(str(error))
            seconds = time.monotonic() - self._began
            codes = [program.stop() for program in (*self._points.values(), *self._workers)]
        finally:
            for program in (*self._points.values(), *self._workers):
                program.clear()
        early = (
            2 + self.kills + self.ended_alone - self.host.log().count("worker-started")
        )  # told to end amid its start
        outcome.broken[""] += [
            f"a program ended with {code}" for code in codes if code and (code != _TOLD or not early)
        ]
        if self.ended_alone:
            outcome.broken[""].append(f"workers ended {self.ended_alone} times by themselves")
        self._look(outcome)
        outcome.figures = (
            f"{self.drops.count} documents into each of {', '.join(self.drops.layouts)}; {self.kills} kills; "
            f"{self._count_placed()} documents placed in {seconds:.0f} s"
        )
        return outcome

    def home(self, layout: str) -> Path:
        """What holds the folder, and `done/`, `failed/` and `processing/`."""
        return self.host.inbox / layout

    def manifest(self, layout: str) -> list[Dropped]:
        """What was put down until now."""
        path = self._manifest(layout)
        return list(read_manifest(path)) if path.is_file() else []

    def _manifest(self, layout: str) -> Path:
        return self.host.folder / f"{layout}.jsonl"

    def _prepare(self) -> None:
        drops = self.drops
        told = "[folders.drop]\nenabled = false\n"
        for layout in drops.layouts:
            (self.home(layout) / "drop").mkdir(parents=True)
            told += _FOLDER.format(name=layout, stuck=_STUCK_SECONDS / 60, alone=drops.alone / 60)
            self._points[layout] = self.host.program(
                *("inbox", "simulate", "--layout", layout, "--shape", "all", "--lang", "en"),
                *("--count", str(drops.count), "--rate", str(drops.rate), "--seed", str(drops.seed)),
                *("--broken", str(drops.broken), "--manifest", str(self._manifest(layout))),
                str(self.home(layout) / "drop"),
            )
        (self.host.inbox / "folders.toml").write_text(told)
        with self.host.store() as store:
            for name, id_ in {"Stadt Musterstadt": MUSTERSTADT, "Landkreis Beispiel": BEISPIEL}.items():
                store.authorities.create(name, [id_])

    def _kill(self) -> None:
        victim = self._chance.choice(self._workers)
        victim.kill()
        victim.start()
        self.kills += 1

    def _until(self, look: Callable[[], bool]) -> None:
        """Wait until it is so, as long as anything goes on. A worker that ends is started again, and counted."""
        self._moved = time.monotonic()
        while True:
            began, placed = time.monotonic(), self._count_placed()
            if placed != self._placed:
                self._placed, self._moved = placed, began
            if look():
                return
            for worker in self._workers:
                if not worker.runs:
                    self.ended_alone += 1
                    worker.start()
            now = time.monotonic()
            if now - self._moved > _PATIENCE:
                raise TimeoutError(f"nothing was placed for {_PATIENCE:g} s: {self._state()}")
            self._points_live()
            if now - self._told > _EVERY:
                self._told = now
                self._tell(self._state())
            time.sleep(min(max(0.2, 4 * (now - began)), 2.0))  # looking is not to be what takes the time

    def _points_live(self) -> None:
        """An access point that ends has put everything down."""
        for layout, point in self._points.items():
            if not point.runs and self._put_down(layout) < self.drops.count:
                raise TimeoutError(f"the access point of {layout} ended before its time: {self._state()}")

    def _put_down(self, layout: str) -> int:
        path = self._manifest(layout)
        return path.read_bytes().count(b"\n") if path.is_file() else 0

    def _state(self) -> str:
        dropped = sum(map(self._put_down, self.drops.layouts))
        left = sum(len(files_below(self.home(layout) / "drop")) for layout in self.drops.layouts)
        return (
            f"{time.monotonic() - self._began:5.0f} s: {dropped} put down, {self._placed} placed, "
            f"{left} files in the folders, {self.kills} kills"
        )

    def _progress(self) -> float:
        """From 0 to 1, roughly: some are stuck, and never placed."""
        return self._placed / (self.drops.count * len(self.drops.layouts) * 0.9)

    def _count_placed(self) -> int:
        """Those that have a report; of what is set aside there is none."""
        places = [self.home(layout) / place for layout in self.drops.layouts for place in ("done", "failed")]
        return sum(path.endswith(".report.json") for place in places for path in files_below(place))

    def _drained(self) -> bool:
        """Whether only what has to stay lies in the folders, and nothing is claimed."""
        for layout in self.drops.layouts:
            stays = {path for one in self.manifest(layout) if not one.taken for path in one.files}
            if set(files_below(self.home(layout) / "drop")) != stays:
                return False
            if any(path.is_dir() for path in (self.home(layout) / "processing").glob("*/*")):
                return False
        return all(not self._unlike_shown(layout) for layout in self.drops.layouts)

    def _unlike_shown(self, layout: str) -> list[str]:
        return list(stuck_broken(self.host.settings(), layout, self.manifest(layout)))

    def _look(self, outcome: Outcome) -> None:
        outcome.broken[""] += log_broken(self.host.log())
        outcome.broken[""] += [f"the log tells of {sign}" for sign in _SIGNS if sign in self.host.log()]
        with self.host.store() as store:
            for layout in self.drops.layouts:
                told = self.manifest(layout)
                outcome.broken[layout] = list(broken_promises(store, self.home(layout), layout, told))
                outcome.broken[layout] += self._unlike_shown(layout)
                outcome.broken[layout] += retries_broken(self.host.inbox, layout, told)
                if len(told) != self.drops.count:
                    outcome.broken[layout].append(f"{len(told)} of {self.drops.count} were put down")
