"""A real S3 server of one's own: moto in its own process, spoken to over HTTP; taken away, frozen and given back.

What is stored stays while the server is away: its process closes the port and opens the same one again.
"""

import os
import random
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from itertools import chain, count
from typing import Self

import pytest

REGION = "eu-central-1"
_PORTS = range(20_000, 32_000)  # below those given to outgoing connections, so that it stays free while it is away
KEYS_A_PAGE = 3  # of a listing, so that few objects fill several pages


class S3Server:
    """A server on 127.0.0.1. Its port is closed while it is away, and mute while it is frozen."""

    def __init__(self) -> None:
        self.port = _free_port()
        self._process: subprocess.Popen[str] | None = None
        self._numbers = count(1)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What a process that is to use it must find in its environment."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "access",
            "AWS_SECRET_ACCESS_KEY": "secret",
        }

    def start(self) -> Self:
        """Start it and wait until it answers."""
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(self.port)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env=os.environ | {"MOTO_S3_DEFAULT_MAX_KEYS": str(KEYS_A_PAGE)},
        )  # fmt: skip
        self._wait_for_word("here")
        return self

    def stop(self) -> None:
        """End it; what was stored is gone."""
        if self._process is not None:
            self._process.kill()  # even when frozen
            self._process.communicate()
            self._process = None

    def go_away(self) -> None:
        """Refuse connections from now on."""
        self._tell("away")

    def come_back(self) -> None:
        """Answer again, on the same port, with all that was stored."""
        self._tell("here")

    def freeze(self) -> None:
        """Take connections, and never answer."""
        self._running().send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Go on, with whatever waits."""
        self._running().send_signal(signal.SIGCONT)

    def new_bucket(self) -> str:
        """The name of a new, empty bucket."""
        name = f"bucket-{next(self._numbers)}"
        where = (
            f"<CreateBucketConfiguration><LocationConstraint>{REGION}</LocationConstraint></CreateBucketConfiguration>"
        )
        request = urllib.request.Request(f"{self.endpoint}/{name}", data=where.encode(), method="PUT")
        with urllib.request.urlopen(request):
            return name

    def _tell(self, word: str) -> None:
        process = self._running()
        assert process.stdin is not None
        print(word, file=process.stdin, flush=True)
        self._wait_for_word(word)

    def _wait_for_word(self, word: str) -> None:
        said = self._running().stdout
        assert said is not None
        assert said.readline().strip() == word, "the S3 server did not do as it was told"

    def _running(self) -> subprocess.Popen[str]:
        assert self._process is not None, "the S3 server was not started"
        return self._process


@pytest.fixture(scope="session")
def s3_process() -> Iterator[S3Server]:
    """A running server, one for each process that runs tests."""
    server = S3Server()
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture
def s3_server(s3_process: S3Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Server]:
    """A server that is there, and that this process finds through its environment."""
    for name, value in s3_process.environment.items():
        monkeypatch.setenv(name, value)
    yield s3_process
    s3_process.thaw()
    s3_process.come_back()


def _free_port() -> int:
    for port in random.sample(_PORTS, 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no port is free")


def _serve(port: int) -> None:
    """Be the server: for each line of standard input that says so, close the port or open it."""
    from moto.moto_server.threaded_moto_server import ThreadedMotoServer  # only the child needs moto

    server: ThreadedMotoServer | None = None
    for word in chain(["here"], sys.stdin):
        if word.strip() == "away" and server is not None:
            server.stop()
            server = None
        elif word.strip() == "here" and server is None:
            server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
            server.start()
        print(word.strip(), flush=True)


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
