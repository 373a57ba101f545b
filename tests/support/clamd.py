"""A real clamd with two signatures of our own, on a Unix socket and a TCP port, under a folder of its own.

No signatures are fetched: the daemon reads the two files written here, and starts in a fraction of a second.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import md5
from pathlib import Path

import pytest

SAMPLE = b"this text stands for a virus in the tests of the virus scan"
SAMPLE_NAME = "Einvoice.Test.Sample.UNOFFICIAL"  # clamd adds the last word to all signatures that are not ClamAV's
EICAR_NAME = "Einvoice.Test.Eicar.UNOFFICIAL"
# The harmless test file of the anti-virus makers. In two halves, so that no scanner takes offence at this file.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"

STREAM_MAX_LENGTH = 2_000_000  # bytes
START_SECONDS = 60  # on a loaded machine

_CONFIG = """\
Foreground yes
LocalSocket {folder}/clamd.sock
TCPSocket {port}
TCPAddr 127.0.0.1
DatabaseDirectory {folder}/signatures
TemporaryDirectory {folder}
StreamMaxLength {limit}
AlertExceedsMax yes
"""


@dataclass
class ClamDaemon:
    """A clamd under test. Its addresses stay when it is stopped, so that it can be started again."""

    program: str
    folder: Path
    port: int = 0
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def unix_url(self) -> str:
        return f"unix://{self.folder}/clamd.sock"

    @property
    def tcp_url(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    @property
    def urls(self) -> tuple[str, str]:
        return self.unix_url, self.tcp_url

    def start(self) -> None:
        """Start it, unless it runs, and wait until it answers on both addresses."""
        if self._process is not None:
            return
        self.port = self.port or _free_port()
        self._write_configuration()
        with (self.folder / "log.txt").open("ab") as log:
            self._process = subprocess.Popen(
                [self.program, "--config-file", str(self.folder / "clamd.conf")], stdout=log, stderr=log
            )
        end = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                self.stop()
                pytest.fail(f"clamd did not start:\n{(self.folder / 'log.txt').read_text('utf-8', 'replace')}")
            time.sleep(0.02)

    def stop(self) -> None:
        """End it, unless it is ended. It gets no chance to refuse."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _write_configuration(self) -> None:
        signatures = self.folder / "signatures"
        signatures.mkdir(exist_ok=True)
        # Both formats: ClamAV's documentation, "Hash-based signatures" and "Extended signatures".
        digest = md5(EICAR, usedforsecurity=False).hexdigest()
        (signatures / "test.hdb").write_text(f"{digest}:{len(EICAR)}:{EICAR_NAME.removesuffix('.UNOFFICIAL')}\n")
        (signatures / "test.ndb").write_text(f"{SAMPLE_NAME.removesuffix('.UNOFFICIAL')}:0:*:{SAMPLE.hex()}\n")
        config = _CONFIG.format(folder=self.folder, port=self.port, limit=STREAM_MAX_LENGTH)
        (self.folder / "clamd.conf").write_text(config)

    def _answers(self) -> bool:
        for family, address in (
            (socket.AF_UNIX, str(self.folder / "clamd.sock")),
            (socket.AF_INET, ("127.0.0.1", self.port)),
        ):
            with socket.socket(family) as probe:
                probe.settimeout(5)
                try:
                    probe.connect(address)
                    probe.sendall(b"zPING\0")
                    if probe.recv(16) != b"PONG\0":
                        return False
                except OSError:
                    return False
        return True


@pytest.fixture(scope="session")
def clamd_started_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClamDaemon]:
    """The one clamd of a test run; tests ask for `clamd`."""
    daemon = ClamDaemon(_program(), tmp_path_factory.mktemp("clamd"))
    yield daemon
    daemon.stop()


@pytest.fixture
def clamd(clamd_started_once: ClamDaemon) -> ClamDaemon:
    """A running clamd, also after a test that stopped it."""
    clamd_started_once.start()
    return clamd_started_once


def _program() -> str:
    """Where clamd is: unpacked into the virtual environment, or installed."""
    places = [f"{sys.prefix}/clamav/usr/sbin", os.environ.get("PATH", os.defpath), "/usr/sbin"]
    found = shutil.which("clamd", path=os.pathsep.join(places))
    if found is None:
        reason = "clamd (package clamav-daemon) is not installed: the virus scan can't be tested"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
