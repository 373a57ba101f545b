"""A disk that forgets what was not fsynced: every state it may be found in after a power cut, at every moment.

Files and folders are what a file system keeps: contents, and names in folders. Each has versions. A change adds one; an
fsync of that file or folder forgets all but the last. When the power goes, each is found in any of its versions, one
independent of the other: that is all POSIX promises, and more than most disks do to us.

    with PowerCut(tmp_path) as disk:
        FileBlobs(tmp_path / "blobs").put(source, name)
    for moment in disk.moments:
        for world in moment.worlds: ...
"""

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

Entries = frozenset[tuple[str, int]]  # the names in a folder, each with what it names
World = Mapping[str, bytes]  # all files there are, by path below the disk

_CHANGES = ("mkdir", "rename", "replace", "unlink", "rmdir", "link")  # of os; what is written shows at the next of them


@dataclass(frozen=True, slots=True)
class Moment:
    """The time right after a step."""

    step: str
    worlds: frozenset[frozenset[tuple[str, bytes]]]

    def found_at(self, path: str) -> set[bytes | None]:
        """What may be found at a path if the power goes now; None: nothing."""
        return {dict(world).get(path) for world in self.worlds}


class PowerCut:
    """Watches what happens below a folder. What is there at the beginning has been safe for long."""

    def __init__(self, disk: Path, *, ignored_fsync: int | None = None) -> None:
        """`ignored_fsync`: the number of an fsync that does nothing, counted from 0, as if it had been left out."""
        self.moments: list[Moment] = []
        self.fsyncs = 0
        self._disk = disk
        self._ignored = ignored_fsync
        self._numbers = count(1)
        self._known: dict[int, int] = {}  # inode: our number; the file system gives inodes to new files again
        self._contents: dict[int, list[bytes]] = {}  # of files, the last version being the present one
        self._names: dict[int, list[Entries]] = {}  # of folders
        self._patch = pytest.MonkeyPatch()

    def __enter__(self) -> "PowerCut":
        self._look()
        for thing in (*self._contents, *self._names):
            self._forget(thing)
        for name in _CHANGES:
            self._patch.setattr(os, name, self._noticing(name, getattr(os, name)))
        self._patch.setattr(os, "fsync", self._fsync(os.fsync))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._patch.undo()
        self._look()
        self._remember("end")

    def _noticing(self, name: str, change: Callable[..., Any]) -> Callable[..., Any]:
        def noticed(*arguments: Any, **options: Any) -> Any:
            self._look()  # what was written before
            try:
                return change(*arguments, **options)
            finally:
                self._look()
                self._remember(f"{name} {arguments[0]}")

        return noticed

    def _fsync(self, fsync: Callable[[int], None]) -> Callable[[int], None]:
        def noticed(descriptor: int) -> None:
            number, self.fsyncs = self.fsyncs, self.fsyncs + 1
            self._look()
            if number != self._ignored:
                fsync(descriptor)
                self._forget(self._known.get(os.fstat(descriptor).st_ino, 0))
            self._remember(f"fsync {os.readlink(f'/proc/self/fd/{descriptor}')}")

        return noticed

    def _forget(self, thing: int) -> None:
        """Its present version is the only one the disk may show from now on."""
        del self._contents.get(thing, [])[:-1]
        del self._names.get(thing, [])[:-1]

    def _look(self) -> None:
        """Note what has changed since the last look."""
        present: dict[int, int] = {}
        self._look_at(self._disk, present)
        self._known = present

    def _look_at(self, path: Path, present: dict[int, int]) -> int:
        status = path.lstat()
        inode = status.st_ino
        thing = present[inode] = present.get(inode) or self._known.get(inode) or next(self._numbers)
        if stat.S_ISDIR(status.st_mode):
            below = frozenset((entry.name, self._look_at(entry, present)) for entry in path.iterdir())
            _add(self._names.setdefault(thing, [frozenset()]), below)
        else:
            versions, content = self._contents.setdefault(thing, [b""]), path.read_bytes()
            if versions[-1] != content:  # it gets there bit by bit
                _add(versions, content[: len(content) // 2])
                _add(versions, content)
        return thing

    def _remember(self, step: str) -> None:
        root = self._known[self._disk.lstat().st_ino]
        self.moments.append(Moment(step, frozenset(frozenset(world.items()) for world in self._worlds(root, ""))))

    def _worlds(self, thing: int, path: str) -> Iterator[dict[str, bytes]]:
        """All states a file or folder may be found in, as the files at and below it."""
        for content in self._contents.get(thing, ()):
            yield {path: content}
        for entries in self._names.get(thing, ()):
            worlds: list[dict[str, bytes]] = [{}]
            for name, below in entries:
                found = list(self._worlds(below, f"{path}/{name}" if path else name))
                worlds = [world | one for world in worlds for one in found]
            yield from worlds


def _add(versions: list[Any], version: Any) -> None:
    if versions[-1] != version:
        versions.append(version)
