"""Uploads on their way in."""

import asyncio
import hashlib
import os
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from einvoice.errors import Fault, Refusal
from einvoice.intake import Spool


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool", 10)


def files(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "spool").iterdir())


def test_what_is_written_is_hashed_counted_and_kept(spool: Spool) -> None:
    spooled = spool.write([b"abc", b"", b"def"])
    assert spooled.path.read_bytes() == b"abcdef"
    assert spooled.sha256 == hashlib.sha256(b"abcdef").hexdigest()
    assert spooled.size == 6


def test_a_file_of_exactly_the_limit_passes(spool: Spool) -> None:
    assert spool.write([b"12345", b"67890"]).size == 10


def test_a_file_above_the_limit_is_refused_while_it_streams_and_nothing_stays(spool: Spool, tmp_path: Path) -> None:
    read = []

    def endless() -> Iterator[bytes]:
        while True:
            read.append(1)
            yield b"12345"

    with pytest.raises(Refusal) as caught:
        spool.write(endless())
    assert (caught.value.notice.code, caught.value.notice.details) == ("too-large", {"limit": "10"})
    assert len(read) == 3
    assert files(tmp_path) == []


def test_an_upload_that_breaks_off_leaves_nothing(spool: Spool, tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"123"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        asyncio.run(spool.write_stream(broken()))
    assert files(tmp_path) == []


def test_an_asynchronous_stream_is_taken_in_too(spool: Spool) -> None:
    async def stream() -> AsyncIterator[bytes]:
        yield b"123"
        yield b"45"

    assert asyncio.run(spool.write_stream(stream())).path.read_bytes() == b"12345"


def test_a_full_disk_is_a_fault_and_leaves_nothing(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", 10**6)
    with spool.writer() as writer:
        os.dup2(os.open("/dev/full", os.O_WRONLY), writer._file.fileno())
        with pytest.raises(Fault) as caught:
            writer.write(b"x" * 10**5)
    assert caught.value.notice.cause == "storage"
    assert files(tmp_path) == []


def test_a_spool_that_can_not_be_written_is_a_fault(spool: Spool, tmp_path: Path) -> None:
    (tmp_path / "spool").rmdir()
    with pytest.raises(Fault) as caught:
        spool.write([b"1"])
    assert caught.value.notice.cause == "storage"


def test_discarding_removes_the_file_and_may_be_repeated(spool: Spool, tmp_path: Path) -> None:
    spooled = spool.write([b"1"])
    spooled.discard()
    spooled.discard()
    assert files(tmp_path) == []


def test_leftovers_of_a_process_that_died_go_after_a_day(spool: Spool, tmp_path: Path) -> None:
    old, fresh = spool.write([b"1"]).path, spool.write([b"2"]).path
    os.utime(old, (time.time() - 90_000,) * 2)
    spool.discard_leftovers()
    assert files(tmp_path) == [fresh]


def test_nobody_else_can_read_what_comes_in(spool: Spool) -> None:
    assert spool.write([b"1"]).path.stat().st_mode & 0o077 == 0
