"""clamd, the daemon of ClamAV, asked over a socket.

The protocol stands in clamd(8), section COMMANDS. A command begins with `z` and ends with a zero byte, as does the
answer, after which clamd hangs up. `INSTREAM` is followed by chunks, each with its length in four bytes, most
significant first; a chunk of length zero ends them. One connection a question, so that threads share nothing.

Why no library: `clamav-client` 0.7 gives up with a broken pipe where clamd refuses a stream that is too long, without
reading that answer; takes answers that were cut short; sets its time-out on a Unix socket after connecting, and for
each single read; knows no IPv6; and is under GPL-2.0, which does not go together with the Apache-2.0 of other packages.

Answers are taken strictly: whatever is not exactly "clean" or exactly a hit, about everything we sent, is a Fault.
"""

import re
import socket
import struct
import time
from contextlib import suppress
from dataclasses import dataclass

from einvoice.errors import Fault

Address = str | tuple[str, int]  # path of a Unix socket; host and port

_HIT = re.compile(r"stream: (\S.*) FOUND")
_CLEAN = "stream: OK"
_TOO_LONG = "INSTREAM size limit exceeded. ERROR"
_LONGEST_ANSWER = 4096  # bytes; the longest signature names have some hundred
_SHOWN = 200  # characters of an answer that is told to people
_HARMLESS = b"einvoice asks whether clamd can scan"
_PROBE_SECONDS = 5.0  # for the harmless scan, which takes milliseconds


@dataclass(frozen=True, slots=True)
class Clamd:
    """The clamd that listens at `address`; `seconds` is what one question to it may take, from connecting on."""

    address: Address
    seconds: float

    def scan(self, data: bytes) -> str | None:
        """The name of the signature that hit first (clamd stops there), or None for clean. Heuristics are hits too.

        Raises Fault `scanner-limit`: these bytes are longer than clamd's StreamMaxLength. Raises Fault `scanner`:
        clamd is away, is too slow, or says something else. If it scans other bytes meanwhile, the Fault is about
        these, and counts as a try; if not, it is `elsewhere`.
        """
        try:
            return self._scan(data, self.seconds)
        except _Trouble as trouble:
            raise Fault("scanner", self._told(trouble), elsewhere=not self._can_scan()) from trouble

    def check(self) -> str:
        """clamd's version and that of its signatures, in its own words. Raises Fault if it can't scan now.

        clamd does not start without signatures and keeps the old ones where new ones can't be loaded: if it scans,
        it has some. A command that only asks for a sign of life would not notice that its disk is full.
        """
        seconds = min(self.seconds, _PROBE_SECONDS)
        try:
            version, _ = self._ask(b"zVERSION\0", seconds=seconds)
            if not version.startswith("ClamAV "):
                raise _Trouble(f"this is not its version: {_shown(version)}")
            hit = self._scan(_HARMLESS, seconds)
        except _Trouble as trouble:
            raise Fault("scanner", self._told(trouble), elsewhere=True) from trouble
        if hit is not None:
            raise Fault("scanner", self._told(f"it finds {hit} in what is harmless"), elsewhere=True)
        return _shown(version)

    def _can_scan(self) -> bool:
        with suppress(_Trouble):
            return self._scan(_HARMLESS, min(self.seconds, _PROBE_SECONDS)) is None
        return False

    def _scan(self, data: bytes, seconds: float) -> str | None:
        chunks = (struct.pack("!L", len(data)), data, bytes(4)) if data else (bytes(4),)
        answer, taken = self._ask(b"zINSTREAM\0", *chunks, seconds=seconds)
        if answer == _TOO_LONG:
            detail = f"{len(data)} bytes are more than StreamMaxLength in clamd.conf allows; please raise it there"
            raise Fault("scanner-limit", detail, deterministic=True)
        if taken and answer == _CLEAN:
            return None
        if taken and (hit := _HIT.fullmatch(answer)):
            return _shown(hit[1])
        raise _Trouble(f"it answered {_shown(answer)}" if taken else f"it hung up early and said {_shown(answer)}")

    def _ask(self, *parts: bytes, seconds: float) -> tuple[str, bool]:
        """clamd's answer, and whether it took all that was said. Raises _Trouble."""
        end = time.monotonic() + seconds
        try:
            with self._connect(seconds) as connection:
                taken = _say(connection, parts, end)
                heard = _hear(connection, end)
        except OSError as error:
            raise _Trouble(str(error) or type(error).__name__) from error
        answer, *rest = heard.split(b"\0")
        if rest != [b""]:  # none, cut short, or more than one
            raise _Trouble(f"no whole answer came: {_shown(heard.decode(errors='replace'))}")
        return answer.decode(errors="replace"), taken

    def _connect(self, seconds: float) -> socket.socket:
        if isinstance(self.address, tuple):
            connection = socket.create_connection(self.address, seconds)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a small chunk waits for no other
            return connection
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.settimeout(seconds)
            connection.connect(self.address)
        except OSError:
            connection.close()
            raise
        return connection

    def _told(self, what: object) -> str:
        where = self.address if isinstance(self.address, str) else "{}, port {}".format(*self.address)
        return f"clamd at {where}: {what}"


class _Trouble(Exception):
    """clamd did not do what it was asked for; the message says what happened."""


def _say(connection: socket.socket, parts: tuple[bytes, ...], end: float) -> bool:
    """Whether clamd took everything. One that has heard enough hangs up; its answer can still be read."""
    try:
        for part in parts:
            connection.settimeout(_left(end))
            connection.sendall(part)
    except ConnectionError:
        return False
    return True


def _hear(connection: socket.socket, end: float) -> bytes:
    """What clamd says until it hangs up, or until it is too much to be an answer."""
    heard = b""
    with suppress(ConnectionResetError):  # hung up on unread chunks: what it said before was heard
        while len(heard) <= _LONGEST_ANSWER:
            connection.settimeout(_left(end))
            piece = connection.recv(_LONGEST_ANSWER)
            if not piece:
                break
            heard += piece
    return heard


def _left(end: float) -> float:
    """Seconds that are left; raises TimeoutError."""
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError("timed out")
    return left


def _shown(answer: str) -> str:
    """Fit for logs and pages, whoever wrote it."""
    return "".join(char if char.isprintable() else "?" for char in answer[:_SHOWN]) or "nothing"
