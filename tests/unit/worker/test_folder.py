"""The drop folder, looked after by a worker."""

import os
from typing import Any

import pytest

from einvoice.model.submission import Door, Priority
from einvoice.pipeline import Desk
from einvoice.store import SubmissionFilter
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
