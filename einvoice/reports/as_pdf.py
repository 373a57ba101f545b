"""The report as PDF for print and the file: A4, accessible (PDF/UA-1) and fit for archives (PDF/A-2a).

The page is laid out by `templates/report.typ`. What the report says reaches it as JSON, never as source, so nothing in
an invoice can become a command. A child process of some 50 ms sets it (`typesetter.py`): it has limits, and whatever a
report does to it, this process goes on.
"""

import json
import logging
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any, NamedTuple

from einvoice.errors import Fault
from einvoice.explain import Lang
from einvoice.model.examination import Examination
from einvoice.reports.printable import CERTAIN, KNOWN, Printable
from einvoice.reports.view import ReportView
from einvoice.reports.words import words

log = logging.getLogger(__name__)

_CHILD = Path(__file__).with_name("typesetter.py")  # run as a file: it imports nothing of ours
_LIMITS = {"memory_bytes": 2_000_000_000, "cpu_seconds": 30}  # the longest reports take 0.4 GB and 2 s
_GRACE = 30.0  # wall-clock seconds beyond the CPU limit, for a loaded machine
_ENVIRONMENT = {"RAYON_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
_AT_ONCE = BoundedSemaphore(os.cpu_count() or 1)  # more would only take memory


class _Way(NamedTuple):
    """One way to set the report: which characters are shown, and what the PDF promises."""

    characters: str
    standards: tuple[str, ...]
    tags: bool


# The setter refuses a whole report for one mark without a glyph or one tag it can't place. The first way that works
# is taken; each gives up a little more, the words never.
_WAYS = (
    _Way(KNOWN, ("a-2a", "ua-1"), tags=True),
    _Way(CERTAIN, ("a-2a", "ua-1"), tags=True),
    _Way(CERTAIN, ("1.7",), tags=False),
)


def pdf_report(examination: Examination, lang: Lang, *, kept: bool = False) -> bytes:
    """The PDF; the same examination gives the same bytes. `kept`: the file is stored with us. Raises Fault."""
    view = ReportView.of(examination, lang, kept=kept)
    for way in _WAYS:
        done = set_pdf(
            "report.typ",
            _content(view, examination.sha256, way),
            standards=way.standards,
            tags=way.tags,
            at=examination.examined_at,
        )
        if done.returncode == 0:
            return done.stdout
        said = done.stderr.decode("utf-8", "replace").partition("`")[0]  # what follows may be the invoice's text
        log.warning("a PDF report could not be set as wanted (code %s): %s", done.returncode, said[:200])
    raise Fault("report", "the PDF could not be set", deterministic=True)


def _content(view: ReportView, sha256: str, way: _Way) -> dict[str, Any]:
    printable = Printable(way.characters)
    content = {"view": printable.view(view), "words": words(view.lang), "sha256": sha256}
    return content | {"cut": printable.cut, "replaced": printable.replaced}


def set_pdf(
    template: str, content: dict[str, Any], *, standards: tuple[str, ...], tags: bool, at: datetime
) -> subprocess.CompletedProcess[bytes]:
    """Have a template set with its content: the PDF on stdout, or another code than 0 and on stderr why.

    Raises Fault("report") when the child gets no time or can't be started.
    """
    order = {
        "limits": _LIMITS,
        "template": template,
        "content": content,
        "standards": standards,
        "tags": tags,
        "timestamp": int(at.timestamp()),
    }
    try:
        with _AT_ONCE:
            return subprocess.run(  # noqa: S603 - our own module, the content comes by stdin
                [sys.executable, "-I", str(_CHILD)],
                input=json.dumps(order).encode(),
                capture_output=True,
                timeout=_LIMITS["cpu_seconds"] + _GRACE,
                check=False,
                env=_ENVIRONMENT,
                start_new_session=True,  # a signal to our group is not meant for it
            )
    except subprocess.TimeoutExpired:
        raise Fault("report", "the PDF could not be set in time") from None
    except OSError as error:
        raise Fault("report", f"the typesetter could not be started: {error}") from error
