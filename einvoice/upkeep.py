"""What a worker does again and again beside the invoices: say that it is there, remove what belongs to nothing."""

import ctypes
import gc
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta

import structlog

from einvoice.errors import Fault
from einvoice.logs import name_worker
from einvoice.records.checkpoints import sign_head
from einvoice.records.signing import Signer
from einvoice.settings import Settings
from einvoice.store import Store
from einvoice.worker import Errand

SAY_SECONDS = 15.0  # how often a worker says that it works; operations.situation.SEEN is a few times that
_SWEEP_SECONDS = 3600.0
_RETENTION_SECONDS = 600.0
_RETENTION_PORTIONS = 50  # of a hundred, so that no round lasts long; on New Year's Eve a whole year ends
_TIDY_SECONDS = 5.0
_LEFT_OVER = timedelta(days=1)  # nobody is still receiving what was stored so long ago

log = structlog.get_logger()


def give_back_memory() -> None:
    """Let go of what nobody uses any more.

    That is what only a search for cycles finds, and what glibc would keep of each thread for its next large invoice.
    """
    gc.collect()
    with suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL(None).malloc_trim(0)


class Upkeep:
    """The errands of one worker process."""

    def __init__(self, store: Store, signer: Signer, settings: Settings, version: str) -> None:
        self._store = store
        self._signer = signer
        self._settings = settings
        self._version = version
        self._worker_id: str | None = None
        self._suspects: frozenset[str] = frozenset()  # left-overs of the last round

    def errands(self) -> Iterable[Errand]:
        """What there is to do, and how often."""
        return (
            Errand("announce", SAY_SECONDS, self.announce),
            Errand("checkpoint", self._settings.checkpoint_seconds, self.sign),
            Errand("left-overs", _SWEEP_SECONDS, self.sweep),
            Errand("retention", _RETENTION_SECONDS, self.retain),
            Errand("memory", _TIDY_SECONDS, give_back_memory),
        )

    def announce(self) -> None:
        """Say that this process works."""
        self._worker_id = self._store.processes.announce(self._worker_id, self._version)
        name_worker(self._worker_id)

    def sign(self) -> None:
        """Sign the head of the audit chain, if it moved."""
        sign_head(self._store, self._signer)

    def sign_off(self) -> None:
        """This process works no more; where the database is away, it finds out by itself."""
        with suppress(Fault):
            self.sign()
            if self._worker_id is not None:
                self._store.processes.sign_off(self._worker_id)

    def sweep(self) -> None:
        """Remove stored objects no submission speaks of: their receiving process died before it gave an answer.

        Only what the round before found as well: where the clock here is wrong, what looks old may be on its way in.
        """
        self._store.blobs.sweep_leftovers(_LEFT_OVER)
        before = self._store.clock() - _LEFT_OVER
        old = (blob.name for blob in self._store.blobs.stored() if blob.written_at < before)
        found = frozenset(self._store.submissions.without_row(old))
        for name in found & self._suspects:
            self._store.originals.delete(name)
            log.info("left-over-removed", blob=name)
        self._suspects = found - self._suspects

    def retain(self) -> None:
        """Delete what has been kept long enough."""
        done = self._store.retention.tend(_RETENTION_PORTIONS)
        if done.expired or done.objects:
            log.info("retention", expired=done.expired, originals=done.objects)
