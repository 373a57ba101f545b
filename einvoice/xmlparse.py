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

__all__ = ["XmlLimits", "parse", "reparse"]


_VERSIONS = ("1.0", "1.1")  # XML has no others
_RAW_CONTROL = re.compile("[\x7f-\x84\x86-\x9f]")


@dataclass(frozen=True, slots=True)
class XmlLimits:
    """What a document may cost us. Units: bytes, nesting levels, nodes (elements)."""

    size: int = 15_000_000
    depth: int = 100
    nodes: int = 5_000_000


def parse(data: bytes, limits: XmlLimits) -> etree._Element:
    """Parse one XML document, or refuse it.

    Raises Refusal: too-large, empty, not-xml, malformed, encoding, doctype, too-deep, too-many-nodes. Raises Fault if
    there is not enough memory: that says nothing about the document.
    """
    if len(data) > limits.size:
        raise Refusal("too-large", limit=limits.size, size=len(data))
    if not data.strip():
        raise Refusal("empty")
    brackets = data.count(b"<")  # at least one for each element, so that most documents need no counting
    if brackets > 4 * limits.nodes:  # elements, end tags, comments: refused before memory is spent
        raise Refusal("too-many-nodes", limit=limits.nodes)
    _check_prolog(data)
    try:
        root = etree.fromstring(data, hardened_parser())
    except etree.XMLSyntaxError as error:
        raise _syntax_refusal(error, limits) from None
    declared = root.getroottree().docinfo
    if declared.doctype:
        raise Refusal("doctype")
    if declared.xml_version not in _VERSIONS:
        raise Refusal("malformed", line=1, reason=f"XML {declared.xml_version}")
    if declared.xml_version == "1.1":
        _refuse_raw_controls(data, declared.encoding)
    if _deeper_than(limits.depth)(root):
        raise Refusal("too-deep", limit=limits.depth)
    if brackets > limits.nodes and root.xpath("count(//*)") > limits.nodes:
        raise Refusal("too-many-nodes", limit=limits.nodes)
    return root


def _refuse_raw_controls(data: bytes, encoding: str | None) -> None:
    """XML 1.1 wants these written as references (section 2.2); libxml2 reads it by the rules of 1.0, which does not."""
    found = _RAW_CONTROL.search(data.decode(encoding or "utf-8", "replace"))
    if found:
        raise Refusal("malformed", line=found.string.count("\n", 0, found.start()) + 1, reason="control character")


@lru_cache
def _deeper_than(depth: int) -> etree.XPath:
    return etree.XPath(f"boolean({'/*' * (depth + 1)})")


class _PrologSeen(Exception):
    """The first element starts: the prolog is clean."""


def _check_prolog(data: bytes) -> None:
    """Look at what stands before the root element, with expat, which expands nothing here.

    libxml2 with lifted limits would expand entities of attribute values: a DOCTYPE must never reach it.
    """

    def refuse_doctype(*_: object) -> None:
        raise Refusal("doctype")

    def stop(*_: object) -> None:
        raise _PrologSeen

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse_doctype
    parser.StartElementHandler = stop
    try:
        parser.Parse(data, True)
    except _PrologSeen:
        return
    except (ValueError, LookupError) as error:  # an encoding name neither expat nor Python knows
        raise Refusal("encoding", reason=str(error)) from None
    except expat.ExpatError as error:
        raise _prolog_refusal(error) from None


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
