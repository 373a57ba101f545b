"""The invoice XML inside a hybrid PDF, or another file inside one, read by a child process that has little to lose.

The child (`pdfchild.py`) runs under limits of memory, CPU time and files, never imports the
rule engine, and can only answer with bytes; whatever a PDF does to it, this process goes on.
"""

import json
import signal
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from einvoice.errors import Fault, Refusal

_CHILD = Path(__file__).with_name("pdfchild.py")  # run as a file: it imports nothing of ours
_GRACE = 10.0  # wall-clock seconds beyond the CPU limit, for a loaded machine

# ZUGFeRD 2.x / Factur-X 1.0, XRechnung in ZUGFeRD, ZUGFeRD 2.0, ZUGFeRD 1.0 (their specifications, chapter on the
# embedded file), compared without regard to case.
_INVOICES = ("factur-x.xml", "xrechnung.xml", "zugferd-invoice.xml")


@dataclass(frozen=True, slots=True)
class PdfLimits:
    """What reading one PDF may cost. Units: objects, bytes of all unpacked streams, bytes, CPU seconds."""

    objects: int = 200_000
    unpacked_bytes: int = 75_000_000
    memory_bytes: int = 1_000_000_000
    cpu_seconds: int = 20


def embedded_invoice(data: bytes, limits: PdfLimits) -> tuple[str, bytes]:
    """(name, bytes) of the one invoice XML in a PDF. Raises as `embedded_file` does."""
    return embedded_file(data, _INVOICES, limits)


def embedded_file(data: bytes, names: Iterable[str], limits: PdfLimits) -> tuple[str, bytes]:
    """(name, bytes) of the one file in a PDF that has one of the names, which are in lower case.

    Raises Refusal: pdf-no-xml, pdf-encrypted, pdf-broken, pdf-limits, pdf-several-invoices. Raises Fault if the
    child can't be started, gets no time, or ends badly; deterministic where it will do so again with this PDF.
    """
    command = [sys.executable, "-I", str(_CHILD), json.dumps(asdict(limits)), *names]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, the PDF comes by stdin
            command,
            input=data,
            capture_output=True,
            timeout=limits.cpu_seconds + _GRACE,
            check=False,
            env={},
            start_new_session=True,  # a signal to our group is not meant for it
        )
    except subprocess.TimeoutExpired:  # it got less processor time than its limit: the machine is busy, not the PDF bad
        raise Fault("pdf-reader", "the PDF reader did not get the processor time it needs") from None
    except OSError as error:
        raise Fault("pdf-reader", f"the PDF reader could not be started: {error}") from error
    if done.returncode:
        raise _died(done.returncode, done.stderr, limits)
    head, _, content = done.stdout.partition(b"\n")
    answer = json.loads(head)
    if "refusal" in answer:
        raise Refusal(answer["refusal"], **answer["details"])
    return answer["name"], content


def _died(code: int, stderr: bytes, limits: PdfLimits) -> Refusal | Fault:
    """A child stopped by its own limits was asked too much by the PDF; any other end is our trouble, no verdict."""
    last = (stderr.decode("utf-8", "replace").strip().splitlines() or [""])[-1]
    if code == -signal.SIGXCPU:
        return Refusal("pdf-limits", limit=f"{limits.cpu_seconds} s")
    if "MemoryError" in last:
        return Refusal("pdf-limits", limit=f"{limits.memory_bytes // 1_000_000} MB")
    stopped = -code in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)  # by the machine or an operator: try again
    return Fault("pdf-reader", f"the PDF reader ended with code {code}: {last[:200]}", deterministic=not stopped)
