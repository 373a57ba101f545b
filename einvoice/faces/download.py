"""Answers that are files: the original as it came, under its own name, never shown by the browser itself.

What the virus scan found something in leaves the house for nobody, as long as two operators have not let it through.
"""

from urllib.parse import quote

from fastapi import Response

from einvoice.app import App
from einvoice.faces.trouble import Problem
from einvoice.model.document import Container
from einvoice.model.examination import DocumentFacts
from einvoice.model.submission import Handling, Hold, Submission
from einvoice.model.trouble import MALWARE

_TYPES = {Container.XML: ("application/xml", ".xml"), Container.PDF: ("application/pdf", ".pdf")}
_UNKNOWN = ("application/octet-stream", "")


def quarantined(submission: Submission) -> bool:
    """Whether nothing of its content may be served to anybody.

    So it is while it is held, and after it was sent back: the last that was found out about it is the virus. Once it
    was let through and looked at again, something else is.
    """
    found = submission.malware is not None and submission.fault_cause == MALWARE
    return found or submission.hold is Hold.QUARANTINE


def served(submission: Submission) -> Submission:
    """The same submission, if its content may be served: original, XML, attachments, rendition. Raises Problem."""
    if quarantined(submission):
        raise Problem("quarantined")
    return submission


def original(submission: Submission, app: App) -> Response:
    """The bytes as they came in. Raises Problem, NotFound and Fault."""
    if submission.handling is Handling.EXPIRED:
        raise Problem("expired")
    data = app.store.originals.read(served(submission))
    examination = app.store.submissions.examination(submission.id)
    container = _container(examination.document) if examination and examination.document else None
    media_type, ending = _TYPES[container] if container else _UNKNOWN
    name = submission.name or f"{submission.id}{ending}"
    return attachment(data, name, media_type)


def _container(document: DocumentFacts) -> Container:
    """An envelope is XML, whatever lies in it."""
    return Container.XML if document.envelope else document.container


def attachment(data: bytes, name: str, media_type: str) -> Response:
    """A file to save. XML keeps the encoding it declares itself: no charset is added."""
    response = Response(data, headers={"Content-Disposition": disposition(name)})
    response.headers["Content-Type"] = media_type
    return response


def disposition(name: str) -> str:
    """Content-Disposition for any file name (RFC 6266): a plain form for old clients, the real one encoded."""
    plain = "".join(character if character.isalnum() or character in " -_.()" else "_" for character in name)
    plain = plain.encode("ascii", "replace").decode().replace("?", "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
