"""The files a configuration names: compiled Schematron, and XML Schemas with everything they import.

Nothing may reach out of the configuration, and no XML in it may declare what would be fetched or expanded.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote, urlsplit
from xml.parsers import expat

from lxml import etree

from einvoice.errors import Refusal
from einvoice.model.xml import reparse
from einvoice.rules.archive import ReleaseRefused
from einvoice.xmlparse import XmlLimits, parse

_XSL = "{http://www.w3.org/1999/XSL/Transform}"
_XS = "{http://www.w3.org/2001/XMLSchema}"
_SVRL = "{http://purl.oclc.org/dsdl/svrl}schematron-output"
_REACHING_OUT = (
    *("import", "include", "import-schema", "use-package"),
    *("result-document", "source-document", "merge-source"),
    "evaluate",  # of text that is no stylesheet, perhaps out of an invoice
)
# Functions that read what is not the invoice, tell of the machine, or run text (XPath 3.1, XSLT 3.0).
_TELLING = (
    r"doc|document|doc-available|json-doc|collection|uri-collection|unparsed-text|unparsed-text-lines|"
    r"unparsed-text-available|stream-available|environment-variable|available-environment-variables|"
    r"transform|load-xquery-module"
)
_FN = "http://www.w3.org/2005/xpath-functions"
_CALL = re.compile(rf"(?<![\w.$@-])(?:Q\{{{re.escape(_FN)}\}}|([\w.-]+):)?({_TELLING})\s*(?:\(|#)")
# How SchXslt, which compiles the official rules, lets a caller name the document to judge. We never do.
_COMPILERS_OWN = "document($schxslt.validate.initial-document-uri)"
_LITERAL = re.compile(r"""'[^']*'|"[^"]*\"""")
_INCLUDING = ("import", "include", "redefine", "override")
_UTF8 = "utf-8"
_DRIVE = re.compile(r"[A-Za-z]:")


def locate(location: str, base: str, files: Mapping[str, bytes], *, named_by: str) -> str:
    """The path of the file that a relative location means, seen from the folder `base`. Raises ReleaseRefused."""
    parts = urlsplit(location)
    path = unquote(parts.path)
    outside = parts.scheme or parts.netloc or path.startswith("/") or "\\" in path or _DRIVE.match(path)
    resolved = posixpath.normpath(posixpath.join(base, path))
    if outside or parts.query or parts.fragment or resolved.startswith(".."):
        raise ReleaseRefused(f"{named_by} names {location}, which does not lie in the configuration")
    if resolved not in files:
        raise ReleaseRefused(f"{named_by} names {location}, which is missing")
    return resolved


def check_stylesheet(name: str, data: bytes, limits: XmlLimits) -> None:
    """A Schematron compiled to XSLT that stands alone. Raises ReleaseRefused."""
    try:
        root = parse(data, limits)
    except Refusal as refusal:
        raise ReleaseRefused(f"{name} is not XML we take: {refusal.notice.code}") from None
    if root.tag not in (_XSL + "transform", _XSL + "stylesheet") or next(root.iter(_SVRL), None) is None:
        raise ReleaseRefused(f"{name} is no Schematron compiled to XSLT")
    for word in _REACHING_OUT:
        if (found := next(root.iter(_XSL + word), None)) is not None:
            raise ReleaseRefused(f"{name}, line {found.sourceline}: xsl:{word} reaches out of the stylesheet")
    for element in root.iter(etree.Element):
        for expression in element.attrib.values():
            if expression != _COMPILERS_OWN and ("(" in expression or "#" in expression):
                _check_calls(expression, element, name)


def _check_calls(expression: str, element: etree._Element, name: str) -> None:
    """Raise ReleaseRefused for a function that reaches out; whatever a literal says is only said."""
    for call in _CALL.finditer(_LITERAL.sub("''", expression)):
        prefix, function = call[1], call[2]
        if prefix is None or element.nsmap.get(prefix) == _FN:
            raise ReleaseRefused(f"{name}, line {element.sourceline}: {function}() reaches out of the stylesheet")


def schema_closure(entry: str, files: Mapping[str, bytes]) -> dict[str, etree._Element]:
    """The schema documents that the one at `entry` needs, itself among them, by path. Raises ReleaseRefused."""
    found: dict[str, etree._Element] = {}
    waiting = [entry]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found[path] = _schema(path, files[path])
            waiting.extend(_named(path, found[path], files))
    return found


def _schema(name: str, data: bytes) -> etree._Element:
    try:
        _check_declarations(name, data)
        root = reparse(data)
    except (etree.XMLSyntaxError, expat.ExpatError, ValueError, LookupError) as error:
        raise ReleaseRefused(f"{name} is not well-formed XML: {error}") from None
    if root.tag != _XS + "schema":
        raise ReleaseRefused(f"{name} is no XML Schema")
    return root


def _named(path: str, root: etree._Element, files: Mapping[str, bytes]) -> Iterator[str]:
    for word in _INCLUDING:
        for element in root.iter(_XS + word):
            location = element.get("schemaLocation")
            if location is not None:
                where = f"{path}, line {element.sourceline}"
                yield locate(location, posixpath.dirname(path), files, named_by=where)


def _check_declarations(name: str, data: bytes) -> None:
    """The XML Signature schema of UBL carries a DOCTYPE. One that fetches nothing and expands nothing is harmless.

    References are looked for in the bytes, so a file that declares entities must be UTF-8.
    """
    entities: list[str] = []
    encodings = [_UTF8]

    def declaration(_: str, encoding: str | None, __: int) -> None:
        encodings.append((encoding or _UTF8).lower())

    def doctype(_: str, system: str | None, public: str | None, __: bool) -> None:
        if system or public:
            raise ReleaseRefused(f"{name} has a DOCTYPE that fetches {system or public}")

    def entity(word: str, parameter: bool, _: str | None, __: str | None, *outside: str | None) -> None:
        if any(outside):
            raise ReleaseRefused(f"{name} declares the entity {word}, which is fetched")
        entities.append(f"{'%' if parameter else '&'}{word};")

    parser = expat.ParserCreate()
    parser.XmlDeclHandler = declaration
    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = entity
    parser.Parse(data, True)
    if entities and (b"\0" in data or encodings[-1] != _UTF8):  # UTF-16 has zeros, its own mark may be all that tells
        raise ReleaseRefused(f"{name} declares entities and is not UTF-8")
    for reference in entities:
        if reference.encode() in data:
            raise ReleaseRefused(f"{name} uses the entity {reference}")
