"""The mailboxes, looked after by a worker: a round that takes messages in, and one that answers them, for each.

They are rounds of their own, so that a mail server that takes nothing keeps no invoice from coming in.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import suppress

import structlog

from einvoice.intake import Folder, read_folders
from einvoice.intake.mail import Letters, MailHealth, MailLetter, Source, Taking, Waiting, open_source
from einvoice.intake.mailboxes import Mailbox, read_mailboxes
from einvoice.model.submission import Door
from einvoice.pipeline import Desk
from einvoice.settings import Settings
from einvoice.store import DoorClosed
from einvoice.worker.answerletters import AnswerLetters
from einvoice.worker.errands import Errand

_MOST = 500  # messages of one round
_FULL = 1000  # files in the drop folder: then messages stay in the mailbox
_HEAD_BYTES = 64_000  # of a message that is too large
_TOO_MANY = 3  # failures in a row: then it is the mailbox, and not the message
_TIDY_SECONDS = 3600.0

log = structlog.get_logger()


def mail_errands(desk: Desk, settings: Settings, stop: threading.Event) -> Iterator[Errand]:
    """What there is to do for the mailboxes. Raises Fault("folders-file") if what is said about them is wrong."""
    mailboxes = read_mailboxes(settings.inbox_dir, settings.folders)
    folders = {folder.name: folder for folder in read_folders(settings.inbox_dir, settings.folders)}
    for mailbox in mailboxes:
        yield from _errands(mailbox, folders[mailbox.name], desk, settings, stop)


def _errands(
    mailbox: Mailbox, folder: Folder, desk: Desk, settings: Settings, stop: threading.Event
) -> Iterator[Errand]:  # fmt: skip
    letters, health = Letters(mailbox.home), settings.data_dir / "mailboxes"
    intake = MailIntake(mailbox, letters, desk, settings, stop)
    answers = AnswerLetters(mailbox, folder, letters, desk, stop, health=health)
    tidying = LetterTidying(mailbox, letters, desk)
    yield Errand(f"mail:{mailbox.name}", mailbox.every, intake.turn)
    yield Errand(f"mail-answers:{mailbox.name}", min(mailbox.every, settings.sweep_seconds), answers.turn)
    yield Errand(f"mail-letters:{mailbox.name}", _TIDY_SECONDS, tidying.turn)


class MailIntake:
    """Takes the messages of one mailbox in."""

    def __init__(
        self, mailbox: Mailbox, letters: Letters, desk: Desk, settings: Settings, stop: threading.Event
    ) -> None:  # fmt: skip
        self._mailbox = mailbox
        self._letters = letters
        self._desk = desk
        self._stop = stop
        self._taking = Taking(mailbox, letters, max_bytes=settings.max_upload_bytes, clock=desk.store.clock)
        self._health_folder = settings.data_dir / "mailboxes"
        self._health = MailHealth(mailbox=mailbox.name, part="intake", looked_at=desk.store.clock())

    def turn(self) -> None:
        """Take in what there is. One message that fails keeps no other; raises the first error at the end."""
        errors: list[Exception] = []
        left = self._health.waiting
        try:
            left = self._round(errors)
        except Exception as error:
            errors.append(error)
        failed = 0
        with suppress(OSError):
            failed = len(self._letters.failed())
        self._health = self._health.after(errors[0] if errors else None, waiting=left, failed=failed)
        self._health.save(self._health_folder)
        if errors:
            raise errors[0]

    def _round(self, errors: list[Exception]) -> int:
        """How many messages are left."""
        self._letters.open()
        self._letters.recover()
        with open_source(self._mailbox) as source:
            waiting = source.waiting(_MOST)
            left, row = len(waiting), 0
            for one in waiting:
                if self._stop.is_set() or row >= _TOO_MANY or not self._has_room():
                    break
                try:
                    self._take(source, one)
                    left, row = left - 1, 0
                except Exception as error:
                    errors.append(error)
                    row += 1
        return left

    def _take(self, source: Source, one: Waiting) -> None:
        too_large = one.size > self._mailbox.max_message_bytes
        data = source.head(one.key, _HEAD_BYTES) if too_large else source.read(one.key)
        if data is None:  # another process has it
            return
        letter = self._taking.refuse(data, one.size) if too_large else self._taking.take(data)
        if letter is None:
            return
        if letter.failed:
            source.put_away(one.key)
        else:
            source.finish(one.key)
        self._log(letter)

    def _log(self, letter: MailLetter) -> None:
        """Names nobody."""
        told = {"mailbox": self._mailbox.name, "letter": letter.digest[:20]}
        if letter.failed:
            log.warning("mail-unusable", **told, why=letter.failed)
        else:
            log.info("mail-taken", **told, documents=len(letter.enclosed))

    def _has_room(self) -> bool:
        """Whether files may come in, and those that came are being taken."""
        try:
            self._desk.store.doors.check(Door.FOLDER)
        except DoorClosed:
            return False
        return len(os.listdir(self._letters.drop)) < _FULL


class LetterTidying:
    """Deletes letters that have been kept long enough."""

    def __init__(self, mailbox: Mailbox, letters: Letters, desk: Desk) -> None:
        self._mailbox = mailbox
        self._letters = letters
        self._store = desk.store

    def turn(self) -> None:
        """Those of an age, and those of whose documents nothing is left. Raises OSError, Fault."""
        self._letters.open()
        self._letters.sweep()
        now, gone = self._store.clock(), 0
        for portion in self._portions():
            hashes = {one.sha256 for letter in portion for one in letter.enclosed}
            kept = self._store.submissions.still_there(self._mailbox.sender, hashes)
            for letter in portion:
                days = (now - letter.taken_at).days
                left = any(one.sha256 in kept for one in letter.enclosed) or not letter.enclosed
                if days >= self._mailbox.letter_days or (days >= 1 and not left):
                    self._letters.forget(letter.digest)
                    gone += 1
        if gone:
            log.info("letters-deleted", mailbox=self._mailbox.name, letters=gone)

    def _portions(self) -> Iterator[list[MailLetter]]:
        portion: list[MailLetter] = []
        for digest in list(self._letters.all()):
            letter = self._letters.read(digest)
            if letter is not None:
                portion.append(letter)
            if len(portion) == _MOST:
                yield portion
                portion = []
        yield portion
