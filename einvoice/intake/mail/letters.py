"""The letters of one mailbox: who sent what, what was taken out of it, and whether it was answered.

letters/DIGEST.json     the letter; written before its message leaves the mailbox
letters/pending/DIGEST  it may still be answered, or was within the last hour
letters/failed/DIGEST   its message brought nothing, and someone may want to look
incoming/DIGEST.TOKEN/  attachments that are on their way into drop/
"""

import os
import shutil
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from uuid import uuid4

from pydantic import TypeAdapter

from einvoice.intake.mail.attachments import Attachment, Ignored
from einvoice.intake.mail.durable import appear, is_old, sync, write

_STALE_SECONDS = 600.0  # nobody has been sending one mail for so long


class AnswerState(StrEnum):
    """How it stands with the answer to a letter."""

    OPEN = "open"
    SENT = "sent"
    NONE = "none"  # there will be none; `why` says why not
    FAILED = "failed"  # the mail server will not take it, or did not for days


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to a letter. Times carry a time zone."""

    state: AnswerState = AnswerState.OPEN
    why: str = ""  # a code out of words.toml
    at: datetime | None = None  # since when it is in this state
    tries: int = 0  # that failed
    since: datetime | None = None  # of the first that failed
    next_try: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosed:
    """An attachment that was taken."""

    name: str  # as the sender called it, fit to be shown
    file: str  # its name in the drop folder
    sha256: str
    size: int  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class MailLetter:
    """A message as it is remembered."""

    digest: str  # SHA-256 of the message, hex
    token: str  # of the process that took it
    taken_at: datetime
    sender: str = ""  # address in From; "": none mail could be sent to
    subject: str = ""
    date: str = ""  # as the message says
    message_id: str = ""
    references: tuple[str, ...] = ()  # message ids it names, oldest first
    authentication: tuple[str, ...] = ()  # what the receiving server found out, "dmarc=pass" …
    authenticated: bool = False  # it is proven that the sender's domain sent it
    quiet: str = ""  # why it must not be answered, a code; "": it may
    enclosed: tuple[Enclosed, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    failed: str = ""  # why its message brought nothing, a code
    answer: Answer = Answer()


_LETTER = TypeAdapter(MailLetter)


class Letters:
    """The folder of a mailbox's letters. Any number of processes may work on it."""

    def __init__(self, home: Path) -> None:
        self.drop = home / "drop"
        self._folder = home / "letters"
        self._pending = self._folder / "pending"
        self._failed = self._folder / "failed"
        self._incoming = home / "incoming"

    def open(self) -> None:
        """Make the folders where they are missing. Raises OSError."""
        for folder in (self.drop, self._pending, self._failed, self._incoming):
            folder.mkdir(parents=True, exist_ok=True)

    def read(self, digest: str) -> MailLetter | None:
        """The letter, if there is one. Raises OSError, ValueError."""
        try:
            return _LETTER.validate_json(self._path(digest).read_bytes())
        except FileNotFoundError:
            return None

    def put_aside(self, digest: str, files: Iterable[tuple[str, Attachment]]) -> str:
        """Write the attachments where nobody looks for them, durably; the token they lie under."""
        token = uuid4().hex
        folder = self._incoming / f"{digest}.{token}"
        folder.mkdir()
        for name, attachment in files:
            write(folder / name, attachment.data)
        sync(folder)
        sync(self._incoming)
        return token

    def enter(self, letter: MailLetter) -> MailLetter:
        """Keep a new letter, durably, unless another process was faster; the one that is kept. Raises OSError."""
        (self._pending / letter.digest).touch()
        if letter.failed:
            (self._failed / letter.digest).touch()
        temporary = self._folder / f".{letter.digest}.{letter.token}.tmp"
        write(temporary, _LETTER.dump_json(letter, indent=1))
        try:
            appear(temporary, self._path(letter.digest))
        except FileExistsError:
            shutil.rmtree(self._incoming / f"{letter.digest}.{letter.token}", ignore_errors=True)
        finally:
            temporary.unlink(missing_ok=True)
        for folder in (self._pending, self._failed, self._folder):
            sync(folder)
        kept = self.read(letter.digest)
        assert kept is not None
        return kept

    def place(self, letter: MailLetter) -> None:
        """Let its attachments appear in the drop folder, each once, however often this is done. Raises OSError.

        What is no longer aside has been placed, by us before a crash or by another process.
        """
        aside = self._incoming / f"{letter.digest}.{letter.token}"
        if not aside.is_dir():
            return
        for enclosed in letter.enclosed:
            with suppress(FileNotFoundError):
                os.rename(aside / enclosed.file, self.drop / enclosed.file)
        sync(self.drop)
        with suppress(FileNotFoundError):
            aside.rmdir()
        sync(self._incoming)

    def recover(self) -> None:
        """Place what a process that died has left aside, and remove what belongs to no letter."""
        for folder in self._incoming.iterdir():
            digest, _, token = folder.name.partition(".")
            letter = self.read(digest)
            if letter is not None and letter.token == token:
                self.place(letter)
            elif letter is not None or is_old(folder):  # another process was faster, or this one died before
                shutil.rmtree(folder, ignore_errors=True)

    def pending(self) -> list[str]:
        """Digests of the letters that may have to be answered, the oldest first. Raises OSError."""
        with os.scandir(self._pending) as found:
            ages = [(entry.stat().st_mtime_ns, entry.name) for entry in found if not entry.name.endswith(".lock")]
        return [name for _, name in sorted(ages)]

    def settle(self, digest: str) -> None:
        """Nothing more is to be done about a letter."""
        (self._pending / digest).unlink(missing_ok=True)

    def update(self, letter: MailLetter) -> None:
        """Keep what has changed, durably. Raises OSError."""
        temporary = self._folder / f".{letter.digest}.{uuid4().hex}.tmp"
        write(temporary, _LETTER.dump_json(letter, indent=1))
        os.replace(temporary, self._path(letter.digest))
        sync(self._folder)

    @contextmanager
    def locked(self, digest: str) -> Iterator[bool]:
        """Whether this process alone is about to send the answer; a lock nobody gave back ends after a while."""
        lock = self._pending / f"{digest}.lock"
        with suppress(FileNotFoundError):
            if time.time() - lock.stat().st_mtime > _STALE_SECONDS:
                lock.unlink()
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            yield False
            return
        try:
            yield True
        finally:
            lock.unlink(missing_ok=True)

    def failed(self) -> list[str]:
        """Digests of the letters whose messages brought nothing, the newest first. Raises OSError."""
        with os.scandir(self._failed) as found:
            ages = [(entry.stat().st_mtime_ns, entry.name) for entry in found]
        return [name for _, name in sorted(ages, reverse=True)]

    def all(self) -> Iterator[str]:
        """Digests of all letters."""
        with os.scandir(self._folder) as found:
            yield from (entry.name[:-5] for entry in found if entry.name.endswith(".json") and entry.name[0] != ".")

    def sweep(self) -> None:
        """Remove what processes that died left behind: half-written letters, and marks of letters there are not."""
        for path in self._folder.glob(".*.tmp"):
            if is_old(path):
                path.unlink(missing_ok=True)
        for mark in (*self._pending.iterdir(), *self._failed.iterdir()):
            if not self._path(mark.name.removesuffix(".lock")).exists() and is_old(mark):
                mark.unlink(missing_ok=True)

    def forget(self, digest: str) -> None:
        """Delete a letter."""
        self._path(digest).unlink(missing_ok=True)
        for marks in (self._pending, self._failed):
            (marks / digest).unlink(missing_ok=True)

    def _path(self, digest: str) -> Path:
        return self._folder / f"{digest}.json"


def letters_from(inbox: Path, addresses: Collection[str]) -> Iterator[tuple[str, bytes]]:
    """The letters of all mailboxes that came from these addresses, by the name of the mailbox and their own."""
    wanted = {address.lower() for address in addresses}
    for path in sorted(inbox.glob("*/letters/*.json")):
        with suppress(FileNotFoundError):
            data = path.read_bytes()
            if _sender(data) in wanted:
                yield f"{path.parent.parent.name}/{path.name}", data


def _sender(data: bytes) -> str:
    try:
        return _LETTER.validate_json(data).sender.lower()
    except ValueError:  # damaged, or another's file
        return ""
