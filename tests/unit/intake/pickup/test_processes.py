"""Which processes are known to be dead."""

import os
import signal
import subprocess
import sys

import pytest

from einvoice.intake.pickup import ProcessId
from einvoice.intake.pickup import processes as processes_module


def child() -> tuple[subprocess.Popen[bytes], ProcessId]:
    program = "from einvoice.intake.pickup import ProcessId; print(ProcessId.ours().name, flush=True); input()"
    process = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    return process, ProcessId(process.stdout.readline().decode().strip())


def test_we_live() -> None:
    assert ProcessId.ours().has_died is False


def test_each_name_is_another_one_and_fit_for_a_folder() -> None:
    assert ProcessId.ours() != ProcessId.ours()
    assert "/" not in ProcessId.ours().name
    assert len(ProcessId.ours().name) < 120


def test_one_that_was_killed_has_died_also_before_it_is_buried() -> None:
    process, name = child()
    assert name.has_died is False
    process.send_signal(signal.SIGKILL)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # a zombie
    assert name.has_died is True
    process.wait()
    assert name.has_died is True


def test_another_one_with_its_number_is_not_it() -> None:
    host, boot, space, pid, start, mark = ProcessId.ours().name.rsplit(".", 5)
    assert ProcessId(".".join((host, boot, space, pid, str(int(start) + 1), mark))).has_died is True


@pytest.mark.parametrize("part", [1, 2], ids=["another kernel", "another container"])
def test_of_one_that_can_not_be_seen_from_here_nothing_is_known(part: int) -> None:
    parts = ProcessId.ours().name.rsplit(".", 5)
    parts[part] = "1234"
    assert ProcessId(".".join(parts)).has_died is None


@pytest.mark.parametrize("name", ["", ".retry-0123", "left-0123", "a.b", "host.0.0.1.2.00000000"])
def test_of_what_is_no_process_nothing_is_known(name: str) -> None:
    assert ProcessId(name).has_died is None


def test_where_the_system_tells_nothing_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes_module, "_read", lambda path: "")
    assert ProcessId.ours().has_died is None
