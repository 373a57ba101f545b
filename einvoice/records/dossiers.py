"""One submission beside what the log says of it: its row, its events, its report and its original.

What the log says of entries that were changed themselves is not believed; those are told by `chain`.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from difflib import SequenceMatcher
from typing import Protocol

from einvoice.errors import Fault
from einvoice.model.audit import AuditEntry, moment, sha256_hex
from einvoice.model.submission import Event, Submission
from einvoice.records.problems import Kind, Problem
from einvoice.store.evidence import Dossier

_STATE = ("verdict", "handling", "hold", "authority", "human_decision")
_FOUND_OUT = {"blob-missing": Kind.ORIGINAL_MISSING, "blob-damaged": Kind.ORIGINAL_DIFFERS}
_NOTHING = "–"


class Stored(Protocol):
    """What lies in the store besides the rows. Both raise Fault where it can't be read."""

    def report(self, submission_id: str) -> bytes | None:
        """The report as stored, unsealed; None: there is none."""

    def original(self, submission: Submission) -> bytes:
        """The bytes as received; Fault("blob-missing"), and Fault("blob-damaged") if their hash is not the row's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """What is known of the log when submissions are looked at."""

    begins: datetime | None  # what happened before is not in it; None: there is no entry
    ends: datetime | None  # time of the last entry
    suspect: Callable[[int], bool]  # whether an entry, by its number, was changed

    def is_older(self, at: datetime) -> bool:
        """From before there was a log."""
        return self.begins is None or at < self.begins

    def is_newer(self, at: datetime) -> bool:
        """From after its end."""
        return self.ends is not None and at >= self.ends


@dataclass(slots=True)
class Looked:
    """What came of looking at one submission."""

    problems: list[Problem] = field(default_factory=list)
    behind: int = 0  # events from after the end of the log
    seen: bool = True  # it has a row
    unlogged: bool = False  # from before there was a log
    reports: int = 0
    originals: int = 0
    size: int = 0  # of the original, bytes


def look(dossier: Dossier, log: Log, stored: Stored) -> Looked:
    """Hold one submission beside the log. Reads report and original; raises Fault when the store can't be reached."""
    looked, name = Looked(), f"submission:{dossier.id}"
    if dossier.unreadable:
        details = {"part": dossier.unreadable}
        looked.problems.append(Problem(kind=Kind.ROW_UNREADABLE, object=name, details=details))
    elif dossier.row is None:
        looked.seen = False
        if dossier.entries and not dossier.expired:
            last = dossier.entries[-1].number
            looked.problems.append(Problem(kind=Kind.SUBMISSION_MISSING, object=name, number=last))
    elif dossier.entries:
        _Look(dossier.row, dossier, log, stored, looked).all()
    elif log.is_older(dossier.row.received_at):
        looked.unlogged = True
    elif log.is_newer(dossier.row.received_at):
        looked.behind = len(dossier.events)
    else:
        looked.problems.append(Problem(kind=Kind.SUBMISSION_UNLOGGED, object=name))
    return looked


