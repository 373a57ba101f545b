"""Why a folder can't be looked after, in words."""

import errno
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from einvoice.errors import Fault
from einvoice.intake.layouts import Language

_CODES = {
    **dict.fromkeys((errno.ENOENT,), "gone"),
    **dict.fromkeys((errno.ENOTDIR, errno.ELOOP, errno.EEXIST), "not-a-folder"),
    **dict.fromkeys((errno.EACCES, errno.EPERM), "rights"),
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "full"),
    **dict.fromkeys((errno.EROFS,), "read-only"),
    **dict.fromkeys((errno.EXDEV,), "two-drives"),
    **dict.fromkeys((errno.ESTALE, errno.EIO, errno.ETIMEDOUT, errno.ENOTCONN, errno.EHOSTDOWN), "away"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What keeps a folder from being looked after."""

    code: str  # of the sentence in words.toml
    path: str
    detail: str

    @classmethod
    def of(cls, error: Exception, folder: Path) -> "Trouble":
        """What an error means for this folder. Never quotes what may be secret: messages of other libraries."""
        if isinstance(error, OSError):
            path = error.filename if isinstance(error.filename, str) and error.filename.startswith("/") else str(folder)
            code = _CODES.get(error.errno or 0, "file-server")
            return cls(code=code, path=path.encode(errors="replace").decode(), detail=error.strerror or "")
        if isinstance(error, Fault):
            return cls(code="service", path=str(folder), detail=error.notice.cause)
        return cls(code="internal", path=str(folder), detail=type(error).__name__)

    def words(self, language: Language) -> str:
        """A sentence or two: what happened, what to do."""
        return words("trouble", self.code)[language].format(path=self.path, detail=self.detail)


@cache
def words(kind: str, code: str) -> dict[str, str]:
    """By language."""
    table = tomllib.loads(files("einvoice.intake.pickup").joinpath("words.toml").read_text("utf-8"))
    found: dict[str, str] = table[kind][code]
    return found
