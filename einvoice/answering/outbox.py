"""The outbox of a folder: one file a message, whole, under its final name, exactly once.

A message is written beside, under a hidden name; when the database knows that it is to appear, it is renamed. What a
crash keeps from that is found and renamed later, by any process that looks after the folder.
"""

import hashlib
import os
import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from einvoice.answering.failures import Failures
from einvoice.intake import Folder
from einvoice.model.answer import Answer
from einvoice.store import Store

Build = Callable[[Answer], bytes]

_PORTION = 100
_BETWEEN_LOOKS = 60.0  # seconds between two looks for what was left behind
_LEFT_FOR_GOOD = 86_400.0  # seconds; then nobody comes back for what was never to appear
_READY = re.compile(r"\.(?P<id>[\w-]{1,80})\.(?P<writer>[0-9a-f]{16})\.ready")
_MODE = 0o640  # an access point of the same group reads it
_FOLDER_MODE = 0o2770  # and fetches it; whatever the mask says, which is for all that is nobody else's matter


class Outbox:
    """Puts what is given into the outbox of one folder. Any number of processes may do so for one outbox."""

    def __init__(self, store: Store, folder: Folder, build: Build, *, patience: float) -> None:
        """`build` makes the file of an answer; after `patience` seconds an answer another process took is free."""
        self._store = store
        self._folder = folder
        self._build = build
        self._patience = patience
        self._writer = secrets.token_hex(8)
        self._failures = Failures()
        self._looked = float("-inf")

    def put(self) -> int:
        """Put what is given and not there yet; how many.

        Raises OSError if the outbox can't be written to, Fault; and what failed of some when all others lie there.
        """
        if time.monotonic() - self._looked > _BETWEEN_LOOKS:
            self._pick_up_what_was_left()
            self._looked = time.monotonic()
        count = 0
        for answer in self._unwritten():
            with self._failures.of(answer.id, submission=answer.submission_id, answer=answer.id):
                count += self._put(answer)
        self._failures.end()
        return count

    def _unwritten(self) -> Iterator[Answer]:
        last = None
        while portion := self._store.outgoing.unwritten((self._folder.name,), _PORTION, after=last):
            yield from portion
            last = portion[-1]

    def _put(self, answer: Answer) -> bool:
        if not self._store.outgoing.take(answer.id, self._writer, patience=self._patience):
            return False
        message, outbox = self._build(answer), self._made()
        ready, name = outbox / f".{answer.id}.{self._writer}.ready", f"{answer.id}.xml"
        _write(ready, message)
        sha256 = hashlib.sha256(message).hexdigest()
        if not self._store.outgoing.written(answer.id, self._writer, name=name, sha256=sha256):
            ready.unlink(missing_ok=True)  # another process was faster
            return False
        _appear(ready, outbox / name)
        return True

    def _made(self) -> Path:
        """The outbox; made where it is missing, but not what it lies in: that may be a drive that is away."""
        outbox = self._folder.outbox
        if self._folder.own:
            outbox.parent.mkdir(parents=True, exist_ok=True)
        try:
            outbox.mkdir()
        except FileExistsError:
            return outbox
        outbox.chmod(_FOLDER_MODE)
        return outbox

    def _pick_up_what_was_left(self) -> None:
        outbox = self._folder.outbox
        if not outbox.is_dir():
            return
        with os.scandir(outbox) as entries:
            left = [(found, entry.stat(follow_symlinks=False).st_mtime) for entry in entries
                    if (found := _READY.fullmatch(entry.name))]  # fmt: skip
        for found, modified in left:
            writer, path = self._store.outgoing.writer_of(found["id"]), outbox / found[0]
            if writer == found["writer"]:
                _appear(path, outbox / f"{found['id']}.xml")
            elif writer is not None or time.time() - modified > _LEFT_FOR_GOOD:
                path.unlink(missing_ok=True)


def _write(path: Path, message: bytes) -> None:
    """Durably, and never through a link that somebody has put there."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, _MODE), "wb") as file:
        os.fchmod(file.fileno(), _MODE)
        file.write(message)
        file.flush()
        os.fsync(file.fileno())
    _sync(path.parent)


def _appear(ready: Path, target: Path) -> None:
    with suppress(FileNotFoundError):  # another process has done so already
        ready.rename(target)
        _sync(target.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
