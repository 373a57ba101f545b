"""Files that are there after a power cut, or not at all."""

import errno
import os
import time
from pathlib import Path

LEFTOVER_SECONDS = 86400.0


def is_old(path: Path) -> bool:
    """Whether nobody can be at work on it any more: a day old. False of what is gone."""
    try:
        return time.time() - path.stat().st_mtime > LEFTOVER_SECONDS
    except FileNotFoundError:
        return False


def write(path: Path, data: bytes) -> None:
    """A file whose bytes survive a power cut. Raises OSError."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync(folder: Path) -> None:
    """Make what was made, renamed and removed in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:  # a file server that can't, and does so anyway
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


def appear(temporary: Path, target: Path) -> None:
    """Let a file of ours have its name, whole; raises FileExistsError if something has it already."""
    try:
        os.link(temporary, target)
    except (FileExistsError, FileNotFoundError):
        raise
    except OSError:  # a file system without links: no power cut amid this
        with target.open("xb") as file:
            file.write(temporary.read_bytes())
            file.flush()
            os.fsync(file.fileno())