@dataclass(frozen=True, slots=True)
class _Look:
    """A submission that has both a row and entries."""

    row: Submission
    dossier: Dossier
    log: Log
    stored: Stored
    looked: Looked

    def all(self) -> None:
        """Events, state, report, original."""
        self._events()
        self._state()
        if not self.dossier.expired:
            self._report()
            self._original()

    def _tell(self, kind: Kind, number: int | None = None, **details: str) -> None:
        problem = Problem(kind=kind, object=f"submission:{self.dossier.id}", number=number, details=details)
        self.looked.problems.append(problem)

    def _events(self) -> None:
        """Events and entries side by side, as two texts are compared."""
        events = [event for event in self.dossier.events if not self.log.is_older(event.at)]
        told, logged = [_of_event(one) for one in events], [_of_entry(one) for one in self.dossier.entries]
        if told == logged:
            return
        if Counter(told) == Counter(logged):
            if not any(self.log.suspect(entry.number) for entry in self.dossier.entries):
                self._tell(Kind.EVENTS_SWAPPED, events=", ".join(event.kind for event in events))
            return
        for change, first, last, first_event, last_event in SequenceMatcher(None, logged, told, False).get_opcodes():
            if change != "equal":
                self._differing(self.dossier.entries[first:last], events[first_event:last_event])

    def _differing(self, entries: Sequence[AuditEntry], events: Sequence[Event]) -> None:
        for entry, event in zip(entries, events, strict=False):
            if not self.log.suspect(entry.number):
                fields = differences(dict(_of_event(event)), dict(_of_entry(entry)))
                self._tell(Kind.EVENT_EDITED, entry.number, event=entry.action, at=shown(entry.at), fields=fields)
        for entry in entries[len(events) :]:
            if not self.log.suspect(entry.number):
                self._tell(Kind.EVENT_MISSING, entry.number, event=entry.action, at=shown(entry.at))
        for event in events[len(entries) :]:
            if self.log.is_newer(event.at):
                self.looked.behind += 1
            else:
                self._tell(Kind.EVENT_UNLOGGED, event=event.kind, at=shown(event.at))

    def _state(self) -> None:
        """The row beside the last entry; where the log lacks what came last, beside the last event."""
        entry, stated = self.dossier.entries[-1], state_of_row(self.row)
        expected = state_of_entry(entry)
        if self.looked.behind or self.log.suspect(entry.number):
            expected = stated | _state_of_event(self.dossier.events[-1]) if self.dossier.events else stated
        original = self._logged("original")
        if original is not None:
            stated, expected = stated | {"original": self.row.sha256}, expected | {"original": original}
        if stated != expected:
            self._tell(Kind.STATE_DIFFERS, entry.number, fields=differences(stated, expected))

    def _report(self) -> None:
        expected = None if self.looked.behind else self._logged("report")
        expected = expected or self.row.report_sha256  # the log does not say: then the row has to
        if expected is None:
            return
        try:
            body = self.stored.report(self.dossier.id)
        except Fault as fault:
            self._unread(fault, Kind.REPORT_UNREADABLE, expected)
            return
        self.looked.reports = 1
        if body is None:
            self._tell(Kind.REPORT_MISSING, expected=expected)
        elif sha256_hex(body) != expected:
            self._tell(Kind.REPORT_DIFFERS, expected=expected, found=sha256_hex(body))

    def _original(self) -> None:
        expected = self._logged("original") or self.row.sha256
        try:
            data = self.stored.original(replace(self.row, sha256=expected))
        except Fault as fault:
            self._unread(fault, _FOUND_OUT.get(fault.notice.cause, Kind.ORIGINAL_UNREADABLE), expected)
            return
        self.looked.originals, self.looked.size = 1, len(data)

    def _unread(self, fault: Fault, kind: Kind, expected: str) -> None:
        """A fault of this very object is a finding; that the store is away is none."""
        if fault.notice.elsewhere or fault.notice.cause == "storage":
            raise fault
        self._tell(kind, cause=fault.notice.cause, expected=expected)

    def _logged(self, kind: str) -> str | None:
        """The last hash of that kind; None where no entry that is believed says one."""
        for entry in reversed(self.dossier.entries):
            if self.log.suspect(entry.number):
                return None
            if kind in entry.hashes:
                return entry.hashes[kind]
        return None


def state_of_entry(entry: AuditEntry) -> dict[str, str]:
    """Where a submission stands after an entry about it."""
    return {name: entry.details.get(name, "") for name in _STATE}


def state_of_row(row: Submission) -> dict[str, str]:
    """Where it stands by its row, in the same words."""
    values = (row.verdict, row.handling, row.hold, row.authority_id, row.human_decision)
    return {name: str(value or "") for name, value in zip(_STATE, values, strict=True)}


def _state_of_event(event: Event) -> dict[str, str]:
    values = (event.verdict, event.handling, event.hold, event.authority_id)
    return {name: str(value or "") for name, value in zip(_STATE, values, strict=False)}


_Facts = tuple[tuple[str, str], ...]  # hashable, so that they can be compared as lines of a text


def _of_event(event: Event) -> _Facts:
    facts = {
        "at": moment(event.at),
        "actor": event.actor,
        "event": str(event.kind),
        "reason": sha256_hex(event.reason) if event.reason else "",
        "verdict": str(event.verdict or ""),
        "handling": str(event.handling),
        "hold": str(event.hold),
        "authority": event.authority_id or "",
        "sequence": str(event.sequence or ""),
    }
    return tuple(facts.items())


def _of_entry(entry: AuditEntry) -> _Facts:
    details = entry.details
    facts = {
        "at": moment(entry.at),
        "actor": entry.actor,
        "event": entry.action,
        "reason": entry.hashes.get("reason", ""),
        **{name: details.get(name, "") for name in ("verdict", "handling", "hold", "authority", "sequence")},
    }
    return tuple(facts.items())


def differences(stated: Mapping[str, str], expected: Mapping[str, str]) -> str:
    """`verdict: rejected ≠ accepted; …`, what is stored first, then what the log says."""
    return "; ".join(
        f"{name}: {stated[name] or _NOTHING} ≠ {expected[name] or _NOTHING}"
        for name in expected
        if stated[name] != expected[name]
    )


def shown(at: datetime) -> str:
    """A time as a verification tells it."""
    return f"{moment(at)[:19].replace('T', ' ')} UTC"
