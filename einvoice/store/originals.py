"""The original bytes of submissions: kept as they came in, sealed if so wanted, checked whenever they are read."""

import os
import tempfile
import threading
from pathlib import Path

from einvoice.errors import Fault
from einvoice.model.audit import sha256_hex
from einvoice.model.submission import Submission
from einvoice.sealing import Key, seal, unseal
from einvoice.store.blobs import Blobs
from einvoice.store.database import Database
from einvoice.store.vault import ORIGINAL, Vault, is_sealed

_SEALED_AT_ONCE = threading.BoundedSemaphore(2)  # each has the whole file in memory, about four times


class Originals:
    """One stored object for each submission; none is shared, so that one can be deleted without asking another."""

    def __init__(self, blobs: Blobs, vault: Vault, database: Database) -> None:
        self._blobs = blobs
        self._vault = vault
        self._database = database

    def put(self, source: Path, submission_id: str, data_key: Key | None) -> str:
        """Take over a file, sealed if there is a key; durable when it returns. The name it is stored under.

        Raises Fault("storage").
        """
        if data_key is None:
            self._blobs.put(source, submission_id)
        else:
            self._put_sealed(source, submission_id, data_key)
        return submission_id

    def read(self, submission: Submission) -> bytes:
        """The bytes as they came in.

        Raises Fault: "blob-missing", "blob-damaged", "storage"; of sealed ones also what `Vault.data_key` raises.
        """
        data = self._blobs.read(submission.blob)
        if sha256_hex(data) == submission.sha256:
            return data
        if is_sealed(data):
            data = self._unsealed(submission, data)
        if sha256_hex(data) != submission.sha256:
            raise Fault("blob-damaged", submission.blob, deterministic=True)
        return data

    def seal(self, submission: Submission, data_key: Key) -> bool:
        """Store it anew, sealed, under the id of the submission; False: it was so already.

        Raises Fault: "blob-missing", "blob-damaged", "storage".
        """
        data = self._blobs.read(submission.blob)
        if sha256_hex(data) != submission.sha256:
            self.read(submission)
            return False
        with tempfile.TemporaryDirectory() as folder:  # only sealed bytes ever lie there
            path = Path(folder) / submission.id
            _write_new(path, seal(data, data_key, ORIGINAL))
            self._blobs.put(path, submission.id)
        return True

    def delete(self, blob: str) -> None:
        """Remove an object no row speaks of; gone already is fine. Raises Fault("storage")."""
        self._blobs.delete(blob)

    def _put_sealed(self, source: Path, submission_id: str, data_key: Key) -> None:
        """The sealed bytes lie beside the file until they are taken over: nothing else is ever stored."""
        sealed = source.with_name(f"{source.name}.sealed")
        try:
            with _SEALED_AT_ONCE:
                _write_new(sealed, seal(source.read_bytes(), data_key, ORIGINAL))
            self._blobs.put(sealed, submission_id)
            source.unlink(missing_ok=True)
        except OSError as error:
            raise Fault("storage", error.strerror or "", elsewhere=True) from error
        finally:
            sealed.unlink(missing_ok=True)

    def _unsealed(self, submission: Submission, data: bytes) -> bytes:
        with self._database.read() as connection:
            data_key = self._vault.data_key(connection, submission.id)
        try:
            return unseal(data, data_key, ORIGINAL)
        except Fault:
            raise Fault("blob-damaged", submission.blob, deterministic=True) from None


def _write_new(path: Path, data: bytes) -> None:
    """Write a file of ours alone. Raises OSError, also when it is there already."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
