"""The directory of a ZIP file, read within bounds: nothing is unpacked but one small member, and only its beginning.

The format: PKWARE APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16. `zipfile` reads all of a directory into objects
first; a hostile one of 15 MB would make 300,000 of them.
"""

import struct
import zlib
from dataclasses import dataclass

_LOCAL = struct.Struct("<4s5H3L2H")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_LONGEST_COMMENT = 0xFFFF
_MOST_ENTRIES = 5000
_STORED, _DEFLATED = 0, 8


@dataclass(frozen=True, slots=True)
class Entry:
    """One file in a ZIP file, as the directory has it."""

    name: str
    encrypted: bool
    method: int
    start: int  # where its local header begins, in the whole content


@dataclass(frozen=True, slots=True)
class Directory:
    """What the directory of a ZIP file says."""

    entries: tuple[Entry, ...]
    whole: bool  # all entries were read; False: broken, too many of them, or ZIP64
    ends: bool  # nothing follows it, so that a reader which starts from the end finds it


def directory(content: bytes) -> Directory | None:
    """The directory of a ZIP file, wherever the file begins (anything may stand before it); None: there is none."""
    window = max(0, len(content) - _END.size - _LONGEST_COMMENT)
    end = content.rfind(b"PK\5\6", window, len(content) - _END.size + 4)
    if end < 0:
        return None
    *_, count, size, offset, comment = _END.unpack_from(content, end)
    first = end - size
    if first < offset:  # ZIP64, or broken
        return Directory((), False, False)
    entries = _entries(content, first, end, first - offset)
    return Directory(entries, len(entries) == count, end + _END.size + comment == len(content))


def beginning(content: bytes, entry: Entry, most: int) -> bytes:
    """The first bytes of a file in it, at most so many; empty where it can't be read."""
    if entry.start < 0 or entry.start + _LOCAL.size > len(content) or entry.encrypted:
        return b""
    *_, name, extra = _LOCAL.unpack_from(content, entry.start)
    at = entry.start + _LOCAL.size + name + extra
    if entry.method == _STORED:
        return content[at : at + most]
    if entry.method != _DEFLATED:
        return b""
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(content[at : at + most], most)
    except zlib.error:
        return b""


def _entries(content: bytes, at: int, end: int, shift: int) -> tuple[Entry, ...]:
    found: list[Entry] = []
    while at + _ENTRY.size <= end and len(found) < _MOST_ENTRIES:
        magic, _, _, flags, method, _, _, _, _, _, name, extra, comment, _, _, _, start = _ENTRY.unpack_from(
            content, at
        )
        if magic != b"PK\1\2":
            break
        at += _ENTRY.size
        label = content[at : at + name].decode("utf-8", "replace").replace("\\", "/")
        found.append(Entry(label, bool(flags & 1), method, start + shift))
        at += name + extra + comment
    return tuple(found)
