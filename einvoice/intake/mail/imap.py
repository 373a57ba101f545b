"""A mailbox on an IMAP server (RFC 3501, RFC 9051), by the standard library.

What waits is all there is in the folder, read by a person or not; what was taken is moved to another folder (RFC 6851),
or copied and deleted where the server can't move. Messages are fetched without marking them read.
"""

import imaplib
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from einvoice.errors import Fault
from einvoice.intake.mail.sources import Waiting
from einvoice.intake.mailservers import Server

_SECONDS = 60.0  # for each answer of the server
_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
_PORTION = 200  # sizes asked for at once
TROUBLE = "mail-server"


class Imap:
    """A Source."""

    def __init__(self, connection: imaplib.IMAP4, done: str, failed: str) -> None:
        self._connection = connection
        self._done = done
        self._failed = failed
        _, told = connection.capability()  # it may do more for those who have signed in
        self._abilities = {word.upper() for line in told if line for word in line.decode("ascii", "replace").split()}

    def waiting(self, most: int) -> list[Waiting]:
        """By number, which the server counts up."""
        found = self._ask("SEARCH", "UNDELETED")
        uids = sorted(int(uid) for line in found if line for uid in line.split())[:most]
        waiting: list[Waiting] = []
        for start in range(0, len(uids), _PORTION):
            portion = ",".join(map(str, uids[start : start + _PORTION]))
            for line in self._ask("FETCH", portion, "(UID RFC822.SIZE)"):
                told = line[0] if isinstance(line, tuple) else line or b""
                uid, size = _UID.search(told), _SIZE.search(told)
                if uid and size:
                    waiting.append(Waiting(uid[1].decode(), int(size[1])))
        return waiting

    def read(self, key: str) -> bytes | None:
        """Without marking it read."""
        return self._fetch(key, "(UID BODY.PEEK[])")

    def head(self, key: str, size: int) -> bytes | None:
        """The server sends no more than that."""
        return self._fetch(key, f"(UID BODY.PEEK[]<0.{size}>)")

    def finish(self, key: str) -> None:
        """Marked read, and moved."""
        self._ask("STORE", key, "+FLAGS.SILENT", r"(\Seen)")
        self._move(key, self._done)

    def put_away(self, key: str) -> None:
        """Moved as it is, so that it shows as unread."""
        self._move(key, self._failed)

    def _fetch(self, key: str, what: str) -> bytes | None:
        for line in self._ask("FETCH", key, what):
            if isinstance(line, tuple) and (uid := _UID.search(line[0])) and uid[1].decode() == key:
                return bytes(line[1])
        return None

    def _move(self, key: str, folder: str) -> None:
        if "MOVE" in self._abilities:
            self._into(folder, lambda: self._connection.uid("MOVE", key, _quoted(folder)))
            return
        self._into(folder, lambda: self._connection.uid("COPY", key, _quoted(folder)))
        self._ask("STORE", key, "+FLAGS.SILENT", r"(\Deleted)")
        if "UIDPLUS" in self._abilities:
            self._ask("EXPUNGE", key)

    def _into(self, folder: str, act: Callable[[], tuple[str, Any]]) -> None:
        """Done again after making the folder, if the server says that there is none."""
        kind, _ = act()
        if kind != "OK":
            self._connection.create(_quoted(folder))
            kind, _ = act()
        if kind != "OK":
            raise Fault(TROUBLE, "the server does not move a message")

    def _ask(self, command: str, *arguments: str) -> list[Any]:
        kind, said = self._connection.uid(command, *arguments)
        if kind != "OK":
            raise Fault(TROUBLE, f"the server does not {command}")
        return said


@contextmanager
def open_imap(server: Server, done: str, failed: str) -> Iterator[Imap]:
    """Signed in, the folder selected. Raises OSError, and Fault("mail-server") if the server says no."""
    try:
        connection = _connected(server)
        try:
            connection.login(server.user, server.password())
            kind, _ = connection.select(_quoted(server.folder))
            if kind != "OK":
                raise Fault(TROUBLE, "there is no such folder")
            yield Imap(connection, done, failed)
        finally:
            with suppress(imaplib.IMAP4.error, OSError):
                connection.logout()
    except imaplib.IMAP4.error as error:  # also `abort`: the connection is of no use any more; the text may be secret
        raise Fault(TROUBLE, type(error).__name__) from None


def _connected(server: Server) -> imaplib.IMAP4:
    context = ssl.create_default_context()
    if server.tls_at_once:
        return imaplib.IMAP4_SSL(server.host, server.port, ssl_context=context, timeout=_SECONDS)
    connection = imaplib.IMAP4(server.host, server.port, timeout=_SECONDS)
    if not server.is_here:
        connection.starttls(context)
    return connection


def _quoted(folder: str) -> str:
    """Names have no quotes and backslashes: the settings see to that."""
    return f'"{folder}"'
