"""Where messages wait: what a Maildir and an IMAP mailbox have in common."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from einvoice.intake.mailboxes import Mailbox


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that nobody has taken yet."""

    key: str  # of its mailbox
    size: int  # bytes


class Source(Protocol):
    """A mailbox that is open. Another process may take any message away at any time."""

    def waiting(self, most: int) -> list[Waiting]:
        """The oldest so many."""

    def read(self, key: str) -> bytes | None:
        """The whole message; None if it is gone."""

    def head(self, key: str, size: int) -> bytes | None:
        """Its first `size` bytes; None if it is gone."""

    def finish(self, key: str) -> None:
        """It was taken: put it with those that were."""

    def put_away(self, key: str) -> None:
        """It brings nothing: put it where a person finds it."""


@contextmanager
def open_source(mailbox: Mailbox) -> Iterator[Source]:
    """The mailbox, opened for a while. Raises OSError, and Fault("mail-server")."""
    if mailbox.maildir is not None:
        from einvoice.intake.mail.maildir import Maildir

        yield Maildir(mailbox.maildir, mailbox.failed)
    else:
        from einvoice.intake.mail.imap import open_imap

        assert mailbox.imap is not None
        with open_imap(mailbox.imap, mailbox.done, mailbox.failed) as source:
            yield source
