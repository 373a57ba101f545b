"""The real server and whoever speaks HTTP to it in bad faith: slowly, endlessly, or so that two servers differ."""

import re
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2 as httpx
import pytest

from tests.support.chaos_facts import SUBMISSIONS, ids, invoice, kept, spooled
from tests.support.service import Service, wait_for

HOST = b"Host: service\r\n"
HEAD_SECONDS, SILENT_SECONDS = 2, 3
MANY = 100  # more than there are threads
PATIENT = 60  # seconds a test waits for what should happen by itself


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that takes in and decides nothing, with little patience."""
    service = Service(
        tmp_path_factory.mktemp("hostile"),
        {"HEAD_SECONDS": str(HEAD_SECONDS), "SILENT_SECONDS": str(SILENT_SECONDS), "PROXY_NETWORKS": "127.0.0.9"},
    )
    service.start("--workers", "0")
    yield service
    service.stop()


@pytest.fixture(scope="module")
def supplier(web: Service) -> httpx.Client:
    return web.supplier()


def connect(web: Service) -> socket.socket:
    return socket.create_connection(("127.0.0.1", web.port), PATIENT)


def said(connection: socket.socket) -> bytes:
    """Everything until the other side closes."""
    parts = []
    try:
        while part := connection.recv(65536):
            parts.append(part)
    except ConnectionError:
        pass
    return b"".join(parts)


def ask(web: Service, *parts: bytes, ends: bool = True) -> bytes:
    """What comes back when all of it is sent, however the other side takes it. `ends`: the end of sending is told."""
    with connect(web) as connection:
        try:
            for part in parts:
                connection.sendall(part)
            if ends:
                connection.shutdown(socket.SHUT_WR)
        except ConnectionError:  # it has heard enough
            pass
        return said(connection)


def statuses(answer: bytes) -> list[int]:
    """Of every answer in what came back."""
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]


def post(path: str, *fields: bytes, version: bytes = b"1.1") -> bytes:
    return b"POST %s HTTP/%s\r\n%s%s\r\n" % (path.encode(), version, HOST, b"".join(one + b"\r\n" for one in fields))


SECOND = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"
CHUNKED, FIVE = b"Transfer-Encoding: chunked", b"Content-Length: 5"
IN = "/sign-in"

# What two servers may read differently, each with a second request hidden behind it, and what it is answered with.
SMUGGLED: dict[str, tuple[bytes, int]] = {
    "length, then chunked": (post(IN, FIVE, CHUNKED) + b"0\r\n\r\n" + SECOND, 400),
    "chunked, then length": (post(IN, CHUNKED, FIVE) + b"0\r\n\r\n" + SECOND, 400),
    "two lengths": (post(IN, FIVE, b"Content-Length: 6") + b"abcdef" + SECOND, 400),
    "twice the same length": (post(IN, FIVE, FIVE) + b"abcde" + SECOND, 400),
    "a list of lengths": (post(IN, b"Content-Length: 5, 5") + b"abcde" + SECOND, 400),
    "a length with a sign": (post(IN, b"Content-Length: +5") + b"abcde" + SECOND, 400),
    "a negative length": (post(IN, b"Content-Length: -1") + SECOND, 400),
    "a hexadecimal length": (post(IN, b"Content-Length: 0x5") + b"abcde" + SECOND, 400),
    "a length of 30 digits": (post(IN, b"Content-Length: " + b"9" * 30) + SECOND, 400),
    "chunked twice": (post(IN, CHUNKED, b"Transfer-Encoding: identity") + b"0\r\n\r\n" + SECOND, 400),
    "chunked, then identity": (post(IN, CHUNKED + b", identity") + b"0\r\n\r\n" + SECOND, 400),
    "an unknown coding": (post(IN, b"Transfer-Encoding: xchunked") + b"0\r\n\r\n" + SECOND, 501),
    "compressed and chunked": (post(IN, b"Transfer-Encoding: gzip, chunked") + b"0\r\n\r\n" + SECOND, 501),
    "a tab before chunked": (post(IN, b"Transfer-Encoding: \x0bchunked") + b"0\r\n\r\n" + SECOND, 400),
    "a blank before the colon": (post(IN, b"Transfer-Encoding : chunked") + b"0\r\n\r\n" + SECOND, 400),
    "chunked in HTTP/1.0": (post(IN, CHUNKED, version=b"1.0") + b"0\r\n\r\n" + SECOND, 501),
    "a folded line": (post(IN, b"X: a\r\n b", FIVE) + b"abcde" + SECOND, 400),
    "a folded coding": (post(IN, b"Transfer-Encoding:\r\n chunked") + b"0\r\n\r\n" + SECOND, 400),
    "a header that begins with a blank": (
        b"POST / HTTP/1.1\r\n Content-Length: 5\r\n" + HOST + b"\r\nabcde" + SECOND,
        400,
    ),
    "a bare line feed": (b"POST / HTTP/1.1\nHost: service\nContent-Length: 5\n\nabcde" + SECOND, 400),
    "a bare carriage return": (post(IN, b"X: a\rContent-Length: 5") + b"abcde" + SECOND, 400),
    "a zero byte": (post(IN, b"X: a\0b") + SECOND, 400),
    "a chunk size that is none": (post(IN, CHUNKED) + b"zz\r\nabc\r\n0\r\n\r\n" + SECOND, 400),
    "a chunk size with a prefix": (post(IN, CHUNKED) + b"0x3\r\nabc\r\n0\r\n\r\n" + SECOND, 400),
    "a chunk size that overflows": (post(IN, CHUNKED) + b"f" * 17 + b"\r\nabc\r\n0\r\n\r\n" + SECOND, 400),
    "a chunk longer than it says": (post(IN, CHUNKED) + b"3\r\nabcdef\r\n0\r\n\r\n" + SECOND, 400),
    "chunks with bare line feeds": (post(IN, CHUNKED) + b"3\nabc\n0\n\n" + SECOND, 400),
    "no host": (b"GET /healthz HTTP/1.1\r\n\r\n" + SECOND, 400),
    "two hosts": (b"GET /healthz HTTP/1.1\r\n" + HOST + b"Host: other\r\n\r\n" + SECOND, 400),
    "a tunnel": (b"CONNECT other:443 HTTP/1.1\r\n" + HOST + b"\r\n" + SECOND, 400),
    "HTTP/0.9": (b"GET /healthz\r\n\r\n" + SECOND, 505),
    "HTTP/2.0": (b"GET /healthz HTTP/2.0\r\n" + HOST + b"\r\n" + SECOND, 505),
    "the preface of HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + SECOND, 400),
    "a greeting of TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"a" * 200 + SECOND, 400),
    "letters beyond ASCII in the address": ("GET /ä HTTP/1.1\r\n".encode() + HOST + b"\r\n" + SECOND, 400),
}


@pytest.mark.parametrize("case", SMUGGLED)
def test_what_could_be_another_request_to_someone_else_is_refused_and_nothing_behind_it_answered(
    web: Service, case: str
) -> None:
    sent, status = SMUGGLED[case]
    answer = ask(web, sent)
    assert statuses(answer) == [status]
    head, _, body = answer.partition(b"\r\n\r\n")
    for field in (b"Connection: close", b"nosniff", b"frame-ancestors 'none'", b"application/problem+json"):
        assert field in head
    assert b'"code":"bad-request"' in body


UPGRADES = [
    b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: a\r\nSec-WebSocket-Version: 13\r\n",
    b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n",
]


@pytest.mark.parametrize("upgrade", UPGRADES)
def test_nothing_is_spoken_but_http_1(web: Service, upgrade: bytes) -> None:
    answer = ask(web, b"GET /healthz HTTP/1.1\r\n" + HOST + upgrade + b"\r\n")
    assert statuses(answer) == [200]
    assert b"101 Switching" not in answer


def test_what_follows_a_body_is_no_header_of_the_request(web: Service, supplier: httpx.Client) -> None:
    credential = b"Authorization: " + supplier.headers["Authorization"].encode()
    lease = post("/api/v1/deliveries:lease", b"Content-Type: application/json", CHUNKED, b"Connection: close")
    answer = ask(web, lease,
                 b"2\r\n{}\r\n0\r\n" + credential + b"\r\n\r\n", ends=False)  # fmt: skip
    assert statuses(answer) == [401]


ENDLESS: dict[str, Callable[[], Iterable[bytes]]] = {
    "an address": lambda: [b"GET /healthz?" + b"a" * 3_000_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n"],
    "a header": lambda: [b"GET /healthz HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 3_000_000 + b"\r\n\r\n"],
    "a header's name": lambda: [b"GET /healthz HTTP/1.1\r\n" + HOST + b"a" * 3_000_000 + b": x\r\n\r\n"],
    "headers": lambda: [b"GET /healthz HTTP/1.1\r\n" + HOST + b"X: a\r\n" * 500_000 + b"\r\n"],
    "small headers": lambda: [b"GET /healthz HTTP/1.1\r\n" + HOST + b"X: a\r\n" * 150 + b"\r\n"],
    "trailers": lambda: [post("/receipts", CHUNKED), b"0\r\n", *[b"X: " + b"a" * 1000 + b"\r\n"] * 3000],
    "a chunk's extension": lambda: [post("/receipts", CHUNKED), b"1;", b"a" * 3_000_000],
}


@pytest.mark.parametrize("case", ENDLESS)
def test_a_head_without_end_is_cut_off(web: Service, case: str) -> None:
    found = statuses(ask(web, *ENDLESS[case]()))
    assert found[:1] in ([431], [400], []), "refused, or cut off amid an answer that needed no more"
    assert 200 not in found


def drip(connection: socket.socket, first: bytes, drops: bytes) -> bytes:
    """What comes back when it is sent a little at a time, for as long as it is taken."""
    ended = threading.Event()

    def send() -> None:
        try:
            connection.sendall(first)
            while not ended.wait(0.2):
                connection.sendall(drops)
        except OSError:
            pass

    sender = threading.Thread(target=send)
    sender.start()
    try:
        return said(connection)
    finally:
        ended.set()
        sender.join()


def upload(supplier: httpx.Client, *fields: bytes) -> bytes:
    credential = b"Authorization: " + supplier.headers["Authorization"].encode()
    return post(SUBMISSIONS, credential, b"Content-Type: application/xml", *fields)


SLOW: dict[str, Callable[[httpx.Client], tuple[bytes, bytes]]] = {
    "a head": lambda _: (b"GET /healthz HTTP/1.1\r\n" + HOST, b"X: a\r\n"),
    "empty lines": lambda _: (b"\r\n", b"\r\n"),
    "a second head": lambda _: (SECOND, b"\r\n"),
    "a body": lambda client: (upload(client, b"Content-Length: 9000000") + b"<a>", b" "),
    "chunks": lambda client: (upload(client, CHUNKED) + b"3\r\n<a>\r\n", b"1\r\n \r\n"),
    "a form": lambda _: (post(IN, b"Content-Type: application/x-www-form-urlencoded", b"Content-Length: 5000"), b"a"),
}


@pytest.mark.parametrize("case", SLOW)
def test_who_sends_drop_by_drop_is_told_and_cut_off(web: Service, supplier: httpx.Client, case: str) -> None:
    with connect(web) as connection:
        answer = drip(connection, *SLOW[case](supplier))
    assert statuses(answer)[-1] == 408
    assert b'"code":"too-slow"' in answer
    wait_for(lambda: not spooled(web))


def test_who_says_nothing_at_all_is_cut_off_without_a_word(web: Service) -> None:
    with connect(web) as connection:
        assert said(connection) == b""


def test_who_reads_nothing_is_cut_off(web: Service) -> None:
    """Answers that nobody takes would lie in memory for ever."""
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(PATIENT)
        connection.connect(("127.0.0.1", web.port))
        with pytest.raises(ConnectionError):  # it takes no more requests while their answers are not read; then it goes
            flood(connection, b"GET /openapi.json HTTP/1.1\r\n" + HOST + b"\r\n")


def flood(connection: socket.socket, request: bytes) -> None:
    while True:
        connection.sendall(request)


def test_a_hundred_slow_uploads_keep_nobody_waiting(web: Service, supplier: httpx.Client) -> None:
    """More than there are threads: none of them holds one. Others are served meanwhile, and of theirs nothing stays."""
    before, slow = ids(supplier), [connect(web) for _ in range(MANY)]
    try:
        for connection in slow:
            connection.sendall(upload(supplier, b"Content-Length: 9000000") + b"<a>" * 1000)
        wait_for(lambda: len(spooled(web)) >= MANY // 2)
        with ThreadPoolExecutor(4) as others:
            answers = list(others.map(lambda n: supplier.post(SUBMISSIONS, content=invoice(n)), range(20)))
        assert {answer.status_code for answer in answers} == {202}
        for connection in slow:
            assert statuses(said(connection)) == [408]
    finally:
        for connection in slow:
            connection.close()
    wait_for(lambda: not spooled(web))
    assert len(ids(supplier)) == len(before) + 20


def test_a_body_shorter_than_it_says_is_not_taken(web: Service, supplier: httpx.Client) -> None:
    before = ids(supplier), kept(web)
    content = invoice(500)
    answer = ask(web, upload(supplier, b"Content-Length: %d" % (len(content) + 1)) + content)
    assert 202 not in statuses(answer)
    wait_for(lambda: not spooled(web))
    assert (ids(supplier), kept(web)) == before


def test_of_a_body_longer_than_it_says_the_rest_is_another_request_and_none(
    web: Service, supplier: httpx.Client
) -> None:
    content = invoice(501)
    answer = ask(web, upload(supplier, b"Content-Length: %d" % (len(content) - 10)) + content)
    assert statuses(answer) in ([202, 400], [400], [])


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "chunked"])
def test_a_body_without_end_is_refused_at_its_limit_and_never_in_memory(
    web: Service, supplier: httpx.Client, announced: bool
) -> None:
    before, part = resident(web), b"<!--" + b" " * 993 + b"-->"
    kilobytes = 100_000
    if announced:
        parts: Iterable[bytes] = (part for _ in range(kilobytes))
        head = upload(supplier, b"Content-Length: %d" % (len(part) * kilobytes))
    else:
        parts = (b"3e8\r\n" + part + b"\r\n" for _ in range(kilobytes))
        head = upload(supplier, CHUNKED)
    assert len(part) == 1000
    answer = ask(web, head, *parts)
    assert statuses(answer) == [413]
    assert b'"code":"too-large"' in answer
    assert resident(web) - before < 100_000_000
    wait_for(lambda: not spooled(web))


def resident(web: Service) -> int:
    """Bytes of memory of the web process."""
    assert web._web is not None
    status = Path(f"/proc/{web._web.pid}/status").read_text("ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024


def test_the_rest_of_what_was_refused_does_not_hold_a_connection(web: Service) -> None:
    began = time.monotonic()
    with connect(web) as connection:
        answer = drip(connection, post("/nothing", b"Content-Length: 50000000"), b"a" * 100)
    assert statuses(answer) == [404]
    assert time.monotonic() - began < PATIENT


def test_only_a_proxy_that_was_named_says_who_asks(web: Service) -> None:
    """From this machine /metrics is open; who comes from elsewhere by way of a proxy has no token."""

    def asked(source: str) -> int:
        with socket.create_connection(("127.0.0.1", web.port), PATIENT, source_address=(source, 0)) as connection:
            connection.sendall(b"GET /metrics HTTP/1.1\r\n" + HOST + b"X-Forwarded-For: 198.51.100.7\r\n"
                               b"Connection: close\r\n\r\n")  # fmt: skip
            return statuses(said(connection))[0]

    assert asked("127.0.0.9") == 401
    assert asked("127.0.0.1") == 200


def test_after_all_this_it_still_serves_and_has_nothing_to_complain_about(web: Service, supplier: httpx.Client) -> None:
    assert supplier.post(SUBMISSIONS, content=invoice(502)).status_code == 202
    for word in ("Traceback", "request-failed", "Exception"):
        assert word not in web.log()
