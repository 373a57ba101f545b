"""The drop folder, looked after by a worker."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from einvoice.errors import Fault
from einvoice.intake import Outcome
from einvoice.model.assessment import Assessment
from einvoice.model.submission import Door, Handling, Hold, Priority
from einvoice.pipeline import Desk, process
from einvoice.store import SubmissionFilter
from einvoice.worker.folder import _FolderDesk
from tests.unit.worker.helping import Log, until, working


def test_files_in_the_drop_folder_end_beside_their_reports(bench: Any, desk: Desk) -> None:
    inbox = desk.settings.inbox_dir
    (inbox / "drop").mkdir(parents=True)
    (inbox / "drop" / "good.xml").write_bytes(b"good")
    (inbox / "drop" / "bad.xml").write_bytes(b"bad")
    (inbox / "drop" / "large.xml").write_bytes(b"x" * (desk.settings.max_upload_bytes + 1))
    ends = [inbox / "done" / "good.xml", inbox / "failed" / "bad.xml", inbox / "failed" / "large.xml"]
    with working(desk):
        until(lambda: all(end.is_file() for end in ends) and not list((inbox / "work").glob("*/*")))
    assert (inbox / "done" / "good.xml.report.html").read_bytes() == b"html good.xml accepted"
    assert (inbox / "failed" / "bad.xml.report.json").read_bytes() == b"json bad.xml rejected"
    assert (inbox / "failed" / "large.xml.report.html").read_bytes() == b"html large.xml rejected"
    kept = bench.store.submissions.find(SubmissionFilter()).items
    assert {item.name: (item.door, item.priority) for item in kept} == {
        "good.xml": (Door.FOLDER, Priority.BULK),
        "bad.xml": (Door.FOLDER, Priority.BULK),
    }


def test_a_folder_that_can_not_be_opened_is_told_and_opened_later(
    bench: Any, desk: Desk, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = desk.settings.inbox_dir
    inbox.write_bytes(b"a file where the folder should be")
    submission_id = bench.receive(b"1").submission.id
    with working(desk):
        until(lambda: log.of("round-failed"))
        until(lambda: bench.store.submissions.get(submission_id).verdict is not None)
        os.unlink(inbox)
        until(lambda: log.of("round-works-again"))
        (inbox / "drop" / "good.xml").write_bytes(b"good")
        until(lambda: (inbox / "done" / "good.xml").is_file())
    assert [line["round"] for line in log.of("round-failed")] == ["drop-folder"]


def abort(*_: object) -> Assessment:
    raise Fault("engine-abort", "", deterministic=True)


def dropped(folder: _FolderDesk, bench: Any, data: bytes = b"good") -> str:
    """A file of the drop folder, taken on and worked on."""
    submission_id = folder.submit(bench.spool.write([data]), "r.xml", data.decode())
    process(submission_id, folder.desk)
    return submission_id


def ended(folder: _FolderDesk, submission_id: str) -> Outcome:
    outcome = folder.outcome(submission_id)
    assert outcome is not None
    return outcome


def test_a_paused_door_takes_no_file_and_leaves_them_where_they_are(bench: Any, desk: Desk) -> None:
    bench.store.doors.pause(Door.FOLDER, actor="account:1", reason="Umzug")
    assert _FolderDesk(desk).room() == 0


def test_another_doors_pause_is_none_of_the_folders(bench: Any, desk: Desk) -> None:
    bench.store.doors.pause(Door.API, actor="account:1", reason="Umzug")
    assert _FolderDesk(desk).room() > 0


def test_a_paused_folder_waits_and_goes_on_when_it_is_resumed(
    bench: Any, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("einvoice.store.doors._GOOD_FOR", -1.0)
    inbox: Path = desk.settings.inbox_dir
    (inbox / "drop").mkdir(parents=True)
    (inbox / "drop" / "good.xml").write_bytes(b"good")
    bench.store.doors.pause(Door.FOLDER, actor="account:1", reason="Umzug")
    rounds: list[int] = []
    due = type(bench.store.claims).due
    monkeypatch.setattr(type(bench.store.claims), "due", lambda self, limit: rounds.append(1) or due(self, limit))
    with working(desk):
        until(lambda: len(rounds) > 5)
        assert (inbox / "drop" / "good.xml").is_file()
        bench.store.doors.resume(Door.FOLDER, actor="account:1")
        until(lambda: (inbox / "done" / "good.xml").is_file())


def test_a_held_file_waits_for_a_person(bench: Any, desk: Desk) -> None:
    folder = _FolderDesk(replace(desk, assess=abort))
    submission_id = dropped(folder, bench)
    assert bench.store.submissions.get(submission_id).hold is Hold.ENGINE
    assert folder.outcome(submission_id) is None


def test_one_that_was_sent_back_fails_with_the_report_and_the_reason(bench: Any, desk: Desk) -> None:
    folder = _FolderDesk(replace(desk, assess=abort))
    submission_id = dropped(folder, bench)
    bench.store.people.send_back(submission_id, actor="account:1", reason="Bitte als XRechnung 3.0 senden.")
    outcome = ended(folder, submission_id)
    assert not outcome.accepted
    assert outcome.reports["html"] == b"html r.xml undecided"
    note = outcome.reports["txt"].decode()
    assert "zurückgegeben" in note
    assert note.count("Bitte als XRechnung 3.0 senden.") == 2, "German and English"


def test_one_that_was_sent_on_is_done_and_says_by_whom(bench: Any, desk: Desk) -> None:
    folder = _FolderDesk(replace(desk, assess=abort))
    submission_id = dropped(folder, bench)
    city = bench.authority()
    bench.store.people.send_on(submission_id, city.id, actor="account:1", reason="eilt")
    outcome = ended(folder, submission_id)
    assert outcome.accepted
    assert set(outcome.reports) == {"html", "json", "txt"}
    note = outcome.reports["txt"].decode()
    assert city.name in note
    assert "eilt" not in note, "that is for the authority"


def test_one_whose_worker_died_each_time_has_no_report_and_still_ends(bench: Any, desk: Desk) -> None:
    folder = _FolderDesk(desk)
    submission_id = folder.submit(bench.spool.write([b"good"]), "r.xml", "key")
    while bench.store.claims.claim(submission_id) is not None:
        bench.clock.advance(desk.settings.claim_seconds + 1)
    assert bench.store.submissions.get(submission_id).fault_cause == "worker-died"
    bench.store.people.send_back(submission_id, actor="account:1", reason="Bitte neu.")
    assert set(ended(folder, submission_id).reports) == {"txt"}


def test_a_decided_one_ends_as_before_without_a_note(bench: Any, desk: Desk) -> None:
    folder = _FolderDesk(desk)
    accepted, rejected = dropped(folder, bench), dropped(folder, bench, b"bad")
    assert ended(folder, accepted) == Outcome(
        accepted=True, reports={"html": b"html r.xml accepted", "json": b"json r.xml accepted"}
    )
    assert not ended(folder, rejected).accepted


def test_one_that_expired_meanwhile_ends_by_its_verdict(
    bench: Any, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = _FolderDesk(desk)
    for data, accepted in ((b"good", True), (b"bad", False)):
        submission_id = dropped(folder, bench, data)
        expire(bench, monkeypatch, submission_id)
        outcome = ended(folder, submission_id)
        assert (outcome.accepted, set(outcome.reports)) == (accepted, {"txt"})
        assert "Aufbewahrungsfrist" in outcome.reports["txt"].decode()
        monkeypatch.undo()


def expire(bench: Any, monkeypatch: pytest.MonkeyPatch, submission_id: str) -> None:
    """As retention leaves it: the row stays, the report is gone."""
    gone = replace(bench.store.submissions.get(submission_id), handling=Handling.EXPIRED, hold=Hold.NONE)
    monkeypatch.setattr(type(bench.store.submissions), "get", lambda self, wanted: gone)
    monkeypatch.setattr(type(bench.store.submissions), "examination", lambda self, wanted: None)


def test_a_duplicate_that_is_held_waits_for_a_person(bench: Any, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = _FolderDesk(desk)
    submission_id = dropped(folder, bench)
    conflict = replace(bench.store.submissions.get(submission_id), hold=Hold.CONFLICT)
    monkeypatch.setattr(type(bench.store.submissions), "get", lambda self, wanted: conflict)
    assert folder.outcome(submission_id) is None
