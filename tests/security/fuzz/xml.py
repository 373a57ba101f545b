"""Mutations of an invoice's XML: first of its tree, then of how it is written, then, sometimes, of its bytes."""

from collections.abc import Callable
from copy import deepcopy
from functools import cache
from pathlib import Path
from random import Random

from lxml import etree

from einvoice.model.namespaces import CAC, CBC, FERD, QDT, RAM, RSM, SBDH, UBL_CREDITNOTE, UBL_INVOICE, UDT
from tests.security.fuzz.values import CODES, DATES, NUMBERS, TEXTS, value

SAMPLES = Path(__file__).resolve().parents[3] / "inbox" / "samples"
MOST_NODES = 4000  # of a mutated tree: what is large is another matter, and other tests'
_NAMESPACES = ("", CAC, CBC, FERD, QDT, RAM, RSM, SBDH, UDT, UBL_CREDITNOTE, UBL_INVOICE, "urn:x",
    "http://www.w3.org/1999/XSL/Transform",
               "http://www.w3.org/2001/XInclude", "http://www.w3.org/2000/09/xmldsig#")  # fmt: skip
_NAMES = ("ID", "Invoice", "CreditNote", "CrossIndustryInvoice", "include", "Signature", "a", "_", "Ä", "х")
_ATTRIBUTES = (
    "currencyID", "schemeID", "unitCode", "format", "listID", "mimeCode", "filename", "languageID", "x",
    "{http://www.w3.org/XML/1998/namespace}lang", "{http://www.w3.org/XML/1998/namespace}base",
    "{http://www.w3.org/XML/1998/namespace}id", "{http://www.w3.org/XML/1998/namespace}space",
    "{http://www.w3.org/2001/XMLSchema-instance}type", "{http://www.w3.org/2001/XMLSchema-instance}nil",
    "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation",
)  # fmt: skip

Element = etree._Element


@cache
def seeds() -> tuple[bytes, ...]:
    """The invoices every mutation starts from: our own samples, in each syntax."""
    return tuple(file.read_bytes() for file in sorted(SAMPLES.glob("*.xml")))


def mutated(chance: Random) -> bytes:
    """A sample with a few of its parts changed."""
    data = _retold(chance.choice(seeds()), chance, chance.choice((0, 1, 1, 1, 2, 2, 3, 5, 8, 13)))
    for _ in range(chance.choice((0, 0, 0, 0, 0, 1, 1, 3))):
        data = chance.choice(_BYTES)(data, chance)
    return data


def changed(data: bytes, chance: Random) -> bytes:
    """Any XML with one part changed; what is no XML any more, with a few of its bytes. For searches led by coverage."""
    try:
        return _retold(data, chance, 1)
    except (etree.LxmlError, ValueError):
        return chance.choice(_BYTES)(data, chance)


def _retold(data: bytes, chance: Random, changes: int) -> bytes:
    """Read, changed so many times, and written again."""
    root = etree.fromstring(data, etree.XMLParser(huge_tree=True, resolve_entities=False, no_network=True))
    for _ in range(changes):
        chance.choice(_TREE)(root, chance)
        if root.xpath(f"count(//*) > {MOST_NODES}"):
            break
    write = chance.choice(_WRITERS) if chance.random() < 0.15 else _utf8
    return write(root)


def _elements(root: Element) -> list[Element]:
    return [node for node in root.iter() if isinstance(node.tag, str)]


def _one(root: Element, chance: Random) -> Element:
    return chance.choice(_elements(root))


def _inner(root: Element, chance: Random) -> Element | None:
    """An element that can be taken away."""
    return chance.choice(_elements(root)[1:] or [None])


def _delete(root: Element, chance: Random) -> None:
    node = _inner(root, chance)
    parent = None if node is None else node.getparent()
    if node is not None and parent is not None:
        parent.remove(node)


def _duplicate(root: Element, chance: Random) -> None:
    node = _inner(root, chance)
    if node is not None and len(node) < 50:
        for _ in range(chance.choice((1, 1, 2, 40))):
            node.addnext(deepcopy(node))


