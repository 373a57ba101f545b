"""The signed receipt inside a PDF. Whatever the PDF does, this process goes on: a child of few means opens it."""

from einvoice.errors import Fault, Refusal
from einvoice.extraction.pdf import PdfLimits, embedded_file
from einvoice.reports.receipt import ATTACHMENT

_LIMITS = PdfLimits(objects=10_000, unpacked_bytes=1_000_000, memory_bytes=500_000_000, cpu_seconds=5)
_LARGEST = 5_000_000  # bytes; one of ours has 30 kB
_REASONS = {"pdf-no-xml": "not-in-pdf", "pdf-several-invoices": "several-in-pdf"}
_BROKEN = "pdf-broken"


class Unopened(Exception):
    """There is no receipt to be had from this PDF; `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def attached_receipt(data: bytes) -> bytes:
    """The one receipt attached to a PDF. Raises Unopened, and Fault when the child gets no time or can't be started."""
    if len(data) > _LARGEST:
        raise Unopened(_BROKEN)
    try:
        _, receipt = embedded_file(data, [ATTACHMENT], _LIMITS)
    except Refusal as refusal:
        raise Unopened(_REASONS.get(refusal.notice.code, _BROKEN)) from None
    except Fault as fault:
        if fault.notice.deterministic:  # what the PDF did to the child, it would do again
            raise Unopened(_BROKEN) from None
        raise
    return receipt
