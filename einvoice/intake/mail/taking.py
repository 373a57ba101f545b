"""Taking one message in: its attachments end in the drop folder, and a letter says so.

The steps, each safe to repeat after a crash, by this process or another one:
(1) is it known? then only what is left to do is done;
(2) read it, and sort its parts;
(3) put the attachments aside, durably;
(4) enter the letter, durably: from here on the attachments will reach the drop folder;
(5) let them appear there, each exactly once, by renaming;
(6) move the message away in its mailbox: the caller's part, and only now.
"""

import hashlib
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage

from einvoice.intake.addresses import message_ids
from einvoice.intake.mail.attachments import Attachment, drop_names, sort_parts
from einvoice.intake.mail.authentication import is_from, results
from einvoice.intake.mail.letters import Enclosed, Letters, MailLetter
from einvoice.intake.mail.parsing import Unusable, header, headers, read_message
from einvoice.intake.mail.sender import is_bounce, sender_of, why_quiet
from einvoice.intake.mailboxes import Mailbox

_NONE = ""  # the token of a letter that brings nothing
_MOST_REFERENCES = 20
_LONGEST_LINE = 200  # characters


class Taking:
    """Takes messages of one mailbox in."""

    def __init__(
        self, mailbox: Mailbox, letters: Letters, *, max_bytes: int, clock: Callable[[], datetime]
    ) -> None:  # fmt: skip
        """`max_bytes`: of one document."""
        self._mailbox = mailbox
        self._letters = letters
        self._max_bytes = max_bytes
        self._clock = clock

    def take(self, data: bytes) -> MailLetter | None:
        """A message that was read; None: another process is at it. Raises OSError, then it is to be read again.

        One that brought nothing before and lies there once more is looked at anew: limits change.
        """
        digest = hashlib.sha256(data).hexdigest()
        letter = self._letters.read(digest)  # (1)
        if letter is None:
            letter = self._enter(*self._read(digest, data))
        elif letter.failed:
            letter = self._again(letter, data)
        if letter is not None:
            self._letters.place(letter)  # (5)
        return letter

    def refuse(self, head: bytes, size: int) -> MailLetter:
        """A message too large to be read, of which only the beginning and the size are known."""
        digest = hashlib.sha256(b"%d\n%b" % (size, head)).hexdigest()
        known = self._letters.read(digest)
        if known is not None:
            return known
        letter = MailLetter(digest=digest, token=_NONE, taken_at=self._clock(), failed="too-large")
        try:
            return self._letters.enter(self._described(letter, read_message(_head_alone(head))))
        except Unusable:
            return self._letters.enter(replace(letter, quiet="unreadable"))

    def _again(self, before: MailLetter, data: bytes) -> MailLetter | None:
        letter, attachments = self._read(before.digest, data)
        if letter.failed:
            return before
        with self._letters.locked(before.digest) as ours:
            if not ours or self._letters.read(before.digest) != before:
                return None
            self._letters.forget(before.digest)
            return self._enter(letter, attachments)

    def _read(self, digest: str, data: bytes) -> tuple[MailLetter, list[Attachment]]:
        """(2) The letter, and what it brings."""
        letter = MailLetter(digest=digest, token=_NONE, taken_at=self._clock())
        try:
            message = read_message(data)
        except Unusable as unusable:
            return replace(letter, failed=unusable.reason, quiet="unreadable"), []
        letter = self._described(letter, message)
        if is_bounce(message):
            return replace(letter, failed="bounce"), []
        attachments, ignored = sort_parts(message, self._max_bytes)
        letter = replace(letter, ignored=tuple(ignored))
        return (letter, attachments) if attachments else (replace(letter, failed=_why_nothing(letter)), [])

    def _enter(self, letter: MailLetter, attachments: list[Attachment]) -> MailLetter:
        if not attachments:
            return self._letters.enter(letter)
        names = list(drop_names(letter.digest, attachments))
        token = self._letters.put_aside(letter.digest, zip(names, attachments, strict=True))  # (3)
        enclosed = tuple(
            Enclosed(name=one.name, file=name, sha256=one.sha256, size=len(one.data))
            for name, one in zip(names, attachments, strict=True)
        )
        return self._letters.enter(replace(letter, token=token, enclosed=enclosed))  # (4)

    def _described(self, letter: MailLetter, message: EmailMessage) -> MailLetter:
        """With what its head says about who sent it."""
        sender = sender_of(message)
        found = results(headers(message, "Authentication-Results"), self._mailbox.authserv_id)
        ids = message_ids(header(message, "Message-ID"))
        named = message_ids(f"{header(message, 'References')} {header(message, 'In-Reply-To')}")
        return replace(
            letter,
            sender=sender,
            subject=_line(header(message, "Subject")),
            date=_line(header(message, "Date")),
            message_id=ids[0] if ids else "",
            references=tuple(dict.fromkeys(named))[-_MOST_REFERENCES:],
            authentication=tuple(f"{one.method}={one.result}"[:_LONGEST_LINE] for one in found),
            authenticated=bool(sender) and is_from(sender, found),
            quiet=why_quiet(message, sender, self._mailbox.from_address),
        )


def _line(text: str) -> str:
    """Fit to be shown, and to stand in a header of ours: no control characters, of bounded length."""
    return "".join(character for character in text if unicodedata.category(character)[0] != "C")[:_LONGEST_LINE]


def _why_nothing(letter: MailLetter) -> str:
    """Of several reasons the one that says most."""
    reasons = [one.why for one in letter.ignored]
    telling = ("too-large", "encrypted", "tnef", "archive", "office", "empty")
    return next((f"only-{why}" for why in telling if why in reasons), "no-attachment")


def _head_alone(data: bytes) -> bytes:
    """The header fields, as far as they are whole."""
    for end in (b"\r\n\r\n", b"\n\n"):
        if end in data:
            return data[: data.index(end)] + end
    return data[: data.rfind(b"\n") + 1] + b"\n"
