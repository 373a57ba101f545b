"""The drop folders, looked after by a worker."""

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from einvoice.envelope import Header, write_envelope
from einvoice.errors import Fault
from einvoice.intake import Spool, Spooled, read_folders
from einvoice.intake.layouts import Packing
from einvoice.intake.pickup import Health, Outcome, ProcessId, Slip, document_id
from einvoice.model.answer import AnswerKind
from einvoice.model.assessment import Assessment
from einvoice.model.submission import Door, Handling, Hold, Priority
from einvoice.operations.folders import FolderState, folder_states, troubles
from einvoice.pipeline import Desk, process
from einvoice.store import SubmissionFilter
from einvoice.worker import folder as folder_module
from einvoice.worker.folder import Inbox
from einvoice.worker.inboxdesk import InboxDesk
from tests.unit.worker.helping import Log, until, working


@pytest.fixture(autouse=True)
def _told_with_the_others(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("einvoice.worker.inboxdesk.log", log)


def opened(desk: Desk) -> InboxDesk:
    """What the folder there always is asks for."""
    [folder] = read_folders(desk.settings.inbox_dir)
    return InboxDesk(desk, folder)


def slip(name: str = "r.xml", **said: str) -> Slip:
    return Slip(
        document=Path(name),
        companions=(),
        whole=None,
        day="2026-11-30",
        packing=Packing.BARE,
        remark=None,
        said=said,
    )


def done(inbox: Path, name: str) -> Path | None:
    """Where an accepted file is."""
    return next(iter(inbox.glob(f"done/*/{name}")), None)


def test_files_in_the_drop_folder_end_beside_their_reports(bench: Any, desk: Desk) -> None:
    inbox = desk.settings.inbox_dir
    (inbox / "drop").mkdir(parents=True)
    (inbox / "drop" / "good.xml").write_bytes(b"<good/>")
    (inbox / "drop" / "bad.xml").write_bytes(b"<bad/>")
    (inbox / "drop" / "large.pdf").write_bytes(b"%PDF-1.7 %%EOF" * desk.settings.max_upload_bytes)
    with working(desk):
        until(lambda: done(inbox, "good.xml"))
        until(lambda: (inbox / "failed" / "bad.xml").is_file() and (inbox / "failed" / "large.pdf").is_file())
        until(lambda: not [path for path in (inbox / "processing").glob("*/*") if path.is_dir()])
    accepted = done(inbox, "good.xml.report.html")
    assert accepted is not None
    assert accepted.read_bytes() == b"html good.xml accepted"
    assert (inbox / "failed" / "bad.xml.report.json").read_bytes() == b"json bad.xml rejected"
    assert (inbox / "failed" / "large.pdf.report.html").read_bytes() == b"html large.pdf rejected"
    reason = " ".join((inbox / "failed" / "large.pdf.report.txt").read_text("utf-8").split())
    assert "größer als erlaubt" in reason
    assert "Large documents can be sent separately" in reason
    kept = bench.store.submissions.find(SubmissionFilter()).items
    assert {item.name: (item.door, item.priority, item.sender) for item in kept} == {
        "good.xml": (Door.FOLDER, Priority.BULK, "folder:drop"),
        "bad.xml": (Door.FOLDER, Priority.BULK, "folder:drop"),
    }


def test_each_folder_of_the_settings_is_looked_after_and_keeps_its_own(bench: Any, desk: Desk) -> None:
    inbox = desk.settings.inbox_dir
    inbox.mkdir()
    (inbox / "folders.toml").write_text('[folders.koeln]\n[folders.away]\npath = "/nowhere/at/all"\n')
    (inbox / "koeln" / "drop").mkdir(parents=True)
    (inbox / "koeln" / "drop" / "good.xml").write_bytes(b"<good/>")
    notes = desk.settings.data_dir / "folders"
    with working(desk):
        until(lambda: done(inbox / "koeln", "good.xml"))
        until(lambda: Health.read(notes, "away"))
    [kept] = bench.store.submissions.find(SubmissionFilter()).items
    assert kept.sender == "folder:koeln"
    away, koeln = Health.read(notes, "away"), Health.read(notes, "koeln")
    assert away is not None
    assert away.trouble is not None
    assert away.trouble.code == "gone"
    assert koeln is not None
    assert koeln.trouble is None


def test_folders_that_are_told_wrong_end_the_start(desk: Desk) -> None:
    desk.settings.inbox_dir.mkdir()
    (desk.settings.inbox_dir / "folders.toml").write_text("[folders.koeln]\nlayout = 3\n")
    with pytest.raises(Fault, match="line 2"):
        Inbox(desk, desk.settings)


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
        (inbox / "drop" / "good.xml").write_bytes(b"<good/>")
        until(lambda: done(inbox, "good.xml"))
    assert {line["round"] for line in log.of("round-failed")} == {"folder:drop"}


def test_a_worker_starts_and_works_though_its_disk_is_away(
    bench: Any, desk: Desk, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool, tries = folder_module.Spool, iter([OSError(5, "away"), OSError(5, "away")])

    def away(*arguments: Any) -> Any:
        for error in tries:
            raise error
        return spool(*arguments)

    monkeypatch.setattr(folder_module, "Spool", away)
    inbox = desk.settings.inbox_dir
    with working(desk):
        until(lambda: log.of("round-works-again"))
        (inbox / "drop" / "good.xml").write_bytes(b"<good/>")
        until(lambda: done(inbox, "good.xml"))


def abort(*_: object) -> Assessment:
    raise Fault("engine-abort", "", deterministic=True)


def dropped(folder: InboxDesk, bench: Any, data: bytes = b"good") -> str:
    """A file of the drop folder, taken on and worked on."""
    submission_id = folder.submit(bench.spool.write([data]), slip(), data.decode())
    process(submission_id, folder.desk)
    return submission_id


def ended(folder: InboxDesk, submission_id: str) -> Outcome:
    outcome = folder.outcome(submission_id)
    assert outcome is not None
    return outcome


def test_a_paused_door_takes_no_file_and_leaves_them_where_they_are(bench: Any, desk: Desk) -> None:
    bench.store.doors.pause(Door.FOLDER, actor="account:1", reason="Umzug")
    assert opened(desk).room() == 0


def test_another_doors_pause_is_none_of_the_folders(bench: Any, desk: Desk) -> None:
    bench.store.doors.pause(Door.API, actor="account:1", reason="Umzug")
    assert opened(desk).room() > 0


def test_a_full_folder_leaves_room_for_a_few_of_each_other(
    bench: Any, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("einvoice.worker.inboxdesk._MOST_DUE", 12)
    full, other = opened(desk), peppol(desk)
    for number in range(12):
        full.submit(bench.spool.write([b"%d" % number]), slip(), str(number))
    assert full.room() == 0
    assert other.room() == 10
    other.submit(came(desk, envelope()), slip(), "1")
    assert other.room() == 9


def test_a_paused_folder_waits_and_goes_on_when_it_is_resumed(
    bench: Any, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("einvoice.store.doors._GOOD_FOR", -1.0)
    inbox: Path = desk.settings.inbox_dir
    (inbox / "drop").mkdir(parents=True)
    (inbox / "drop" / "good.xml").write_bytes(b"<good/>")
    bench.store.doors.pause(Door.FOLDER, actor="account:1", reason="Umzug")
    rounds: list[int] = []
    due = type(bench.store.claims).due
    monkeypatch.setattr(type(bench.store.claims), "due", lambda self, limit: rounds.append(1) or due(self, limit))
    with working(desk):
        until(lambda: len(rounds) > 5)
        assert (inbox / "drop" / "good.xml").is_file()
        bench.store.doors.resume(Door.FOLDER, actor="account:1")
        until(lambda: done(inbox, "good.xml"))


def test_a_held_file_waits_for_a_person(bench: Any, desk: Desk) -> None:
    folder = opened(replace(desk, assess=abort))
    submission_id = dropped(folder, bench)
    assert bench.store.submissions.get(submission_id).hold is Hold.ENGINE
    assert folder.outcome(submission_id) is None


def test_one_that_was_sent_back_fails_with_the_report_and_the_reason(bench: Any, desk: Desk) -> None:
    folder = opened(replace(desk, assess=abort))
    submission_id = dropped(folder, bench)
    bench.store.people.send_back(submission_id, actor="account:1", reason="Bitte als XRechnung 3.0 senden.")
    outcome = ended(folder, submission_id)
    assert not outcome.accepted
    assert outcome.reports["html"] == b"html r.xml undecided"
    note = outcome.reports["txt"].decode()
    assert "zurückgegeben" in note
    assert note.count("Bitte als XRechnung 3.0 senden.") == 2, "German and English"


def test_one_that_was_sent_on_is_done_and_says_by_whom(bench: Any, desk: Desk) -> None:
    folder = opened(replace(desk, assess=abort))
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
    folder = opened(desk)
    submission_id = folder.submit(bench.spool.write([b"good"]), slip(), "key")
    while bench.store.claims.claim(submission_id) is not None:
        bench.clock.advance(desk.settings.claim_seconds + 1)
    assert bench.store.submissions.get(submission_id).fault_cause == "worker-died"
    bench.store.people.send_back(submission_id, actor="account:1", reason="Bitte neu.")
    assert set(ended(folder, submission_id).reports) == {"txt"}


def test_a_decided_one_ends_as_before_without_a_note(bench: Any, desk: Desk) -> None:
    folder = opened(desk)
    accepted, rejected = dropped(folder, bench), dropped(folder, bench, b"bad")
    assert ended(folder, accepted) == Outcome(
        accepted=True, reports={"html": b"html r.xml accepted", "json": b"json r.xml accepted"}
    )
    assert not ended(folder, rejected).accepted


def test_one_that_expired_meanwhile_ends_by_its_verdict(
    bench: Any, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = opened(desk)
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
    folder = opened(desk)
    submission_id = dropped(folder, bench)
    conflict = replace(bench.store.submissions.get(submission_id), hold=Hold.CONFLICT)
    monkeypatch.setattr(type(bench.store.submissions), "get", lambda self, wanted: conflict)
    assert folder.outcome(submission_id) is None


def peppol(desk: Desk, answer: str = "mlr") -> InboxDesk:
    """The folder of an access point."""
    desk.settings.inbox_dir.mkdir(exist_ok=True)
    told = f'[folders.ap]\nlayout = "oxalis"\nspid = "987654"\nanswer = "{answer}"\n'
    (desk.settings.inbox_dir / "folders.toml").write_text(told)
    return InboxDesk(desk, read_folders(desk.settings.inbox_dir)[1])


def came(desk: Desk, data: bytes) -> Spooled:
    """An envelope is longer than the files of other tests may be."""
    return Spool(desk.settings.data_dir / "envelopes", 10_000).write([data])


def envelope(instance: str = "id-1", payload: bytes = b"<Invoice xmlns='urn:i'/>", kind: str = "Invoice") -> bytes:
    header = Header(
        sender="9930:de123456789",
        receiver="0204:04011000-12345-34",
        instance_id=instance,
        document_type=f"urn:i::{kind}##x::2.1",
        process="urn:fdc:peppol.eu:2017:poacc:billing:01:1.0",
        created_at=datetime(2026, 11, 30, 12, tzinfo=UTC),
    )
    return write_envelope(header, payload)


def test_a_message_of_an_access_point_is_known_again_by_its_envelope(bench: Any, desk: Desk) -> None:
    folder = peppol(desk)
    first = folder.submit(came(desk, envelope()), slip("m1.doc.xml"), "1")
    again = folder.submit(came(desk, envelope().replace(b"12:00", b"13:00")), slip("m2.doc.xml"), "2")
    other = folder.submit(came(desk, envelope("id-2")), slip("m3.doc.xml"), "3")
    assert first == again != other
    letter = bench.store.envelopes.of(first)
    assert (letter.scope, letter.folder, letter.owed) == ("folder:ap", "ap", AnswerKind.MLR)
    assert letter.envelope.instance_id == "id-1"


def test_nothing_is_owed_where_nothing_is_answered_and_for_an_answer(bench: Any, desk: Desk) -> None:
    silent = peppol(desk, "none")
    one = silent.submit(came(desk, envelope()), slip("m1.doc.xml"), "1")
    response = b"<ApplicationResponse xmlns='urn:i'/>"
    answers = peppol(desk, "mls")
    two = answers.submit(came(desk, envelope("id-2", response, "ApplicationResponse")), slip("m2.doc.xml"), "2")
    assert bench.store.envelopes.of(one).owed is None
    assert bench.store.envelopes.of(two).owed is None


def test_what_is_no_envelope_is_submitted_all_the_same(bench: Any, desk: Desk) -> None:
    submission_id = peppol(desk).submit(bench.spool.write([b"<torn"]), slip("m1.doc.xml"), "1")
    assert bench.store.submissions.get(submission_id).size == 5
    assert bench.store.envelopes.of(submission_id) is None


def test_the_same_instance_id_with_another_payload_waits_for_a_person(bench: Any, desk: Desk) -> None:
    folder = peppol(desk)
    folder.submit(came(desk, envelope()), slip("m1.doc.xml"), "1")
    other = folder.submit(came(desk, envelope(payload=b"<Invoice xmlns='urn:i'>2</Invoice>")), slip(), "2")
    assert bench.store.submissions.get(other).hold is Hold.CONFLICT
    assert folder.outcome(other) is None
    assert folder.ended([other]) == set()


def test_metadata_that_contradict_the_envelope_are_told_and_the_envelope_counts(
    bench: Any, desk: Desk, log: Log
) -> None:
    folder = peppol(desk)
    one = folder.submit(came(desk, envelope()), slip(instance_id="another"), "1")
    assert bench.store.envelopes.of(one).envelope.instance_id == "id-1"
    assert [line["folder"] for line in log.of("folder-metadata-contradicts")] == ["ap"]


def test_those_that_have_ended_are_told_from_all_others_at_once(bench: Any, desk: Desk) -> None:
    folder = opened(desk)
    waiting = folder.submit(bench.spool.write([b"wait"]), slip(), "w")
    held = dropped(opened(replace(desk, assess=abort)), bench, b"held")
    accepted, rejected = dropped(folder, bench), dropped(folder, bench, b"bad")
    assert folder.ended([waiting, held, accepted, rejected]) == {accepted, rejected}


def test_a_submission_that_is_not_known_is_told_apart_from_one_that_waits(desk: Desk) -> None:
    with pytest.raises(LookupError):
        opened(desk).outcome("01m0000000000000000000000x")


def test_how_the_folders_are_is_told_to_all_processes(bench: Any, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_module, "TELL_SECONDS", 0.1)
    inbox = desk.settings.inbox_dir
    inbox.mkdir()
    (inbox / "folders.toml").write_text('[folders.away]\npath = "/nowhere/at/all"\n')
    (inbox / "drop").mkdir()
    (inbox / "drop" / "bad.xml").write_bytes(b"<bad/>")

    def told() -> dict[str, FolderState]:
        return {state.name: state for state in folder_states(bench.store)}

    with working(desk):
        until(lambda: (inbox / "failed" / "bad.xml").is_file())
        until(lambda: "drop" in told() and told()["drop"].failed_count)
        until(lambda: "away" in told() and not told()["away"].healthy)
    drop, away = told()["drop"], told()["away"]
    assert drop.healthy
    [failed] = drop.failed
    assert failed.submission is not None
    assert bench.store.submissions.get(failed.submission).name == "bad.xml"
    assert [why.code for _, why in troubles(away)] == ["gone"]
    assert away.lookers[0].host == ProcessId.ours().host


@pytest.mark.parametrize("everything", [False, True])
def test_a_failed_document_a_person_wants_tried_again_is(
    bench: Any, desk: Desk, monkeypatch: pytest.MonkeyPatch, everything: bool
) -> None:
    monkeypatch.setattr(folder_module, "TELL_SECONDS", 0.1)
    inbox = desk.settings.inbox_dir
    (inbox / "drop").mkdir(parents=True)
    for name in ("a.xml", "b.xml"):
        (inbox / "drop" / name).write_bytes(f"<bad>{name}</bad>".encode())
    with working(desk):
        until(lambda: bench.store.folders.told())
        until(lambda: (inbox / "failed" / "a.xml").is_file() and (inbox / "failed" / "b.xml").is_file())
        wanted = None if everything else [document_id(Path("a.xml"))]
        bench.store.folders.wish("drop", wanted, actor="account:1")
        count = 4 if everything else 3
        until(lambda: len(bench.store.submissions.find(SubmissionFilter()).items) == count)
        until(lambda: (inbox / "failed" / "a.xml").is_file() and (inbox / "failed" / "b.xml").is_file())
    names = sorted(item.name for item in bench.store.submissions.find(SubmissionFilter()).items)
    assert names == (["a.xml", "a.xml", "b.xml", "b.xml"] if everything else ["a.xml", "a.xml", "b.xml"])
    assert bench.store.folders.wishes() == ()


def test_a_wish_for_another_folder_is_left_to_who_looks_after_it(bench: Any, desk: Desk) -> None:
    bench.store.folders.wish("koeln", None, actor="account:1")
    inbox = Inbox(desk, desk.settings)
    inbox.fulfil()
    assert len(bench.store.folders.wishes()) == 1
