"""Where the parts of an envelope begin and end, to the byte, and each part made to stand alone.

expat tells byte positions, which libxml2 does not. It expands nothing here and keeps nothing; what is cut out is then
read by `einvoice.xmlparse` within its limits.
"""

import contextlib
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from einvoice.errors import Refusal
from einvoice.xmlparse import XmlLimits, has_crowded_tag

_SEPARATOR = "\f"  # between namespace and name; XML has no such character
# Whatever may be a prefix, in names and in values (xsi:type). Goes over a long run of letters once.
_PREFIX = re.compile("(?<![\\w.\u00b7\u0300-\u036f-])([\\w.\u00b7\u0300-\u036f-]++):")
_TAG = re.compile(r"<[^\s/>]+")
_MARKS = (  # how the encodings begin that need not be declared
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class Part:
    """One element right below the root: `data[start:end]`."""

    name: str  # {namespace}local
    start: int
    end: int
    declared: frozenset[str]  # prefixes it declares itself; "" is the default namespace


@dataclass(slots=True)
class Sheet:
    """What is known of a document once it was gone through."""

    root: str = ""  # {namespace}local
    namespaces: Mapping[str, str] = field(default_factory=dict)  # of the root, by prefix
    version: str = "1.0"
    encoding: str = "utf-8"  # as Python calls it
    parts: list[Part] = field(default_factory=list)


class Unreadable(Exception):
    """It is not well-formed, or in an encoding expat does not know."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(line, reason)
        self.line, self.reason = line, reason


def root_of(data: bytes) -> str | None:
    """The name of the root element, {namespace}local; None where there is none to be read, or a DOCTYPE before it.

    None, too, where one tag has more attributes than any document may have: `parse` refuses that.
    """
    if has_crowded_tag(data, XmlLimits().names):
        return None
    found: list[str] = []

    def start(name: str, _: object) -> None:
        found.append(_clark(name))
        raise _Enough

    parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = _stop
    with contextlib.suppress(_Enough, expat.ExpatError, ValueError, LookupError):
        parser.Parse(data, True)
    return found[0] if found else None


def cut(data: bytes, most: int, limits: XmlLimits) -> Sheet:
    """Root and parts of a document; after `most` parts it looks no further.

    Each part may have as many nodes and levels as the limits allow a document. Raises Unreadable; Refusal: doctype,
    too-deep, too-many-nodes.
    """
    walk = _Walk(most, limits)
    try:
        walk.parser.Parse(data, True)
    except _Enough:
        pass
    except expat.ExpatError as error:
        raise Unreadable(error.lineno, expat.ErrorString(error.code) or "") from None
    except (ValueError, LookupError) as error:  # an encoding name neither expat nor Python knows
        raise Unreadable(1, str(error)) from None
    marked = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)
    walk.sheet.encoding = marked or walk.declared.lower()
    return walk.sheet


def alone(data: bytes, part: Part, sheet: Sheet) -> bytes:
    """A part as a document of its own: the very bytes, where they mean the same without what stands around them.

    Else in UTF-8, with the namespaces that were declared around it. Raises Refusal: encoding.
    """
    raw = data[part.start : part.end]
    plain = sheet.encoding in ("utf-8", "us-ascii") and sheet.version == "1.0"
    outer = {prefix: uri for prefix, uri in sheet.namespaces.items() if prefix not in part.declared and uri}
    if plain and not outer:
        return raw
    try:
        text = raw.decode(sheet.encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise Refusal("encoding", reason=str(error)) from None
    used = {"", *(found.group(1) for found in _PREFIX.finditer(text))}
    needed = {prefix: uri for prefix, uri in outer.items() if prefix in used}
    if plain and not needed:
        return raw
    tag = _TAG.match(text)
    assert tag is not None  # it was cut where an element begins
    declarations = "".join(
        f' xmlns{":" if prefix else ""}{prefix}="{html.escape(uri)}"' for prefix, uri in needed.items()
    )
    prolog = "" if sheet.version == "1.0" else f'<?xml version="{sheet.version}"?>'
    return f"{prolog}{tag.group()}{declarations}{text[tag.end() :]}".encode()


class _Enough(Exception):
    """All that was wanted is known."""


class _Walk:
    """One way through a document. The end of a part is where the next thing after it begins."""

    def __init__(self, most: int, limits: XmlLimits) -> None:
        self.sheet = Sheet()
        self.declared = "utf-8"
        self._most, self._limits = most, limits
        self._depth = self._nodes = 0
        self._namespaces: dict[str, str] = {}  # declared by the element that comes next
        self._open: Part | None = None  # its end is not known yet
        self.parser = parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
        parser.XmlDeclHandler = self._declaration
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartNamespaceDeclHandler = self._namespace
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end

    def _declaration(self, version: str, encoding: str | None, _: int) -> None:
        self.sheet.version = version
        self.declared = encoding or self.declared

    def _doctype(self, *_: object) -> None:
        raise Refusal("doctype")

    def _namespace(self, prefix: str | None, uri: str | None) -> None:
        self._namespaces[prefix or ""] = uri or ""

    def _start(self, name: str, _: object) -> None:
        self._depth += 1
        if self._depth == 1:
            self.sheet.root, self.sheet.namespaces = _clark(name), self._namespaces
        elif self._depth == 2:
            self._settle()
            if len(self.sheet.parts) == self._most:
                raise _Enough
            self._nodes = 0
            at = self.parser.CurrentByteIndex
            self._open = Part(_clark(name), at, at, frozenset(self._namespaces))
        elif self._depth > self._limits.depth + 1:
            raise Refusal("too-deep", limit=self._limits.depth)
        self._nodes += 1
        if self._nodes > self._limits.nodes:
            raise Refusal("too-many-nodes", limit=self._limits.nodes)
        if self._namespaces:
            self._namespaces = {}

    def _end(self, _: str) -> None:
        self._depth -= 1
        if self._depth == 1:
            self.parser.DefaultHandler = self._settle  # white space, a comment, …
        elif self._depth == 0:
            self._settle()

    def _settle(self, *_: object) -> None:
        if self._open is not None and self._depth < 3:
            part, self._open = self._open, None
            self.sheet.parts.append(Part(part.name, part.start, self.parser.CurrentByteIndex, part.declared))
        self.parser.DefaultHandler = None


def _clark(name: str) -> str:
    namespace, separator, local = name.rpartition(_SEPARATOR)
    return f"{{{namespace}}}{local}" if separator else local


def _stop(*_: object) -> None:
    raise _Enough
