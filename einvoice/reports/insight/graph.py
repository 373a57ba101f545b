"""Who follows whom: every finding follows at most one other, nothing graver than it, and never in a circle."""

from collections.abc import Sequence

from einvoice.model.finding import Finding, Level

_GRAVITY = {Level.ERROR: 0, Level.WARNING: 1, Level.INFORMATION: 2}


class Graph:
    """Findings by their index; at first each is its own cause."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self._gravity = [_GRAVITY[finding.level] for finding in findings]
        self._cause = list(range(len(findings)))

    def root(self, index: int) -> int:
        """The finding it follows from in the end; itself, if it is a cause."""
        while self._cause[index] != index:
            self._cause[index] = self._cause[self._cause[index]]
            index = self._cause[index]
        return index

    def follow(self, effect: int, cause: int) -> None:
        """Let one follow another; not if it is graver, or has its own cause already."""
        root = self.root(cause)
        if self._cause[effect] == effect and root != effect and self._gravity[root] <= self._gravity[effect]:
            self._cause[effect] = root

    def follow_all(self, group: Sequence[int]) -> None:
        """Let all follow the first; where that is not grave enough, the first of the gravest."""
        first = min(group, key=lambda index: self._gravity[index])
        for index in group:
            self.follow(index, first)
