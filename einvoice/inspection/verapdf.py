"""The external veraPDF, where an operator has one: whether a PDF really is the PDF/A it says it is.

Called as `verapdf --format json --flavour 3b FILE` (docs.verapdf.org, CLI). It ends with 0 or 1 after a validation and
says in its report which; whatever else happens is a line in the log and the answer "failed", and touches nothing else.
"""

import json
import os
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import structlog

from einvoice.model.enclosed import Xmp

COMPLIANT, NOT_COMPLIANT, FAILED = "compliant", "not-compliant", "failed"

_SECONDS = 60.0  # a Java machine starts within two; an invoice of a hundred pages takes ten
_REPORT_BYTES = 10_000_000
_FLAVOURS = {("3", "A"): "3a", ("3", "B"): "3b", ("3", "U"): "3u", ("4", "F"): "4f"}

_TROUBLE = (OSError, ValueError, LookupError, TypeError, RecursionError)  # to start it, or with what it printed

log = structlog.get_logger()


def verify(command: Path, data: bytes, xmp: Xmp, *, seconds: float = _SECONDS) -> str:
    """What veraPDF says of these bytes, by the flavour they claim to have: compliant, not-compliant or failed."""
    claimed = (xmp.pdfa_part or "", (xmp.pdfa_conformance or "").upper())
    with tempfile.TemporaryDirectory(prefix="verapdf-") as name:
        folder = Path(name)
        file = folder / "invoice.pdf"
        file.write_bytes(data)
        words = [str(command), "--format", "json", "--flavour", _FLAVOURS.get(claimed, "3b"), str(file)]
        try:
            return _answer(_run(words, folder, seconds))
        except subprocess.TimeoutExpired:
            log.warning("verapdf-failed", reason="timeout", seconds=seconds)
        except _TROUBLE as error:  # of what it printed nothing is told
            log.warning("verapdf-failed", reason=type(error).__name__)
    return FAILED


def _run(words: list[str], folder: Path, seconds: float) -> bytes:
    """Its report. It gets none of our environment, which may hold secrets; it and all it started ends in time."""
    report = folder / "report.json"
    environment = {"PATH": os.defpath, "HOME": str(folder), "TMPDIR": str(folder), "LANG": "C.UTF-8"}
    with report.open("wb") as sink:
        process = subprocess.Popen(  # noqa: S603 - the operator's own setting
            words,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=environment,
            start_new_session=True,
        )
        try:
            process.wait(seconds)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
    if process.returncode not in (0, 1):
        raise ValueError(process.returncode)
    with report.open("rb") as source:
        return source.read(_REPORT_BYTES)


def _answer(report: bytes) -> str:
    """The one result of the report; newer releases give it within a list. Raises ValueError, LookupError, TypeError."""
    result: Any = json.loads(report)["report"]["jobs"][0]["validationResult"]
    if isinstance(result, list):
        (result,) = result
    compliant = result["compliant"]
    if not isinstance(compliant, bool):
        raise TypeError
    return COMPLIANT if compliant else NOT_COMPLIANT
