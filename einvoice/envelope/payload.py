"""What lies in an envelope beside its header: one XML element, or another file in BinaryContent or TextContent."""

import base64
import binascii
import re
from dataclasses import dataclass

from lxml import etree

from einvoice.envelope.cutting import Part, Sheet, alone, root_of
from einvoice.envelope.names import BINARY, DOCUMENT, TEXT
from einvoice.errors import Refusal
from einvoice.model.envelope import PayloadKind
from einvoice.xmlparse import XmlLimits, parse

_KINDS = {BINARY: PayloadKind.BINARY, TEXT: PayloadKind.TEXT}
_DECLARATION = re.compile(r"\A\s*<\?xml\s[^>]*\?>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """The payload of one envelope."""

    kind: PayloadKind
    content: bytes  # the exact cut, or what it decodes to
    standalone: bytes  # the same as a file of its own
    root: str | None = None  # {namespace}local, of XML
    media_type: str | None = None  # as stated, of what is no XML


def payload_of(data: bytes, part: Part, sheet: Sheet, limits: XmlLimits) -> Payload:
    """Take the payload out. Raises Refusal: sbdh-nested, sbdh-no-payload, sbdh-content, and what `parse` raises."""
    if part.name == DOCUMENT:
        raise Refusal("sbdh-nested")
    standalone = alone(data, part, sheet)
    kind = _KINDS.get(part.name, PayloadKind.XML)
    if kind is PayloadKind.XML:
        return Payload(kind=kind, content=data[part.start : part.end], standalone=standalone, root=part.name)
    element = parse(standalone, limits)
    if any(isinstance(child.tag, str) for child in element):
        raise Refusal("sbdh-content", reason="elements")
    text = "".join(element.xpath("text()"))
    content = _decoded(text) if kind is PayloadKind.BINARY else text.encode()
    # Its characters are known by now, whatever encoding the text says it was in.
    alone_again = content if kind is PayloadKind.BINARY else _DECLARATION.sub("", text).encode()
    if not alone_again.strip():
        raise Refusal("sbdh-no-payload")
    if root_of(alone_again) == DOCUMENT:
        raise Refusal("sbdh-nested")
    return Payload(kind=kind, content=content, standalone=alone_again, media_type=_media_type(element))


def _decoded(text: str) -> bytes:
    """xs:base64Binary; white space may stand anywhere in it."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Refusal("sbdh-content", reason="base64") from None


def _media_type(element: etree._Element) -> str | None:
    return (element.get("mimeType") or "").strip()[:100] or None
