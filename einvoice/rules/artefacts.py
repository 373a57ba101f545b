"""The local store of rule artefacts: files under their own SHA-256, checked every time they are loaded."""

import hashlib
import os
import tempfile
from pathlib import Path

from einvoice.errors import Fault
from einvoice.rules.manifest import IMPORTED, ArtefactFile


class ArtefactStore:
    """`<folder>/<sha256>` for what was fetched, `<imported>/<sha256>` for what came with an imported configuration;
    our own schemas are read from `xsd/` where they lie.
    """

    def __init__(self, folder: Path, own: Path, imported: Path | None = None) -> None:
        self._folder = folder
        self._own = own
        self._imported = folder if imported is None else imported

    def path(self, file: ArtefactFile) -> Path:
        """Where the file lies, or would lie."""
        if file.wheel is None:
            return self._own / file.path
        return (self._imported if file.wheel == IMPORTED else self._folder) / file.sha256

    def load(self, file: ArtefactFile) -> bytes:
        """The bytes of a listed file. Raises Fault if it is missing or has another hash: it is never used then."""
        path = self.path(file)
        try:
            data = path.read_bytes()
        except OSError as error:
            detail = f"{file.path} is not at {path} ({error.strerror}); {_remedy(file)}"
            raise Fault("rules-missing", detail) from error
        found = hashlib.sha256(data).hexdigest()
        if found != file.sha256:
            detail = f"{path} ({file.path}) has SHA-256 {found}, the pack lists {file.sha256}; {_remedy(file)}"
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
        """Store a fetched or imported file, all or nothing. Raises Fault if its hash is not the listed one."""
        found = hashlib.sha256(data).hexdigest()
        if found != file.sha256:
            raise Fault("rules-altered", f"{file.path} came with SHA-256 {found}, the pack lists {file.sha256}")
        write_durably(self.path(file), data, mode=0o444)


def write_durably(path: Path, data: bytes, *, mode: int) -> None:
    """Put the whole file there or leave what is there; it survives a power cut. Makes the folder if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)  # the name, too


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remedy(file: ArtefactFile) -> str:
    return "restore it from a backup" if file.wheel == IMPORTED else "run `einvoice rules sync`"
