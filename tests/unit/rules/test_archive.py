"""A zip is read within limits and under plain names, or refused with a sentence; nothing of it is written anywhere."""

import hashlib
import io
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from einvoice.rules.archive import Archive, ArchiveLimits, ReleaseRefused

LIMITS = ArchiveLimits(size=200_000, files=20)


def zipped(*entries: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return stream.getvalue()


def read(tmp_path: Path, data: bytes, *, sha256: str | None = None) -> Archive:
    path = tmp_path / "release.zip"
    path.write_bytes(data)
    return Archive.read(path, LIMITS, sha256=sha256)


def link(name: str, kind: int = stat.S_IFLNK) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.create_system = 3
    entry.external_attr = (kind | 0o777) << 16
    return entry


def with_flag(data: bytes, flag: int) -> bytes:
    """Set a flag of the first entry, where its own header and where the directory tells it."""
    changed = bytearray(data)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(mark) + offset
        struct.pack_into("<H", changed, at, struct.unpack_from("<H", data, at)[0] | flag)
    return bytes(changed)


def lying_about_size(data: bytes) -> bytes:
    """The directory says that the first entry unpacks to ten bytes."""
    changed = bytearray(data)
    struct.pack_into("<I", changed, data.index(b"PK\x01\x02") + 24, 10)
    return bytes(changed)


def test_files_come_with_their_paths_and_the_hash_of_the_zip(tmp_path: Path) -> None:
    data = zipped(("scenarios.xml", b"<a/>"), ("resources/", b""), ("resources/x y/b.xsd", b"<b/>"))
    archive = read(tmp_path, data)
    assert archive.files == {"scenarios.xml": b"<a/>", "resources/x y/b.xsd": b"<b/>"}
    assert archive.sha256 == hashlib.sha256(data).hexdigest()


def test_the_published_hash_is_compared(tmp_path: Path) -> None:
    data = zipped(("a", b"1"))
    assert read(tmp_path, data, sha256=hashlib.sha256(data).hexdigest().upper()).files == {"a": b"1"}
    with pytest.raises(ReleaseRefused, match="has SHA-256"):
        read(tmp_path, data, sha256="0" * 64)


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "not a readable zip"),
    "text": (lambda: b"Sehr geehrte Damen und Herren", "not a readable zip"),
    "cut": (lambda: zipped(("a", b"1" * 5000))[:-30], "not a readable zip"),
    "damaged": (lambda: zipped(("a", b"1" * 5000), method=zipfile.ZIP_STORED).replace(b"111", b"112", 1), "CRC"),
    "absolute": (lambda: zipped(("/etc/passwd", b"1")), "leads out of it"),
    "parent": (lambda: zipped(("resources/../../x", b"1")), "leads out of it"),
    "backslash": (lambda: zipped(("..\\x", b"1")), "leads out of it"),
    "drive": (lambda: zipped(("C:x", b"1")), "leads out of it"),
    "control sign": (lambda: zipped(("a\nb", b"1")), "no name of a file"),
    "nul": (lambda: zipped(("a_b", b"1")).replace(b"a_b", b"a\0b"), "no name of a file"),
    "only a point": (lambda: zipped((".", b"1")), "no name of a file"),
    "link": (lambda: zipped((link("a"), b"/etc/passwd")), "link or a device"),
    "device": (lambda: zipped((link("a", stat.S_IFCHR), b"")), "link or a device"),
    "encrypted": (lambda: with_flag(zipped(("a", b"1")), 0x1), "encrypted"),
    "packed otherwise": (lambda: zipped(("a", b"1" * 100), method=zipfile.ZIP_BZIP2), "by a method"),
    "many files": (lambda: zipped(*((f"f{number}", b"") for number in range(21))), "more than 20 files"),
    "large": (lambda: zipped(("a", b"\0" * 300_000), method=zipfile.ZIP_STORED), "larger than 200000 bytes"),
    "bomb": (lambda: zipped(("a", b"\0" * 30_000_000)), "unpacks to more than 200000 bytes"),
    "bomb of parts": (lambda: zipped(*((f"f{n}", b"\0" * 50_000) for n in range(5))), "unpacks to more than"),
    "lying about its size": (lambda: lying_about_size(zipped(("a", b"\0" * 1000))), "not a readable zip"),
}


@pytest.mark.parametrize(("make", "reason"), BAD.values(), ids=BAD)
def test_a_bad_zip_is_refused_with_its_reason(tmp_path: Path, make: Callable[[], bytes], reason: str) -> None:
    with pytest.raises(ReleaseRefused, match=reason):
        read(tmp_path, make())


def test_a_name_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = zipped(("a/b", b"1"), ("a/b", b"2"))
    with pytest.raises(ReleaseRefused, match="a/b twice"):
        read(tmp_path, data)
    with pytest.raises(ReleaseRefused, match="a/b twice"):
        read(tmp_path, zipped(("a/b", b"1"), ("a/./b", b"2")))


def test_a_directory_too_large_to_be_read_is_refused_unread(tmp_path: Path) -> None:
    data = bytearray(zipped(("a", b"1")))
    struct.pack_into("<I", data, data.rindex(b"PK\x05\x06") + 12, 0x7FFFFFFF)
    with pytest.raises(ReleaseRefused, match="more than 20 files"):
        read(tmp_path, bytes(data))
