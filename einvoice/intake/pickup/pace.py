"""When the next look at a folder is due: at regular times, and sooner where it will tell more.

However many files lie in a folder, no more than a fifth of the time is spent looking, but for looks that each bring as
much work as one look may.
"""

import time
from collections.abc import Callable

_SOON = 0.3  # seconds: while something is being written
_SHARE = 4.0  # times as long as a look took, until the next one
_FRUITLESS = 10  # looks soon after one another that told nothing new; then the regular ones will do


class Pace:
    """Of one folder."""

    def __init__(self, every: float, clock: Callable[[], float] = time.monotonic) -> None:
        """`every`: seconds between two regular looks."""
        self._every = every
        self._clock = clock
        self._next = self._rested = 0.0
        self._left = _FRUITLESS
        self._changed = False  # since the last look began

    def due(self) -> bool:
        """Whether to look now."""
        return self._clock() >= self._next

    def wait(self) -> float:
        """Seconds until then."""
        return max(self._next - self._clock(), 0.0)

    def hint(self) -> None:
        """Something has changed in the folder, maybe where a look that is under way has been already."""
        self._changed = True
        self._left = _FRUITLESS
        self._next = min(self._next, self._rested)

    def emptied(self) -> None:
        """All that the last look found is taken, and there was more: waiting would only leave it lying."""
        self._next = self._clock()

    def looking(self) -> None:
        """A look begins."""
        self._changed = False

    def looked(self, *, took: float, again: bool, found: bool) -> None:
        """A look has taken `took` seconds; `again`: the next one will tell more; `found`: it found something."""
        now = self._clock()
        self._rested = now + took * _SHARE
        self._left = _FRUITLESS if found else self._left - 1
        soon = again and self._left > 0
        self._next = max(self._rested, now + (min(_SOON, self._every) if soon else self._every))
        if self._changed:
            self._next = self._rested
