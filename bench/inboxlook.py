"""One look at a folder with few and with very many documents in it, and putting one more away beside very many."""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from pathlib import Path

from dropping import WAYS
from inboxrows import Row
from rich.progress import track

from einvoice.intake import Folder, Spool, read_folders
from einvoice.intake.layouts import Memory, layout_named
from einvoice.intake.pickup import Outcome, Pickup, ProcessId
from einvoice.intake.pickup.placing import place

BODY = b'<?xml version="1.0"?>\n<sh:StandardBusinessDocument xmlns:sh="urn:x"><a/></sh:StandardBusinessDocument>\n'
LOOKED_AT = ("plain, .done beside it", "plain, only written", "oxalis", "phoss", "holodeck", "domibus")
_LOOKS = 3  # of which the quickest counts: others disturb a look, nothing speeds it up
_MOST = 1000  # documents asked for, as the pickup does
_MOST_SLOWER = 2.0  # times as long for each document, with looks at very many before
MOST_GROWTH, MOST_MIB = 1.5, 20.0  # times as long for each document; more memory


def looks(folder: Path, sizes: tuple[int, ...]) -> Iterator[Row]:
    """For each layout: the same folder as it fills up."""
    for name in LOOKED_AT:
        yield from _filling(folder / name.replace(" ", "-"), name, sizes)


def _filling(root: Path, name: str, sizes: tuple[int, ...]) -> Iterator[Row]:
    root.mkdir(parents=True)
    with get_context("fork").Pool(1) as fresh:  # where nothing has grown yet
        seconds, memory = zip(*fresh.apply(_looked, (root, name, sizes)), strict=True)
    each = [taken / size * 1e6 for taken, size in zip(seconds, sizes, strict=True)]
    told = ", ".join(f"{one:.0f} µs at {size:,}" for one, size in zip(each, sizes, strict=True))
    yield Row(f"{name}: a look, for each document", told, each[-1] / each[-2], MOST_GROWTH, "times as long")
    told = f"{memory[-2]:.1f} MiB at {sizes[-2]:,}, {memory[-1]:.1f} at {sizes[-1]:,}; a look of {seconds[-1]:.2f} s"
    yield Row(f"{name}: memory of a look", told, memory[-1] - memory[-2], MOST_MIB, "MiB more")


def _looked(root: Path, name: str, sizes: tuple[int, ...]) -> list[tuple[float, float]]:
    """For each size: seconds of processor time, and MiB by which the process has grown at most."""
    way, found, there = WAYS[name], [], 0
    layout, before = layout_named(way.layout), _memory("VmRSS")
    for size in sizes:
        for number in range(there, size):
            way.put(root, f"m{number:07}", BODY)
        there, memory, taken = size, Memory(), []
        layout.look(root, memory, _MOST, time.time())  # what it finds steady next time is remembered from this one
        for _ in range(_LOOKS):
            start = time.process_time()
            sight = layout.look(root, memory, _MOST, time.time() + 10)
            taken.append(time.process_time() - start)
            assert sight.parcels, "a look that finds nothing measures nothing"
        found.append((min(taken), _memory("VmHWM") - before))
    return found


def _memory(field: str) -> float:
    """MiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(field))


class Yes:
    """A desk that takes all and accepts all at once: what is left is the pickup."""

    def room(self) -> int:
        """As much as a real one has."""
        return 200

    def submit(self, spooled: object, slip: object, key: str) -> str:  # noqa: ARG002
        """Nothing is kept."""
        return key

    def ended(self, ids: set[str]) -> set[str]:
        """All."""
        return set(ids)

    def outcome(self, submission_id: str) -> Outcome:  # noqa: ARG002
        """Accepted."""
        return Outcome(accepted=True, reports={"html": b"<p>", "json": b"{}"})

    def refused(self, *_: object) -> Outcome:
        """Nothing here is refused."""
        raise AssertionError


def pickups(folder: Path, few: int, many: int, portion: int) -> Iterator[Row]:
    """Claimed, submitted and put away, from a folder in which few wait, and from one in which many do."""
    seconds = {size: _taken(folder / f"waiting-{size}", size, portion) for size in (few, many)}
    told = f"{portion / seconds[few]:.0f} a second at {few:,} waiting, {portion / seconds[many]:.0f} at {many:,}"
    ratio = seconds[many] / seconds[few]
    yield Row("picked up and put away, looks included", told, ratio, _MOST_SLOWER, "times as long")


def _taken(inbox: Path, waiting: int, portion: int) -> float:
    """Seconds for `portion` documents, with as many put down anew as are taken."""
    [target] = read_folders(inbox)
    target.path.mkdir(parents=True)
    way = WAYS["plain, .done beside it"]
    for number in track(range(waiting), f"{waiting:,} waiting", transient=True):
        way.put(target.path, f"m{number:07}", BODY)
    pickup = _pickup(target, inbox)
    done = target.home / "done"
    start, taken, put = time.perf_counter(), 0, waiting
    away = 0.0
    while taken < portion:
        pause = pickup.turn()
        assert not pickup.errors, pickup.errors
        begun = time.perf_counter()
        now = sum(len(os.listdir(day)) for day in done.iterdir()) // 4
        for number in range(put, put + now - taken):
            way.put(target.path, f"m{number:07}", BODY)
        put, taken = put + now - taken, now
        away += time.perf_counter() - begun
        time.sleep(pause)
    pickup.close()
    return time.perf_counter() - start - away


def _pickup(folder: Folder, inbox: Path) -> Pickup:
    spool = Spool(inbox / "spool", 1_000_000)
    return Pickup(folder, spool, Yes(), ProcessId.ours(), every=0.5, abandoned=120.0, health=inbox / "health")


def placing(folder: Path, few: int, many: int, times: int) -> Iterator[Row]:
    """Putting a document away where few lie, and where many do, by turns."""
    targets = {size: _filled(folder / f"placed-{size}", size) for size in (few, many)}
    files = folder / "files"
    files.mkdir()
    taken: dict[int, list[float]] = {size: [] for size in targets}
    for number in range(times):
        for size, target in targets.items():
            (files / "new.xml").write_bytes(BODY)
            document = Path(f"new-{number}.xml")
            (files / "new.xml").rename(files / document)
            taken[size].append(_timed(lambda: place(files, document, (), target, "f" * 16, {"html": b"", "json": b""})))  # noqa: B023
    medians = {size: statistics.median(all_) * 1000 for size, all_ in taken.items()}
    told = f"{medians[few]:.2f} ms beside {few:,}, {medians[many]:.2f} beside {many:,}"
    yield Row("putting one away", told, medians[many] / medians[few], MOST_GROWTH, "times as long")


def _filled(target: Path, size: int) -> Path:
    target.mkdir()
    for number in track(range(size), f"{size:,} put away", transient=True):
        (target / f"m{number:07}.xml").write_bytes(b"")
    return target


def _timed(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start
