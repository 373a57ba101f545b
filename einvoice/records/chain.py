"""Goes along the chain, entry by entry, and tells each flaw once: what follows a flaw is measured by what was found.

`suspect` tells afterwards which entries nothing can be concluded from.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import combinations

from einvoice.model.audit import GENESIS, AuditEntry, Checkpoint, entry_hash
from einvoice.records.problems import Kind, Problem
from einvoice.records.signing import PublicKeys, Signature

_COMPARED = 64  # changed entries that are tried for having changed places


class Runs:
    """Ascending numbers as ranges: a damage of a thousand entries in a row is one."""

    def __init__(self) -> None:
        self._first: list[int] = []
        self._last: list[int] = []

    def __contains__(self, number: int) -> bool:
        place = bisect_right(self._first, number) - 1
        return place >= 0 and number <= self._last[place]

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return zip(self._first, self._last, strict=True)

    def add(self, first: int, last: int) -> None:
        """Numbers from `first` to `last`; `last` is never smaller than what was added before."""
        if self._last and first <= self._last[-1] + 1:
            self._last[-1] = last
        else:
            self._first.append(first)
            self._last.append(last)

    def remove(self, number: int) -> None:
        """Take one number out."""
        place = bisect_right(self._first, number) - 1
        first, last = self._first[place], self._last[place]
        kept = [(low, high) for low, high in ((first, number - 1), (number + 1, last)) if low <= high]
        self._first[place : place + 1] = [low for low, _ in kept]
        self._last[place : place + 1] = [high for _, high in kept]


class Checkpoints:
    """The checkpoints that count: those with a good signature, by the entry they vouch for."""

    def __init__(self, checkpoints: Iterable[Checkpoint], keys: PublicKeys) -> None:
        self.good: dict[int, list[Checkpoint]] = defaultdict(list)
        self.count = 0
        self._forged: list[Checkpoint] = []
        self._unknown: dict[str, list[int]] = defaultdict(list)
        for one in checkpoints:
            match keys.check(one.key_id, one.signed_content(), one.signature):
                case Signature.GOOD:
                    self.good[one.number].append(one)
                    self.count += 1
                case Signature.BAD:
                    self._forged.append(one)
                case Signature.UNKNOWN_KEY:
                    self._unknown[one.key_id].append(one.number)

    def problems(self) -> Iterator[Problem]:
        """Those that do not count; of a key nobody knows only one is named."""
        for one in self._forged:
            yield Problem(kind=Kind.CHECKPOINT_FORGED, object=f"checkpoint:{one.number}", number=one.number)
        for key_id, numbers in self._unknown.items():
            details = {"key": key_id, "count": str(len(numbers))}
            first = min(numbers)
            yield Problem(kind=Kind.CHECKPOINT_KEY_UNKNOWN, object=f"checkpoint:{first}", number=first, details=details)


class Chain:
    """Fed with the entries in the order in which they stand, then ended."""

    def __init__(self, checkpoints: Checkpoints) -> None:
        self._checkpoints = checkpoints
        self._previous = {GENESIS}  # what the next entry may follow
        self._changed = Runs()
        self._missing = Runs()
        self._misplaced: set[int] = set()  # have changed places with another
        self._odd: list[AuditEntry] = []  # changed ones, to be tried for having changed places
        self._strays: list[Problem] = []
        self._rewritten: list[int] = []  # under a checkpoint of another entry
        self.count = 0
        self.last = 0  # highest number so far
        self.signed = 0  # highest number that a checkpoint vouches for
        self.is_cut = False  # known at the end: entries are missing there

    def suspect(self, number: int) -> bool:
        """Whether the entry is not what it was."""
        return number in self._changed or number in self._misplaced

    def feed(self, entry: AuditEntry) -> None:
        """The next entry."""
        self.count += 1
        number = entry.number
        if number <= self.last:
            self._stray(entry)
            return
        if number > self.last + 1:
            self._missing.add(self.last + 1, number - 1)
        intact = entry.is_intact
        if not intact:
            if len(self._odd) < _COMPARED:
                self._odd.append(entry)
        elif number == self.last + 1 and entry.previous not in self._previous:
            self._change(max(self.last, 1))  # the one before was exchanged, hash and all
        if not intact:
            self._change(number)
        self._compare(entry)
        self._previous = {entry.hash}
        self.last = number

    def lacks(self, number: int) -> bool:
        """Whether there is no such entry, which is told as a problem of the chain."""
        return number > self.last or number in self._missing

    def end(self, head: tuple[int, str] | None) -> Iterator[Problem]:
        """After the last entry; `head` is what the log says its last number and hash are. None: nobody knows."""
        if head is None:
            self.is_cut = True
        elif self.last > head[0]:
            yield _range(Kind.ENTRY_INSERTED, head[0] + 1, self.last)
        elif self.last < head[0]:
            self.is_cut = True
            self._missing.add(self.last + 1, head[0])
        elif head[1] not in self._previous:
            self._change(self.last)
        yield from self._swapped()
        yield from (_range(Kind.ENTRY_CHANGED, *run) for run in self._changed)
        yield from (_range(Kind.ENTRIES_MISSING, *run) for run in self._missing)
        yield from self._strays
        yield from self._against_checkpoints()
        if head is not None:
            yield from self._cut()

    def _change(self, number: int) -> None:
        if number not in self._changed:
            self._changed.add(number, number)

    def _stray(self, entry: AuditEntry) -> None:
        """An entry that stands behind a later one: out of order if it was missed, or one too many."""
        number = entry.number
        if number in self._missing:
            self._missing.remove(number)
            self._strays.append(Problem(kind=Kind.ENTRY_OUT_OF_ORDER, number=number))
            if not entry.is_intact:
                self._strays.append(Problem(kind=Kind.ENTRY_CHANGED, number=number))
            return
        self._strays.append(Problem(kind=Kind.ENTRY_INSERTED, number=number))
        if number == self.last:  # which of the two is right shows in what follows
            self._previous.add(entry.hash)

    def _compare(self, entry: AuditEntry) -> None:
        for checkpoint in self._checkpoints.good.get(entry.number, ()):
            if checkpoint.hash == entry.hash:
                self.signed = entry.number
            elif not self._rewritten or self._rewritten[-1] != entry.number:
                self._rewritten.append(entry.number)

    def _swapped(self) -> Iterator[Problem]:
        for one, other in combinations(self._odd, 2):
            if _belongs(one, other.number) and _belongs(other, one.number):
                for number in (one.number, other.number):
                    self._changed.remove(number)
                    self._misplaced.add(number)
                yield Problem(kind=Kind.ENTRIES_SWAPPED, number=one.number, details={"other": str(other.number)})

    def _against_checkpoints(self) -> Iterator[Problem]:
        rewritten = [number for number in self._rewritten if number not in self._changed]
        if rewritten:
            details = {"count": str(len(rewritten)), "good": str(self._good_before(rewritten[0]))}
            yield Problem(kind=Kind.LOG_REWRITTEN, number=rewritten[0], details=details)

    def _cut(self) -> Iterator[Problem]:
        beyond = [number for number in self._checkpoints.good if number > self.last and number not in self._missing]
        if beyond:
            self.is_cut = True
            signed = max(beyond)
            at = max(one.at for one in self._checkpoints.good[signed])
            details = {"signed": str(signed), "at": f"{at:%Y-%m-%d %H:%M:%S} UTC"}
            yield Problem(kind=Kind.LOG_CUT, number=self.last, details=details)

    def _good_before(self, number: int) -> int:
        good = set(self._checkpoints.good) - set(self._rewritten)
        return max((one for one in good if one < number), default=0)


def _belongs(entry: AuditEntry, number: int) -> bool:
    return entry_hash(replace(entry, number=number)) == entry.hash


def _range(kind: Kind, first: int, last: int) -> Problem:
    details = {"last": str(last), "count": str(last - first + 1)}
    return Problem(kind=kind, number=first, details=details)
