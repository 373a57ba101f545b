"""Answers that are files: the original as it came, under its own name, never shown by the browser itself."""

from urllib.parse import quote

from fastapi import Response

from einvoice.app import App
from einvoice.model.document import Container
from einvoice.model.submission import Submission

_TYPES = {Container.XML: ("application/xml", ".xml"), Container.PDF: ("application/pdf", ".pdf")}
_UNKNOWN = ("application/octet-stream", "")


def original(submission: Submission, app: App) -> Response:
    """The bytes as they came in. Raises NotFound and Fault."""
    data = app.store.originals.read(submission)
    examination = app.store.submissions.examination(submission.id)
    container = examination.document.container if examination and examination.document else None
    media_type, ending = _TYPES[container] if container else _UNKNOWN
    name = submission.name or f"{submission.id}{ending}"
    return attachment(data, name, media_type)


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
