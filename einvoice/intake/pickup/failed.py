"""What lies in `failed/`: how much, the newest by name, and why. Found by the notes the pickup leaves beside it."""

import hashlib
import heapq
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from einvoice.intake.folders import Folder
from einvoice.intake.names import shown_name
from einvoice.intake.pickup.placing import note_of, noted_by

_SHOWN = 20  # failed documents, by name
_ID = 16  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedFile:
    """A document in `failed/`."""

    id: str  # `document_id`
    path: str  # fit to be shown
    at: datetime  # when it was put there
    submission: str | None = None  # what it became; None: it was not even handed in, or nobody knows any more
    why: Mapping[str, str] = field(default_factory=dict)  # by language, where it was not handed in


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedSight:
    """One look into `failed/`."""

    count: int = 0  # documents
    not_taken: int = 0  # of these, put there today without having been handed in
    newest: tuple[FailedFile, ...] = ()  # the first few

    def as_json(self) -> dict[str, Any]:
        """What `from_json` reads."""
        told: dict[str, Any] = json.loads(json.dumps(asdict(self), default=datetime.isoformat))
        return told

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "FailedSight":
        """Raises ValueError, KeyError, TypeError."""
        newest = (FailedFile(**{**one, "at": datetime.fromisoformat(one["at"])}) for one in told["newest"])
        return cls(count=told["count"], not_taken=told["not_taken"], newest=tuple(newest))


def document_id(document: Path) -> str:
    """What names a failed document from afar, whatever bytes its path (relative to `failed/`) has."""
    return hashlib.sha256(os.fsencode(document)).hexdigest()[:_ID]


def noted_documents(folder: Folder) -> Iterator[Path]:
    """All that the pickup put into `failed/`, relative to it, in no order; quick however many there are."""
    for _, path in _noted(folder.home / "failed", ""):
        yield Path(path)


class FailedLooks:
    """Looks into `failed/` of one folder, again and again: no note is read twice but those of the newest."""

    def __init__(self, folder: Folder) -> None:
        self._failed = folder.home / "failed"
        self._handed_in: dict[str, bool] = {}  # of today

    def look(self, midnight: float) -> FailedSight:
        """What lies there now; `midnight`: when today began, in seconds since 1970. Raises OSError."""
        count = 0
        newest: list[tuple[float, str]] = []
        today: dict[str, bool] = {}
        for placed, path in _noted(self._failed, ""):
            count += 1
            if placed >= midnight:
                known = self._handed_in.get(path)
                today[path] = not self._note(Path(path)).get("why") if known is None else known
            if len(newest) < _SHOWN:
                heapq.heappush(newest, (placed, path))
            else:
                heapq.heappushpop(newest, (placed, path))
        self._handed_in = today
        return FailedSight(
            count=count,
            not_taken=list(today.values()).count(False),
            newest=tuple(self._file(placed, Path(path)) for placed, path in sorted(newest, reverse=True)),
        )

    def _file(self, placed: float, document: Path) -> FailedFile:
        note = self._note(document)
        return FailedFile(
            id=document_id(document),
            path="/".join(shown_name(part) for part in document.parts[-4:]),
            at=datetime.fromtimestamp(placed, UTC),
            submission=note.get("submission"),
            why=note.get("why") or {},
        )

    def _note(self, document: Path) -> Mapping[str, Any]:
        """What was noted when it was put there; nothing where that can't be read."""
        with suppress(OSError, ValueError):
            told = json.loads((self._failed / note_of(document)).read_bytes())
            if isinstance(told, dict):
                return told
        return {}


def _noted(folder: Path | str, within: str) -> Iterator[tuple[float, str]]:
    """When each was put there, and where it is, relative to `failed/`."""
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            if name := noted_by(entry.name):
                with suppress(FileNotFoundError):
                    yield entry.stat(follow_symlinks=False).st_mtime, os.path.join(within, name)
            elif entry.is_dir(follow_symlinks=False):
                yield from _noted(entry.path, os.path.join(within, entry.name))