def _move(root: Element, chance: Random) -> None:
    node, goal = _inner(root, chance), _one(root, chance)
    if node is not None and node not in goal.iterancestors() and node is not goal:
        goal.insert(chance.randrange(len(goal) + 1), node)


def _rename(root: Element, chance: Random) -> None:
    node, name = _one(root, chance), etree.QName(_one(root, chance))
    space = chance.choice((name.namespace or "", *_NAMESPACES))
    local = chance.choice((name.localname, etree.QName(node).localname, *_NAMES))
    node.tag = f"{{{space}}}{local}" if space else local


def _root_of_another_kind(root: Element, chance: Random) -> None:
    root.tag = chance.choice((f"{{{UBL_INVOICE}}}Invoice", f"{{{UBL_CREDITNOTE}}}CreditNote",
        f"{{{UBL_INVOICE}}}CreditNote",
                              f"{{{RSM}}}CrossIndustryInvoice", f"{{{FERD}}}CrossIndustryDocument",
                              "Invoice"))  # fmt: skip


def _retype(root: Element, chance: Random) -> None:
    """Text where elements were, elements where text was."""
    node = _one(root, chance)
    if len(node) and node is not root:
        del node[:]
    else:
        part = _inner(root, chance)
        node.append(etree.Element("x") if part is None else deepcopy(part))


def _text(root: Element, chance: Random) -> None:
    leaves = [node for node in _elements(root) if not len(node)]
    chance.choice(leaves or [root]).text = value(chance)


def _tail(root: Element, chance: Random) -> None:
    node = _inner(root, chance)
    if node is not None:
        node.tail = value(chance)


def _edge(root: Element, chance: Random) -> None:
    """A number becomes an odd number, a date an odd date, a code another code."""
    node = chance.choice([node for node in _elements(root) if not len(node)] or [root])
    text = (node.text or "").strip()
    if text.replace(".", "").replace("-", "").isdigit():
        node.text = chance.choice(DATES if len(text) in (8, 10) else NUMBERS)
    else:
        node.text = chance.choice(CODES if len(text) < 5 else TEXTS)


def _alike(root: Element, chance: Random) -> None:
    """All elements of one name get the same odd value."""
    name, text = str(_one(root, chance).tag), value(chance)
    for node in root.iter(name):
        if not len(node):
            node.text = text


def _attribute(root: Element, chance: Random) -> None:
    node = _one(root, chance)
    present = list(node.attrib) or list(_ATTRIBUTES)
    act = chance.randrange(3)
    if act == 0:
        node.attrib.pop(chance.choice(present), None)
    elif act == 1:
        node.set(chance.choice(present), value(chance))
    else:
        node.set(chance.choice(_ATTRIBUTES), value(chance))


def _comment(root: Element, chance: Random) -> None:
    """A comment or a processing instruction within a value."""
    node = _one(root, chance)
    text = node.text or ""
    cut = chance.randrange(len(text) + 1)
    inside: Element = (
        etree.Comment("<x>") if chance.random() < 0.5 else etree.ProcessingInstruction("xml-stylesheet", "href='x'")
    )
    node.text, inside.tail = text[:cut], text[cut:]
    node.insert(0, inside)


def _nest(root: Element, chance: Random) -> None:
    """An element within itself, and again."""
    node = _inner(root, chance)
    if node is None or len(node) > 40:
        return
    for _ in range(chance.choice((1, 2, 5, 30, 98, 130))):
        outer = etree.Element(node.tag)
        node.addprevious(outer)
        outer.append(node)


def _swap(root: Element, chance: Random) -> None:
    node = _inner(root, chance)
    before = None if node is None else node.getprevious()
    if node is not None and before is not None:
        node.addnext(before)


def _empty(root: Element, chance: Random) -> None:
    node = _one(root, chance)
    node.clear()


