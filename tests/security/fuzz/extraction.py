"""From bytes to the invoice's terms, with the child that reads PDFs in this process, so that all is seen."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from einvoice.errors import Refusal
from einvoice.extraction import Limits, extract
from einvoice.extraction.pdf import PdfLimits, reading
from einvoice.extraction.pdf.child import answer
from einvoice.extraction.pdf.sandbox import Ending
from einvoice.extraction.pdf.wire import Order
from einvoice.extraction.takeout import enclosed_file
from einvoice.model import Syntax
from einvoice.semantics import read_invoice

# Smaller than those of the service, for there is no sandbox: what would end a child there must not end us.
LIMITS = Limits(pdf=PdfLimits(unpacked_bytes=20_000_000, text_seconds=0.5))
_TAKEN_OUT = 3  # of the enclosed files


class Within:
    """In the place of the sandbox: the same answer, given here. What the child does not expect, it raises."""

    def ask(self, data: bytes, order: Order, limits: PdfLimits) -> Ending:
        """As the sandbox does."""
        return Ending(list(answer(data, order, limits)), 0)


@contextmanager
def without_sandbox() -> Iterator[None]:
    """PDFs are read in this process."""
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    with patch.object(reading, "SANDBOX", Within()):
        yield


def check(data: bytes, limits: Limits = LIMITS) -> str:
    """Extract and read; what came of it, as one word. Raises Fault, or whatever escaped."""
    try:
        document = extract(data, limits)
    except Refusal as refusal:
        return refusal.notice.code
    if document.syntax is not Syntax.OTHER:
        read_invoice(document)
    for enclosure in document.enclosures[:_TAKEN_OUT]:
        enclosed_file(data, document.enclosures, enclosure.number, limits)  # raises Fault where it is another one
    return document.syntax.value
