"""An envelope written round a payload, whose bytes stay as they are (Peppol Business Message Envelope 2.0.1)."""

import re
from dataclasses import dataclass
from datetime import datetime
from html import escape

from einvoice.envelope.cutting import Unreadable, cut, root_of
from einvoice.envelope.names import DOCUMENT, DOCUMENT_SCHEME, HEADER_VERSION, PARTICIPANTS, PROCESS_SCHEME
from einvoice.errors import Refusal
from einvoice.model.namespaces import SBDH
from einvoice.xmlparse import XmlLimits

_PROLOG = re.compile(rb"\A(?:\xef\xbb\xbf)?(?:\s*<\?xml\s[^>]*\?>)?\s*")
_UTF8 = ("utf-8", "us-ascii")


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a header says. Standard, type and version of the payload come from the document type."""

    sender: str  # "0204:04011000-12345-34"
    receiver: str
    instance_id: str  # new for each message
    document_type: str  # namespace::local##customization::version
    process: str
    created_at: datetime  # with time zone
    country: str = "DE"  # COUNTRY_C1: of the sender
    mls_to: str | None = None  # "0242:…"
    mls_always: bool = False  # good news is wanted, too


def write_envelope(header: Header, payload: bytes) -> bytes:
    """The envelope, UTF-8. Of the payload only its XML declaration (and byte order mark) is left away.

    Raises ValueError: the payload is no XML in UTF-8, is an envelope itself, or the header can't be written (a time
    without a zone, a document type without its parts).
    """
    if header.created_at.tzinfo is None:
        raise ValueError("created_at has no time zone")
    root, separator, rest = header.document_type.partition("##")
    namespace, _, local = root.rpartition("::")
    if not separator or not namespace:
        raise ValueError(f"{header.document_type} is no document type identifier")
    content = _content(payload)
    lines = (
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<sh:StandardBusinessDocument xmlns:sh="{SBDH}"><sh:StandardBusinessDocumentHeader>',
        _element("HeaderVersion", HEADER_VERSION),
        _party("Sender", header.sender),
        _party("Receiver", header.receiver),
        "<sh:DocumentIdentification>",
        _element("Standard", namespace),
        _element("TypeVersion", rest.rpartition("::")[2]),
        _element("InstanceIdentifier", header.instance_id),
        _element("Type", local),
        _element("CreationDateAndTime", header.created_at.isoformat(timespec="seconds")),
        "</sh:DocumentIdentification><sh:BusinessScope>",
        _scope("DOCUMENTID", header.document_type, DOCUMENT_SCHEME),
        _scope("PROCESSID", header.process, PROCESS_SCHEME),
        _scope("COUNTRY_C1", header.country),
        _scope("MLS_TO", header.mls_to, PARTICIPANTS) if header.mls_to else "",
        _scope("MLS_TYPE", "ALWAYS_SEND") if header.mls_always else "",
        "</sh:BusinessScope></sh:StandardBusinessDocumentHeader>",
    )
    return "\n".join(filter(None, lines)).encode() + b"\n" + content + b"\n</sh:StandardBusinessDocument>\n"


def _content(payload: bytes) -> bytes:
    try:
        sheet = cut(payload, len(payload), XmlLimits(depth=1000, nodes=len(payload)))
    except (Unreadable, Refusal) as error:
        raise ValueError(f"the payload is no XML that can be wrapped: {error}") from None
    if sheet.encoding not in _UTF8 or sheet.version != "1.0":
        raise ValueError(f"the payload is XML {sheet.version} in {sheet.encoding}, not 1.0 in UTF-8")
    if root_of(payload) == DOCUMENT:
        raise ValueError("an envelope stands in no envelope")
    return _PROLOG.sub(b"", payload, count=1)


def _party(name: str, value: str) -> str:
    return f'<sh:{name}><sh:Identifier Authority="{PARTICIPANTS}">{escape(value)}</sh:Identifier></sh:{name}>'


def _scope(kind: str, value: str, scheme: str = "") -> str:
    identifier = _element("Identifier", scheme) if scheme else ""
    return f"<sh:Scope>{_element('Type', kind)}{_element('InstanceIdentifier', value)}{identifier}</sh:Scope>"


def _element(name: str, text: str) -> str:
    return f"<sh:{name}>{escape(text)}</sh:{name}>"
