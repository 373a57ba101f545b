"""Getting at files below a folder that others may write to: no link is followed on the way, nor at its end."""

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CHUNK = 1 << 20


class NotAFile(Exception):
    """There is something, but no regular file: a link, a pipe, a folder."""


@contextmanager
def opened(root: Path, relative: Path) -> Iterator[int]:
    """A descriptor of the folder `relative` below `root`; `root` itself is ours and may be reached by a link.

    Raises OSError.
    """
    descriptor = os.open(root, _FOLDER)
    try:
        for part in relative.parts:
            if part == ".." or os.sep in part:
                raise NotADirectoryError(relative)
            inner = os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = inner
        yield descriptor
    finally:
        os.close(descriptor)


def move(source: Path, target: Path, relative: Path) -> bool:
    """Rename `relative` from below one folder to below the other; whether there was something to rename.

    A file server may have renamed although it says that there is nothing, when its first answer was lost.
    """
    make_folders(target, relative.parent)
    try:
        with opened(source, relative.parent) as folder:
            os.rename(relative.name, target / relative, src_dir_fd=folder)
    except FileNotFoundError:
        return os.path.lexists(target / relative)
    return True


def make_folders(root: Path, relative: Path) -> Path:
    """The folder `relative` below `root`, made where it is missing; never `root` itself. Raises OSError."""
    folder = root
    for part in relative.parts:
        folder /= part
        folder.mkdir(exist_ok=True)
    return folder


def status(root: Path, relative: Path) -> os.stat_result | None:
    """Of the thing itself, wherever it leads to; None if there is none. Raises OSError."""
    try:
        with opened(root, relative.parent) as folder:
            return os.stat(relative.name, dir_fd=folder, follow_symlinks=False)
    except (FileNotFoundError, NotADirectoryError):
        return None


def chunks(root: Path, relative: Path) -> Iterator[bytes]:
    """The bytes of a regular file. Raises NotAFile, and OSError."""
    with opened(root, relative.parent) as folder:
        found = os.stat(relative.name, dir_fd=folder, follow_symlinks=False)
        if not stat.S_ISREG(found.st_mode):
            raise NotAFile
        descriptor = os.open(relative.name, _FILE, dir_fd=folder)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise NotAFile
        while chunk := file.read(_CHUNK):
            yield chunk


def sha256_of(root: Path, relative: Path) -> str:
    """Of the bytes of a regular file, hex. Raises NotAFile, OSError."""
    found = hashlib.sha256()
    for chunk in chunks(root, relative):
        found.update(chunk)
    return found.hexdigest()
