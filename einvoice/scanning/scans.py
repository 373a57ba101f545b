"""What of a submission is scanned, and what a hit means.

First the bytes as they came: clamd itself looks into PDFs, archives and office files, before anything of ours opens
them. That alone is not enough. clamd does not look into base64 inside XML, which is how an invoice carries its
attachments (BT-125), and its idea of a PDF need not be ours: so what we took out ourselves is scanned as well.
"""

import re
from binascii import a2b_base64
from collections.abc import Iterator

from einvoice.errors import Fault
from einvoice.model.document import Container, InvoiceDocument
from einvoice.model.trouble import MALWARE
from einvoice.scanning.scanner import NoScanner, Scanner

# All elements of type BinaryObject that the schemas of UBL 2.1, CII D16B and D22B, and ZUGFeRD 1.0 know.
_ATTACHMENTS = tuple(
    f"{{*}}{kind}BinaryObject"
    for kind in ("Attachment", "Description", "EmbeddedDocument", "Included", "ReferenceFile")
)
_NO_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")


def scan_received(data: bytes, scanner: Scanner) -> None:
    """Scan a submission as it came. Raises Fault: `virus` for a hit, or what the scanner raises."""
    _pass(data, "what was received", scanner)


def scan_contents(document: InvoiceDocument, scanner: Scanner) -> None:
    """Scan what was taken out of a submission: a file in an envelope, the XML of a PDF, each attachment.

    Raises as `scan_received` does.
    """
    if isinstance(scanner, NoScanner):
        return
    for data, what in _contents(document):
        _pass(data, what, scanner)


def _pass(data: bytes, what: str, scanner: Scanner) -> None:
    hit = scanner.scan(data)
    if hit is not None:
        raise Fault(MALWARE, f"{hit} in {what}", deterministic=True)


def _contents(document: InvoiceDocument) -> Iterator[tuple[bytes, str]]:
    if document.payload is not None:
        yield document.payload, "the file inside the envelope"
    if document.container is not Container.XML:
        yield document.xml, "the invoice inside the PDF"
    for number, element in enumerate(document.root.iter(*_ATTACHMENTS), 1):
        data = _decoded("".join(element.itertext()))
        if data:
            yield data, f"attachment {number} of the invoice"


def _decoded(text: str) -> bytes:
    """Base64 as the most forgiving reader would take it; a schema-valid attachment leaves no choice anyway."""
    data = _NO_BASE64.sub(b"", text.encode("ascii", "ignore"))
    whole = len(data) - (len(data) % 4 == 1)  # one character over says nothing
    return a2b_base64(data[:whole] + b"==")
