"""Whatever a child does, it costs its limits and nobody else; the server behind it is replaced when it dies."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import structlog

from einvoice.errors import Fault, Refusal
from einvoice.extraction.pdf import PdfLimits, embedded_file, embedded_invoice, reading, sandbox
from einvoice.extraction.pdf.sandbox import Sandbox
from tests.support.pdfs import XML, embedded, objects, pdf

_HOSTILE = (sys.executable, "-I", str(Path(__file__).with_name("hostile.py")))
_FOR_EVER = b"while True: pass"
_LIMITS = PdfLimits(cpu_seconds=1, memory_bytes=300_000_000)
_PATIENCE = 30.0  # seconds to wait for what is sure to come


@pytest.fixture(scope="module")
def boxes() -> Iterator[dict[tuple[str, ...], Sandbox]]:
    """One sandbox of each kind is enough: what a child does to it must not matter to the next."""
    opened: dict[tuple[str, ...], Sandbox] = {}
    yield opened
    for one in opened.values():
        one.close()


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch, boxes: dict[tuple[str, ...], Sandbox]) -> Callable[..., Sandbox]:
    """Puts a sandbox in the place of ours whose children run what they are given."""

    def install(*how: str) -> Sandbox:
        box = boxes.setdefault(how, Sandbox((*_HOSTILE, *how)))
        monkeypatch.setattr(reading, "SANDBOX", box)
        if box._server is not None and box._server.process.poll() is None:
            _within(_PATIENCE, lambda: not _children(_server(box)))
        return box

    return install


def _server(box: Sandbox) -> int:
    assert box._server is not None
    return box._server.process.pid


def _children(server: int) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{server}/task/{server}/children").read_text().split()]


def _within(seconds: float, found: Callable[[], object]) -> object:
    end = time.monotonic() + seconds
    while not (answer := found()):
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.01)
    return answer


def _child(box: Sandbox) -> int:
    """The one child, as soon as it is well at work: confined, and in a program that never ends."""

    def found() -> int | None:
        for pid in _children(_server(box)) if box._server else ():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            if int(fields[11]) >= 0.2 * os.sysconf("SC_CLK_TCK"):  # its processor time
                return pid
        return None

    pid = _within(_PATIENCE, found)
    assert isinstance(pid, int)
    return pid


def _said(program: bytes, limits: PdfLimits = _LIMITS) -> bytes:
    """What a program says in a child, as the file asked for."""
    return embedded_file(b'"{}"\n' + program, ["x"], limits)[1]


def _tried(statement: bytes) -> bytes:
    """A program that says how a statement ended."""
    head = b'parts = [b\'{"name": "x"}\', b"done"]\ntry:\n    '
    return head + statement + b"\nexcept OSError as error:\n    parts[1] = str(error.errno).encode()\n"


def _refused(program: bytes) -> tuple[str, dict[str, str]]:
    with pytest.raises(Refusal) as caught:
        embedded_invoice(program, _LIMITS)
    return caught.value.notice.code, dict(caught.value.notice.details)


def _fault(program: bytes) -> Fault:
    with pytest.raises(Fault) as caught:
        embedded_invoice(program, _LIMITS)
    assert caught.value.notice.cause == "pdf-reader"
    return caught.value


def test_memory_beyond_its_limit_is_a_refusal_that_names_it(hostile: Callable[..., Sandbox]) -> None:
    hostile()
    assert _refused(b"bytearray(400_000_000)") == ("pdf-limits", {"limit": "300 MB"})


def test_processor_time_beyond_its_limit_is_a_refusal_that_names_it(hostile: Callable[..., Sandbox]) -> None:
    hostile()
    assert _refused(_FOR_EVER) == ("pdf-limits", {"limit": "1 s"})


def test_a_flood_of_output_is_cut_off_and_a_fault_for_good(hostile: Callable[..., Sandbox]) -> None:
    hostile()
    flood = b"parts = (bytes(1 << 20) for _ in range(100_000))"
    assert _fault(flood).notice.deterministic


@pytest.mark.parametrize(
    "program",
    [
        b"parts = []",
        b"parts = [b'nonsense', b'x']",
        b"""parts = [b'{"name": 5}', b'x']""",
        b"""parts = [b'{"name": "x"}', b'x']""",  # without any facts
        b"""parts = [b'{"name": "x", "facts": {"version": []}}', b'x']""",
        b"os._exit(0)",
        b"raise ZeroDivisionError",
        b"import notthere",
    ],
)
def test_a_child_that_says_nonsense_is_a_fault_for_good(hostile: Callable[..., Sandbox], program: bytes) -> None:
    hostile()
    assert _fault(program).notice.deterministic


def test_a_mistake_of_ours_is_told_by_its_place_and_not_by_what_was_in_the_pdf(
    hostile: Callable[..., Sandbox],
) -> None:
    hostile()
    detail = _fault(b"raise ValueError('secret')").notice.detail
    assert "ValueError at <string>:1" in detail
    assert "secret" not in detail


@pytest.mark.parametrize(
    ("number", "deterministic"),
    [(signal.SIGKILL, False), (signal.SIGTERM, False), (signal.SIGSEGV, True), (signal.SIGBUS, True)],
)
def test_a_child_that_dies_of_anything_but_its_limits_is_a_fault_and_no_verdict(
    hostile: Callable[..., Sandbox], number: signal.Signals, deterministic: bool
) -> None:
    box = hostile()
    killer = threading.Thread(target=lambda: os.kill(_child(box), number))
    killer.start()
    fault = _fault(_FOR_EVER)
    killer.join()
    assert fault.notice.deterministic is deterministic


def test_a_child_that_gets_no_processor_time_is_a_fault_that_may_pass(
    hostile: Callable[..., Sandbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    box = hostile()
    monkeypatch.setattr(sandbox, "GRACE", 1)
    stopper = threading.Thread(target=lambda: os.kill(_child(box), signal.SIGSTOP))
    stopper.start()
    fault = _fault(b"while True: pass")
    stopper.join()
    assert not fault.notice.deterministic
    _within(_PATIENCE, lambda: not _children(_server(box)))  # killed, though it was stopped


@pytest.mark.parametrize("how", [(), ("unfiltered",), ("bare",)], ids=["filtered", "unfiltered", "limits alone"])
@pytest.mark.parametrize(
    "statement",
    [
        b"socket.socket(socket.AF_INET)",
        b"socket.socket(socket.AF_UNIX)",
        b"socket.socketpair()",
        b"open('/etc/passwd')",
        b"open('/tmp/einvoice-sandbox-test', 'w')",
        b"os.pipe()",
    ],
)
def test_a_child_opens_neither_files_nor_connections(
    hostile: Callable[..., Sandbox], how: tuple[str, ...], statement: bytes
) -> None:
    hostile(*how)
    assert int(_said(_tried(statement))) > 0


@pytest.mark.parametrize(
    "statement",
    [
        b"os.fork() or os._exit(0)",
        b"os.execv('/bin/true', ['true'])",
        b"os.kill(os.getppid(), 9)",
        b"os.mkdir('/tmp/einvoice-sandbox-test')",
        b"os.stat('/')",
        b"os.setuid(0)",
    ],
)
def test_a_child_starts_nothing_and_touches_nothing(hostile: Callable[..., Sandbox], statement: bytes) -> None:
    hostile()
    assert int(_said(_tried(statement))) > 0


def test_without_the_filter_a_child_of_another_user_starts_nothing(hostile: Callable[..., Sandbox]) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give its children another user")
    hostile("unfiltered")
    assert int(_said(_tried(b"os.fork() or os._exit(0)"))) > 0


def test_a_child_of_root_has_other_rights_no_network_and_few_system_calls(hostile: Callable[..., Sandbox]) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root has rights to give away")
    box = hostile()
    seen: dict[str, str] = {}

    def look() -> None:
        pid = _child(box)
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        seen.update(line.split(":\t", 1) for line in lines if ":\t" in line)
        seen["network"] = os.readlink(f"/proc/{pid}/ns/net")

    looking = threading.Thread(target=look)
    looking.start()
    _refused(_FOR_EVER)
    looking.join()
    assert set(seen["Uid"].split()) == {"65534"}
    assert set(seen["Gid"].split()) == {"65534"}
    assert seen["Groups"].strip() == ""
    assert seen["CapEff"] == "0" * 16
    assert (seen["Seccomp"], seen["NoNewPrivs"]) == ("2", "1")
    assert seen["network"] != os.readlink("/proc/self/ns/net")


def test_where_the_kernel_allows_nothing_a_pdf_is_read_all_the_same(hostile: Callable[..., Sandbox]) -> None:
    hostile("bare")
    assert embedded_invoice(pdf(), PdfLimits()).xml == XML


def test_a_server_that_was_killed_is_replaced(hostile: Callable[..., Sandbox]) -> None:
    box = hostile()
    embedded_invoice(pdf(), PdfLimits())
    before = _server(box)
    os.kill(before, signal.SIGKILL)
    assert embedded_invoice(pdf(), PdfLimits()).xml == XML
    assert _server(box) != before


def test_a_server_killed_at_work_takes_its_children_along_and_the_pdf_is_read_again(
    hostile: Callable[..., Sandbox],
) -> None:
    box = hostile()
    embedded_invoice(pdf(), PdfLimits())
    children: list[int] = []

    def kill() -> None:
        children.append(_child(box))
        os.kill(_server(box), signal.SIGKILL)

    killing = threading.Thread(target=kill)
    killing.start()
    assert _refused(_FOR_EVER)[0] == "pdf-limits"  # by the second server
    killing.join()
    _within(_PATIENCE, lambda: not Path(f"/proc/{children[0]}").exists())


def test_a_server_that_hangs_is_replaced(hostile: Callable[..., Sandbox], monkeypatch: pytest.MonkeyPatch) -> None:
    box = hostile()
    embedded_invoice(pdf(), PdfLimits())
    before = _server(box)
    os.kill(before, signal.SIGSTOP)
    monkeypatch.setattr(sandbox, "GRACE", 5)
    monkeypatch.setattr(sandbox, "_END_SECONDS", 0.1)
    assert embedded_invoice(pdf(), _LIMITS).xml == XML
    assert _server(box) != before


def test_signals_meant_for_the_service_do_not_end_the_server(hostile: Callable[..., Sandbox]) -> None:
    box = hostile()
    embedded_invoice(pdf(), PdfLimits())
    before = _server(box)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(before, number)
    assert os.getpgid(before) != os.getpgid(0)
    embedded_invoice(pdf(), PdfLimits())
    assert _server(box) == before


@pytest.mark.parametrize("command", [("/nonexistent/python",), (sys.executable, "-c", "pass")])
def test_a_server_that_cannot_be_started_is_a_fault_that_may_pass(
    monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setattr(reading, "SANDBOX", Sandbox(command))
    assert not _fault(pdf()).notice.deterministic


def test_the_server_ends_with_the_process_that_started_it_however_that_ends() -> None:
    program = (
        "import sys; from einvoice.extraction.pdf import *; from einvoice.extraction.pdf.sandbox import SANDBOX;"
        "embedded_file(sys.stdin.buffer.read(), ['factur-x.xml'], PdfLimits());"
        "print(SANDBOX._server.process.pid, flush=True); import signal; signal.pause()"
    )
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as owner:
        assert owner.stdin is not None
        assert owner.stdout is not None
        owner.stdin.write(pdf())
        owner.stdin.close()
        server = int(owner.stdout.readline())
        owner.kill()
    _within(_PATIENCE, lambda: not Path(f"/proc/{server}").exists())


def test_many_threads_each_get_their_own_answer(hostile: Callable[..., Sandbox]) -> None:
    hostile()
    invoices = [XML.replace(b"1<", b"%d<" % number) for number in range(40)]
    with ThreadPoolExecutor(8) as threads:
        found = threads.map(lambda xml: embedded_invoice(pdf(objects(file=embedded(xml))), PdfLimits()).xml, invoices)
    assert list(found) == invoices


def test_nothing_is_left_behind(hostile: Callable[..., Sandbox]) -> None:
    box = hostile()

    def work() -> None:
        embedded_invoice(pdf(), PdfLimits())
        _refused(b"bytearray(400_000_000)")
        _fault(b"parts = (bytes(1 << 20) for _ in range(100_000))")
        _fault(b"os._exit(0)")

    def held() -> list[int]:
        return [len(os.listdir(f"/proc/{pid}/fd")) for pid in ("self", _server(box))]

    work()
    _within(_PATIENCE, lambda: not _children(_server(box)))
    before = held()  # perhaps one more than in the end: the last child may not be put away yet
    for _ in range(5):
        work()
    _within(_PATIENCE, lambda: not _children(_server(box)))  # zombies would be among them
    _within(_PATIENCE, lambda: all(now <= then for now, then in zip(held(), before, strict=True)))


def test_the_server_loads_neither_the_rule_engine_nor_much_else(hostile: Callable[..., Sandbox]) -> None:
    box = hostile()
    embedded_invoice(pdf(), PdfLimits())
    maps = Path(f"/proc/{_server(box)}/maps").read_text()
    size = int(Path(f"/proc/{_server(box)}/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    assert "lxml" in maps
    assert not [one for one in ("saxon", "pydantic", "sqlalchemy", "cryptography") if one in maps]
    assert size < 150_000_000


def test_what_protects_the_service_is_told_once_in_the_log(hostile: Callable[..., Sandbox]) -> None:
    hostile().close()
    with structlog.testing.capture_logs() as lines:
        structlog.configure()
        embedded_invoice(pdf(), PdfLimits())
        embedded_invoice(pdf(), PdfLimits())
    told = [line for line in lines if line["event"] == "pdf-sandbox"]
    assert len(told) == 1
    assert {"system_calls_filtered", "network_taken_away", "rights"} <= told[0].keys()


def test_a_program_without_a_log_prints_nothing_about_it(
    hostile: Callable[..., Sandbox], capfd: pytest.CaptureFixture[str]
) -> None:
    hostile().close()
    structlog.reset_defaults()
    embedded_invoice(pdf(), PdfLimits())
    assert capfd.readouterr() == ("", "")
