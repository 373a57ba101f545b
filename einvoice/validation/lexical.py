"""Makes libxml2 read a few built-in types of XML Schema as the KoSIT validator's Xerces reads them.

libxml2 2.14 rejects white space around a date, skips characters that are no Base64, and has its own idea of URIs.
`xsd/cii-d16b/lexical.xsd` words these types anew; here an official schema is pointed at them, in memory.
"""

from lxml import etree

from einvoice.model.xml import reparse

_XS = "http://www.w3.org/2001/XMLSchema"
_LEXICAL = "urn:einvoice:xsd:lexical"
_REWORDED = {"anyURI", "base64Binary", "date", "dateTime", "time"}
_NAMING = ("type", "base", "itemType")  # the attributes that name a type


def point_at(schema: bytes, lexical: str) -> bytes:
    """The schema document with the reworded types instead of the built-in ones; `lexical` is where these lie."""
    root = reparse(schema)
    named = [
        (element, attribute)
        for element in root.iter(f"{{{_XS}}}*")
        for attribute in _NAMING
        if _is_reworded(element, element.get(attribute))
    ]
    if not named:
        return schema
    for element, attribute in named:
        element.set(attribute, f"lex:{str(element.get(attribute)).rpartition(':')[2]}")
    corrected = etree.Element(root.tag, root.attrib, nsmap={**root.nsmap, "lex": _LEXICAL})
    corrected[:] = root[:]
    corrected.insert(0, etree.Element(f"{{{_XS}}}import", namespace=_LEXICAL, schemaLocation=lexical))
    return etree.tostring(corrected)


def _is_reworded(element: etree._Element, name: str | None) -> bool:
    prefix, _, local = (name or "").rpartition(":")
    return local in _REWORDED and element.nsmap.get(prefix or None) == _XS
