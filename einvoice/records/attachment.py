"""The signed receipt inside a PDF. Whatever the PDF does, this process goes on: a child of few means opens it.

The child is the one that takes invoices out of PDFs (`extraction/pdfchild.py`), told another file name.
"""

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from einvoice.errors import Fault
from einvoice.extraction.pdf import PdfLimits

_CHILD = Path(__file__).with_name("receiptchild.py")  # run as a file: it imports nothing of ours
_LIMITS = PdfLimits(objects=10_000, unpacked_bytes=1_000_000, memory_bytes=500_000_000, cpu_seconds=5)
_LARGEST = 5_000_000  # bytes; one of ours has 30 kB
_GRACE = 10.0  # wall-clock seconds beyond the CPU limit, for a loaded machine
_REASONS = {"pdf-no-xml": "not-in-pdf", "pdf-several-invoices": "several-in-pdf"}


class Unopened(Exception):
    """There is no receipt to be had from this PDF; `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def attached_receipt(data: bytes) -> bytes:
    """The one receipt attached to a PDF. Raises Unopened, and Fault when the child gets no time or can't be started."""
    if len(data) > _LARGEST:
        raise Unopened("pdf-broken")
    try:
        done = subprocess.run(  # noqa: S603 - our own module, the PDF comes by stdin
            [sys.executable, "-I", str(_CHILD), json.dumps(asdict(_LIMITS))],
            input=data,
            capture_output=True,
            timeout=_LIMITS.cpu_seconds + _GRACE,
            check=False,
            env={},
            start_new_session=True,  # a signal to our group is not meant for it
        )
    except subprocess.TimeoutExpired:
        raise Fault("pdf-reader", "the PDF reader did not get the processor time it needs", elsewhere=True) from None
    except OSError as error:
        raise Fault("pdf-reader", f"the PDF reader could not be started: {error}", elsewhere=True) from error
    head, _, content = done.stdout.partition(b"\n")
    if done.returncode:  # stopped by its limits, or by what the PDF did to it
        raise Unopened("pdf-broken")
    answer = json.loads(head)
    if "refusal" in answer:
        raise Unopened(_REASONS.get(answer["refusal"], "pdf-broken"))
    return content
