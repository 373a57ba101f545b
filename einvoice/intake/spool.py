"""Uploads on their way in: streamed to a file, hashed and limited while they stream; never whole in memory."""

import hashlib
import os
import tempfile
import time
from collections.abc import AsyncIterable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from einvoice.errors import Fault, Refusal

_PREFIX = "in-"
_LEFTOVER_SECONDS = 24 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spooled:
    """A received file, not yet kept. Whoever has it either hands it to the store or discards it."""

    path: Path
    sha256: str  # hex
    size: int  # bytes

    def discard(self) -> None:
        """Remove the file, if the store did not take it."""
        self.path.unlink(missing_ok=True)


class Spool:
    """A folder for files that are coming in, and the limit in bytes for each."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self._limit = limit
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def discard_leftovers(self) -> None:
        """Remove what uploads left behind that broke off with their process, a day or more ago."""
        for path in self._folder.glob(f"{_PREFIX}*"):
            with suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > _LEFTOVER_SECONDS:
                    path.unlink()

    def writer(self) -> "SpoolWriter":
        """For callers that get their bytes bit by bit; use it in a `with` block."""
        return SpoolWriter(self._folder, self._limit)

    def write(self, chunks: Iterable[bytes]) -> Spooled:
        """Take in all chunks; raises Refusal("too-large") as soon as the limit is passed, and keeps nothing then."""
        with self.writer() as writer:
            for chunk in chunks:
                writer.write(chunk)
            return writer.finish()

    async def write_stream(self, chunks: AsyncIterable[bytes]) -> Spooled:
        """As `write`, from an asynchronous stream such as a request body."""
        with self.writer() as writer:
            async for chunk in chunks:
                writer.write(chunk)
            return writer.finish()


class SpoolWriter:
    """One file coming in. Left without `finish`, for whatever reason, nothing of it stays."""

    def __init__(self, folder: Path, limit: int) -> None:
        """Raises Fault("storage") when there is no room for another file, or no right to write one."""
        with _faults():
            descriptor, name = tempfile.mkstemp(dir=folder, prefix=_PREFIX)
        self._file = os.fdopen(descriptor, "wb")
        self._path = Path(name)
        self._hash = hashlib.sha256()
        self._size = 0
        self._limit = limit
        self._finished = False

    def write(self, chunk: bytes) -> None:
        """Add bytes; raises Refusal("too-large"), and Fault("storage") when the disk is full."""
        self._size += len(chunk)
        if self._size > self._limit:
            raise Refusal("too-large", limit=self._limit)
        self._hash.update(chunk)
        with _faults():
            self._file.write(chunk)

    def finish(self) -> Spooled:
        """All bytes are in."""
        with _faults():
            self._file.close()
        self._finished = True
        return Spooled(path=self._path, sha256=self._hash.hexdigest(), size=self._size)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._finished:
            return
        with suppress(OSError):  # what it could not write out is not wanted either
            self._file.close()
        self._path.unlink(missing_ok=True)


@contextmanager
def _faults() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Fault("storage", error.strerror or "") from error
