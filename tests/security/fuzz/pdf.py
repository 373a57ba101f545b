"""Mutations of hybrid PDFs of our own: of their objects, of tables and trailers, and, sometimes, of bytes."""

import zlib
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from random import Random
from typing import Any

from tests.security.fuzz import xml
from tests.security.fuzz.pdffile import Name, Pdf, Raw, Ref, Stream, packed_stream, written
from tests.security.fuzz.pdfseeds import XMP, seeds
from tests.security.fuzz.values import TEXTS, value

_FILTERS = (
    "FlateDecode", "Fl", "LZWDecode", "ASCIIHexDecode", "ASCII85Decode", "RunLengthDecode", "DCTDecode", "JPXDecode",
    "CCITTFaxDecode", "JBIG2Decode", "Crypt", "Nothing",
)  # fmt: skip
_KEYS = (
    "Type", "Kids", "Names", "Limits", "EmbeddedFiles", "EF", "F", "UF", "Desc", "AFRelationship", "AF", "Annots", "FS",
    "Subtype", "Params", "Size", "CheckSum", "ModDate", "Filter", "DecodeParms", "FFilter", "Length", "Length1", "DL",
    "Prev", "XRefStm", "Root", "Encrypt", "ID", "Metadata", "Pages", "Parent", "Count", "Contents", "Resources", "Font",
    "Extends", "First", "N", "W", "Index", "Predictor", "Columns", "Colors", "ToUnicode", "Encoding", "Version", "P",
)  # fmt: skip
_NAMES = (
    b"factur-x.xml", b"FACTUR-X.XML", b"xrechnung.xml", b"zugferd-invoice.xml", b"ZUGFeRD-invoice.xml", b"invoice.xml",
    b"ferd.xml", b"a.exe", b"../x.xml", b"\xfe\xff\x00f\x00\xe9", b"\xfe\xff\xd8\x00", b"\xff\xfef\x00", b"", b"\0",
    b"x" * 3000,
    b"\xef\xbb\xbff", b"\x80\x9f",
)  # fmt: skip


def mutated(chance: Random) -> bytes:
    """One of them with a few of its parts changed."""
    pdf = deepcopy(chance.choice(seeds()))
    if chance.random() < 0.1:
        pdf.objects[6] = packed_stream({"Type": Name("EmbeddedFile")}, xml.mutated(chance))
    for _ in range(chance.choice((0, 1, 1, 1, 2, 2, 3, 5, 9))):
        chance.choice(_OBJECTS)(pdf, chance)
    for _ in range(chance.choice((0, 0, 0, 1, 1, 2))):
        chance.choice(_TABLES)(pdf, chance)
    data = written(pdf)
    for _ in range(chance.choice((0, 0, 0, 0, 1, 2, 4))):
        data = chance.choice(_BYTES)(data, chance)
    return data


def changed(data: bytes, chance: Random) -> bytes:
    """Any PDF with a few bytes changed, or a new one of ours. For searches led by coverage."""
    return chance.choice(_BYTES)(data, chance) if chance.random() < 0.6 else mutated(chance)


Place = tuple[Any, Any]  # a container and the key or index in it


def _places(pdf: Pdf) -> list[Place]:
    """Every place in every object of every revision, and in the trailer."""
    return [place for root in (*pdf.revisions, pdf.trailer) for place in _within(root)]


def _within(value: Any) -> Iterator[Place]:
    inside = value.head if isinstance(value, Stream) else value
    if isinstance(inside, dict):
        for key in inside:
            yield inside, key
            yield from _within(inside[key])
    elif isinstance(inside, list):
        for index, inner in enumerate(inside):
            yield inside, index
            yield from _within(inner)


def _place(pdf: Pdf, chance: Random) -> Place:
    return chance.choice(_places(pdf))


def _dictionary(pdf: Pdf, chance: Random) -> dict[Any, Any]:
    found = [inside for inside, key in _places(pdf) if isinstance(inside, dict) and isinstance(key, str)]
    return chance.choice(found or [pdf.trailer])


def _streams(pdf: Pdf) -> list[Stream]:
    return [value for objects in pdf.revisions for value in objects.values() if isinstance(value, Stream)]


