"""Brings what is due, and what nobody was woken for, to those who work."""

import threading
from collections.abc import Callable, Sequence

from einvoice.worker.messages import WakeUp
from einvoice.worker.queue import WakeQueue


class Refill:
    """Keeps a queue filled, but short: however much is due, the database holds it."""

    def __init__(
        self, queue: WakeQueue, due: Callable[[int], Sequence[tuple[str, int]]], *, least: int, most: int
    ) -> None:
        """`due(n)` gives up to n submissions (id, priority) that wait; `least` and `most` are numbers of wake-ups."""
        self._queue = queue
        self._due = due
        self._least = least
        self._most = most
        self._busy = threading.Lock()

    def fill(self) -> None:
        """Fill it up."""
        with self._busy:
            self._fill()

    def fill_when_low(self) -> None:
        """Fill it up if hardly anything is left, and nobody is at it already."""
        if self._queue.is_low(self._least) and self._busy.acquire(blocking=False):
            try:
                self._fill()
            finally:
                self._busy.release()

    def _fill(self) -> None:
        self._queue.restock([WakeUp(*one) for one in self._due(self._most)], self._most)
