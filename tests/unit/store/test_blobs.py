"""What every storage of blobs promises; each test here runs on files and on a real S3 server."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest

from einvoice.errors import Fault
from einvoice.settings import Settings
from einvoice.store.blobs import Blobs, FileBlobs, S3Blobs, open_blobs
from einvoice.store.ids import new_id
from tests.support.s3server import KEYS_A_PAGE, S3Server, s3_process, s3_server

__all__ = ["s3_process", "s3_server"]  # fixtures

SHA256 = "ab" * 32


class Spooled(Protocol):
    """Writes a file that comes in."""

    def __call__(self, content: bytes = b"<Invoice/>") -> Path: ...


@pytest.fixture
def spooled(tmp_path: Path) -> Spooled:
    def write(content: bytes = b"<Invoice/>") -> Path:
        path = tmp_path / f"spooled-{new_id()}"
        path.write_bytes(content)
        return path

    return write


@pytest.fixture(params=["files", "s3"])
def open_again(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Blobs]:
    """Opens the same storage, as another process would."""
    if request.param == "files":
        return lambda: FileBlobs(tmp_path / "blobs")
    server: S3Server = request.getfixturevalue("s3_server")
    bucket = server.new_bucket()
    return lambda: S3Blobs(bucket, "invoices/2026", patience=2)


@pytest.fixture
def blobs(open_again: Callable[[], Blobs]) -> Blobs:
    return open_again()


@pytest.mark.parametrize("name", ["01m82dps9agtm0vrmpw6c41ksf", SHA256])
def test_what_was_put_is_read_back_by_another_process(
    open_again: Callable[[], Blobs], spooled: Spooled, name: str
) -> None:
    open_again().put(spooled(b"\0<Invoice/>\xff"), name)
    assert open_again().read(name) == b"\0<Invoice/>\xff"


@pytest.mark.parametrize("content", [b"", b"x" * (17 * 1024 * 1024)], ids=["empty", "17 MB"])
def test_any_size_is_taken(blobs: Blobs, spooled: Spooled, content: bytes) -> None:
    name = new_id()
    blobs.put(spooled(content), name)
    assert blobs.read(name) == content


def test_the_file_that_was_put_is_gone(blobs: Blobs, spooled: Spooled) -> None:
    source = spooled()
    blobs.put(source, new_id())
    assert not source.exists()


def test_the_same_name_may_be_put_again(blobs: Blobs, spooled: Spooled) -> None:
    name = new_id()
    blobs.put(spooled(b"1"), name)
    blobs.put(spooled(b"22"), name)
    assert blobs.read(name) == b"22"
    assert [(stored.name, stored.size) for stored in blobs.stored()] == [(name, 2)]


def test_a_blob_that_is_not_there_is_missing_for_good(blobs: Blobs) -> None:
    with pytest.raises(Fault) as caught:
        blobs.read(new_id())
    assert (caught.value.notice.cause, caught.value.notice.deterministic) == ("blob-missing", True)


def test_a_deleted_blob_is_missing(blobs: Blobs, spooled: Spooled) -> None:
    name, other = new_id(), new_id()
    for each in (name, other):
        blobs.put(spooled(), each)
    blobs.delete(name)
    with pytest.raises(Fault, match="blob-missing"):
        blobs.read(name)
    assert blobs.read(other) == b"<Invoice/>"


def test_deleting_what_is_gone_or_never_was_is_fine(blobs: Blobs, spooled: Spooled) -> None:
    name = new_id()
    blobs.put(spooled(), name)
    for each in (name, name, new_id(), SHA256):
        blobs.delete(each)
    assert list(blobs.stored()) == []


@pytest.mark.parametrize(
    "name",
    ["", "../../etc/passwd", "/etc/passwd", "a" * 25, "a" * 27, "A" * 26, f"{'a' * 26}\n", f"../{'a' * 23}",
     f"{'a' * 12}/{'a' * 13}", f"{'a' * 25}.", "g" * 64, "A" * 64, f"{SHA256}0", "١" * 26, f"{'a' * 25}\0"],
    ids=repr,
)  # fmt: skip
def test_other_names_are_refused(blobs: Blobs, spooled: Spooled, name: str) -> None:
    source = spooled()
    for action in (blobs.read, blobs.delete, lambda name: blobs.put(source, name)):
        with pytest.raises(ValueError, match="neither a submission id nor a SHA-256"):
            action(name)
    assert source.exists()


def test_writers_of_the_same_name_do_not_disturb_each_other(open_again: Callable[[], Blobs], spooled: Spooled) -> None:
    name, content = new_id(), b"x" * 100_000
    sources = [spooled(content) for _ in range(8)]
    with ThreadPoolExecutor(len(sources)) as threads:
        list(threads.map(lambda source: open_again().put(source, name), sources))
    assert open_again().read(name) == content
    assert [(stored.name, stored.size) for stored in open_again().stored()] == [(name, len(content))]
    assert open_again().sweep_leftovers(timedelta(0)) == 0


def test_all_that_is_stored_is_told_with_size_and_time(blobs: Blobs, spooled: Spooled) -> None:
    names = {new_id(): size for size in range(2 * KEYS_A_PAGE + 1)} | {SHA256: 100}
    before = datetime.now(UTC) - timedelta(seconds=2)  # S3 tells whole seconds
    for name, size in names.items():
        blobs.put(spooled(b"x" * size), name)
    stored = list(blobs.stored())
    assert {each.name: each.size for each in stored} == names
    assert len(stored) == len(names)
    assert all(before < each.written_at <= datetime.now(UTC) for each in stored)


def test_blobs_may_be_deleted_while_they_are_listed(blobs: Blobs, spooled: Spooled) -> None:
    names = [new_id() for _ in range(2 * KEYS_A_PAGE)]
    for name in names:
        blobs.put(spooled(), name)
    for stored in blobs.stored():
        blobs.delete(stored.name)
    assert list(blobs.stored()) == []


def test_a_check_passes_and_leaves_no_blob(blobs: Blobs) -> None:
    blobs.check()
    assert list(blobs.stored()) == []


def test_there_are_no_leftovers_of_what_went_well(blobs: Blobs, spooled: Spooled) -> None:
    blobs.put(spooled(), new_id())
    blobs.check()
    assert blobs.sweep_leftovers(timedelta(0)) == 0


def test_new_names_are_spread_by_their_last_characters(tmp_path: Path, spooled: Spooled) -> None:
    name = new_id()
    FileBlobs(tmp_path / "blobs").put(spooled(), name)
    assert (tmp_path / "blobs" / name[-2:] / name).is_file()


def test_blobs_of_old_rows_are_read_from_where_they_lie(tmp_path: Path) -> None:
    place = tmp_path / "blobs" / "ab" / "ab" / SHA256
    place.parent.mkdir(parents=True)
    place.write_bytes(b"<Invoice/>")
    assert FileBlobs(tmp_path / "blobs").read(SHA256) == b"<Invoice/>"


@pytest.mark.parametrize("url", ["", "file://{}/elsewhere/some%20folder"])
def test_the_setting_chooses_the_folder(tmp_path: Path, spooled: Spooled, url: str) -> None:
    name = new_id()
    open_blobs(Settings(data_dir=tmp_path / "data", blob_url=url.format(tmp_path))).put(spooled(), name)
    root = tmp_path / "elsewhere" / "some folder" if url else tmp_path / "data" / "blobs"
    assert FileBlobs(root).read(name) == b"<Invoice/>"


def test_the_setting_chooses_bucket_and_prefix(s3_server: S3Server, tmp_path: Path, spooled: Spooled) -> None:
    name, bucket = new_id(), s3_server.new_bucket()
    open_blobs(Settings(data_dir=tmp_path, blob_url=f"s3://{bucket}/some/prefix/")).put(spooled(), name)
    assert S3Blobs(bucket, "some/prefix").read(name) == b"<Invoice/>"
    assert [stored.name for stored in S3Blobs(bucket).stored()] == []  # other prefixes are other storages


@pytest.mark.parametrize("url", ["s3://", "s3:///prefix", "file://folder/below", "file://", "file:///"])
def test_an_address_that_names_nothing_is_a_fault(tmp_path: Path, url: str) -> None:
    with pytest.raises(Fault, match="EINVOICE_BLOB_URL"):
        open_blobs(Settings(data_dir=tmp_path, blob_url=url))
