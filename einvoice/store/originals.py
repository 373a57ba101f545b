"""The original bytes of submissions: kept as they came in, checked whenever they are read."""

from pathlib import Path

from einvoice.errors import Fault
from einvoice.model.audit import sha256_hex
from einvoice.model.submission import Submission
from einvoice.store.blobs import Blobs


class Originals:
    """One stored object for each submission; none is shared, so that one can be deleted without asking another."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    def put(self, source: Path, submission_id: str) -> str:
        """Take over a file; durable when it returns. The name it is stored under. Raises Fault("storage")."""
        self._blobs.put(source, submission_id)
        return submission_id

    def read(self, submission: Submission) -> bytes:
        """The bytes as they came in. Raises Fault: "blob-missing", "blob-damaged", "storage"."""
        data = self._blobs.read(submission.blob)
        if sha256_hex(data) != submission.sha256:
            raise Fault("blob-damaged", submission.blob, deterministic=True)
        return data

    def delete(self, blob: str) -> None:
        """Remove an object no row speaks of; gone already is fine. Raises Fault("storage")."""
        self._blobs.delete(blob)
