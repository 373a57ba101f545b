"""The plain drop folder: a file put into `inbox/drop/` ends in `inbox/done/` or `inbox/failed/`, beside its report.

The steps of one file, each safe to repeat after a crash:
(1) claim: renamed into a folder of its own under `inbox/work/`, which names it from then on;
(2) submit: its bytes are kept as a submission, under a key made from that name, so that twice is once;
(3) wait for the outcome;
(4) place, if it still has the bytes that were submitted (else back to (2)): linked into `done/` or `failed/` under a
free name, the reports written beside it;
(5) forget: the file leaves `work/`. A file still in `work/` at start is taken up at (2).
"""

import fcntl
import hashlib
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import structlog

from einvoice.errors import Refusal
from einvoice.intake.names import shown_name
from einvoice.intake.placing import place
from einvoice.intake.spool import Spool, Spooled

_TEMPORARY = (".part", ".tmp")  # endings under which programs write what is not ready
_CHUNK = 1 << 20

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How it ended for a file."""

    accepted: bool
    reports: Mapping[str, bytes]  # by kind: "html", "json"


class FolderDesk(Protocol):
    """What happens to the files, as far as a folder needs to know."""

    def room(self) -> int:
        """How many files may be taken on now; the others wait in the folder."""

    def submit(self, spooled: Spooled, name: str, key: str) -> str:
        """Keep the bytes; the submission's id. The same key gives the same submission."""

    def outcome(self, submission_id: str) -> Outcome | None:
        """How it ended, or None while it has not."""

    def refused(self, name: str, size: int, refusal: Refusal) -> Outcome:
        """The outcome for a file that was not even kept."""


@dataclass(frozen=True, slots=True)
class _Submitted:
    """What of a file was submitted."""

    id: str
    size: int  # bytes
    sha256: str  # hex


class DropFolder:
    """One inbox folder. Of several processes that look after it, one does, until it ends."""

    def __init__(self, inbox: Path, spool: Spool, desk: FolderDesk) -> None:
        folders = [inbox / name for name in ("drop", "work", "done", "failed")]
        self._drop, self._work, self._done, self._failed = folders
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
        self._spool = spool
        self._desk = desk
        self._lock: int | None = None
        self._seen: dict[str, tuple[int, int, int]] = {}  # as drop/ was at the last look
        self._waiting: dict[str, _Submitted] = {}  # by folder under work/

    def look(self) -> None:
        """Take every file on as far as it goes now. What fails for one file is tried again at the next look."""
        if not self._is_ours():
            return
        self._claim_what_is_still(self._desk.room())
        for item in self._items():
            try:
                self._advance(item)
            except Exception as error:
                log.error("drop-folder-item-failed", item=item.name, error=type(error).__name__)

    def close(self) -> None:
        """Let another process look after the folder."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _is_ours(self) -> bool:
        if self._lock is not None:
            return True
        lock = os.open(self._work / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return False
        self._lock = lock
        return True

    def _items(self) -> list[Path]:
        return sorted(Path(entry) for entry in os.scandir(self._work) if entry.is_dir(follow_symlinks=False))

    def _claim_what_is_still(self, room: int) -> None:
        """(1) Claim files that look as they did last time: nobody writes to them any more."""
        seen = dict(_ready_files(self._drop))
        for name, look in seen.items():
            if room > 0 and self._seen.get(name) == look:
                room -= 1
                self._claim(name)
        self._seen = seen

    def _claim(self, name: str) -> None:
        item = self._work / secrets.token_hex(8)
        item.mkdir()
        try:
            os.rename(self._drop / name, item / name)
        except FileNotFoundError:  # its owner took it back
            item.rmdir()

    def _advance(self, item: Path) -> None:
        name = next(iter(os.listdir(item)), None)
        if name is None:  # died right after, or right before, the file was there
            item.rmdir()
            return
        outcome = self._outcome(item, name)
        if outcome is not None:
            place(item / name, self._done if outcome.accepted else self._failed, item.name, outcome.reports)  # (4)
            (item / name).unlink()  # (5)
            item.rmdir()
            self._waiting.pop(item.name, None)

    def _outcome(self, item: Path, name: str) -> Outcome | None:
        if item.name not in self._waiting:  # (2)
            try:
                self._waiting[item.name] = self._submit(item, name)
            except Refusal as refusal:
                size = (item / name).lstat().st_size
                return self._desk.refused(shown_name(name), size, refusal)
        outcome = self._desk.outcome(self._waiting[item.name].id)  # (3)
        if outcome is not None and not _is_still(item / name, self._waiting[item.name]):
            # Who had it open went on writing after a long pause. The outcome is about other bytes: start again.
            log.warning("drop-folder-file-changed", item=item.name, submission=self._waiting.pop(item.name).id)
            return None
        return outcome

    def _submit(self, item: Path, name: str) -> _Submitted:
        spooled = self._spool.write(_chunks(item / name))
        try:
            # With the hash in the key, bytes that changed after the claim are another submission, not a conflict.
            submission_id = self._desk.submit(spooled, shown_name(name), f"{item.name}:{spooled.sha256}")
            return _Submitted(submission_id, spooled.size, spooled.sha256)
        finally:
            spooled.discard()


def _ready_files(folder: Path) -> Iterator[tuple[str, tuple[int, int, int]]]:
    """Regular files under a final name, with what tells whether they changed. Links and folders are not looked at."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.name.startswith(".") or entry.name.lower().endswith(_TEMPORARY):
            continue
        try:
            found = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            continue
        if stat.S_ISREG(found.st_mode):
            yield entry.name, (found.st_ino, found.st_size, found.st_mtime_ns)


def _is_still(path: Path, submitted: _Submitted) -> bool:
    """Whether the file has the bytes that were submitted."""
    if path.lstat().st_size != submitted.size:
        return False
    found = hashlib.sha256()
    for chunk in _chunks(path):
        found.update(chunk)
    return found.hexdigest() == submitted.sha256


def _chunks(path: Path) -> Iterator[bytes]:
    """The bytes of a regular file; a link or pipe put in its place is not followed."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(f"not a regular file: {path.parent.name}")
        while chunk := file.read(_CHUNK):
            yield chunk
