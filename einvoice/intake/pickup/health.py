"""How a folder is, kept as a small file under the data folder, so that other processes can show it."""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from einvoice.intake.layouts import Language, Sight, Stuck
from einvoice.intake.layouts import words as layout_words
from einvoice.intake.pickup.trouble import Trouble

_SHOWN = 20  # stuck things, by name


@dataclass(frozen=True, slots=True, kw_only=True)
class StuckFile:
    """Something that will not be taken as it is."""

    path: str  # fit to be shown
    since: datetime
    why: str

    def words(self, language: Language) -> str:
        """What is the matter and what to do."""
        return layout_words("stuck", self.why, language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a folder was at the last look. Times in UTC."""

    folder: str
    layout: str
    path: str
    process: str  # who looked
    looked_at: datetime  # the last time it was tried
    trouble: Trouble | None = None  # None: healthy
    since: datetime | None = None  # of the trouble
    waiting: int = 0  # documents in the folder, complete or not
    oldest: datetime | None = None  # since when the oldest of them lies there
    in_work: int = 0  # claimed by this process and not finished, those included that are held for a person
    stuck: tuple[StuckFile, ...] = ()  # oldest first, the first few
    stuck_count: int = 0  # all of them

    def save(self, folder: Path) -> None:
        """Write it down, whole or not at all. Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        temporary = folder / f".{self.folder}.{os.getpid()}.tmp"
        temporary.write_text(json.dumps(self.as_json()), "utf-8")
        os.replace(temporary, folder / f"{self.folder}.json")

    def as_json(self) -> dict[str, Any]:
        """What `from_json` reads."""
        told: dict[str, Any] = json.loads(json.dumps(asdict(self), default=datetime.isoformat))
        return told

    @classmethod
    def read(cls, folder: Path, name: str) -> "Health | None":
        """The last one that was saved; None: nobody has looked after the folder yet."""
        try:
            return cls.from_json(json.loads((folder / f"{name}.json").read_text("utf-8")))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Health":
        """Raises ValueError, KeyError, TypeError."""
        return cls(
            **{
                **told,
                "looked_at": datetime.fromisoformat(told["looked_at"]),
                "since": _time(told["since"]),
                "oldest": _time(told["oldest"]),
                "trouble": Trouble(**told["trouble"]) if told["trouble"] else None,
                "stuck": tuple(_stuck_file(one) for one in told["stuck"]),
            }
        )


def stuck_files(sight: Sight) -> tuple[StuckFile, ...]:
    """Those that are shown by name."""
    return tuple(_shown(sight.stuck[:_SHOWN]))


def moment(seconds: float | None) -> datetime | None:
    """A file server's time."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _shown(stuck: Iterable[Stuck]) -> Iterable[StuckFile]:
    for one in stuck:
        yield StuckFile(path=one.shown, since=datetime.fromtimestamp(one.since, UTC), why=one.why)


def _stuck_file(told: dict[str, Any]) -> StuckFile:
    return StuckFile(path=told["path"], since=datetime.fromisoformat(told["since"]), why=told["why"])


def _time(told: str | None) -> datetime | None:
    return None if told is None else datetime.fromisoformat(told)
