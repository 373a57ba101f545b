"""One submission beside what the log says of it: its row, its events, its report and its original.

What the log says of entries that were changed themselves is not believed; those are told by `chain`.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from difflib import SequenceMatcher
from typing import Protocol

from einvoice.errors import Fault
from einvoice.model.audit import AuditEntry, sha256_hex
from einvoice.model.submission import Event, Submission
from einvoice.records.facts import (
    Facts,
    differences,
    facts_of_entry,
    facts_of_event,
    shown,
    state_of_entry,
    state_of_event,
    state_of_row,
    summary_of,
)
from einvoice.records.problems import Kind, Problem
from einvoice.store.evidence import Dossier

_FOUND_OUT = {"blob-missing": Kind.ORIGINAL_MISSING, "blob-damaged": Kind.ORIGINAL_DIFFERS}


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
    expired: bool = False  # deleted at the end of its time, as the log says
    reports: int = 0
    originals: int = 0
    size: int = 0  # of the original, bytes


def look(dossier: Dossier, log: Log, stored: Stored) -> Looked:
    """Hold one submission beside the log. Reads report and original; raises Fault when the store can't be reached."""
    looked, name = Looked(expired=dossier.expired), f"submission:{dossier.id}"
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
        told, logged = [facts_of_event(one) for one in events], list(map(self._logged_facts, self.dossier.entries))
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
                fields = differences(dict(facts_of_event(event)), dict(self._logged_facts(entry)))
                self._tell(Kind.EVENT_EDITED, entry.number, event=entry.action, at=shown(entry.at), fields=fields)
        for entry in entries[len(events) :]:
            if not self.log.suspect(entry.number):
                self._tell(Kind.EVENT_MISSING, entry.number, event=entry.action, at=shown(entry.at))
        for event in events[len(entries) :]:
            if self.log.is_newer(event.at):
                self.looked.behind += 1
            else:
                self._tell(Kind.EVENT_UNLOGGED, event=event.kind, at=shown(event.at))

    def _logged_facts(self, entry: AuditEntry) -> Facts:
        return facts_of_entry(entry, expired=self.dossier.expired)

    def _state(self) -> None:
        """The row beside the last entry; where the log lacks what came last, beside the last event."""
        entry, stated = self.dossier.entries[-1], state_of_row(self.row)
        expected = state_of_entry(entry)
        if self.looked.behind or self.log.suspect(entry.number):
            expected = stated | state_of_event(self.dossier.events[-1]) if self.dossier.events else stated
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
        else:
            self._summary(body)

    def _summary(self, body: bytes) -> None:
        """What the row repeats of the report."""
        expected = summary_of(body)
        stated = {name: str(getattr(self.row, name) or "") for name in expected}
        if stated != expected:
            fields = differences(stated, expected)
            self._tell(Kind.STATE_DIFFERS, self.dossier.entries[-1].number, fields=fields)

    def _original(self) -> None:
        expected = self._logged("original") or self.row.sha256
        try:
            data = self.stored.original(replace(self.row, sha256=expected))
        except Fault as fault:
            self._unread(fault, _FOUND_OUT.get(fault.notice.cause, Kind.ORIGINAL_UNREADABLE), expected)
            return
        except ValueError:  # what the row calls it can't be a name
            self._tell(Kind.ORIGINAL_MISSING, expected=expected)
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
