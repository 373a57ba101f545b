"""clamd is asked over either socket; whatever is not a plain answer of a clamd that works is a Fault."""

import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from einvoice.errors import Fault
from einvoice.model.trouble import FaultNotice
from einvoice.scanning import Scanner, open_scanner
from einvoice.settings import Settings
from tests.support.clamd import EICAR, EICAR_NAME, SAMPLE, SAMPLE_NAME, STREAM_MAX_LENGTH, ClamDaemon

INVOICE = b"<Invoice>nothing to see here</Invoice>"

Impostor = Callable[..., str]  # of conftest.py


def scanner_at(url: str, seconds: float = 30) -> Scanner:
    return open_scanner(Settings(clamd_url=url, clamd_seconds=seconds))


def fault_of(work: Callable[[], object]) -> FaultNotice:
    with pytest.raises(Fault) as caught:
        work()
    return caught.value.notice


@pytest.fixture(params=["unix", "tcp"])
def scanner(request: pytest.FixtureRequest, clamd: ClamDaemon) -> Scanner:
    return scanner_at(clamd.unix_url if request.param == "unix" else clamd.tcp_url)


@pytest.mark.parametrize("data", [INVOICE, b"", b"\0", b"zPING\0", bytes(range(256)) * 4000])
def test_clean_bytes_have_no_hit(scanner: Scanner, data: bytes) -> None:
    assert scanner.scan(data) is None


@pytest.mark.parametrize(("data", "name"), [(b"<a>" + SAMPLE + b"</a>", SAMPLE_NAME), (EICAR, EICAR_NAME)])
def test_a_hit_is_told_by_the_name_of_its_signature(scanner: Scanner, data: bytes, name: str) -> None:
    assert scanner.scan(data) == name


def test_what_is_packed_is_unpacked_by_clamd(scanner: Scanner) -> None:
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        archive.writestr("notes.txt", SAMPLE)
    assert SAMPLE not in packed.getvalue()
    assert scanner.scan(packed.getvalue()) == SAMPLE_NAME


def test_a_scan_uses_nothing_of_another_one_at_the_same_time(scanner: Scanner) -> None:
    data = [INVOICE, SAMPLE, EICAR, INVOICE] * 25
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(scanner.scan, data)) == [None, SAMPLE_NAME, EICAR_NAME, None] * 25


def test_the_longest_stream_clamd_takes_is_scanned_whole(scanner: Scanner) -> None:
    assert scanner.scan(SAMPLE.rjust(STREAM_MAX_LENGTH)) == SAMPLE_NAME


@pytest.mark.parametrize("beyond", [1, 100_000, 13_000_000])  # clamd hangs up while the greater part is on its way
def test_a_document_beyond_clamds_limit_is_held_at_once_for_an_operator_to_raise_it(
    scanner: Scanner, beyond: int
) -> None:
    fault = fault_of(lambda: scanner.scan(bytes(STREAM_MAX_LENGTH + beyond)))
    assert (fault.cause, fault.deterministic, fault.elsewhere) == ("scanner-limit", True, False)
    assert "StreamMaxLength" in fault.detail


def test_check_tells_which_clamd_it_is(scanner: Scanner) -> None:
    assert str(scanner.check()).startswith("ClamAV ")


def test_a_clamd_that_goes_away_is_trouble_elsewhere_and_it_is_used_again_when_it_is_back(
    clamd: ClamDaemon, scanner: Scanner
) -> None:
    assert scanner.scan(SAMPLE) == SAMPLE_NAME
    clamd.stop()
    for work in (lambda: scanner.scan(INVOICE), scanner.check):
        fault = fault_of(work)
        assert (fault.cause, fault.deterministic, fault.elsewhere) == ("scanner", False, True)
    clamd.start()
    assert scanner.scan(SAMPLE) == SAMPLE_NAME


def test_a_clamd_that_was_never_there_is_named(tmp_path: Path) -> None:
    fault = fault_of(lambda: scanner_at(f"unix://{tmp_path}/clamd.sock").scan(INVOICE))
    assert str(tmp_path) in fault.detail


def test_a_socket_that_takes_everything_and_stays_silent_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "hangs"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen(8)  # connections are made, and nobody ever reads
        fault = fault_of(lambda: scanner_at(f"unix://{path}", 0.2).scan(bytes(5_000_000)))
    assert (fault.cause, fault.elsewhere) == ("scanner", True)
    assert "timed out" in fault.detail


