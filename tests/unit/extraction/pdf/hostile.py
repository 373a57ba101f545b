"""The server of the sandbox, whose children do what they are told: the "PDF" is a program, its `parts` the answer.

Run as `python -I hostile.py [unfiltered|bare] FD`: without the filter of system calls, or without any means beyond the
limits.
"""

import sys
from collections.abc import Iterator

from einvoice.extraction.pdf import wire, zygote
from einvoice.extraction.pdf.confinement import Means, wanted
from einvoice.extraction.pdf.limits import PdfLimits
from einvoice.extraction.pdf.probe import sample

_answer = zygote.answer


def answer(data: bytes, order: wire.Order, limits: PdfLimits) -> Iterator[bytes]:
    """What the program says."""
    if data.startswith(b"%PDF-"):
        yield from _answer(data, order, limits)
        return
    import os
    import socket

    said: dict[str, object] = {"os": os, "socket": socket, "parts": []}
    exec(data, said)
    yield from said["parts"]  # type: ignore[misc]


assert sample().startswith(b"%PDF-")
zygote.answer = answer
if "unfiltered" in sys.argv:
    zygote.wanted = lambda network: Means(nobody=wanted(network=network).nobody)
if "bare" in sys.argv:
    zygote.wanted = lambda network: Means()
sys.argv[1:] = sys.argv[-1:]
zygote.main()
