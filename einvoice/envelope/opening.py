"""An envelope opened: what its header says, and its payload, byte by byte as it lies there."""

from dataclasses import dataclass, replace

from einvoice.envelope.cutting import Part, Sheet, Unreadable, alone, cut, root_of
from einvoice.envelope.header import envelope_of
from einvoice.envelope.names import DOCUMENT, HEADER
from einvoice.envelope.payload import payload_of
from einvoice.errors import Refusal
from einvoice.model.envelope import Envelope, Irregularity
from einvoice.xmlparse import XmlLimits, parse

_MOST_PARTS = 3  # header, payload, and one too many
_LONGEST_HEADER = 100_000  # bytes; an ordinary one has 2,000


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What came out of an envelope."""

    envelope: Envelope
    payload: bytes  # the exact cut, or what BinaryContent or TextContent decode to: what the hash is of
    standalone: bytes  # the same for a parser: with namespaces and encoding that were declared around it


def is_envelope(data: bytes) -> bool:
    """Whether the root element is that of an envelope. Cheap: no more is read than that. Never raises."""
    return root_of(data) == DOCUMENT


def open_envelope(data: bytes, limits: XmlLimits | None = None) -> Opened:
    """Open one envelope. What is odd about it stands in `envelope.irregularities`.

    Raises Refusal: sbdh-no-header, sbdh-two-headers, sbdh-header-too-large, sbdh-value-too-long, sbdh-no-payload,
    sbdh-two-payloads, sbdh-nested, sbdh-content, sbdh-unreadable; and what `xmlparse.parse` raises. The payload
    itself was not parsed yet.
    """
    limits = limits or XmlLimits()
    if len(data) > limits.size:
        raise Refusal("too-large", limit=limits.size, size=len(data))
    try:
        sheet = cut(data, _MOST_PARTS, limits)
    except Unreadable as error:
        parse(data, replace(limits, depth=limits.depth + 1))  # says it in its own words
        raise Refusal("sbdh-unreadable", line=error.line, reason=error.reason) from None
    header, payload = _parts(sheet)
    if header.end - header.start > _LONGEST_HEADER:
        raise Refusal("sbdh-header-too-large", limit=_LONGEST_HEADER)
    taken = payload_of(data, payload, sheet, limits)
    envelope = envelope_of(parse(alone(data, header, sheet), limits), taken)
    if payload.start < header.start:
        envelope = replace(envelope, irregularities=(*envelope.irregularities, Irregularity(code="header-not-first")))
    return Opened(envelope=envelope, payload=taken.content, standalone=taken.standalone)


def _parts(sheet: Sheet) -> tuple[Part, Part]:
    """Header and payload, of which there is one each."""
    if sheet.root != DOCUMENT:
        raise Refusal("sbdh-unreadable", reason=f"root element {sheet.root}")
    headers = [part for part in sheet.parts if part.name == HEADER]
    payloads = [part for part in sheet.parts if part.name != HEADER]
    if not headers and len(sheet.parts) < _MOST_PARTS:
        raise Refusal("sbdh-no-header")
    if len(headers) > 1:
        raise Refusal("sbdh-two-headers")
    if not payloads:
        raise Refusal("sbdh-no-payload")
    if len(payloads) > 1:
        raise Refusal("sbdh-two-payloads", names=", ".join(dict.fromkeys(map(_local, payloads)))[:200])
    return headers[0], payloads[0]


def _local(part: Part) -> str:
    return part.name.rpartition("}")[2]
