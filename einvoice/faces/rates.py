"""How often one caller may do something, counted in the memory of this process."""

import time
from collections.abc import Callable, Hashable

_MOST = 50_000  # callers remembered at once; an entry takes some 200 bytes
_MINUTE = 60.0  # seconds


class Rate:
    """So many at once, and as many again in a minute, for each key (generic cell rate algorithm, ITU-T I.371).

    One number is kept for each key: when all of its allowance is back. Who is not known has all of it.
    """

    def __init__(
        self, per_minute: float, *, most: int = _MOST, burst: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        """`burst`: so many at once, if other than those of a minute. `most`: so many keys are kept in mind."""
        self._each = _MINUTE / per_minute  # seconds until one is given back
        self._room = (per_minute if burst is None else burst) * self._each
        self._whole_at: dict[Hashable, float] = {}
        self._most = most
        self._clock = clock

    def take(self, key: Hashable) -> float:
        """Take one. 0: taken; else nothing was, and it is so many seconds until one is there again."""
        now = self._clock()
        whole_at = self._whole_at.get(key, 0.0)
        if whole_at < now:
            whole_at = now
        wait = whole_at + self._each - now - self._room
        if wait > 0:
            return wait
        self._whole_at[key] = whole_at + self._each
        if len(self._whole_at) > self._most:
            self._forget(now)
        return 0.0

    def wait(self, key: Hashable) -> float:
        """How many seconds it is until one can be taken; 0: now. Takes nothing."""
        return max(0.0, self._whole_at.get(key, 0.0) + self._each - self._clock() - self._room)

    def give_back(self, key: Hashable) -> None:
        """As if the last one had not been taken."""
        if key in self._whole_at:
            self._whole_at[key] -= self._each

    def reset(self, key: Hashable) -> None:
        """As if nothing had ever been taken."""
        self._whole_at.pop(key, None)

    def _forget(self, now: float) -> None:
        """Forget who has everything back anyway; then, if there are still too many, those who took least."""
        taken = sorted(((at, key) for key, at in list(self._whole_at.items()) if at > now), key=lambda one: -one[0])
        self._whole_at = {key: at for at, key in taken[: self._most // 2]}
