"""`xsi:schemaLocation` and its sister hold URIs. Xerces, which decides at KoSIT, looks at them; libxml2 does not."""

from collections.abc import Iterator

from lxml import etree

from einvoice.model import Finding, InvoiceDocument, Level, Source
from einvoice.validation.location import path_of

_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_NAMES = (f"{_XSI}schemaLocation", f"{_XSI}noNamespaceSchemaLocation")  # a list of URIs, and one URI (XSD 1.0, 3.2.7)
_USED = etree.XPath(
    "//*[@xsi:schemaLocation or @xsi:noNamespaceSchemaLocation]",
    namespaces={"xsi": "http://www.w3.org/2001/XMLSchema-instance"},
)
_SHOWN = 120  # characters of a value shown


def uri_schema(lexical: str) -> etree.XMLSchema:
    """A schema for one element `uri`, with URIs read as Xerces reads them; `lexical` is where that type lies."""
    return etree.XMLSchema(
        etree.fromstring(f"""
        <xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:lex="urn:einvoice:xsd:lexical">
          <xs:import namespace="urn:einvoice:xsd:lexical" schemaLocation="{lexical}"/>
          <xs:element name="uri" type="lex:anyURI"/>
        </xs:schema>""")
    )


def mentions(document: InvoiceDocument) -> bool:
    """Whether it may hold such an attribute at all. Most do not and need no search; UTF-16 is always searched."""
    return b"chemaLocation" in document.xml or b"\x00" in document.xml[:4]


def wrong_locations(document: InvoiceDocument, ruleset: str, uri: etree.XMLSchema) -> Iterator[Finding]:
    """A finding for each attribute with something that is no URI."""
    for element in _USED(document.root):
        for name in _NAMES:
            value = element.get(name)
            if value is not None and not all(_is_uri(one, uri) for one in _uris(name, value)):
                yield _finding(element, name, value, ruleset)


def _uris(name: str, value: str) -> list[str]:
    return value.split() if name == _NAMES[0] else [value]


def _is_uri(text: str, uri: etree.XMLSchema) -> bool:
    element = etree.Element("uri")
    element.text = text
    return bool(uri.validate(element))


def _finding(element: etree._Element, name: str, value: str, ruleset: str) -> Finding:
    attribute = f"xsi:{etree.QName(name).localname}"
    return Finding(
        rule="xsd-wrong-value",
        level=Level.ERROR,
        source=Source.XSD,
        ruleset=ruleset,
        xpath=path_of(element),
        line=element.sourceline,
        terms=(),
        message=f"{attribute}: '{value[:_SHOWN]}' is not a valid anyURI.",
        found=value[:_SHOWN],
        details=(("element", attribute), ("attribute", attribute), ("value", value[:_SHOWN]), ("type", "anyURI")),
    )
