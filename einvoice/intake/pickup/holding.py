"""Who works on what, in a folder that several processes of several hosts share, without locks.

`processing/PROCESS/` holds what one process has claimed, and `.alive`, which it touches as long as it lives. What lies
with a process that is known to be dead, or that has not shown itself for a while, is adopted: renamed, item by item,
into the folder of the one who noticed. Of several who try, one succeeds. All times are the file server's, compared with
each other: the clocks of the hosts may differ.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from einvoice.intake.pickup.processes import ProcessId

_ALIVE = ".alive"
NOBODYS = "left-"  # begins the name of what belongs to no process and may be adopted at once


class Holding:
    """What this process has claimed."""

    def __init__(self, processing: Path, process: ProcessId, abandoned_seconds: float) -> None:
        self._processing = processing
        self._abandoned = abandoned_seconds
        self.path = processing / process.name

    def show(self) -> float:
        """Show that we live; the file server's time, in seconds since 1970. Raises OSError.

        Also for one that was taken for dead and comes back: it begins anew.
        """
        self.path.mkdir(exist_ok=True)
        alive = self.path / _ALIVE
        alive.touch(mode=0o640)
        os.utime(alive)  # without a time given, a file server takes its own
        return alive.stat().st_mtime

    def items(self) -> list[Path]:
        """What we have claimed and not finished, in no order. Raises OSError."""
        return list(_folders(self.path))

    def new(self) -> Path:
        """An empty item."""
        item = self.path / secrets.token_hex(8)
        item.mkdir()
        return item

    def adopt(self, now: float) -> int:
        """Take over what nobody looks after any more; how many items. `now` is what `show` said. Raises OSError."""
        count = 0
        for other in _folders(self._processing):
            if other == self.path or not self._is_abandoned(other, now):
                continue
            for item in _folders(other):
                with suppress(FileNotFoundError):  # someone else was faster
                    os.rename(item, self.path / item.name)
                    count += 1
            _remove(other)
        return count

    def leave(self) -> None:
        """Let others have what is not finished, at once. Raises OSError."""
        with suppress(FileNotFoundError):
            (self.path / _ALIVE).unlink()
        with suppress(FileNotFoundError):
            os.rename(self.path, self._processing / f"{NOBODYS}{secrets.token_hex(8)}")
        for left in _folders(self._processing):
            if left.name.startswith(NOBODYS):
                _remove(left)

    def _is_abandoned(self, other: Path, now: float) -> bool:
        if other.name.startswith(NOBODYS):
            return True
        died = ProcessId(other.name).has_died
        return now - _last_shown(other) > self._abandoned if died is None else died


def _last_shown(folder: Path) -> float:
    for path in (folder / _ALIVE, folder):
        with suppress(FileNotFoundError):
            return path.stat().st_mtime
    return float("inf")  # somebody else has cleared it away


def _folders(folder: Path) -> Iterator[Path]:
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield Path(entry)


def _remove(folder: Path) -> None:
    """Clear away an empty folder of a process; one that is in use again stays."""
    with suppress(OSError):
        (folder / _ALIVE).unlink(missing_ok=True)
        folder.rmdir()
