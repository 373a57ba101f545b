"""A real clamd, and servers in its place that behave as the test says."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from tests.support.clamd import clamd, clamd_started_once

__all__ = ["clamd", "clamd_started_once", "impostor"]

Answering = Callable[[bytes, bytes], bytes]
Impostor = Callable[[bytes | Answering], str]


@pytest.fixture
def impostor() -> Iterator[Impostor]:
    """What listens where clamd should: takes all it is sent, answers, hangs up. Returns its URL.

    Its answer is always the same, or made from the command and the bytes to scan.
    """
    with contextlib.ExitStack() as stack:

        def listen(answer: bytes | Answering) -> str:
            server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            stack.callback(server.shutdown, socket.SHUT_RDWR)  # ends the waiting accept
            answering: Answering = answer if callable(answer) else lambda command, data: answer
            threading.Thread(target=_serve, args=(server, answering), daemon=True).start()
            return f"tcp://127.0.0.1:{server.getsockname()[1]}"

        yield listen


def _serve(server: socket.socket, answering: Answering) -> None:
    with contextlib.suppress(OSError):  # the server is closed at the end of the test
        while True:
            connection, _ = server.accept()
            threading.Thread(target=_answer, args=(connection, answering), daemon=True).start()


def _answer(connection: socket.socket, answering: Answering) -> None:
    with connection, contextlib.suppress(OSError):
        connection.sendall(answering(*_question(connection)))


def _question(connection: socket.socket) -> tuple[bytes, bytes]:
    """The command, and the bytes to scan if that is what it asks for."""
    reader = connection.makefile("rb")
    command = data = b""
    while not command.endswith(b"\0"):
        command += reader.read(1)
    while command == b"zINSTREAM\0" and (length := int.from_bytes(reader.read(4), "big")):
        data += reader.read(length)
    return command, data
