"""An answer read back: our own, and those of others that come in about what we sent."""

from typing import Any

from lxml import etree

from einvoice.errors import Refusal
from einvoice.responses.message import APPLICATION_RESPONSE, Kind, Response
from einvoice.responses.shapes import CLASSES, ROOT_SHAPE, Row, shapes
from einvoice.xmlparse import XmlLimits, parse

# A message has a few hundred bytes for each finding it tells of.
_LIMITS = XmlLimits(size=10_000_000, depth=20, nodes=200_000)
_ROOT = f"{{{APPLICATION_RESPONSE}}}ApplicationResponse"
_NEEDED = ("code", "document_id")  # without them nobody knows what it says of what


def read_response(data: bytes) -> Response:
    """The message these bytes hold, alone, without an envelope around it.

    Only what the message is about must be there; of the rest, what is missing is None or "", what is unknown is
    passed over, and of what stands there too often the first counts. Whether it keeps all rules says `violations`.

    Raises Refusal: not-a-response (another root element, or neither of the three messages), response-incomplete (no
    code, or nothing it refers to), and all of `einvoice.xmlparse.parse`.
    """
    root = parse(data, _LIMITS)
    if root.tag != _ROOT:
        raise Refusal("not-a-response", root=etree.QName(root).localname)
    told = _read(root, ROOT_SHAPE)
    kind = _kind(told["customization"], told["profile"])
    if kind is None:
        raise Refusal("not-a-response", root="ApplicationResponse", customization=told["customization"])
    missing = [row.path for row in shapes()[ROOT_SHAPE] if row.field in _NEEDED and not told[row.field]]
    if missing:
        raise Refusal("response-incomplete", missing=", ".join(missing))
    return Response(kind=kind, **told)


def _kind(customization: str, profile: str) -> Kind | None:
    """By the specification it names, or, where that is none of the three, by the process."""
    named = (kind for kind in Kind if customization.startswith(kind.customization))
    by_process = (kind for kind in Kind if profile in kind.profiles)
    return next(named, None) or next(by_process, None)


def _read(element: etree._Element, shape: str) -> dict[str, Any]:
    return {row.field: _part(element, row) for row in shapes()[shape]}


def _part(element: etree._Element, row: Row) -> Any:
    if row.attribute:
        return (element.get(row.attribute) or "").strip() or row.default
    places = [element] if not row.steps else _at(element, row.steps)
    if row.many:
        return tuple(_value(place, row) for place in places)
    if places:
        return _value(places[0], row)
    return _value(etree.Element("missing"), row) if row.shape and row.default == "" else row.default


def _at(element: etree._Element, steps: tuple[str, ...]) -> list[etree._Element]:
    """All places at the end of a path; on the way the first of several counts."""
    *way, last = steps
    for step in way:
        found = element.find(step)
        if found is None:
            return []
        element = found
    return element.findall(last)


def _value(place: etree._Element, row: Row) -> Any:
    if row.shape:
        return CLASSES[row.shape](**_read(place, row.shape))
    return str(place.xpath("string()")).strip(" \t\r\n") or row.default
