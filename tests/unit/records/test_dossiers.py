"""One submission beside the log, without a store: what was deleted as it should be, and what can't be opened."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from einvoice.errors import Fault
from einvoice.model.assessment import Verdict
from einvoice.model.audit import AuditEntry, sha256_hex
from einvoice.model.submission import Door, Event, EventKind, Handling, Hold, Submission
from einvoice.records.dossiers import Log, look
from einvoice.records.problems import Kind
from einvoice.store.evidence import Dossier

from .conftest import BEGIN, entry, sealed

LOG = Log(begins=BEGIN, ends=BEGIN, suspect=lambda number: False)


@dataclass
class FakeStored:
    body: bytes | Fault | None = b"{}"
    data: bytes | Fault = b"1"

    def report(self, submission_id: str) -> bytes | None:
        if isinstance(self.body, Fault):
            raise self.body
        return self.body

    def original(self, submission: Submission) -> bytes:
        if isinstance(self.data, Fault):
            raise self.data
        return self.data


def life(*more: tuple[EventKind, Handling]) -> Dossier:
    """A rejected submission, and what happened to it then."""
    steps = [(EventKind.RECEIVED, Handling.RECEIVED, None), (EventKind.DECIDED, Handling.DECIDED, Verdict.REJECTED)]
    steps += [(kind, handling, Verdict.REJECTED) for kind, handling in more]
    hashes = {EventKind.RECEIVED: {"original": sha256_hex("1")}, EventKind.DECIDED: {"report": sha256_hex("{}")}}
    entries: list[AuditEntry] = []
    events = []
    for kind, handling, verdict in steps:
        details = {"handling": str(handling)} | ({"verdict": str(verdict)} if verdict else {})
        entries.append(entry(kind, details=details, hashes=hashes.get(kind, {})))
        events.append(
            Event(
                submission_id="a",
                at=BEGIN,
                actor="token:1",
                kind=kind,
                reason="",
                verdict=verdict,
                handling=handling,
                hold=Hold.NONE,
                authority_id=None,
                sequence=None,
            )
        )
    row = Submission(
        id="a", received_at=BEGIN, door=Door.API, sender="s", name="n", sha256=sha256_hex("1"), size=1,
        verdict=verdict, handling=handling, report_sha256=sha256_hex("{}"),
    )  # fmt: skip
    return Dossier(id="a", row=row, events=tuple(events), entries=tuple(sealed(entries)))


EXPIRED = (EventKind.EXPIRED, Handling.EXPIRED)


def kinds(dossier: Dossier, stored: FakeStored | None = None, log: Log = LOG) -> list[Kind]:
    return [problem.kind for problem in look(dossier, log, stored or FakeStored()).problems]


def test_what_is_as_the_log_says_is_no_problem() -> None:
    looked = look(life(), LOG, FakeStored())
    assert (looked.problems, looked.reports, looked.originals, looked.size) == ([], 1, 1, 1)


def test_what_was_deleted_in_time_needs_no_original_and_no_report() -> None:
    gone = FakeStored(body=None, data=Fault("blob-missing", deterministic=True))
    assert kinds(life(EXPIRED), gone) == []


def test_what_was_deleted_in_time_needs_no_row() -> None:
    assert kinds(replace(life(EXPIRED), row=None, events=())) == []


def test_a_row_that_went_otherwise_is_missing() -> None:
    assert kinds(replace(life(), row=None, events=())) == [Kind.SUBMISSION_MISSING]


@pytest.mark.parametrize(
    ("stored", "kind"),
    [
        (FakeStored(data=Fault("sealed-damaged", deterministic=True)), Kind.ORIGINAL_UNREADABLE),
        (FakeStored(body=Fault("sealed-damaged", deterministic=True)), Kind.REPORT_UNREADABLE),
        (FakeStored(data=Fault("blob-damaged", deterministic=True)), Kind.ORIGINAL_DIFFERS),
        (FakeStored(body=b"{ }"), Kind.REPORT_DIFFERS),
        (FakeStored(body=None), Kind.REPORT_MISSING),
    ],
)
def test_what_cannot_be_opened_or_is_another_is_named(stored: FakeStored, kind: Kind) -> None:
    assert kinds(life(), stored) == [kind]


@pytest.mark.parametrize("stored", [{"data": Fault("storage", elsewhere=True)}, {"body": Fault("x", elsewhere=True)}])
def test_a_store_that_is_away_is_no_finding(stored: dict[str, Any]) -> None:
    with pytest.raises(Fault):
        look(life(), LOG, FakeStored(**stored))


def test_nothing_is_concluded_from_an_entry_that_was_changed() -> None:
    dossier = life()
    changed = replace(dossier.entries[1], details={"handling": "withdrawn"}, hashes={"report": "0" * 64})
    tampered = replace(dossier, entries=(dossier.entries[0], changed))
    assert kinds(tampered) != []
    assert kinds(tampered, log=replace(LOG, suspect=lambda number: number == 2)) == []


def test_a_last_entry_that_was_changed_does_not_hide_a_state_that_was() -> None:
    dossier = life()
    assert dossier.row
    tampered = replace(dossier, row=replace(dossier.row, verdict=Verdict.ACCEPTED))
    assert kinds(tampered, log=replace(LOG, suspect=lambda number: number == 2)) == [Kind.STATE_DIFFERS]
