"""Blobs as files, on a disk of this machine or one that several share."""

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from einvoice.errors import Fault
from einvoice.store.blobs.contract import StoredBlob
from einvoice.store.blobs.layout import name_at, path_of
from einvoice.store.ids import new_id

_SHARD = re.compile(r"[0-9a-z]{2}")
_TEMPORARY = re.compile(r"\.[0-9a-z]{26}\.tmp")
_PROBE_BYTES = 4096  # enough to need room on the disk


class FileBlobs:
    """Files below a folder. What `put` has returned for survives a power cut."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._durable: set[Path] = set()  # folders whose own names have been fsynced, up to the root
        with _disk_trouble():
            _make_durable_folder(root)

    def put(self, source: Path, name: str) -> None:
        """Take over a file: written under a temporary name in the final folder, fsynced, renamed, folders fsynced.

        A folder that is there already is fsynced all the same: another process may be, or have died, between making it
        and its fsync. Only what this process has fsynced is not done again.
        """
        target = self._root / path_of(name)
        with _disk_trouble():
            _write(source, target, self._root)
            _fsync(target.parent)
            if target.parent not in self._durable:
                for folder in _up(target.parent.parent, self._root):
                    _fsync(folder)
                self._durable.add(target.parent)

    def read(self, name: str) -> bytes:
        """The content of a file. Raises Fault: "blob-missing", "storage"."""
        path = self._root / path_of(name)
        with _disk_trouble():
            try:
                return path.read_bytes()
            except FileNotFoundError:
                self._assert_root()
                raise Fault("blob-missing", name, deterministic=True) from None

    def delete(self, name: str) -> None:
        """Remove a file and fsync its folder, even when it is gone: whoever removed it may have died before that."""
        path = self._root / path_of(name)
        with _disk_trouble():
            path.unlink(missing_ok=True)
            try:
                _fsync(path.parent)
            except FileNotFoundError:
                self._assert_root()

    def stored(self) -> Iterator[StoredBlob]:
        """All objects, by folder."""
        with _disk_trouble():
            for entry in _entries(self._root):
                name = name_at(Path(entry.path).relative_to(self._root).as_posix())
                status = _status(entry)
                if name is not None and status is not None:
                    yield StoredBlob(name, status.st_size, datetime.fromtimestamp(status.st_ctime, UTC))

    def check(self) -> None:
        """Write something, and remove it."""
        probe = self._root / _temporary_name()
        with _disk_trouble():
            try:
                probe.write_bytes(bytes(_PROBE_BYTES))
                _fsync(probe)
            finally:
                probe.unlink(missing_ok=True)

    def sweep_leftovers(self, older_than: timedelta) -> int:
        """Remove the temporary files of writers that died."""
        end, removed = time.time() - older_than.total_seconds(), 0
        with _disk_trouble():
            for entry in _entries(self._root):
                status = _status(entry) if _TEMPORARY.fullmatch(entry.name) else None
                if status is not None and status.st_ctime <= end:
                    Path(entry.path).unlink(missing_ok=True)
                    removed += 1
        return removed

    def _assert_root(self) -> None:
        """Where the whole folder is away (a disk not mounted), nothing can be said about a file in it."""
        if not self._root.is_dir():
            raise Fault("storage", "the folder of the blobs is away", elsewhere=True)


@contextmanager
def _disk_trouble() -> Iterator[None]:
    """An OSError is a Fault, and it is not about the document."""
    try:
        yield
    except OSError as error:
        raise Fault("storage", error.strerror or "", elsewhere=True) from error


def _write(source: Path, target: Path, root: Path) -> None:
    """Bring a file under its final name with its content fsynced; the folders above are not yet."""
    *shards, _ = _up(target.parent, root)  # the root itself is never made anew: its disk may be away
    for folder in reversed(shards):
        folder.mkdir(mode=0o700, exist_ok=True)
    temporary = target.parent / _temporary_name()
    try:
        shutil.move(source, temporary)  # a rename, or a copy from another file system
        _fsync(temporary)
        os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def _up(folder: Path, root: Path) -> Iterator[Path]:
    """A folder and those above it, the last one being the root."""
    while folder != root:
        yield folder
        folder = folder.parent
    yield root


def _entries(folder: Path) -> Iterator["os.DirEntry[str]"]:
    """All files in our folders, one folder after the other; what else lies on the disk (lost+found) is left alone."""
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        if not entry.is_dir(follow_symlinks=False):
            yield entry
        elif _SHARD.fullmatch(entry.name):
            yield from _entries(Path(entry.path))


def _status(entry: "os.DirEntry[str]") -> os.stat_result | None:
    """None when it is gone meanwhile. Its age is `st_ctime`: `st_mtime` is taken over from the file handed in."""
    try:
        return entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None


def _temporary_name() -> str:
    return f".{new_id()}.tmp"


def _make_durable_folder(folder: Path) -> None:
    """Create a folder and those above it; each new name is fsynced into its parent."""
    if folder.is_dir():
        return
    _make_durable_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    _fsync(folder.parent)


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
