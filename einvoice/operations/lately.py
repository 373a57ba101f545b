"""What a look at another part found not long ago, so that asking often costs that part nothing."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Unfinished
from typing import Generic, TypeVar

Found = TypeVar("Found")


class NoAnswer(Exception):
    """The part has not answered in time. It may later."""


class Lately(Generic[Found]):
    """Looks again when what was found is older than `seconds`; all who ask meanwhile get the same.

    Looking is done in a thread of its own, and nobody waits longer for it than `patience` seconds: a part that hangs
    must not hang whoever asks whether it does.
    """

    def __init__(self, look: Callable[[], Found], *, seconds: float, patience: float = 3.0) -> None:
        self._look = look
        self._seconds = seconds
        self._patience = patience
        self._lock = threading.Lock()
        self._found: Future[Found] | None = None
        self._began = 0.0

    def get(self) -> Found:
        """What was found. Raises what looking raised, or NoAnswer."""
        found = self._newest()
        try:
            return found.result(self._patience)
        except Unfinished:
            if found.done():  # looking itself raised it
                raise
            raise NoAnswer from None

    def _newest(self) -> Future[Found]:
        with self._lock:
            old = self._found is not None and time.monotonic() - self._began > self._seconds
            if self._found is None or (old and self._found.done()):
                self._found, self._began = Future(), time.monotonic()
                threading.Thread(target=self._fill, args=(self._found,), name="look", daemon=True).start()
            return self._found

    def _fill(self, found: "Future[Found]") -> None:
        try:
            found.set_result(self._look())
        except Exception as error:
            found.set_exception(error)
