"""A folder with a desk that decides as the test says, and a clock that only goes on when it is told to."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from einvoice.errors import Refusal
from einvoice.intake import Folder, Spool, Spooled
from einvoice.intake.layouts import Habits
from einvoice.intake.pickup import Outcome, Pickup, ProcessId, Slip

GOOD, BAD = b"<good/>", b"<bad/>"


@dataclass
class Desk:
    """Remembers what was submitted; one submission for one key, as the store does it."""

    by_key: dict[str, bytes] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    decides: bool = True
    free: int = 10_000
    asked: int = 0  # how often for outcomes

    def room(self) -> int:
        return self.free

    def submit(self, spooled: Spooled, slip: Slip, key: str) -> str:
        if key not in self.by_key:
            self.names.append(slip.name)
        self.by_key.setdefault(key, spooled.path.read_bytes())
        return key

    def ended(self, ids: Collection[str]) -> set[str]:
        self.asked += 1
        return set(ids) if self.decides else set()

    def outcome(self, submission_id: str) -> Outcome | None:
        if not self.decides:
            return None
        content = self.by_key[submission_id]
        return Outcome(accepted=content.startswith(GOOD), reports={"html": b"<p>" + content, "json": b"{}"})

    def refused(self, name: str, size: int, refusal: Refusal) -> Outcome:
        body = f"{refusal.notice.code} {name} {size}".encode()
        return Outcome(accepted=False, reports={"html": body, "json": body})


@dataclass
class Clock:
    """Seconds, monotonic."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Place:
    """One folder with all that belongs to it."""

    inbox: Path
    desk: Desk
    clock: Clock
    spool: Path
    health: Path
    layout: str = "plain"
    running: list[Pickup] = field(default_factory=list)

    @property
    def folder(self) -> Folder:
        return Folder(
            name="drop",
            layout=self.layout,
            path=self.inbox / "drop",
            home=self.inbox,
            own=True,
            hints=False,
            habits=Habits(settle=0.0),
            answer="none",
            positive=False,
            outbox=self.inbox / "outbox",
            wrapped=True,
            spid="",
            country="DE",
        )

    def start(self, process: ProcessId | None = None) -> Pickup:
        """A process that looks after the folder."""
        pickup = Pickup(
            self.folder,
            Spool(self.spool, 100),
            self.desk,
            process or ProcessId.ours(),
            every=3.0,
            abandoned=120.0,
            health=self.health,
            clock=self.clock,
        )
        self.running.append(pickup)
        return pickup

    def looks(self, pickup: Pickup, count: int = 2) -> None:
        for _ in range(count):
            self.clock.now += 10.0
            pickup.turn()

    def drop(self, name: str, content: bytes = GOOD) -> Path:
        path = self.inbox / "drop" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    @property
    def done(self) -> Path:
        """Of the one day there is."""
        days = list((self.inbox / "done").iterdir())
        assert len(days) == 1
        return days[0]

    def items(self) -> list[Path]:
        """What is claimed and not finished."""
        return [path for path in (self.inbox / "processing").glob("*/*") if path.is_dir()]

    def done_names(self) -> set[str]:
        return {path.name for path in (self.inbox / "done").glob("*/*")}

    def names(self, folder: str) -> set[str]:
        return {path.name for path in (self.inbox / folder).iterdir()}


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def place(tmp_path: Path, desk: Desk) -> Place:
    return Place(tmp_path / "inbox", desk, Clock(), tmp_path / "spool", tmp_path / "health")


@pytest.fixture
def pickup(place: Place) -> Iterator[Pickup]:
    started = place.start()
    started.turn()
    yield started
    started.close()


Start = Callable[[], Pickup]
