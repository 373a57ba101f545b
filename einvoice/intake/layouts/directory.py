"""A folder that others write to, looked at so that nothing they put there is followed, opened by mistake or waited for.

Everything goes by the descriptor of the folder it lies in: a folder that is replaced by a link during a look stays the
folder it was.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, Self

from einvoice.intake.layouts.parcels import Stamp

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NOT_THERE = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ESTALE, errno.EINVAL)


class Kind(StrEnum):
    """What lies there."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"
    OTHER = "other"  # pipe, socket, device


_KINDS = {stat.S_IFREG: Kind.FILE, stat.S_IFDIR: Kind.FOLDER, stat.S_IFLNK: Kind.LINK}


class Found(NamedTuple):
    """One entry of a folder, as it was when it was looked at. Made for each of very many: quick to make."""

    name: str
    within: str  # the folder's path below the root of the look, with a slash behind it; "" for the root itself
    status: os.stat_result  # of the entry itself, never of what a link leads to

    @property
    def key(self) -> str:
        """Its path relative to the root of the look, which is cheaper than a Path where there are many."""
        return self.within + self.name

    @property
    def path(self) -> Path:
        """Relative to the root of the look."""
        return Path(self.key)

    @property
    def kind(self) -> Kind:
        """What it is."""
        return _KINDS.get(stat.S_IFMT(self.status.st_mode), Kind.OTHER)

    @property
    def size(self) -> int:
        """Bytes."""
        return self.status.st_size

    @property
    def mtime(self) -> float:
        """Seconds since 1970, by the file server's clock or whoever set it."""
        return self.status.st_mtime

    @property
    def since(self) -> float:
        """Since when it lies here as it is: no program can set the time of the last change of an entry back."""
        return max(self.status.st_mtime, self.status.st_ctime)

    @property
    def stamp(self) -> Stamp:
        """What changes whenever the file does."""
        return Stamp(self.status.st_ino, self.status.st_size, self.status.st_mtime_ns)


class Directory:
    """An open folder."""

    def __init__(self, descriptor: int, within: str, root: Path) -> None:
        self._descriptor = descriptor
        self.within = within  # as with Found
        self.root = root

    @classmethod
    @contextmanager
    def opened(cls, root: Path) -> Iterator[Self]:
        """The folder an operator named; it alone may be a link. Raises OSError."""
        descriptor = os.open(root, _FOLDER)
        try:
            yield cls(descriptor, "", root)
        finally:
            os.close(descriptor)

    @contextmanager
    def below(self, name: str) -> Iterator[Self]:
        """A folder in it. Raises OSError, also where it is none any more."""
        descriptor = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=self._descriptor)
        try:
            yield type(self)(descriptor, f"{self.within}{name}/", self.root)
        finally:
            os.close(descriptor)

    def scan(self) -> Iterator[Found]:
        """All that is not hidden, in the order of the file system. What vanishes meanwhile is left out."""
        with os.scandir(self._descriptor) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                try:
                    status = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue
                yield Found(entry.name, self.within, status)

    def find(self, name: str) -> Found | None:
        """The entry of this name, if there is one. Raises OSError."""
        try:
            return Found(name, self.within, os.stat(name, dir_fd=self._descriptor, follow_symlinks=False))
        except OSError as error:
            if error.errno in _NOT_THERE:
                return None
            raise

    def file(self, name: str) -> Found | None:
        """The regular file of this name that is not empty, if there is one. Raises OSError."""
        found = self.find(name)
        return found if found and found.kind is Kind.FILE and found.size else None

    def read(self, name: str, most: int, *, from_end: bool = False) -> bytes | None:
        """The first (or last) `most` bytes of a regular file; None if there is none. Raises OSError."""
        try:
            descriptor = os.open(name, _FILE, dir_fd=self._descriptor)
        except OSError as error:
            if error.errno in (*_NOT_THERE, errno.ELOOP, errno.ENXIO):
                return None
            raise
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                return None
            return _read(descriptor, most, max(status.st_size - most, 0) if from_end else 0)
        finally:
            os.close(descriptor)


def _read(descriptor: int, most: int, offset: int) -> bytes:
    found = bytearray()
    while len(found) < most and (piece := os.pread(descriptor, most - len(found), offset + len(found))):
        found += piece
    return bytes(found)
