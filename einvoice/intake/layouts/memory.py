"""What the last look at a folder saw, for what tells that nobody writes to a file any more."""

import os
from dataclasses import dataclass

from einvoice.intake.layouts.directory import Found
from einvoice.intake.layouts.oldest import Oldest
from einvoice.intake.layouts.parcels import Stamp

AHEAD = 4  # times as many are remembered as one look hands out, so that the next one need not begin anew


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How patient one folder's looks are. Times in seconds, by the file server's clock."""

    looks: int = 2  # looks through which a file must be the same, where nothing marks it complete
    settle: float = 0.5  # and seconds between the first and the last of them: two looks may follow one another at once
    stuck: float = 600.0  # after which something incomplete is named
    alone: float = 120.0  # after which a whole document is taken without what should have come with it
    marked: bool = False  # `plain` alone: take only what has its `.done` or `.ok`
    depth: int | None = None  # levels of folders looked into; None: as the layout has them


@dataclass(frozen=True, slots=True)
class _Seen:
    stamps: tuple[Stamp, ...]
    first: float
    looks: int


class Memory:
    """Kept by the caller, one a folder; bounded. To lose it costs a look, nothing else."""

    def __init__(self) -> None:
        self._before: dict[str, _Seen] = {}
        self._now: Oldest[_Seen] = Oldest(0)
        self._temporary_before: dict[int, str] = {}  # by inode
        self._temporary: Oldest[int] = Oldest(0)
        self.unsettled = False  # whether a file of this look may be complete at the next one

    def begin(self, most: int) -> None:
        """A look begins that hands out at most so many parcels."""
        self._before, self._now = dict(self._now.items()), Oldest(AHEAD * most)
        self._temporary_before = {inode: key for key, inode in self._temporary.items()}
        self._temporary = Oldest(AHEAD * most)
        self.unsettled = False

    def steady(self, key: str, files: tuple[Found, ...], now: float, habits: Habits) -> bool:
        """Whether these files have been the same for as many looks and as long as the habits ask."""
        stamps = tuple(found.stamp for found in files)
        seen = self._before.get(key)
        if seen is None or seen.stamps != stamps or seen.first > now:  # the clock was set back
            seen = _Seen(stamps, now, 0)
        seen = _Seen(stamps, seen.first, seen.looks + 1)
        self._now.add(max(found.mtime for found in files), key, seen)
        still = seen.looks >= habits.looks and now - seen.first >= habits.settle
        self.unsettled |= not still
        return still

    def unfinished(self, found: Found) -> None:
        """A file under a temporary name, which may be renamed by the next look."""
        self._temporary.add(found.mtime, found.key, found.status.st_ino)

    def renamed_in(self, found: Found) -> bool:
        """Whether it is a file that the last look saw under a temporary name of its own: nobody writes any more.

        Its entry changed after its content, as renaming does; a new file that got the number of a deleted one is told
        apart by that.
        """
        before = self._temporary_before.get(found.status.st_ino)
        if before is None or found.status.st_ctime_ns <= found.status.st_mtime_ns:
            return False
        return os.path.splitext(before)[0] in (found.key, os.path.splitext(found.key)[0])
