"""The service's side of the sandbox: starts the server that forks a child for every PDF, and asks it.

One server for each process of the service, started when the first PDF comes. Any number of threads may ask.
"""

import atexit
import json
import os
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from einvoice.errors import Fault
from einvoice.extraction.pdf import wire
from einvoice.extraction.pdf.confinement import GRACE
from einvoice.extraction.pdf.limits import PdfLimits

_COMMAND = (sys.executable, "-I", "-m", "einvoice.extraction.pdf.zygote")
_START_SECONDS = 60.0  # for the server, on a loaded machine
_END_SECONDS = 5.0
_CHUNK = 1 << 20
_BESIDE = 5_000_000  # bytes an answer may have beside the file asked for: what else is told, and the text of the pages
_LONGEST_STATUS = 1000  # bytes
_TRIES = 2  # a server that dies took no harm from this PDF: that is in a child


@dataclass(frozen=True, slots=True)
class Ending:
    """What came back, and how the child ended."""

    parts: list[bytes]  # those that arrived whole
    code: int | None = None  # as subprocess has it; None: it was stopped by us, or never started
    trouble: str = ""  # why there is no code
    flooded: bool = False  # it said more than any answer has


class Sandbox:
    """Runs one child a PDF. Thread-safe."""

    def __init__(self, command: Sequence[str] = _COMMAND) -> None:
        self._command = command
        self._starting = threading.Lock()
        self._server: _Server | None = None

    def ask(self, data: bytes, order: wire.Order, limits: PdfLimits) -> Ending:
        """What a child answers. Raises Fault `pdf-reader` if the server can't be had."""
        message = wire.write_order(order, limits)
        for _ in range(_TRIES):
            server = self._running()
            with suppress(_ServerGone):
                return _ask(server, message, data, limits)
            self._give_up(server)
        raise Fault("pdf-reader", "the PDF reader's server died twice")

    def close(self) -> None:
        """End the server, and with it every child."""
        with self._starting:
            server, self._server = self._server, None
        if server is not None:
            server.end()

    def _running(self) -> "_Server":
        with self._starting:
            if self._server is not None and self._server.owner != os.getpid():  # a fork of us asks one of its own
                self._server.end()
                self._server = None
            if self._server is None:
                self._server = _start(self._command)
            return self._server

    def _give_up(self, server: "_Server") -> None:
        with self._starting:
            if self._server is not server:
                return
            self._server = None
        log_if_asked("pdf-sandbox-replaced")
        server.end()


class _ServerGone(Exception):
    """The server died, or does not work."""


@dataclass(frozen=True, slots=True)
class _Server:
    process: "subprocess.Popen[bytes]"
    control: socket.socket
    owner: int  # process

    def end(self) -> None:
        self.control.close()
        if self.owner != os.getpid():
            return
        try:
            self.process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _start(command: Sequence[str]) -> _Server:
    """Raises Fault."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        with theirs:
            process = subprocess.Popen(  # noqa: S603 - our own module
                [*command, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # a signal to our group is not meant for it
                env={"MALLOC_ARENA_MAX": "1"},
            )
    except OSError as error:
        ours.close()
        raise Fault("pdf-reader", f"the PDF reader could not be started: {error}") from error
    server = _Server(process, ours, os.getpid())
    try:
        ours.settimeout(_START_SECONDS)
        ready = ours.recv(_CHUNK)
        ours.settimeout(None)
    except OSError:
        ready = b""
    if not ready:
        process.kill()
        server.end()
        raise Fault("pdf-reader", f"the PDF reader did not start: code {process.returncode}")
    log_if_asked("pdf-sandbox", **json.loads(ready))
    return server


def _ask(server: _Server, message: bytes, data: bytes, limits: PdfLimits) -> Ending:
    """Raises _ServerGone."""
    ours, theirs = socket.socketpair()
    status, told = os.pipe()
    pdf = _in_memory(data)
    try:
        with ours:
            with theirs:
                _hand_over(server, message, [pdf, theirs.fileno(), told])
            os.close(told)
            told = -1
            return _listen(ours, status, limits)
    finally:
        for descriptor in (pdf, status, told):  # where the child still lives, the server sees it and kills it
            if descriptor >= 0:
                os.close(descriptor)


def _in_memory(data: bytes) -> int:
    """A file in memory, at its beginning."""
    descriptor = os.memfd_create("pdf")
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def _hand_over(server: _Server, message: bytes, descriptors: list[int]) -> None:
    try:
        socket.send_fds(server.control, [message], descriptors)
    except OSError as error:
        raise _ServerGone from error


def _listen(channel: socket.socket, status: int, limits: PdfLimits) -> Ending:
    end = time.monotonic() + limits.cpu_seconds + GRACE
    heard = bytearray()
    try:
        while more := _hear(channel, end):
            heard += more
            if len(heard) > limits.unpacked_bytes + _BESIDE:
                return Ending([], flooded=True)
            if wire.complete(heard):  # no need to wait for it to end
                return Ending(_answered(heard)[:-1], code=0)
        told = _ended(status, end)
    except TimeoutError:
        if not heard:  # a child that only lacks time would have greeted
            raise _ServerGone from None
        return Ending(_answered(heard), trouble="it did not get the processor time it needs")
    if not told:
        raise _ServerGone
    if told.lstrip("-").isdigit():
        return Ending(_answered(heard), code=int(told))
    return Ending([], trouble=told)


def _hear(channel: socket.socket, end: float) -> bytes:
    """What comes next, nothing at the end. Raises TimeoutError."""
    channel.settimeout(_left(end))
    with suppress(ConnectionError):
        return channel.recv(_CHUNK)
    return b""


def _ended(status: int, end: float) -> str:
    """How the child ended, in the words of the server; nothing if the server died. Raises TimeoutError."""
    poll = select.poll()
    poll.register(status, select.POLLIN)
    if not poll.poll(1000 * _left(end)):
        raise TimeoutError
    return os.read(status, _LONGEST_STATUS).decode("utf-8", "replace")


def _answered(heard: bytearray) -> list[bytes]:
    """All but the greeting, which a child that could not be confined leaves out."""
    parts = wire.parts(heard)
    return parts[1:] if parts[:1] == [wire.GREETING] else parts


def _left(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def log_if_asked(event: str, **values: object) -> None:
    """A program that has set no log up (a check at the command line) prints nothing but what it was asked for."""
    import structlog  # the server imports this module, too, and every child carries what it loads

    if structlog.is_configured():
        structlog.get_logger().info(event, **values)


SANDBOX = Sandbox()
atexit.register(SANDBOX.close)
