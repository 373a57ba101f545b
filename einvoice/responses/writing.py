"""A message as XML. The same message gives the same bytes."""

import re
from typing import Any

from lxml import etree

from einvoice.model.namespaces import CAC, CBC, PREFIXES
from einvoice.responses.checks import check
from einvoice.responses.message import APPLICATION_RESPONSE, Response
from einvoice.responses.shapes import ROOT_SHAPE, Row, shapes

# Whatever XML 1.0 has no way to write (section 2.2).
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PREFIX = re.compile(r"/([A-Za-z_][\w.-]*):")


def write_response(response: Response) -> bytes:
    """The message in UTF-8, valid UBL 2.1. Raises ResponseInvalid with every rule that is broken."""
    check(response)
    root = etree.Element(f"{{{APPLICATION_RESPONSE}}}ApplicationResponse", nsmap=_namespaces(response))
    _fill(root, ROOT_SHAPE, response)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _namespaces(response: Response) -> dict[str | None, str]:
    """Those of the message, and of every prefix the places in it use: a place must be readable by itself."""
    found: dict[str | None, str] = {None: APPLICATION_RESPONSE, "cac": CAC, "cbc": CBC}
    used = {prefix for line in response.lines for prefix in _PREFIX.findall(line.place)}
    return found | {prefix: PREFIXES[prefix] for prefix in sorted(used) if prefix in PREFIXES}


def _fill(element: etree._Element, shape: str, value: Any) -> None:
    for row in shapes()[shape]:
        held = getattr(value, row.field)
        for part in held if row.many else (held,):
            if part is not None:
                _put(element, row, part)


def _put(element: etree._Element, row: Row, part: Any) -> None:
    place = _open(element, row.steps) if row.steps else element
    if row.shape:
        _fill(place, row.shape, part)
    elif row.attribute:
        place.set(row.attribute, _clean(part))
    else:
        place.text = _clean(part)


def _open(element: etree._Element, steps: tuple[str, ...]) -> etree._Element:
    """A new element at the end of the path; what stands on the way is shared with the part before."""
    *way, last = steps
    for step in way:
        before = element[-1] if len(element) else None
        element = before if before is not None and before.tag == step else etree.SubElement(element, step)
    return etree.SubElement(element, last)


def _clean(text: str) -> str:
    """Without white space around it, and with U+FFFD for what XML cannot say."""
    return _NO_XML.sub("\ufffd", text).strip(" \t\r\n")
