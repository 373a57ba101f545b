"""The one hardened way into XML: no DTD, no entities, no network, bounded in bytes, depth and nodes.

libxml2's own 10 MB text limit is lifted (invoices carry large attachments); our limits stand in its place.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from xml.parsers import expat

from lxml import etree

from einvoice.errors import Fault, Refusal
from einvoice.model.xml import hardened_parser, reparse

__all__ = ["XmlLimits", "has_crowded_tag", "parse", "reparse"]


_VERSIONS = ("1.0", "1.1")  # XML has no others
_SMALL = 200_000  # bytes
_ATTRIBUTES = (b'="', b"='", b'=\0"', b"=\0'")  # how the value of one begins, in UTF-8 and in UTF-16
_MANY = 10  # attributes, for each tag of a document
_TAG = re.compile(rb"<[^<>]+")
_RAW_CONTROL = re.compile("[\x7f-\x84\x86-\x9f]")


@dataclass(frozen=True, slots=True)
class XmlLimits:
    """What a document may cost us. Units: bytes, nesting levels, nodes, different names, characters.

    A node is an element, a comment or an instruction; each takes some 200 bytes of memory wherever it is read.
    Names are kept by libxml2 and Saxon for as long as a process lives, and Saxon is slow where there are many; one of
    more than 1,000 characters is too long for its XML parser (as for that of KoSIT).
    """

    size: int = 15_000_000
    depth: int = 100
    nodes: int = 1_000_000
    names: int = 10_000  # of elements and attributes; UBL and CII have 3,000 together
    name_length: int = 1_000  # of a name or a namespace's name


def parse(data: bytes, limits: XmlLimits) -> etree._Element:
    """Parse one XML document, or refuse it.

    Raises Refusal: too-large, empty, not-xml, malformed, encoding, doctype, too-deep, too-many-nodes, too-many-names,
    name-too-long. Raises Fault if there is not enough memory: that says nothing about the document.
    """
    if len(data) > limits.size:
        raise Refusal("too-large", limit=limits.size, size=len(data))
    if not data.strip():
        raise Refusal("empty")
    _look_ahead(data, None if _is_plain(data, limits) else limits)
    parser = hardened_parser()
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise _syntax_refusal(error, limits) from None
    for overlooked in parser.error_log.filter_from_errors():  # by lxml: in namespaces, where a warning comes after it
        raise Refusal("malformed", line=overlooked.line, reason=overlooked.message)
    declared = root.getroottree().docinfo
    if declared.doctype:
        raise Refusal("doctype")
    if declared.xml_version not in _VERSIONS:
        raise Refusal("malformed", line=1, reason=f"XML {declared.xml_version}")
    if declared.xml_version == "1.1":
        _refuse_raw_controls(data, declared.encoding)
    if _deeper_than(limits.depth)(root):
        raise Refusal("too-deep", limit=limits.depth)
    if data.count(b"<") > limits.nodes and root.xpath("count(//*)") > limits.nodes:
        raise Refusal("too-many-nodes", limit=limits.nodes)
    return root


def _is_plain(data: bytes, limits: XmlLimits) -> bool:
    """Whether nothing in it can be too much or too long: most invoices are small, and need no counting."""
    if len(data) > _SMALL or data.count(b"<") + data.count(b"=") > limits.names:
        return False
    return len(max(data.split(), key=len)) <= limits.name_length


def _refuse_raw_controls(data: bytes, encoding: str | None) -> None:
    """XML 1.1 wants these written as references (section 2.2); libxml2 reads it by the rules of 1.0, which does not."""
    found = _RAW_CONTROL.search(data.decode(encoding or "utf-8", "replace"))
    if found:
        raise Refusal("malformed", line=found.string.count("\n", 0, found.start()) + 1, reason="control character")


@lru_cache
def _deeper_than(depth: int) -> etree.XPath:
    return etree.XPath(f"boolean({'/*' * (depth + 1)})")


class _SeenEnough(Exception):
    """What had to be looked at is as it should be."""


def _look_ahead(data: bytes, limits: XmlLimits | None) -> None:
    """Look at what must never reach libxml2, with expat, which expands nothing here and keeps nothing.

    That is a DOCTYPE (with lifted limits, libxml2 would expand entities of attribute values), before the root element,
    and where `limits` are given more or longer elements and names than these allow. Whatever else is wrong behind the
    prolog, libxml2 says better.
    """
    if limits and has_crowded_tag(data, limits.names):
        raise Refusal("too-many-names", limit=limits.names)
    seen = _Seen(limits)
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = seen.doctype
    parser.StartElementHandler = seen.start
    parser.EndElementHandler = seen.end
    parser.ProcessingInstructionHandler = seen.instruction
    parser.CommentHandler = seen.comment
    try:
        parser.Parse(data, True)
    except _SeenEnough:
        return
    except (ValueError, LookupError) as error:  # an encoding name neither expat nor Python knows
        raise Refusal("encoding", reason=str(error)) from None
    except expat.ExpatError as error:
        if not seen.begun:
            raise _prolog_refusal(error) from None
    seen.check_names()


def has_crowded_tag(data: bytes, most: int) -> bool:
    """Whether one tag has more than so many attributes, each of another name.

    expat hands all of an element over at once, and with a million of them no other thread would run for seconds. Most
    documents have a few for each tag, and are not looked through.
    """
    if sum(map(data.count, _ATTRIBUTES)) <= most + _MANY * data.count(b">"):
        return False
    return any(sum(map(tag.group().count, _ATTRIBUTES)) > most for tag in _TAG.finditer(data))


class _Seen:
    """What expat came by."""

    def __init__(self, limits: XmlLimits | None) -> None:
        self.begun = False  # with the root element
        self._limits = limits
        self._depth = self._nodes = 0
        self._names: set[str] = set()

    def doctype(self, *_: object) -> None:
        raise Refusal("doctype")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.begun = True
        limits = self._limits
        if limits is None:
            raise _SeenEnough
        self._depth += 1
        if self._depth > limits.depth:
            raise Refusal("too-deep", limit=limits.depth)
        self._nodes += 1
        if self._nodes > limits.nodes:
            raise Refusal("too-many-nodes", limit=limits.nodes)
        self._names.add(name)
        if attributes:
            self._names.update(attributes)
            for attribute, value in attributes.items():
                if attribute.startswith("xmlns"):  # two namespaces may use the same prefix and the same names
                    self._names.add(value)
        if len(self._names) > limits.names:
            raise Refusal("too-many-names", limit=limits.names)

    def end(self, _: str) -> None:
        self._depth -= 1

    def instruction(self, target: str, _: str) -> None:
        self._names.add(target)
        self.comment()
        if self._limits and len(self._names) > self._limits.names:
            raise Refusal("too-many-names", limit=self._limits.names)

    def comment(self, *_: str) -> None:
        self._nodes += 1
        if self._limits and self._nodes > self._limits.nodes:
            raise Refusal("too-many-nodes", limit=self._limits.nodes)

    def check_names(self) -> None:
        """Raises Refusal if one is too long."""
        limits = self._limits
        if limits is not None and any(len(name) > limits.name_length for name in self._names):
            raise Refusal("name-too-long", limit=limits.name_length)


def _prolog_refusal(error: expat.ExpatError) -> Refusal | Fault:
    codes = expat.errors.codes
    if error.code == codes[expat.errors.XML_ERROR_NO_MEMORY]:
        return Fault("memory", "not enough memory to read the XML")
    if error.code in (codes[expat.errors.XML_ERROR_UNKNOWN_ENCODING], codes[expat.errors.XML_ERROR_INCORRECT_ENCODING]):
        return Refusal("encoding", reason=expat.ErrorString(error.code) or "")
    if error.code in (codes[expat.errors.XML_ERROR_SYNTAX], codes[expat.errors.XML_ERROR_INVALID_TOKEN]):
        return Refusal("not-xml", line=error.lineno)
    return Refusal("malformed", line=error.lineno, reason=expat.ErrorString(error.code) or "")


def _syntax_refusal(error: etree.XMLSyntaxError, limits: XmlLimits) -> Refusal | Fault:
    types = etree.ErrorTypes
    if any(entry.type == types.ERR_NO_MEMORY for entry in error.error_log) or error.code == types.ERR_NO_MEMORY:
        return Fault("memory", "not enough memory to read the XML")
    if error.code in (types.ERR_INVALID_ENCODING, types.ERR_UNSUPPORTED_ENCODING, types.ERR_UNKNOWN_ENCODING):
        return Refusal("encoding", reason=error.msg)
    if "xcessive depth" in (error.msg or ""):
        return Refusal("too-deep", limit=limits.depth)
    return Refusal("malformed", line=error.lineno or 0, reason=error.msg or "")
