"""Groups while they are being read, and how they are finished."""

from operator import attrgetter

from einvoice.model.invoice import Group, Term
from einvoice.model.terms import DOCUMENT, TERMS, TermInfo

_SAID_AGAIN = frozenset({DOCUMENT, "BG-29", "BG-DEX-07"})  # groups whose terms a syntax may say twice (BT-7, BT-149)
_rank_of_frame = attrgetter("rank")


class Frame:
    """A group while it is being read."""

    __slots__ = ("counts", "depth", "groups", "id", "index", "info", "line", "parent", "rank", "terms")

    def __init__(self, info: TermInfo, parent: "Frame | None", line: int | None) -> None:
        self.id = info.id
        self.info = info
        self.rank = info.rank
        self.parent = parent
        self.line = line
        self.depth: int = 0 if parent is None else parent.depth + 1
        self.index: int | None = None  # from 1, if the group may repeat
        self.terms: dict[int, Term] = {}  # by rank, numbered within it
        self.groups: list[Frame] = []
        self.counts: dict[str, int] | None = None


def climb(frame: Frame | None, group_id: str) -> Frame | None:
    """The open group of that id, from the innermost outwards."""
    while frame is not None and frame.id != group_id:
        frame = frame.parent
    return frame


def next_index(group_id: str, frame: Frame) -> int:
    """Count occurrences within the nearest group that itself repeats, or the document."""
    while frame.index is None and frame.parent is not None:
        frame = frame.parent
    if frame.counts is None:
        frame.counts = {}
    count = frame.counts.get(group_id, 0) + 1
    frame.counts[group_id] = count
    return count


def closed(frame: Frame) -> Group:
    """The finished group: in the order of the table, what is said twice said once."""
    by_rank = frame.terms
    terms = [by_rank[rank] for rank in sorted(by_rank)] if len(by_rank) > 1 else list(by_rank.values())
    if frame.id in _SAID_AGAIN:
        terms = _without_repeats(terms)
    groups = _closed_groups(frame) if frame.groups else ()
    return Group(frame.id, tuple(terms), groups, frame.line)


def _closed_groups(frame: Frame) -> tuple[Group, ...]:
    """The groups in a group. One that may repeat stays even when empty, so that the third line is the third line."""
    parts = frame.groups
    frame.groups = []  # no cycles: memory is free at once
    if len(parts) > 1:
        if len({part.id for part in parts}) < len(parts):
            parts = _united(parts)
        parts.sort(key=_rank_of_frame)
    groups = [(part, closed(part)) for part in parts]
    return tuple([group for part, group in groups if group[1] or group[2] or part.info.repeats])


def _without_repeats(terms: list[Term]) -> list[Term]:
    """Some syntaxes say a term several times over (CII: BT-7 in each tax row): once is enough if it is the same."""
    kept: list[Term] = []
    for term in terms:
        if not kept or kept[-1][:3] != term[:3] or TERMS[term.id].repeats:
            kept.append(term)
    return kept


def _united(frames: list[Frame]) -> list[Frame]:
    """A group that may stand once but comes in several elements (UBL: one PaymentMeans an account) is one.

    Unless they contradict one another: then there are several, so that nothing is hidden.
    """
    united: list[Frame] = []
    latest: dict[str, tuple[Frame, dict[str, str]]] = {}
    for frame in frames:
        if frame.info.repeats:
            united.append(frame)
            continue
        said = {term.id: term.value for term in frame.terms.values()}
        twin, twin_said = latest.get(frame.id, (None, {}))
        if twin is None or any(twin_said.get(term, value) != value for term, value in said.items()):
            united.append(frame)
            latest[frame.id] = (frame, said)
            continue
        twin.terms.update({rank: term for rank, term in frame.terms.items() if term.id not in twin_said})
        twin.groups += frame.groups
        twin_said.update(said)
    return united
