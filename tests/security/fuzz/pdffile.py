"""A PDF as plain values, and a writer that writes whatever it is given, right or wrong (ISO 32000-1, 7.3 and 7.5)."""

import zlib
from dataclasses import dataclass, field
from typing import Any


class Name(str):
    """A name, without its slash."""

    __slots__ = ()


class Ref(int):
    """A reference to the object of that number."""

    __slots__ = ()


class Raw(bytes):
    """Written as it stands, whatever it says."""

    __slots__ = ()


@dataclass
class Stream:
    """A stream with its dictionary; `Length` is written as it really is unless the dictionary has one."""

    head: dict[str, Any]
    data: bytes


@dataclass
class Pdf:
    """Objects by number, in one or more revisions; a later one stands over those before it."""

    revisions: list[dict[int, Any]]
    trailer: dict[str, Any]
    header: bytes = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    packed: bool = False  # objects in an object stream, the table as a stream (7.5.7, 7.5.8)
    table: dict[str, int] = field(default_factory=dict)  # lies: "startxref", "offset", "size", "prev" are added to
    tail: bytes = b"%%EOF\n"

    @property
    def objects(self) -> dict[int, Any]:
        """Those of the last revision."""
        return self.revisions[-1]


def packed_stream(head: dict[str, Any], data: bytes) -> Stream:
    """A stream under FlateDecode."""
    return Stream({**head, "Filter": Name("FlateDecode")}, zlib.compress(data))


def written(pdf: Pdf) -> bytes:
    """The file."""
    out = bytearray(pdf.header)
    start = 0
    for number, objects in enumerate(pdf.revisions):
        lies = pdf.table if number == len(pdf.revisions) - 1 else {}
        previous = {"Prev": start + lies.get("prev", 0)} if number or "prev" in lies else {}
        start = _revision(out, objects, pdf, lies, previous)
        out += b"startxref\n%d\n" % (start + lies.get("startxref", 0)) + pdf.tail
    return bytes(out)


def _revision(out: bytearray, objects: dict[int, Any], pdf: Pdf, lies: dict[str, int], previous: dict[str, int]) -> int:
    """Append one revision with its table; the place of the table."""
    size = max(max(each, default=0) for each in pdf.revisions) + 1
    within = {n: value for n, value in objects.items() if not isinstance(value, Stream)} if pdf.packed else {}
    entries: dict[int, tuple[int, int, int]] = {}
    for number, value in objects.items():
        if number not in within:
            entries[number] = (1, len(out) + lies.get("offset", 0), 0)
            out += b"%d 0 obj\n" % number + serial(value) + b"\nendobj\n"
    if within:
        holder, size = size, size + 1
        entries[holder] = (1, len(out), 0)
        out += b"%d 0 obj\n" % holder + serial(_object_stream(within)) + b"\nendobj\n"
        entries |= {number: (2, holder, index) for index, number in enumerate(within)}
    start = len(out)
    trailer = {"Size": size + pdf.packed + lies.get("size", 0), **pdf.trailer, **previous}
    if pdf.packed:
        entries[size] = (1, start, 0)
        out += b"%d 0 obj\n" % size + serial(_table_stream(entries, trailer)) + b"\nendobj\n"
    else:
        out += b"xref\n0 1\n0000000000 65535 f \n"
        for number, (_, offset, _) in sorted(entries.items()):
            out += b"%d 1\n%010d 00000 n \n" % (number, max(0, offset) % 10**10)
        out += b"trailer\n" + serial(trailer) + b"\n"
    return start


def _object_stream(objects: dict[int, Any]) -> Stream:
    body, places = bytearray(), []
    for number, value in objects.items():
        places.append(b"%d %d" % (number, len(body)))
        body += serial(value) + b"\n"
    head = b" ".join(places) + b"\n"
    return packed_stream({"Type": Name("ObjStm"), "N": len(objects), "First": len(head)}, head + bytes(body))


def _table_stream(entries: dict[int, tuple[int, int, int]], trailer: dict[str, Any]) -> Stream:
    index: list[int] = []
    rows = bytearray()
    for number, (kind, place, more) in sorted(entries.items()):
        index += [number, 1]
        rows += bytes([kind]) + (place & 0xFFFFFFFF).to_bytes(4, "big") + (more & 0xFFFF).to_bytes(2, "big")
    head = {"Type": Name("XRef"), "W": [1, 4, 2], "Index": index, **trailer}
    return packed_stream(head, bytes(rows))


def serial(value: Any) -> bytes:
    """One value as a PDF has it."""
    if isinstance(value, Stream):
        head = {"Length": len(value.data), **value.head}
        return serial(head) + b"\nstream\n" + value.data + b"\nendstream"
    if isinstance(value, dict):
        return b"<<" + b" ".join(_name(key) + b" " + serial(inner) for key, inner in value.items()) + b">>"
    if isinstance(value, (list, tuple)):
        return b"[" + b" ".join(map(serial, value)) + b"]"
    return _simple(value)


def _simple(value: Any) -> bytes:
    match value:
        case Raw():
            return bytes(value)
        case bytes():
            return b"<" + value.hex().encode() + b">"
        case Name():
            return _name(value)
        case Ref():
            return b"%d 0 R" % value
        case None:
            return b"null"
        case bool():
            return b"true" if value else b"false"
        case _:
            return str(value).encode()


def _name(name: str) -> bytes:
    return b"/" + b"".join(
        bytes([byte]) if 33 <= byte <= 126 and byte not in b"#/()<>[]{}%" else b"#%02X" % byte
        for byte in name.encode("utf-8", "surrogateescape")
    )