def test_a_socket_whose_queue_is_full_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "full"
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as waiting:
        server.bind(str(path))
        server.listen(0)
        waiting.connect(str(path))
        assert fault_of(lambda: scanner_at(f"unix://{path}", 0.2).scan(INVOICE)).elsewhere


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"stream: OK",  # cut short
        b"stream: OK\n",
        b"stream: OK\0stream: Worm FOUND\0",
        b"stream: OK \0",
        b"stream:  FOUND\0",
        b"FOUND\0",
        b"stream: OK ERROR\0",
        b"stream: Worm FOUND not\0",
        b"stream: OK or not\0",
        b"stream: Can't allocate memory ERROR\0",
        b"INSTREAM: Size limit\0",
        b"UNKNOWN COMMAND\0",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\xff\xfe\0",
        b"x" * 100_000,
    ],
)
def test_any_other_answer_is_neither_clean_nor_a_hit(impostor: Impostor, answer: bytes) -> None:
    fault = fault_of(lambda: scanner_at(impostor(answer)).scan(INVOICE))
    assert (fault.cause, fault.deterministic, fault.elsewhere) == ("scanner", False, True)


@pytest.mark.parametrize("answer", [b"stream: OK\0", b"stream: Worm FOUND\0"])
def test_what_is_said_before_everything_was_heard_is_not_believed(tmp_path: Path, answer: bytes) -> None:
    with other_side(tmp_path, lambda connection: connection.sendall(answer)) as url:
        fault = fault_of(lambda: scanner_at(url, 5).scan(bytes(5_000_000)))
    assert (fault.cause, "hung up early" in fault.detail) == ("scanner", True)


def test_one_that_never_ends_its_answer_is_not_listened_to_any_longer(tmp_path: Path) -> None:
    def talk(connection: socket.socket) -> None:
        with suppress(OSError):  # until nobody listens
            while True:
                connection.sendall(b"stream: ")

    with other_side(tmp_path, talk) as url:
        fault = fault_of(lambda: scanner_at(url).scan(INVOICE))
    assert "no whole answer" in fault.detail


@pytest.mark.parametrize(
    ("data", "said"), [(b"", b"zINSTREAM\0" + bytes(4)), (b"abc", b"zINSTREAM\0\0\0\0\3abc" + bytes(4))]
)
def test_the_question_is_the_one_of_the_manual_and_nothing_more(tmp_path: Path, data: bytes, said: bytes) -> None:
    heard = []

    def listen(connection: socket.socket) -> None:
        reader = connection.makefile("rb")
        heard.append(reader.read(len(said)))
        connection.sendall(b"stream: OK\0")
        connection.shutdown(socket.SHUT_WR)
        heard.append(reader.read())

    with other_side(tmp_path, listen) as url:
        assert scanner_at(url).scan(data) is None
    assert heard == [said, b""]


@contextmanager
def other_side(folder: Path, behaviour: Callable[[socket.socket], object]) -> Iterator[str]:
    """A Unix socket that behaves so to the one that connects first, and hangs up."""

    def take_one() -> None:
        with server:
            connection, _ = server.accept()
        with connection:
            behaviour(connection)

    server = socket.socket(socket.AF_UNIX)
    server.bind(str(folder / "socket"))
    server.listen()
    with ThreadPoolExecutor(1) as threads:
        done = threads.submit(take_one)
        yield f"unix://{folder}/socket"
        done.result()


def test_a_document_clamd_fails_on_while_it_scans_others_counts_as_tried(impostor: Impostor) -> None:
    def answer(command: bytes, data: bytes) -> bytes:
        return b"stream: Can't allocate memory ERROR\0" if data == INVOICE else b"stream: OK\0"

    fault = fault_of(lambda: scanner_at(impostor(answer)).scan(INVOICE))
    assert (fault.cause, fault.deterministic, fault.elsewhere) == ("scanner", False, False)
    assert "Can't allocate memory" in fault.detail


def test_a_document_that_takes_too_long_while_others_are_scanned_counts_as_tried(impostor: Impostor) -> None:
    done = threading.Event()

    def answer(command: bytes, data: bytes) -> bytes:
        if data == INVOICE:
            done.wait(60)
        return b"stream: OK\0"

    url = impostor(answer)
    fault = fault_of(lambda: scanner_at(url, 2).scan(INVOICE))
    done.set()
    assert (fault.deterministic, fault.elsewhere) == (False, False)


def test_a_name_is_fit_to_be_shown_whoever_wrote_it(impostor: Impostor) -> None:
    hit = scanner_at(impostor(b"stream: Worm\x1b[2J<b>" + b"x" * 3000 + b" FOUND\0")).scan(INVOICE)
    assert hit is not None
    assert hit.isprintable()
    assert len(hit) == 200


@pytest.mark.parametrize(
    ("version", "scanned"),
    [
        (b"ClamAV 1.4.6\0", b"stream: Worm FOUND\0"),  # it finds something in everything
        (b"ClamAV 1.4.6\0", b"stream: Can't write to temporary file ERROR\0"),
        (b"220 mail ready\0", b"stream: OK\0"),
    ],
)
def test_check_believes_no_scanner_that_can_not_scan(impostor: Impostor, version: bytes, scanned: bytes) -> None:
    url = impostor(lambda command, data: version if command == b"zVERSION\0" else scanned)
    assert fault_of(scanner_at(url).check).elsewhere
