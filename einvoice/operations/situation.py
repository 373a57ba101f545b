"""The picture: what waits, what is held, who works, how much room there is."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from einvoice.model.submission import Door
from einvoice.operations.folders import FolderState, folder_states
from einvoice.settings import Settings
from einvoice.store import Store
from einvoice.store.census import Census, take_census
from einvoice.store.doors import Pause
from einvoice.store.holds import Held, Holds
from einvoice.store.processes import WorkerSeen

SEEN = timedelta(seconds=60)  # a worker that said nothing for so long is thought to be gone


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """The disk `data_dir` lies on, in bytes."""

    free: int
    size: int

    @classmethod
    def of(cls, folder: Path) -> "Disk":
        """Raises OSError."""
        usage = shutil.disk_usage(folder)
        return cls(free=usage.free, size=usage.total)


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """How the service stands."""

    at: datetime
    census: Census
    held: tuple[Held, ...]  # by reason and cause
    paused: Mapping[Door, Pause]
    workers: tuple[WorkerSeen, ...]  # those seen lately
    disk: Disk
    folders: tuple[FolderState, ...] = ()

    @property
    def backlog(self) -> int:
        """Submissions without a decision that nobody holds."""
        return sum(waiting.count for waiting in self.census.waiting)


def look(store: Store, settings: Settings) -> Situation:
    """The picture as it is now. Raises Fault where the database is away, OSError where the disk is."""
    return Situation(
        at=store.clock(),
        census=take_census(store),
        held=Holds.of(store).held(),
        paused=store.doors.paused(),
        workers=store.processes.working(SEEN),
        disk=Disk.of(settings.data_dir),
        folders=folder_states(store),
    )
