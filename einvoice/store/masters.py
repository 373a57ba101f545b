"""The master keys as the store uses them: fetched when the first is needed, and waited for while they are away."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

from einvoice.errors import Fault
from einvoice.model.trouble import FaultNotice
from einvoice.sealing import Key, MasterKeys, wrapped_by
from einvoice.settings import Settings

_TRY_AGAIN_SECONDS = 5.0  # after a failure; a command that hangs must not be run by each request

log = structlog.get_logger()


class Masters:
    """The master keys of the settings. What they can't be had for is a Fault of the service, never of a document.

    Every method raises Fault, elsewhere=True: "key-missing" (no master keys, or not the one that is needed),
    "keys-unusable" (the settings or the file are wrong), "key-wrong" (a key does not open what its namesake wrapped).
    That is logged once when it begins and once when it is over.
    """

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.configured = settings.master_key_file is not None or bool(settings.master_key_command.strip())
        self._settings = settings
        self._clock = clock
        self._keys: MasterKeys | None = None
        self._trouble: FaultNotice | None = None
        self._try_at = 0.0
        self._told: FaultNotice | None = None
        self._lock = threading.Lock()

    @property
    def names(self) -> tuple[str, ...]:
        """Ids of the master keys, the one that wraps anew first."""
        with self._telling():
            return self._fetched().names

    def wrap(self, key: Key, owner: str) -> bytes:
        """An intake or authority key, to be kept."""
        with self._telling():
            return self._fetched().wrap(key, owner)

    def unwrap(self, wrapped: bytes, name: str, owner: str) -> Key:
        """An intake or authority key."""
        with self._telling():
            masters = self._fetched()
            with _about_us(wrapped, name):
                return masters.unwrap(wrapped, name, owner)

    def rewrap(self, wrapped: bytes, name: str, owner: str) -> bytes:
        """The same key, wrapped by the first of `names`; unchanged if it is already."""
        with self._telling():
            masters = self._fetched()
            with _about_us(wrapped, name):
                return masters.rewrap(wrapped, name, owner)

    def _fetched(self) -> MasterKeys:
        with self._lock:
            if self._keys is None:
                if self._trouble is not None and self._clock() < self._try_at:
                    raise _again(self._trouble)
                self._keys = self._fetch()
            return self._keys

    def _fetch(self) -> MasterKeys:
        try:
            found = MasterKeys.of(self._settings)
        except Fault as fault:
            self._trouble, self._try_at = fault.notice, self._clock() + _TRY_AGAIN_SECONDS
            raise
        if found is None:
            where = "neither EINVOICE_MASTER_KEY_FILE nor EINVOICE_MASTER_KEY_COMMAND is set"
            raise Fault("key-missing", f"the store is sealed, and {where}", elsewhere=True)
        return found

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except Fault as fault:
            if self._told != fault.notice:
                self._told = fault.notice
                log.error("master-keys-away", cause=fault.notice.cause, detail=fault.notice.detail)
            raise
        if self._told is not None:
            self._told = None
            log.info("master-keys-back")


def _again(notice: FaultNotice) -> Fault:
    return Fault(notice.cause, notice.detail, deterministic=notice.deterministic, elsewhere=notice.elsewhere)


@contextmanager
def _about_us(wrapped: bytes, name: str) -> Iterator[None]:
    """A key of ours that does not open is no flaw of the document at hand: it waits until somebody mends that."""
    try:
        yield
    except Fault as fault:
        if fault.notice.elsewhere:
            raise
        detail = f"key {name} does not open under the master key it names, {_named(wrapped)}; is that another one now?"
        raise Fault("key-wrong", detail, elsewhere=True) from fault


def _named(wrapped: bytes) -> str:
    try:
        return wrapped_by(wrapped)
    except Fault:
        return "?"
