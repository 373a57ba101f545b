"""Failed documents of one drop folder that a person wants tried again, taken on a portion at a time."""

from collections import deque
from collections.abc import Callable
from pathlib import Path

import structlog

from einvoice.intake import Folder
from einvoice.intake.pickup import document_id, failed_documents, noted_documents, retry

_PORTION = 50  # documents in one turn: whatever else lies in the folder has its turn, too

log = structlog.get_logger()


class Retries:
    """Asked for by any thread, done by the folder's own, which alone waits for its disk."""

    def __init__(self, folder: Folder, room: Callable[[], int]) -> None:
        """`room`: how many documents may be taken on now."""
        self._folder = folder
        self._room = room
        self._wishes: deque[str | None] = deque()
        self._due: deque[Path] = deque()

    def ask(self, document: str | None) -> None:
        """For one, by its id; None: for all that lie in `failed/` when its turn comes."""
        self._wishes.append(document)

    def advance(self) -> int:
        """Have some picked up again, as many as there is room for; how many. Those that are gone are passed over.

        What is left when this process ends stays in `failed/`. Raises OSError, Fault.
        """
        if self._wishes:
            self._find()
        count = 0
        room = min(_PORTION, self._room()) if self._due else 0
        while self._due and count < room:
            count += self._retried(self._due.popleft())
        if count:
            log.info("folder-retried", folder=self._folder.name, documents=count)
        return count

    def _find(self) -> None:
        (self._folder.home / "failed").stat()  # where the drive is away, nothing would seem to lie there
        wanted = {self._wishes.popleft() for _ in range(len(self._wishes))}
        known = set(self._due)
        self._due.extend(document for document in self._wanted(wanted) if document not in known)

    def _wanted(self, ids: set[str | None]) -> list[Path]:
        """By the notes beside them where these tell: to look at each file there is takes long where there are many."""
        if None in ids:
            return failed_documents(self._folder)
        found = {name: path for path in noted_documents(self._folder) if (name := document_id(path)) in ids}
        if len(found) < len(ids):  # without a note: put there by hand
            found |= {name: path for path in failed_documents(self._folder) if (name := document_id(path)) in ids}
        return list(found.values())

    def _retried(self, document: Path) -> bool:
        try:
            retry(self._folder, document)
        except FileNotFoundError:  # another process was faster
            return False
        return True
