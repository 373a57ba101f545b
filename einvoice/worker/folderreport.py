"""What one process has to tell of one drop folder: how it is, and what lies in `failed/`.

Filled by the thread of the folder, which alone waits for its disk; read by any other.
"""

import time
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from einvoice.intake import Folder
from einvoice.intake.mail import MailHealth, Part
from einvoice.intake.pickup import FailedLooks, FailedSight, Health, Trouble

_EVERY = 10.0  # seconds between two looks into failed/ at least
_SHARE = 30.0  # times as long as a look took, until the next one: much may lie there

_OF_MAILBOXES: dict[Part, str] = {"intake": "mailbox", "answers": "mail-answers"}  # codes of the trouble

log = structlog.get_logger()


class FolderReport:
    """Of one folder."""

    def __init__(self, folder: Folder, mailboxes: Path | None = None) -> None:
        """`mailboxes`: where notes lie on how mailboxes are; a folder of that name shows their trouble as well."""
        self.folder = folder
        self._mailboxes = mailboxes
        self._began = datetime.now(UTC)
        self._outbox: tuple[Trouble, datetime] | None = None
        self._health: Health | None = None
        self._last: dict[str, Any] | None = None  # trouble there was
        self._failed = FailedSight()
        self._looks = FailedLooks(folder)
        self._next_look = 0.0

    def as_json(self) -> dict[str, Any]:
        """What the database keeps: see `operations.folders`."""
        health = self._with_others(self._health)
        return {
            "layout": self.folder.layout,
            "path": str(self.folder.path).encode(errors="replace").decode(),
            "home": str(self.folder.home).encode(errors="replace").decode(),
            "answer": self.folder.answer,
            "began": self._began.isoformat(),
            "health": health.as_json() if health else None,
            "failed": self._failed.as_json(),
            "last": self._last,
        }

    def turned(self, health: Health) -> None:
        """The folder was looked after once more. Never raises: what is the matter with it the health tells."""
        self._health = health
        self._remember(health)
        if health.trouble is not None or time.monotonic() < self._next_look:
            return  # where the drive is away, nothing would seem to lie there
        start = time.monotonic()
        midnight = datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
        try:
            self._failed = self._looks.look(midnight.timestamp())
        except OSError as error:
            log.warning("folder-failed-unseen", folder=self.folder.name, error=type(error).__name__)
        end = time.monotonic()
        self._next_look = end + max(_EVERY, (end - start) * _SHARE)

    def failed(self, error: Exception) -> None:
        """It can't be looked after at all."""
        now = datetime.now(UTC)
        before = self._health
        self._health = Health(
            folder=self.folder.name,
            layout=self.folder.layout,
            path=str(self.folder.path),
            process="",
            looked_at=now,
            trouble=Trouble.of(error, self.folder.path),
            since=before.since if before and before.since else now,
        )
        self._remember(self._health)

    def look_soon(self) -> None:
        """What lies in `failed/` has changed."""
        self._next_look = 0.0

    def answered(self, error: Exception | None) -> None:
        """What keeps answers out of the outbox; None: nothing."""
        if error is None:
            self._outbox = None
            return
        since = self._outbox[1] if self._outbox else datetime.now(UTC)
        found = Trouble.of(error, self.folder.outbox)
        self._outbox = (
            replace(found, code="outbox", path=str(self.folder.outbox), detail=found.detail or found.code),
            since,
        )

    def _with_others(self, health: Health | None) -> Health | None:
        """With what keeps the outbox, or the mailbox that fills the folder, where the folder itself is well."""
        if health is None or health.trouble is not None:
            return health
        if self._outbox is not None:
            return replace(health, trouble=self._outbox[0], since=self._outbox[1])
        if self._mailboxes is None:
            return health
        for part, code in _OF_MAILBOXES.items():
            found = MailHealth.read(self._mailboxes, self.folder.name, part)
            if found is not None and found.trouble:
                trouble = Trouble(code=code, path=health.path, detail=found.trouble)
                return replace(health, trouble=trouble, since=found.since)
        return health

    def _remember(self, health: Health) -> None:
        if health.trouble is not None:
            self._last = {"trouble": asdict(health.trouble), "at": health.looked_at.isoformat()}