def odd_value(chance: Random, pdf: Pdf) -> Any:
    """A value of any kind, seldom the right one."""
    numbers = (0, 1, -1, 2, 7, 255, 2**31 - 1, 2**31, -(2**31), 2**63, 10**40, 0.5, -0.0)
    kinds: tuple[Callable[[], Any], ...] = (
        lambda: chance.choice(numbers),
        lambda: Ref(chance.choice((*pdf.objects, 0, 99, 2**31))),
        lambda: Ref(chance.choice((*pdf.objects, 0))),
        lambda: Name(chance.choice((*_KEYS, *_FILTERS, "Data", "Source", "text/html", "", "a b"))),
        lambda: chance.choice(_NAMES),
        lambda: value(chance).encode("utf-8", "replace")[:2000],
        lambda: Raw(chance.choice((b"<<", b">>", b"[", b"]", b"(", b"\\", b"<", b"R", b"1 0", b"- 1", b"1.2.3", b"%",
            b"obj", b"stream", b"(a(b)c", b"<4", b"/", b"#"))),
        list,
        dict,
        lambda: None,
        lambda: chance.random() < 0.5,
        lambda: deepcopy(_at(_place(pdf, chance))),
        lambda: [Ref(number) for number in pdf.objects] * chance.choice((1, 1, 30)),
        lambda: Raw(b"[" * 5000 + b"]" * 5000) if chance.random() < 0.3 else Raw(b"<</A " * 150 + b"1" + b">>" * 150),
        lambda: Stream({"Filter": Name(chance.choice(_FILTERS))}, b"x" * chance.randrange(40)),
    )  # fmt: skip
    return chance.choice(kinds)()


def _at(place: Place) -> Any:
    inside, key = place
    return inside[key]


def _replace(pdf: Pdf, chance: Random) -> None:
    inside, key = _place(pdf, chance)
    inside[key] = odd_value(chance, pdf)


def _delete(pdf: Pdf, chance: Random) -> None:
    inside, key = _place(pdf, chance)
    del inside[key]


def _rename(pdf: Pdf, chance: Random) -> None:
    inside = _dictionary(pdf, chance)
    key = chance.choice([key for key in inside if isinstance(key, str)] or [None])
    if key is not None:
        inside[chance.choice(_KEYS)] = inside.pop(key)


def _add(pdf: Pdf, chance: Random) -> None:
    _dictionary(pdf, chance)[chance.choice(_KEYS)] = odd_value(chance, pdf)


def _swap(pdf: Pdf, chance: Random) -> None:
    first, second = _place(pdf, chance), _place(pdf, chance)
    first[0][first[1]], second[0][second[1]] = deepcopy(_at(second)), deepcopy(_at(first))


def _indirect(pdf: Pdf, chance: Random) -> None:
    """A value becomes an object of its own, with a reference where it stood."""
    inside, key = _place(pdf, chance)
    if inside not in pdf.revisions:
        number = max(pdf.objects, default=0) + 1
        pdf.objects[number], inside[key] = inside[key], Ref(number)


def _loop(pdf: Pdf, chance: Random) -> None:
    """A tree that leads back into itself, or down and down."""
    numbers = list(pdf.objects)
    if not numbers:
        return
    number = chance.choice(numbers)
    if isinstance(pdf.objects[number], dict):
        key = chance.choice(("Kids", "Parent", "Prev", "Names", "EmbeddedFiles", "EF", "F", "Extends"))
        pdf.objects[number][key] = chance.choice(
            ([Ref(number)], Ref(number), [Ref(number)] * 50, [Ref(n) for n in numbers])
        )


def _deep_tree(pdf: Pdf, chance: Random) -> None:
    depth = chance.choice((20, 60, 400, 1500))
    start = max(pdf.objects, default=0) + 1
    for number in range(start, start + depth):
        pdf.objects[number] = {"Kids": [Ref(number + 1)]}
    pdf.objects[start + depth] = {"Names": [chance.choice(_NAMES), Ref(5)]}
    pdf.objects[2] = {"EmbeddedFiles": Ref(start)}


def _filters(pdf: Pdf, chance: Random) -> None:
    for stream in _streams(pdf)[:1] if chance.random() < 0.5 else _streams(pdf):
        count = chance.choice((1, 2, 3, 40))
        stream.head["Filter"] = [Name(chance.choice(_FILTERS)) for _ in range(count)]
        if chance.random() < 0.5:
            stream.head["DecodeParms"] = {
                "Predictor": chance.choice((0, 1, 2, 10, 12, 15, 99, -1)), "Columns": chance.choice((0, 1, 5, -1,
                2**31)),
                "Colors": chance.choice((1, 0, 300)), "BitsPerComponent": chance.choice((8, 1, 0, 17)),
                "EarlyChange": chance.choice((0, 1, 7)), "K": -1,
            }  # fmt: skip


@cache
def _odd_data() -> tuple[bytes, ...]:
    return (
        b"",
        b"\0" * 500,
        b"endstream endobj",
        zlib.compress(b"<x/>"),
        zlib.compress(b"\0" * 5_000_000),
        zlib.compress(XMP.replace(b"<rdf:", b"<!DOCTYPE x>", 1)),
        zlib.compress(XMP.replace(b"3<", b"&x;<", 1)),
        zlib.compress(b"BT " + b"(a) Tj " * 3000),
        zlib.compress(b"/F1 Do q " * 500),
        zlib.compress(b"[(a) " + b"-1e9 " * 500 + b"] TJ ID EI BI"),
    )


