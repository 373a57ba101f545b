"""The oldest of many things, in bounded memory: a folder may hold a hundred thousand files."""

import heapq
from collections.abc import Iterator
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class Oldest(Generic[Thing]):
    """Keeps the `most` oldest things it is given, each key once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._youngest_first: list[tuple[float, str]] = []  # age is negative time: the heap's top is the youngest
        self._things: dict[str, tuple[float, Thing]] = {}

    def __len__(self) -> int:
        return len(self._things)

    def wants(self, when: float) -> bool:
        """Whether a thing of this time would be kept now."""
        return len(self._things) < self._most or (bool(self._most) and -when > self._youngest_first[0][0])

    def add(self, when: float, key: str, thing: Thing) -> None:
        """Keep it if it is old enough. A key that is kept already stays as it is."""
        if key in self._things or not self.wants(when):
            return
        if len(self._things) >= self._most:
            _, youngest = heapq.heappop(self._youngest_first)
            del self._things[youngest]
        heapq.heappush(self._youngest_first, (-when, key))
        self._things[key] = (when, thing)

    def items(self) -> Iterator[tuple[str, Thing]]:
        """Keys and things, the oldest first."""
        for key, (_, thing) in sorted(self._things.items(), key=lambda item: (item[1][0], item[0])):
            yield key, thing
