"""What all layouts share: the walk through a folder, what is never taken, and how what was found is added up."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from einvoice.intake.layouts.directory import Directory, Found, Kind
from einvoice.intake.layouts.memory import AHEAD, Habits, Memory
from einvoice.intake.layouts.oldest import Oldest
from einvoice.intake.layouts.parcels import Parcel, Sight, Stuck

TEMPORARY = (".tmp", ".part", ".filepart", ".partial", ".processing", ".lock")
_LIKE_A_FILE = (".xml", ".pdf", ".json", ".dat", ".done", ".ok")
_MOST_STUCK = 50  # shown; all are counted

Judged = Parcel | str | None  # complete; stuck, and why; or still waiting


class Tally:
    """Adds up one look."""

    def __init__(self, most: int, now: float, habits: Habits, memory: Memory) -> None:
        self.now = now
        self.habits = habits
        self.memory = memory
        self._most = most
        self._complete: Oldest[Parcel] = Oldest(AHEAD * most)
        self._stuck: Oldest[Stuck] = Oldest(_MOST_STUCK)
        self._stuck_count = self._waiting = 0
        self._oldest: float | None = None

    def offer(self, found: Found, judge: Callable[[], Judged]) -> None:
        """A document, or what stands for one. It is judged only if it is old enough to be handed out."""
        judged = judge() if self._complete.wants(found.mtime) else None
        if isinstance(judged, str):
            self.stuck(found, judged)
            return
        self._waiting += 1
        self._oldest = found.since if self._oldest is None else min(self._oldest, found.since)
        if judged is not None:
            self._complete.add(found.mtime, judged.key, judged)

    def complete(self, found: Found, parcel: Callable[[], Parcel]) -> None:
        """A document that is counted elsewhere, and known to be complete from here."""
        if self._complete.wants(found.mtime):
            self._complete.add(found.mtime, found.key, parcel())

    def late(self, found: Found, why: str) -> str | None:
        """The code, if it has lain there so long that nobody will finish it."""
        return why if self.now - found.since > self.habits.stuck else None

    def alone(self, *found: Found) -> bool:
        """Whether nothing more is to be expected after all of these."""
        return all(self.now - one.since > self.habits.alone for one in found)

    def stuck(self, found: Found, why: str) -> None:
        """It will not be taken as it is."""
        self._stuck_count += 1
        if self._stuck.wants(found.since):
            self._stuck.add(found.since, found.key, Stuck(path=found.path, since=found.since, why=why))

    def stuck_if_late(self, found: Found, why: str) -> None:
        """It is not taken; named after a while."""
        if self.late(found, why):
            self.stuck(found, why)

    def sight(self) -> Sight:
        """What came of it."""
        parcels = [parcel for _, parcel in self._complete.items()]
        return Sight(
            parcels=tuple(parcels[: self._most]),
            waiting=self._waiting,
            oldest=self._oldest,
            again=self.memory.unsettled or len(parcels) > self._most,
            stuck=tuple(stuck for _, stuck in self._stuck.items()),
            stuck_count=self._stuck_count,
        )


class Layout(ABC):
    """How one kind of access point lays documents down. Only looks: changes nothing, follows no link.

    A layout says what a file's name makes of it (`file`), and what a folder is (`folder`). The cost of a look grows
    with the number of entries, its memory does not.
    """

    name: ClassVar[str]
    enveloped: ClassVar[bool]  # whether the documents are SBDs
    depth: ClassVar[int] = 0  # levels of folders above the documents
    may_be_empty: ClassVar[tuple[str, ...]] = ()  # endings of files that say something by being there
    purged_after: ClassVar[float | None] = None  # seconds after which the access point deletes what it put down

    def __init__(self, habits: Habits | None = None) -> None:
        self.habits = habits or Habits()

    def look(self, folder: Path, memory: Memory, most: int, now: float) -> Sight:
        """The documents that lie complete in `folder`, the `most` oldest of them.

        `now` is the file server's time in seconds since 1970. Raises OSError if the folder can't be read; what can't be
        read below it is named as stuck.
        """
        memory.begin(most)
        tally = Tally(most, now, self.habits, memory)
        with Directory.opened(folder) as root:
            self._walk(root, self.depth if self.habits.depth is None else self.habits.depth, tally)
        return tally.sight()

    @abstractmethod
    def file(self, directory: Directory, found: Found, tally: Tally) -> None:
        """A regular file, neither hidden nor temporary nor empty."""

    def folder(self, directory: Directory, found: Found, depth: int, tally: Tally) -> None:
        """A folder; `depth` more levels may be looked into."""
        if depth == 0 or found.name.lower().endswith(_LIKE_A_FILE):
            tally.stuck_if_late(found, "directory")
            return
        with directory.below(found.name) as below:
            self._walk(below, depth - 1, tally)

    def _walk(self, directory: Directory, depth: int, tally: Tally) -> None:
        """One thing that can't be read does not keep the others from being seen; one that vanished is no trouble."""
        for found in directory.scan():
            try:
                self._entry(directory, found, depth, tally)
            except FileNotFoundError:
                continue
            except OSError:
                tally.stuck(found, "unreadable")

    def _entry(self, directory: Directory, found: Found, depth: int, tally: Tally) -> None:
        kind = found.kind
        if kind is Kind.FILE:
            self._file(directory, found, tally)
        elif kind is Kind.FOLDER:
            self.folder(directory, found, depth, tally)
        else:
            tally.stuck(found, "link" if kind is Kind.LINK else "not-a-file")

    def _file(self, directory: Directory, found: Found, tally: Tally) -> None:
        if is_temporary(found.name):
            tally.memory.unfinished(found)
            tally.stuck_if_late(found, "temporary")
        elif found.size == 0 and not found.name.endswith(self.may_be_empty):
            tally.stuck_if_late(found, "empty")
        else:
            self.file(directory, found, tally)


def is_temporary(name: str) -> bool:
    """Whether a program writes under this name what is not ready, or marks something as being worked on."""
    return name.lower().endswith(TEMPORARY)


def stem(name: str, ending: str) -> str | None:
    """The name without this ending; None if it has another, or nothing before it."""
    return name[: -len(ending)] if name.endswith(ending) and name != ending else None
