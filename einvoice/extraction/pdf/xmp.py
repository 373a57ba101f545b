"""What the metadata of a PDF claims (XMP, ISO 16684-1)."""

import re
from collections.abc import Iterator

from lxml import etree

from einvoice.errors import Fault, Refusal
from einvoice.model.enclosed import Xmp, XmpState
from einvoice.model.text import storable
from einvoice.xmlparse import XmlLimits, parse

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_PDFA = "http://www.aiim.org/pdfa/ns/id/"
_EXTENSION = "http://www.aiim.org/pdfa/ns/extension/"
_SCHEMA = "http://www.aiim.org/pdfa/ns/schema#"
_PROPERTY = "http://www.aiim.org/pdfa/ns/property#"
# The namespaces of the invoice properties, from ZUGFeRD's release candidate on, and as they are misspelt.
_INVOICE = re.compile("urn:.*:pdfa:", re.IGNORECASE)
_PROPERTIES = {
    "document_type": "DocumentType",
    "document_file_name": "DocumentFileName",
    "version": "Version",
    "conformance_level": "ConformanceLevel",
}
_PADDING = b" \t\r\n\0"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_LIMITS = XmlLimits(size=2_000_000, depth=50, nodes=100_000)
_LONGEST = 500  # characters of a value that are kept


def read_xmp(packet: bytes) -> Xmp:
    """The claims of an XMP packet; of a property that stands there twice, the first."""
    try:
        root = parse(packet if packet.startswith(_UTF16) else packet.strip(_PADDING), _LIMITS)
    except (Refusal, Fault):
        return Xmp(state=XmpState.BROKEN)
    said: dict[tuple[str, str], str] = {}
    for namespace, name, value in _properties(root):
        said.setdefault((namespace, name), value)
    invoice = next((namespace for namespace, _ in said if _INVOICE.match(namespace)), None)
    claims = {field: said.get((invoice or "", name)) for field, name in _PROPERTIES.items()}
    return Xmp(
        state=XmpState.READ,
        pdfa_part=said.get((_PDFA, "part")),
        pdfa_conformance=said.get((_PDFA, "conformance")),
        namespace=invoice,
        prefix=_prefix(root, invoice) if invoice else None,
        extension_schema=invoice is not None
        and _declared(root, invoice, {name for namespace, name in said if namespace == invoice}),
        **claims,
    )


def _properties(root: etree._Element) -> Iterator[tuple[str, str, str]]:
    """(namespace, name, value) of every simple property, which may be an element or an attribute."""
    for description in root.iter(f"{{{_RDF}}}Description"):
        for tag, value in description.attrib.items():
            yield _split(str(tag), str(value))
        for element in description.iterchildren(etree.Element):
            yield _split(str(element.tag), str(element.xpath("string()")))


def _split(tag: str, value: str) -> tuple[str, str, str]:
    name = etree.QName(tag)
    return _kept(name.namespace or ""), name.localname, _kept(value)


def _prefix(root: etree._Element, namespace: str) -> str | None:
    """The one the properties of that namespace are written with."""
    for description in root.iter(f"{{{_RDF}}}Description"):
        for prefix, uri in description.nsmap.items():
            if uri == namespace and prefix is not None:
                return _kept(prefix)
    used = next(root.iter(f"{{{namespace}}}*"), None)
    return _kept(used.prefix) if used is not None and used.prefix else None


def _declared(root: etree._Element, namespace: str, used: set[str]) -> bool:
    """Whether an extension schema of that namespace declares all properties used (ISO 19005-3, 6.6.2.3.3)."""
    for schemas in root.iter(f"{{{_EXTENSION}}}schemas"):
        for schema in schemas.iter(f"{{{_RDF}}}li"):
            if _said(schema, _SCHEMA, "namespaceURI") == {namespace}:
                return used <= _said(schema, _PROPERTY, "name")
    return False


def _said(holder: etree._Element, namespace: str, name: str) -> set[str]:
    """What a schema says by that name, in elements or attributes, as far down as it goes."""
    tag = f"{{{namespace}}}{name}"
    elements = {str(one.xpath("string()")).strip() for one in holder.iter(tag)}
    return elements | {str(one.get(tag)).strip() for one in holder.iter(etree.Element) if one.get(tag) is not None}


def _kept(text: str) -> str:
    return storable(text[:_LONGEST])
