"""The zip of an official configuration, read within limits: nothing of it touches the disk under a name of its own."""

import hashlib
import re
import stat
import struct
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from zlib import error as ZlibError  # noqa: N812 - it is an exception

_CHUNK = 1 << 16
_NAME_BYTES = 1024  # room for one entry of the directory at the end of the zip; real names are far shorter
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1 | 0x40 | 0x2000  # flags: encrypted, strongly encrypted, directory encrypted
_DRIVE = re.compile(r"[A-Za-z]:")


class ReleaseRefused(Exception):
    """A configuration that is not taken, as a whole: what is wrong with what, and what to do."""

    def __init__(self, problem: str, remedy: str = "Download the release again from its publisher.") -> None:
        super().__init__(f"{problem}. {remedy}")


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """What a configuration may cost us."""

    size: int = 100_000_000  # bytes, of the zip and of everything in it
    files: int = 2000


@dataclass(frozen=True, slots=True)
class Archive:
    """The files of a zip, by their path in it."""

    sha256: str  # of the zip
    files: Mapping[str, bytes]

    @classmethod
    def read(cls, path: Path, limits: ArchiveLimits, *, sha256: str | None = None) -> "Archive":
        """Everything in the zip. Raises ReleaseRefused naming the entry, and OSError if the file can't be read."""
        with path.open("rb") as stream:
            data = stream.read(limits.size + 1)
        if len(data) > limits.size:
            raise _too_large(f"{path.name} is larger than {limits.size} bytes")
        found = hashlib.sha256(data).hexdigest()
        if sha256 is not None and found != sha256.strip().lower():
            raise ReleaseRefused(f"{path.name} has SHA-256 {found}, not {sha256}")
        try:
            _check_directory(data, path.name, limits)
            with zipfile.ZipFile(BytesIO(data)) as archive:
                return cls(found, _unpacked(archive, limits))
        except (zipfile.BadZipFile, ZlibError, EOFError, NotImplementedError, UnicodeDecodeError) as error:
            raise ReleaseRefused(f"{path.name} is not a readable zip: {error}") from None


def _check_directory(data: bytes, name: str, limits: ArchiveLimits) -> None:
    """Look at what the end of the zip says about its directory, before anyone makes objects of its entries."""
    end = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_557))
    if end < 0 or len(data) < end + 22:
        raise zipfile.BadZipFile("it has no directory at its end")
    count, size = struct.unpack_from("<HI", data, end + 10)
    if data[max(0, end - 20) : end].startswith(b"PK\x06\x07"):
        raise zipfile.BadZipFile("ZIP64 is not taken")
    if count > limits.files or size > limits.files * _NAME_BYTES:
        raise _too_large(f"{name} holds more than {limits.files} files")


def _unpacked(archive: zipfile.ZipFile, limits: ArchiveLimits) -> dict[str, bytes]:
    entries = archive.infolist()
    if len(entries) > limits.files:
        raise _too_large(f"the zip holds more than {limits.files} files")
    files: dict[str, bytes] = {}
    room = limits.size
    for entry in entries:
        name = _checked(entry)
        if entry.is_dir():
            continue
        if name in files:
            raise ReleaseRefused(f"the zip holds {name} twice")
        files[name] = _read(archive, entry, room, limits)
        room -= len(files[name])
    return files


def _checked(entry: zipfile.ZipInfo) -> str:
    """The entry's path, relative and plain."""
    name = entry.orig_filename
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or _DRIVE.match(name):
        raise ReleaseRefused(f"the zip holds {name!r}, which leads out of it")
    if not path.parts or not name.isprintable():
        raise ReleaseRefused(f"the zip holds {name!r}, which is no name of a file")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise ReleaseRefused(f"{name} in the zip is a link or a device, not a file")
    if entry.flag_bits & _ENCRYPTED:
        raise ReleaseRefused(f"{name} in the zip is encrypted", "Take the release as it was published.")
    if entry.compress_type not in _PACKED:
        raise ReleaseRefused(f"{name} in the zip is packed by a method that is not taken", "Pack it with deflate.")
    return str(path)


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, room: int, limits: ArchiveLimits) -> bytes:
    """The bytes of an entry, counted while they come: what the zip says about their number is not believed."""
    parts: list[bytes] = []
    with archive.open(entry) as stream:
        while part := stream.read(_CHUNK):
            room -= len(part)
            if room < 0:
                raise _too_large(f"the zip unpacks to more than {limits.size} bytes, at {entry.filename}")
            parts.append(part)
    return b"".join(parts)


def _too_large(problem: str) -> ReleaseRefused:
    remedy = "If it is an official one, raise EINVOICE_MAX_PACK_BYTES or EINVOICE_MAX_PACK_FILES."
    return ReleaseRefused(problem, remedy)
