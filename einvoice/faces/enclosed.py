"""Answers that are enclosed files: to be saved, never to be shown by a browser, whatever they hold.

Authorised and locked as the original is: it is a part of it.
"""

import re

from fastapi import Response

from einvoice.app import App
from einvoice.extraction import Limits
from einvoice.extraction.takeout import enclosed_file
from einvoice.faces.download import attachment, served
from einvoice.faces.trouble import Problem
from einvoice.intake.names import shown_name
from einvoice.model.enclosed import Danger, Enclosure
from einvoice.model.examination import Examination
from einvoice.model.submission import Handling, Submission
from einvoice.store import NotFound

POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"

# By what a file holds, not by what its sender says of it. What a browser could take for a page or a program is none.
_TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "tiff": "image/tiff",
    "csv": "text/csv",
    "text": "text/plain",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "odp": "application/vnd.oasis.opendocument.presentation",
}
OCTETS = "application/octet-stream"
MEDIA_TYPES = (*_TYPES.values(), OCTETS)
_RESERVED = re.compile(r"^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)", re.IGNORECASE)  # no files on Windows
_UNWANTED = re.compile(r'[<>:"|?*]')  # nor in names there
_FOLDERS = re.compile(r"[/\\]")
_LONGEST, _ENDING = 150, 10  # characters; the last ones stay, for they tell the kind


def enclosure(submission: Submission, number: int, app: App) -> Response:
    """The bytes of one enclosed file. Raises Problem, NotFound and Fault."""
    if submission.handling is Handling.EXPIRED:
        raise Problem("expired")
    examination = app.store.submissions.examination(served(submission).id)
    files = _files(examination)
    if not any(file.number == number for file in files):
        raise NotFound
    data = app.store.originals.read(submission)
    file, content = enclosed_file(data, files, number, Limits.of(app.settings))
    response = attachment(content, safe_name(file), media_type(file))
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def media_type(file: Enclosure) -> str:
    """What it is announced as. Nothing dangerous is announced as anything."""
    harmless = not set(file.dangers) - {Danger.UNKNOWN}
    return _TYPES.get(file.kind, OCTETS) if harmless else OCTETS


def safe_name(file: Enclosure) -> str:
    """Its name, fit for any file system: no folders, nothing that hides or has a meaning of its own."""
    last = _FOLDERS.split(file.name)[-1]
    if len(last) > _LONGEST:
        last = last[: _LONGEST - _ENDING] + last[-_ENDING:]
    name = _UNWANTED.sub("_", shown_name(last)).strip(". ")
    return _RESERVED.sub("file", name) or f"enclosure-{file.number}"


def _files(examination: Examination | None) -> tuple[Enclosure, ...]:
    return examination.inspection.enclosures if examination and examination.inspection else ()
