"""The tar: written and read as a stream, member by member, whatever its size in little memory.

tarfile keeps a note of each member it has passed; here it is made to forget them (CPython issue 139960).
"""

import hashlib
import io
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import zip_longest
from lzma import LZMAError
from tempfile import SpooledTemporaryFile
from typing import IO, Protocol, cast

from einvoice.records.backup.layout import MANIFEST, SEAL, SUMS, Manifest, NotABackup, Seal, signed_content
from einvoice.records.signing import PublicKeys, Signature, Signer

_SPOOLED = 4_000_000  # bytes of sums held in memory
_PORTION = 1 << 20
_BROKEN = (tarfile.TarError, EOFError, zlib.error, LZMAError)


class Damaged(Exception):
    """A backup that is not what was written; the message says where."""


class Sink(Protocol):
    """Where a backup goes."""

    def write(self, data: bytes, /) -> int:
        """Take all of it."""


class _Tar(tarfile.TarFile):
    members: list[tarfile.TarInfo]


class Writer:
    """Adds members; then the sums and their signature."""

    def __init__(self, out: Sink, at: datetime) -> None:
        self._tar = _Tar.open(fileobj=cast("IO[bytes]", out), mode="w|", format=tarfile.PAX_FORMAT)
        self._at = int(at.timestamp())
        self._sums = SpooledTemporaryFile(_SPOOLED)  # noqa: SIM115

    def add(self, name: str, data: bytes) -> str:
        """One more member; its SHA-256."""
        sha256 = hashlib.sha256(data).hexdigest()
        self._sums.write(_sum_line(sha256, name))
        self._put(name, io.BytesIO(data), len(data))
        return sha256

    def finish(self, signer: Signer) -> str:
        """Write the sums, sign them, end the tar; `out` stays open. SHA-256 of the sums."""
        size = self._sums.tell()
        self._sums.seek(0)
        sums = hashlib.file_digest(self._sums, "sha256").hexdigest()
        self._sums.seek(0)
        self._put(SUMS, self._sums, size)
        self._sums.close()
        seal = Seal(key_id=signer.key_id, signature=signer.sign(signed_content(sums, signer.key_id))).to_json()
        self._put(SEAL, io.BytesIO(seal), len(seal))
        self._tar.close()
        return sums

    def _put(self, name: str, content: IO[bytes], size: int) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mtime, entry.mode = size, self._at, 0o600
        self._tar.addfile(entry, content)
        self._tar.members = []


class Member:
    """One member, while its turn lasts."""

    def __init__(self, name: str, content: IO[bytes]) -> None:
        self.name = name
        self._content = content
        self._sha256 = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        """Like a file's; raises Damaged where the backup breaks off."""
        with _damage(self.name):
            data = self._content.read(size)
        self._sha256.update(data)
        return data

    def sum(self) -> str:
        """SHA-256 of the whole content, whether somebody read it or not."""
        while self.read(_PORTION):
            pass
        return self._sha256.hexdigest()


class Reader:
    """Reads a backup once, from its begin to its end."""

    def __init__(self, stream: IO[bytes]) -> None:
        """Raises NotABackup."""
        self._sums = SpooledTemporaryFile(_SPOOLED)  # noqa: SIM115
        try:
            self._tar = _Tar.open(fileobj=stream, mode="r|*")
            first = self._next("")
        except (*_BROKEN, Damaged):
            raise NotABackup("it is no tar file") from None
        if first is None or first.name != MANIFEST:
            raise NotABackup("it does not begin with a manifest of ours")
        self.manifest = Manifest.read(first.read())
        self._note(first)
        self._seal: Seal | None = None
        self._sums_sha256 = ""

    def members(self) -> Iterator[Member]:
        """All others up to the sums. Only after the last one it is known that all were what was written.

        Raises Damaged, naming the first that is not.
        """
        name = MANIFEST
        while (member := self._next(name)) is not None and member.name != SUMS:
            name = member.name
            yield member
            self._note(member)
        if member is None:
            raise Damaged(f"it breaks off after {name}")
        self._compare(member)
        self._seal = self._read_seal()

    def signed_by(self, keys: PublicKeys) -> Signature:
        """What the signature is worth by these keys; after the last member."""
        assert self._seal is not None, "not all members were read"
        content = signed_content(self._sums_sha256, self._seal.key_id)
        return keys.check(self._seal.key_id, content, self._seal.signature)

    @property
    def key_id(self) -> str:
        """Of the key that signed; after the last member."""
        assert self._seal is not None, "not all members were read"
        return self._seal.key_id

    def _next(self, after: str) -> Member | None:
        with _damage(after):
            entry = self._tar.next()
            self._tar.members = []
            if entry is None:
                return None
            content = self._tar.extractfile(entry)
        if content is None or not entry.isreg():
            raise Damaged(f"{entry.name} is no file")
        return Member(entry.name, content)

    def _note(self, member: Member) -> None:
        self._sums.write(_sum_line(member.sum(), member.name))

    def _compare(self, written: Member) -> None:
        """The sums as they were written beside those of what was read, line by line."""
        self._sums.seek(0)
        lines = iter(io.BufferedReader(_Raw(written)).readline, b"")
        for found, expected in zip_longest(self._sums, lines):
            if found != expected:
                named = (found or expected).decode(errors="replace").strip().partition("  ")[2]
                raise Damaged(f"{named} is not what was written" if found else f"{named} is missing")
        self._sums_sha256 = written.sum()
        self._sums.close()

    def _read_seal(self) -> Seal:
        member = self._next(SUMS)
        if member is None or member.name != SEAL:
            raise Damaged(f"it breaks off after {SUMS}")
        try:
            return Seal.read(member.read())
        except ValueError:
            raise Damaged(f"{SEAL} is not what was written") from None


class _Raw(io.RawIOBase):
    """A member as a file that can be buffered."""

    def __init__(self, member: Member) -> None:
        self._member = member

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        data = self._member.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _sum_line(sha256: str, name: str) -> bytes:
    return f"{sha256}  {name}\n".encode()


@contextmanager
def _damage(place: str) -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        raise Damaged(f"it can't be read on at {place or 'its begin'} ({type(error).__name__})") from error