def _graft(root: Element, chance: Random) -> None:
    """A part of another sample, of whatever syntax."""
    other = etree.fromstring(chance.choice(seeds()))
    _one(root, chance).append(_one(other, chance))


_TREE: tuple[Callable[[Element, Random], None], ...] = (
    _delete, _delete, _duplicate, _duplicate, _move, _rename, _root_of_another_kind, _retype, _text, _text, _text,
    _tail, _edge, _edge, _edge, _alike, _attribute, _attribute, _comment, _nest, _swap, _empty, _graft,
)  # fmt: skip


def _written(encoding: str, *, xml_declaration: bool | None = None) -> Callable[[Element], bytes]:
    return lambda root: etree.tostring(root, encoding=encoding, xml_declaration=xml_declaration)


_utf8 = _written("UTF-8", xml_declaration=True)
_WRITERS: tuple[Callable[[Element], bytes], ...] = (
    _written("UTF-8"),
    _written("UTF-16"),
    _written("UTF-16BE"),
    _written("ISO-8859-1", xml_declaration=True),
    _written("US-ASCII", xml_declaration=True),
    _written("windows-1252", xml_declaration=True),
    _written("UTF-32"),
    _written("UTF-7"),
    lambda root: b"\xef\xbb\xbf" + _utf8(root),
    lambda root: _utf8(root).replace(b"UTF-8", b"UTF-16", 1),
    lambda root: _utf8(root).replace(b"UTF-8", b"ISO-8859-1", 1),
    lambda root: _utf8(root).replace(b"UTF-8", b"EBCDIC-CP-DE", 1),
    lambda root: _utf8(root).replace(b"1.0", b"1.1", 1),
    lambda root: etree.tostring(root, method="c14n"),
    lambda root: etree.tostring(root, pretty_print=True),
)  # fmt: skip

_SPLICES = (
    b"\0", b"\x01", b"\x1b[31m", b"\x7f", b"\x85", b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80",
    b"\xef\xbf\xbf",
    b"&#0;", b"&#x1F;", b"&#xD800;", b"&#xFFFF;", b"&#x110000;", b"&#13;", b"&#10;", b"&#99999999999;", b"&amp;", b"&",
    b"&x;",
    b"<![CDATA[<b>]]>", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<!-- x -->", b"<?x y?>", b"<?xml version='1.0'?>",
    b"<", b">",
    b"</", b"/>", b"<x>", b"</x>", b"<x xmlns=''/>", b"<x:y/>", b" xmlns:ns0='urn:x'", b" xmlns=''", b" x='1' x='2'",
    b"'", b'"',
    b"<!DOCTYPE x [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>", b"<!DOCTYPE x>", b"%PDF-1.7", b"PK\x03\x04", b" ",
    b"\r\n", b"\r",
)  # fmt: skip


def _splice(data: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(_SPLICES) + data[at:]


def _splice_a_value(data: bytes, chance: Random) -> bytes:
    """Where a text begins, so that it stays well-formed more often."""
    places = [at for at in range(len(data) - 1) if data[at : at + 1] == b">" and data[at + 1 : at + 2] not in b"<\n"]
    at = chance.choice(places or [0]) + 1
    return data[:at] + chance.choice(_SPLICES) + data[at:]


def _before(data: bytes, chance: Random) -> bytes:
    return chance.choice(_SPLICES) + data


def _after(data: bytes, chance: Random) -> bytes:
    return data + chance.choice(_SPLICES)


def _cut(data: bytes, chance: Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _flip(data: bytes, chance: Random) -> bytes:
    if not data:
        return data
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]


def _repeat(data: bytes, chance: Random) -> bytes:
    start = chance.randrange(len(data) + 1)
    part = data[start : start + chance.randrange(200)]
    return data[:start] + part * chance.choice((2, 3, 20)) + data[start:]


_BYTES: tuple[Callable[[bytes, Random], bytes], ...] = (
    _splice, _splice_a_value, _splice_a_value, _splice_a_value, _before, _after, _cut, _flip, _repeat,
)  # fmt: skip
