"""What a verification found: problems as data, told in words when someone reads them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from einvoice.explain import Lang
from einvoice.records.words import words

_KEPT = 1000  # problems told one by one; of more only the number is told

LOG = "log"  # the object of problems about the log as a whole


class Kind(StrEnum):
    """What is wrong; a key of the words, too."""

    # The chain
    ENTRY_CHANGED = "entry-changed"
    ENTRIES_MISSING = "entries-missing"
    ENTRY_INSERTED = "entry-inserted"
    ENTRIES_SWAPPED = "entries-swapped"
    ENTRY_OUT_OF_ORDER = "entry-out-of-order"
    LOG_REWRITTEN = "log-rewritten"  # another chain than the one that was signed
    LOG_CUT = "log-cut"  # ends before a checkpoint
    LOG_BEHIND = "log-behind"  # ends before what the events of submissions tell
    CHECKPOINT_FORGED = "checkpoint-forged"
    CHECKPOINT_KEY_UNKNOWN = "checkpoint-key-unknown"
    # A submission beside what the log says
    SUBMISSION_MISSING = "submission-missing"
    SUBMISSION_UNLOGGED = "submission-unlogged"
    ROW_UNREADABLE = "row-unreadable"
    STATE_DIFFERS = "state-differs"
    STATE_OUTDATED = "state-outdated"  # in an export
    EVENT_MISSING = "event-missing"
    EVENT_EDITED = "event-edited"
    EVENT_UNLOGGED = "event-unlogged"
    EVENTS_SWAPPED = "events-swapped"
    REPORT_DIFFERS = "report-differs"
    REPORT_MISSING = "report-missing"
    REPORT_UNREADABLE = "report-unreadable"
    ORIGINAL_DIFFERS = "original-differs"
    ORIGINAL_MISSING = "original-missing"
    ORIGINAL_UNREADABLE = "original-unreadable"
    # An export, and files held beside it
    EXPORT_INCOMPLETE = "export-incomplete"
    EXPORT_DAMAGED = "export-damaged"
    LINE_UNREADABLE = "line-unreadable"
    FILE_UNKNOWN = "file-unknown"
    FILE_DIFFERS = "file-differs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One flaw."""

    kind: Kind
    object: str = LOG  # "log", "submission:ID", "checkpoint:NUMBER", "file:NAME"
    number: int | None = None  # of the entry it is about, or where it begins
    details: Mapping[str, str] = field(default_factory=dict)  # what fills the sentence

    def text(self, lang: Lang) -> str:
        """What is wrong, in a sentence."""
        values = {"name": self.object.partition(":")[2], "number": str(self.number), **self.details}
        spoken = words(lang)
        several = values.get("last", str(self.number)) != str(self.number)
        key = f"{self.kind}+" if several and f"{self.kind}+" in spoken else str(self.kind)
        return spoken[key].format_map(values)


class Problems:
    """Collects them; of very many only the first are kept, so that no damage takes all memory."""

    def __init__(self) -> None:
        self._kept: list[Problem] = []
        self.count = 0

    def add(self, problems: Iterable[Problem]) -> None:
        """Take note."""
        for problem in problems:
            self.count += 1
            if len(self._kept) < _KEPT:
                self._kept.append(problem)

    def kept(self) -> tuple[Problem, ...]:
        """The first ones."""
        return tuple(self._kept)


@dataclass(slots=True)
class Figures:
    """How much was looked at."""

    entries: int = 0
    checkpoints: int = 0  # with a good signature
    submissions: int = 0
    reports: int = 0
    originals: int = 0
    bytes: int = 0  # of originals
    expired: int = 0  # submissions whose time has ended: original and report were deleted, as the log says
    unlogged: int = 0  # submissions from before there was a log: nothing is proven of them
    leftovers: int = 0  # stored objects no submission speaks of; harmless, left by a process that died
    given: int = 0  # files that were held beside an export


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What came of it."""

    problems: tuple[Problem, ...]
    count: int  # of problems, those not kept included
    figures: Figures
    last: int  # number of the last entry
    signed: int  # number of the last entry under a good checkpoint; 0: none
    key_ids: tuple[str, ...] = ()  # of the keys that were believed
    own_word: bool = False  # the keys came with what they vouch for: integrity, no authenticity

    @property
    def intact(self) -> bool:
        """Nothing is wrong."""
        return self.count == 0
