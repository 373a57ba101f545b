"""Which parts of a message may be invoices. Told by their content; names and types are what a sender claims."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage, Message
from typing import Literal

from einvoice.intake.names import shown_name

_PDF_WINDOW = 1024  # ISO 32000-1 Annex H: readers look for the header there
_XML_STARTS = (b"<", b"\xff\xfe<\0", b"\xfe\xff\0<", b"<\0", b"\0<")
_HTML = re.compile(rb"<(!doctype\s+html|html)\b", re.IGNORECASE)
_SHOWN = 100  # ignored parts, by name
_DIGITS = 20  # of the digest: nobody finds another message with the same ones
_LONGEST_STEM = 80
_PLAIN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})

# By the type a part claims: it is no invoice, whatever its bytes look like.
_NEVER = (
    ("application/pkcs7-signature", "signature"),
    ("application/x-pkcs7-signature", "signature"),
    ("application/pgp-signature", "signature"),
    ("application/pkcs7-mime", "encrypted"),
    ("application/x-pkcs7-mime", "encrypted"),
    ("application/pgp-encrypted", "encrypted"),
    ("application/ms-tnef", "tnef"),
    ("image/", "image"),
    ("audio/", "other"),
    ("video/", "other"),
    ("text/calendar", "other"),
    ("message/delivery-status", "report"),
    ("message/disposition-notification", "report"),
)
# By the first bytes.
_OTHER = (
    (b"PK\x03\x04", "archive"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"\xd0\xcf\x11\xe0", "office"),
)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that may be an invoice."""

    name: str  # as the sender called it, fit to be shown; "" none
    kind: Literal["xml", "pdf"]
    data: bytes

    @property
    def sha256(self) -> str:
        """Hex."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Ignored:
    """A part that is left in the message."""

    name: str  # fit to be shown; "" none
    why: str  # a code out of words.toml


def sort_parts(message: EmailMessage, max_bytes: int) -> tuple[list[Attachment], list[Ignored]]:
    """What may be an invoice, each content once, and what else is there beside the text; in the order they stand in.

    Messages within the message are looked into. A document of more than `max_bytes` is not taken.
    """
    taken: dict[str, Attachment] = {}
    ignored: list[Ignored] = []
    for part in message.walk():
        if part.is_multipart():
            continue
        found = _judged(part, max_bytes)
        if isinstance(found, Attachment):
            taken.setdefault(found.sha256, found)
        elif found is not None:
            ignored.append(found)
    return list(taken.values()), ignored[:_SHOWN]


def _judged(part: Message, max_bytes: int) -> Attachment | Ignored | None:
    """None: the text of the message."""
    claimed, name = _type(part), shown_name(_file_name(part))
    never = next((why for beginning, why in _NEVER if claimed.startswith(beginning)), None)
    if never is not None:
        return Ignored(name, never)
    data = _content(part)
    kind = _kind(data)
    if claimed in ("text/plain", "text/html") and not name and (kind is None or claimed == "text/html"):
        return None
    if kind is None:
        return Ignored(name, _why_not(data))
    return Attachment(name, kind, data) if len(data) <= max_bytes else Ignored(name, "too-large")


def _kind(data: bytes) -> Literal["xml", "pdf"] | None:
    if b"%PDF-" in data[:_PDF_WINDOW] and not any(data.startswith(magic) for magic, _ in _OTHER):
        return "pdf"
    start = data[:_PDF_WINDOW].removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    if start.startswith(_XML_STARTS) and not _HTML.match(start):
        return "xml"
    return None


def _why_not(data: bytes) -> str:
    return "empty" if not data.strip() else next((why for magic, why in _OTHER if data.startswith(magic)), "other")


def _content(part: Message) -> bytes:
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError):  # an encoding there is not
        return b""
    return data if isinstance(data, bytes) else b""


def _type(part: Message) -> str:
    try:
        return part.get_content_type()
    except Exception:  # the standard library stumbles over odd fields in a dozen ways
        return "application/octet-stream"


def _file_name(part: Message) -> str:
    try:
        return part.get_filename() or ""
    except Exception:
        return ""


def drop_names(digest: str, attachments: list[Attachment]) -> Iterator[str]:
    """The names under which they go into the drop folder: the same for the same message, and nobody else's.

    Letters, digits, `.`, `-` and `_` alone; the ending is that of the content, so that nothing is taken for a marker.
    """
    for number, attachment in enumerate(attachments, 1):
        stem = attachment.name
        if stem.lower().endswith((".xml", ".pdf")):
            stem = stem[:-4]
        clean = re.sub(r"[^A-Za-z0-9_-]+", "-", stem.translate(_PLAIN)).strip("-_")[:_LONGEST_STEM]
        yield f"{digest[:_DIGITS]}-{number}-{clean or 'anhang'}.{attachment.kind}"
