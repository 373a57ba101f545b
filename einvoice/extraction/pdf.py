"""The invoice XML inside a hybrid PDF, read by a child process that has little to lose.

The child (`pdfchild.py`) runs under limits of memory, CPU time and files, never imports the
rule engine, and can only answer with bytes; whatever a PDF does to it, this process goes on.
"""

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from einvoice.errors import Fault, Refusal

_CHILD = Path(__file__).with_name("pdfchild.py")  # run as a file: it imports nothing of ours
_GRACE = 10.0  # wall-clock seconds beyond the CPU limit, for a loaded machine


@dataclass(frozen=True, slots=True)
class PdfLimits:
    """What reading one PDF may cost. Units: objects, bytes of all unpacked streams, bytes, CPU seconds."""

    objects: int = 200_000
    unpacked_bytes: int = 200_000_000
    memory_bytes: int = 1_000_000_000
    cpu_seconds: int = 20


def embedded_invoice(data: bytes, limits: PdfLimits) -> tuple[str, bytes]:
    """(name, bytes) of the one invoice XML in a PDF.

    Raises Refusal: pdf-no-xml, pdf-encrypted, pdf-broken, pdf-limits, pdf-several-invoices. Raises Fault if the
    child can't be started.
    """
    command = [sys.executable, "-I", str(_CHILD), json.dumps(asdict(limits))]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, the PDF comes by stdin
            command, input=data, capture_output=True, timeout=limits.cpu_seconds + _GRACE, check=False, env={}
        )
    except subprocess.TimeoutExpired:
        raise Refusal("pdf-limits", limit=f"{limits.cpu_seconds} s") from None
    except OSError as error:
        raise Fault("pdf-reader", f"the PDF reader could not be started: {error}") from error
    if done.returncode:
        raise _died(done.returncode, done.stderr, limits)
    head, _, xml = done.stdout.partition(b"\n")
    answer = json.loads(head)
    if "refusal" in answer:
        raise Refusal(answer["refusal"], **answer["details"])
    return answer["name"], xml


def _died(code: int, stderr: bytes, limits: PdfLimits) -> Refusal | Fault:
    """A child that a limit stopped was asked too much by the PDF; anything else is our trouble."""
    last = (stderr.decode("utf-8", "replace").strip().splitlines() or [""])[-1]
    if code < 0 or "MemoryError" in last:  # SIGXCPU, SIGKILL, SIGSEGV: stopped on this very document
        return Refusal("pdf-limits", limit=f"{limits.memory_bytes // 1_000_000} MB, {limits.cpu_seconds} s")
    return Fault("pdf-reader", f"the PDF reader ended with code {code}: {last[:200]}", deterministic=True)
