"""The local store of rule artefacts: files under their own SHA-256, checked every time they are loaded."""

import hashlib
import os
import tempfile
from pathlib import Path

from einvoice.errors import Fault
from einvoice.rules.manifest import ArtefactFile


class ArtefactStore:
    """`<folder>/<sha256>` for what was fetched; our own schemas are read from `xsd/` where they lie."""

    def __init__(self, folder: Path, own: Path) -> None:
        self._folder = folder
        self._own = own

    def path(self, file: ArtefactFile) -> Path:
        """Where the file lies, or would lie."""
        return self._own / file.path if file.wheel is None else self._folder / file.sha256

    def load(self, file: ArtefactFile) -> bytes:
        """The bytes of a listed file. Raises Fault if it is missing or has another hash: it is never used then."""
        path = self.path(file)
        try:
            data = path.read_bytes()
        except OSError as error:
            hint = "run `einvoice rules sync`"
            raise Fault("rules-missing", f"{file.path} is not at {path} ({error.strerror}); {hint}") from error
        found = hashlib.sha256(data).hexdigest()
        if found != file.sha256:
            detail = (
                f"{path} ({file.path}) has SHA-256 {found}, the pack lists {file.sha256}; run `einvoice rules sync`"
            )
            raise Fault("rules-altered", detail)
        return data

    def holds(self, file: ArtefactFile) -> bool:
        """Whether the file is here with the right hash."""
        try:
            self.load(file)
        except Fault:
            return False
        return True

    def put(self, file: ArtefactFile, data: bytes) -> None:
        """Store a fetched file, all or nothing. Raises Fault if its hash is not the listed one."""
        found = hashlib.sha256(data).hexdigest()
        if found != file.sha256:
            raise Fault("rules-altered", f"{file.path} came with SHA-256 {found}, the pack lists {file.sha256}")
        self._folder.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=self._folder, prefix=".new-")
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            os.chmod(temporary, 0o444)
            os.replace(temporary, self._folder / file.sha256)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
