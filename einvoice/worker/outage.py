"""Trouble that lasts: told once when it begins and once when it is over, and meanwhile not tried all the time."""

import threading
import time

import structlog

from einvoice.errors import Fault

PAUSE_SECONDS = 5.0  # between two tries while it lasts

log = structlog.get_logger()


class Outage:
    """Whether something fails. Any thread may ask and tell."""

    def __init__(self, begins: str, ends: str, **told: str) -> None:
        """`begins` and `ends` are the events logged, each with `told`."""
        self._begins = begins
        self._ends = ends
        self._told = told
        self._trouble: dict[str, str] = {}
        self._next_try = 0.0
        self._lock = threading.Lock()

    @property
    def lasts(self) -> bool:
        """True from the first failure to the next success."""
        return bool(self._trouble)

    def may_try(self) -> bool:
        """True while all is well; else for one caller every few seconds."""
        if not self.lasts:
            return True
        with self._lock:
            if time.monotonic() < self._next_try:
                return False
            self._next_try = time.monotonic() + PAUSE_SECONDS
            return True

    def failed(self, error: Exception, **told: str) -> None:
        """A try failed. Logged unless the same trouble lasts already."""
        trouble = _named(error)
        with self._lock:
            known, self._trouble = self._trouble == trouble, trouble
            self._next_try = time.monotonic() + PAUSE_SECONDS
        if not known:
            log.error(self._begins, **self._told, **told, **trouble)

    def worked(self) -> None:
        """A try succeeded."""
        if not self.lasts:
            return
        with self._lock:
            lasted, self._trouble = self.lasts, {}
        if lasted:
            log.info(self._ends, **self._told)


def _named(error: Exception) -> dict[str, str]:
    """The kind of trouble. Never its message: that may quote addresses, passwords or what was stored."""
    named = {"error": type(error).__name__}
    return named | {"cause": error.notice.cause} if isinstance(error, Fault) else named
