"""The original bytes, kept as files under their SHA-256 and never changed: `blobs/ab/cd/abcd…`."""

import hashlib
import os
import shutil
from pathlib import Path

from einvoice.errors import Fault
from einvoice.store.ids import new_id


class FileBlobs:
    """Content-addressed files. What `put` has returned for survives a power cut."""

    def __init__(self, root: Path) -> None:
        self._root = root
        _make_durable_folder(root)

    def put(self, source: Path, sha256: str) -> None:
        """Take over the file `source` (it is gone afterwards); its SHA-256 must have been computed by the caller.

        Written under a temporary name in the final folder, fsynced, renamed, folders fsynced. Putting the same bytes
        again goes the whole way again: another process may be, or have died, between its rename and its fsync.
        Raises Fault("storage").
        """
        try:
            self._put(source, self._path(sha256))
        except OSError as error:
            raise Fault("storage", error.strerror or "") from error

    def _put(self, source: Path, target: Path) -> None:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = target.parent / f".{new_id()}.tmp"
        try:
            shutil.move(source, temporary)  # a rename, or a copy from another file system
            _fsync(temporary)
            os.replace(temporary, target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        for folder in (target.parent, target.parent.parent, self._root):
            _fsync(folder)

    def read(self, sha256: str) -> bytes:
        """The bytes; raises Fault("blob-missing"), and Fault("blob-damaged") if they are not what they were."""
        try:
            data = self._path(sha256).read_bytes()
        except FileNotFoundError:
            raise Fault("blob-missing", sha256, deterministic=True) from None
        if hashlib.sha256(data).hexdigest() != sha256:
            raise Fault("blob-damaged", sha256, deterministic=True)
        return data

    def _path(self, sha256: str) -> Path:
        return self._root / sha256[:2] / sha256[2:4] / sha256


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
