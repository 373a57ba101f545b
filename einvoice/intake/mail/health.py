"""How a mailbox is, kept as small files under the data folder, so that other processes can show it."""

import json
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from einvoice.errors import Fault

Part = Literal["intake", "answers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailHealth:
    """How one of the two rounds of a mailbox went the last time. Times in UTC."""

    mailbox: str
    part: Part
    looked_at: datetime
    trouble: str = ""  # kind of error, or cause of a Fault; "": healthy. Never a message of a server
    since: datetime | None = None  # of the trouble
    waiting: int = 0  # intake: messages there; answers: letters not answered yet
    failed: int = 0  # intake: messages that brought nothing; answers: those that could not be sent lately

    def after(self, error: Exception | None, *, waiting: int, failed: int) -> "MailHealth":
        """The next one."""
        now = datetime.now(UTC)
        trouble = "" if error is None else _named(error)
        since = (self.since or now) if trouble else None
        return MailHealth(
            mailbox=self.mailbox,
            part=self.part,
            looked_at=now,
            trouble=trouble,
            since=since,
            waiting=waiting,
            failed=failed,
        )

    def save(self, folder: Path) -> None:
        """Write it down, whole or not at all. Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        temporary = folder / f".{self.mailbox}.{self.part}.{os.getpid()}.tmp"
        temporary.write_text(json.dumps(asdict(self), default=datetime.isoformat), "utf-8")
        os.replace(temporary, folder / f"{self.mailbox}.{self.part}.json")

    @classmethod
    def read(cls, folder: Path, name: str, part: Part) -> "MailHealth | None":
        """The last one that was saved; None: nobody has looked yet."""
        try:
            told: dict[str, Any] = json.loads((folder / f"{name}.{part}.json").read_text("utf-8"))
            since = told["since"] and datetime.fromisoformat(told["since"])
            return cls(**{**told, "looked_at": datetime.fromisoformat(told["looked_at"]), "since": since})
        except (OSError, ValueError, KeyError, TypeError):
            return None


def _named(error: Exception) -> str:
    return error.notice.cause if isinstance(error, Fault) else type(error).__name__
