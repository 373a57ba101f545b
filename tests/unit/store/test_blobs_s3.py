"""S3 that is away, mute, wrong or lying: always a Fault, never a wrong word about a blob; and it recovers by itself."""

import base64
import hashlib
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from einvoice.errors import Fault
from einvoice.store.blobs import S3Blobs
from einvoice.store.ids import new_id
from tests.support.s3server import S3Server, s3_process, s3_server

__all__ = ["s3_process", "s3_server"]  # fixtures

CONTENT = b"<Invoice/>"
PATIENCE = 1.0  # seconds


@pytest.fixture
def bucket(s3_server: S3Server) -> str:
    return s3_server.new_bucket()


@pytest.fixture
def blobs(bucket: str) -> S3Blobs:
    return S3Blobs(bucket, "p", patience=PATIENCE)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "spooled"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def kept(blobs: S3Blobs, tmp_path: Path) -> str:
    """The name of a blob that is there."""
    name, path = new_id(), tmp_path / "kept"
    path.write_bytes(CONTENT)
    blobs.put(path, name)
    return name


ASKED: dict[str, Callable[[S3Blobs, Path, str], object]] = {
    "put": lambda blobs, source, kept: blobs.put(source, new_id()),
    "read": lambda blobs, source, kept: blobs.read(kept),
    "delete": lambda blobs, source, kept: blobs.delete(kept),
    "stored": lambda blobs, source, kept: list(blobs.stored()),
    "check": lambda blobs, source, kept: blobs.check(),
}


@pytest.fixture(params=ASKED)
def ask(request: pytest.FixtureRequest, source: Path, kept: str) -> Callable[[S3Blobs], str]:
    """Asks a storage for something it can't do now; what the Fault says."""

    def asking(blobs: S3Blobs) -> str:
        with pytest.raises(Fault) as caught:
            ASKED[request.param](blobs, source, kept)
        notice = caught.value.notice
        assert (notice.cause, notice.elsewhere, notice.deterministic) == ("storage", True, False)
        assert caught.value.__cause__ is None  # what S3 and its client say quotes requests: nothing for logs
        return notice.detail

    return asking


def test_while_s3_is_away_everything_is_a_fault_and_all_is_well_when_it_is_back(
    s3_server: S3Server, blobs: S3Blobs, ask: Callable[[S3Blobs], str], source: Path, kept: str
) -> None:
    s3_server.go_away()
    assert ask(blobs) == "Connect"
    assert source.read_bytes() == CONTENT
    s3_server.come_back()
    assert blobs.read(kept) == CONTENT
    blobs.put(source, new_id())
    blobs.check()


def test_an_s3_that_takes_connections_and_is_mute_is_a_fault(
    s3_server: S3Server, blobs: S3Blobs, ask: Callable[[S3Blobs], str]
) -> None:
    s3_server.freeze()
    assert ask(blobs) == "Timeout"
    s3_server.thaw()  # and it does what it was asked for, late
    blobs.check()


def test_a_passing_trouble_is_bridged(monkeypatch: pytest.MonkeyPatch, s3_server: S3Server) -> None:
    with _answering((503, b"SlowDown"), (500, b""), (200, CONTENT)) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        assert S3Blobs("bucket").read(new_id()) == CONTENT


def test_a_bucket_that_is_not_there_is_a_fault_and_no_missing_blob(
    s3_server: S3Server, ask: Callable[[S3Blobs], str]
) -> None:
    assert ask(S3Blobs("another-bucket", patience=PATIENCE)) == "NoSuchBucket"


def test_an_address_where_no_s3_lives_is_a_fault_and_no_missing_blob(
    monkeypatch: pytest.MonkeyPatch, ask: Callable[[S3Blobs], str]
) -> None:
    with _answering((404, b"<html>Not here</html>")) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        assert ask(S3Blobs("bucket", patience=PATIENCE)) == "404 Not Found"


def test_credentials_that_s3_refuses_are_a_fault_that_does_not_tell_them(
    monkeypatch: pytest.MonkeyPatch, ask: Callable[[S3Blobs], str]
) -> None:
    answer = b"<Error><Code>InvalidAccessKeyId</Code><AWSAccessKeyId>access</AWSAccessKeyId></Error>"
    with _answering((403, answer)) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        assert ask(S3Blobs("bucket", patience=PATIENCE)) == "InvalidAccessKeyId"


def test_an_s3_that_only_says_yes_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, s3_server: S3Server, source: Path
) -> None:
    with _answering((200, b"")) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        with pytest.raises(Fault) as caught:
            S3Blobs("bucket", patience=PATIENCE).put(source, new_id())
    assert caught.value.notice.detail == f"0 bytes of {len(CONTENT)} were kept"
    assert source.exists()


def test_s3_is_told_the_sha256_of_what_it_gets(
    monkeypatch: pytest.MonkeyPatch, s3_server: S3Server, source: Path
) -> None:
    seen: list[tuple[str, Message]] = []
    with _answering((200, CONTENT), seen=seen) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        S3Blobs("bucket", patience=PATIENCE).put(source, new_id())
    assert [method for method, _ in seen] == ["PUT", "HEAD"]
    digest, headers = hashlib.sha256(CONTENT), seen[0][1]
    assert base64.b64decode(headers["x-amz-checksum-sha256"]) == digest.digest()
    assert headers["x-amz-content-sha256"] == digest.hexdigest()  # signed
    assert "x-amz-checksum-sha256" in headers["Authorization"]


def test_other_objects_in_the_bucket_are_passed_over(s3_server: S3Server, bucket: str, kept: str) -> None:
    for path in ("p/readme.txt", f"p/{kept}", f"p/xx/{kept}", "p/yz/short", f"elsewhere/{kept[-2:]}/{kept}"):
        request = urllib.request.Request(f"{s3_server.endpoint}/{bucket}/{path}", data=b"x", method="PUT")
        urllib.request.urlopen(request).close()
    assert [stored.name for stored in S3Blobs(bucket, "p").stored()] == [kept]


@contextmanager
def _answering(*answers: tuple[int, bytes], seen: list[tuple[str, Message]] | None = None) -> Iterator[str]:
    """A web server with these answers (status, body), whatever it is asked, the last one for ever; its address."""
    left = list(answers)

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            if seen is not None:
                seen.append((self.command, self.headers))
            self.rfile.read(int(self.headers.get("Content-Length", "0")))
            status, body = left.pop(0) if len(left) > 1 else left[0]
            self.send_response(status)
            self.send_header("ETag", '"x"')
            self.send_header("Last-Modified", "Wed, 21 Oct 2015 07:28:00 GMT")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_PUT = do_HEAD = do_DELETE = answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
