"""What a worker does again and again beside the invoices: say that it is there, remove what belongs to nothing."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta

import structlog

from einvoice.errors import Fault
from einvoice.store import Store
from einvoice.worker import Errand

SAY_SECONDS = 15.0  # how often a worker says that it works
SEEN = timedelta(seconds=60)  # one that said nothing for so long is thought to be gone
_SWEEP_SECONDS = 3600.0
_LEFT_OVER = timedelta(days=1)  # nobody is still receiving what was stored so long ago

log = structlog.get_logger()


class Upkeep:
    """The errands of one worker process."""

    def __init__(self, store: Store, version: str) -> None:
        self._store = store
        self._version = version
        self._worker_id: str | None = None

    def errands(self) -> Iterable[Errand]:
        """What there is to do, and how often."""
        return (
            Errand("announce", SAY_SECONDS, self.announce),
            Errand("left-overs", _SWEEP_SECONDS, self.sweep),
        )

    def announce(self) -> None:
        """Say that this process works."""
        self._worker_id = self._store.processes.announce(self._worker_id, self._version)

    def sign_off(self) -> None:
        """This process works no more; where the database is away, it finds out by itself."""
        if self._worker_id is not None:
            with suppress(Fault):
                self._store.processes.sign_off(self._worker_id)

    def sweep(self) -> None:
        """Remove stored objects no submission speaks of: their receiving process died before it gave an answer."""
        self._store.blobs.sweep_leftovers(_LEFT_OVER)
        before = self._store.clock() - _LEFT_OVER
        found = (blob.name for blob in self._store.blobs.stored() if blob.written_at < before)
        for name in self._store.submissions.without_row(found):
            self._store.originals.delete(name)
            log.info("left-over-removed", blob=name)
