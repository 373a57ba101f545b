"""Our own commands as processes that can be killed, frozen and started again, whole or in part."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

EINVOICE = Path(sys.executable).with_name("einvoice")
_END_SECONDS = 60  # for a program that was asked to end


class Program:
    """`einvoice …` in a session, and so in a process group, of its own: what its host runs of the service."""

    def __init__(self, *arguments: str, environment: Mapping[str, str], log: Path) -> None:
        self._command = [str(EINVOICE), *arguments]
        self._environment = environment
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._groups: list[int] = []  # of all its lives

    def start(self) -> None:
        """Start it, once more if it was started before; it is not ready yet."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, env=self._environment, stdout=log, stderr=log, start_new_session=True
            )
        self._groups.append(self._process.pid)

    @property
    def pid(self) -> int:
        """Of the process that was started; the others are its children."""
        assert self._process is not None, "it was not started"
        return self._process.pid

    @property
    def runs(self) -> bool:
        """Whether the process that was started lives."""
        return self._process is not None and self._process.poll() is None

    def children(self) -> list[int]:
        """Its other living processes, those in a session of their own included: validators, PDF readers, …"""
        found = living()
        ours = {self.pid} | {pid for pid, (_, group) in found.items() if group == self.pid}
        grown = True
        while grown:
            more = {pid for pid, (parent, _) in found.items() if parent in ours} - ours
            ours, grown = ours | more, bool(more)
        return sorted(ours - {self.pid})

    def kill(self) -> None:
        """As when its host loses power: all its processes at once."""
        self.signal(signal.SIGKILL)
        assert self._process is not None
        self._process.wait()

    def kill_parent(self) -> None:
        """The process that was started, and none of its children."""
        os.kill(self.pid, signal.SIGKILL)
        assert self._process is not None
        self._process.wait()

    def signal(self, number: signal.Signals) -> None:
        """Tell all processes of the group, if there still are any."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def stop(self) -> int:
        """Ask it to end; its exit code, 0 if it does not run. Whatever it leaves behind is killed."""
        if not self.runs:
            return 0
        assert self._process is not None
        self._process.terminate()
        self.signal(signal.SIGCONT)  # one that a test has stopped hears nothing
        try:
            return self._process.wait(_END_SECONDS)
        finally:
            self.clear()

    def left_behind(self) -> list[int]:
        """What still lives of the lives it had before this one."""
        ended = set(self._groups) - ({self.pid} if self.runs else set())
        return [pid for pid, (_, group) in living().items() if group in ended]

    def clear(self) -> None:
        """Kill whatever there still is of it."""
        for group in self._groups:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        if self._process is not None:
            self._process.wait()


def living() -> dict[int, tuple[int, int]]:
    """Every process of the machine that has not ended: its parent and its process group (proc(5), stat)."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            with contextlib.suppress(OSError):
                state, parent, group = (folder / "stat").read_text().rpartition(")")[2].split()[:3]
                if state not in "ZX":
                    found[int(folder.name)] = int(parent), int(group)
    return found


def ended(program: Program, seconds: float) -> bool:
    """Whether it ends by itself within that time."""
    end = time.monotonic() + seconds
    while program.runs and time.monotonic() < end:
        time.sleep(0.05)
    return not program.runs
