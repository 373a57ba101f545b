"""The one hardened way into XML: no DTD, no entities, no network, bounded in bytes, depth and nodes.

libxml2's own 10 MB text limit is lifted (invoices carry large attachments); our limits stand in its place.
"""

from dataclasses import dataclass
from functools import lru_cache
from xml.parsers import expat

from lxml import etree

from einvoice.errors import Refusal
from einvoice.model.xml import hardened_parser, reparse

__all__ = ["XmlLimits", "parse", "reparse"]


@dataclass(frozen=True, slots=True)
class XmlLimits:
    """What a document may cost us. Units: bytes, nesting levels, nodes (elements)."""

    size: int = 15_000_000
    depth: int = 100
    nodes: int = 5_000_000


def parse(data: bytes, limits: XmlLimits) -> etree._Element:
    """Parse one XML document, or refuse it.

    Raises Refusal: empty, too-large, not-xml, malformed, encoding, doctype, too-deep, too-many-nodes.
    """
    if not data.strip():
        raise Refusal("empty")
    if len(data) > limits.size:
        raise Refusal("too-large", limit=limits.size, size=len(data))
    brackets = data.count(b"<")  # at least one for each element, so that most documents need no counting
    if brackets > 4 * limits.nodes:  # elements, end tags, comments: refused before memory is spent
        raise Refusal("too-many-nodes", limit=limits.nodes)
    _check_prolog(data)
    try:
        root = etree.fromstring(data, hardened_parser())
    except etree.XMLSyntaxError as error:
        raise _syntax_refusal(error, limits) from None
    if root.getroottree().docinfo.doctype:
        raise Refusal("doctype")
    if _deeper_than(limits.depth)(root):
        raise Refusal("too-deep", limit=limits.depth)
    if brackets > limits.nodes and root.xpath("count(//*)") > limits.nodes:
        raise Refusal("too-many-nodes", limit=limits.nodes)
    return root


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


def _prolog_refusal(error: expat.ExpatError) -> Refusal:
    codes = expat.errors.codes
    if error.code in (codes[expat.errors.XML_ERROR_UNKNOWN_ENCODING], codes[expat.errors.XML_ERROR_INCORRECT_ENCODING]):
        return Refusal("encoding", reason=expat.ErrorString(error.code) or "")
    if error.code in (codes[expat.errors.XML_ERROR_SYNTAX], codes[expat.errors.XML_ERROR_INVALID_TOKEN]):
        return Refusal("not-xml", line=error.lineno)
    return Refusal("malformed", line=error.lineno, reason=expat.ErrorString(error.code) or "")


def _syntax_refusal(error: etree.XMLSyntaxError, limits: XmlLimits) -> Refusal:
    types = etree.ErrorTypes
    if error.code in (types.ERR_INVALID_ENCODING, types.ERR_UNSUPPORTED_ENCODING, types.ERR_UNKNOWN_ENCODING):
        return Refusal("encoding", reason=error.msg)
    if "xcessive depth" in (error.msg or ""):
        return Refusal("too-deep", limit=limits.depth)
    return Refusal("malformed", line=error.lineno or 0, reason=error.msg or "")