def _data(pdf: Pdf, chance: Random) -> None:
    stream = chance.choice(_streams(pdf) or [Stream({}, b"")])
    at = chance.randrange(len(stream.data) + 1)
    change = chance.randrange(5)
    if change == 0:
        stream.data = stream.data[:at]
    elif change == 1:
        stream.data = stream.data[:at] + b"\0" + stream.data[at + chance.randrange(2) :]
    elif change == 2:
        stream.data = zlib.compress(stream.data)
    elif change == 3:
        stream.data = chance.choice(TEXTS).encode("utf-8", "replace")
    else:
        stream.data = chance.choice(_odd_data())


def _name(pdf: Pdf, chance: Random) -> None:
    """The invoice under another name."""
    for key in ("F", "UF", "Desc"):
        if isinstance(pdf.objects.get(5), dict) and chance.random() < 0.6:
            pdf.objects[5][key] = chance.choice(_NAMES)


def _encrypt(pdf: Pdf, chance: Random) -> None:
    pdf.trailer["Encrypt"] = chance.choice((
        Ref(1), 1, {}, {"Filter": Name("Standard"), "V": 4, "R": 4, "P": -4, "O": b"x" * 32, "U": b"y" * 32},
        {"Filter": Name("Standard"), "V": 1, "R": 2, "P": -4, "O": b"", "U": b"", "Length": 40},
        {"Filter": Name("Standard"), "V": 5, "R": 6, "O": b"x" * 48, "U": b"y" * 48, "OE": b"", "UE": b"", "P": -1,
            "Perms": b""},
        {"Filter": Name("Odd"), "V": 99},
    ))  # fmt: skip


_OBJECTS: tuple[Callable[[Pdf, Random], None], ...] = (
    _replace, _replace, _replace, _replace, _delete, _rename, _rename, _add, _add, _swap, _indirect, _loop, _deep_tree,
    _filters, _data, _data, _name, _encrypt,
)  # fmt: skip


def _lie(pdf: Pdf, chance: Random) -> None:
    pdf.table[chance.choice(("startxref", "offset", "size", "prev"))] = chance.choice((-1, 1, 17, -400, 10**6, 10**11))


def _no_table(pdf: Pdf, chance: Random) -> None:
    pdf.tail = chance.choice(
        (b"", b"%%EOF", b"%%EOF" * 3, b"\0" * 2000, b"startxref\n0\n%%EOF\n", b"startxref\n-1\n", b"xref\n")
    )


def _header(pdf: Pdf, chance: Random) -> None:
    pdf.header = chance.choice((
        b"%PDF-", b"%PDF-9.9\n", b"%PDF-1.4\r", b"x" * 900 + b"%PDF-1.7\n", b"\xef\xbb\xbf%PDF-1.7\n",
        b"%PDF-1.7\n%PDF-1.7\n",
        b"%PDF-\xff\xff\n", b"%PDF-1." + b"7" * 500 + b"\n",
    ))  # fmt: skip


def _revise(pdf: Pdf, chance: Random) -> None:
    pdf.revisions.append({number: odd_value(chance, pdf) for number in list(pdf.objects)[: chance.randrange(4)]})


def _pack(pdf: Pdf, chance: Random) -> None:
    pdf.packed = not pdf.packed


_TABLES: tuple[Callable[[Pdf, Random], None], ...] = (_lie, _lie, _no_table, _header, _revise, _pack)


def _number(data: bytes, chance: Random) -> bytes:
    """Some number in the file becomes another one."""
    places = [at for at in range(len(data)) if data[at : at + 1].isdigit()]
    at = chance.choice(places or [0])
    return (
        data[:at]
        + chance.choice((b"0", b"9", b"-1", b"99999999999", b"", b"1.5", b"+", b"00000000000000000001"))
        + data[at + 1 :]
    )


def _cut(data: bytes, chance: Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _flip(data: bytes, chance: Random) -> bytes:
    at = chance.randrange(max(1, len(data)))
    return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]


def _without(data: bytes, chance: Random) -> bytes:
    word = chance.choice(
        (b"endobj", b"endstream", b"stream", b"obj", b"xref", b"trailer", b"startxref", b">>", b"]", b"\n", b"R")
    )
    return data.replace(word, chance.choice((b"", b" ", word + b" " + word)), chance.choice((1, 1, 5, -1)))


def _twice(data: bytes, chance: Random) -> bytes:
    return data + data[chance.randrange(len(data) + 1) :]


_BYTES: tuple[Callable[[bytes, Random], bytes], ...] = (_number, _number, _cut, _flip, _flip, _without, _twice)
