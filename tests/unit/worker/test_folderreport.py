"""What a process tells of a folder."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from einvoice.errors import Fault
from einvoice.intake import Folder, read_folders
from einvoice.intake.mail import MailHealth, Part
from einvoice.intake.pickup import FailedSight, Health, Trouble
from einvoice.worker.folderreport import FolderReport

GONE = Trouble(code="gone", path="/x", detail="")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    [found] = read_folders(tmp_path)
    (found.home / "failed").mkdir(parents=True)
    (found.home / "failed" / ".a.xml.parcel").write_text('{"submission": "1", "why": {}}')
    return found


def health(trouble: Trouble | None = None) -> Health:
    return Health(
        folder="drop", layout="plain", path="/x", process="p", looked_at=datetime.now(UTC), trouble=trouble,
    )  # fmt: skip


def told(report: FolderReport) -> FailedSight:
    return FailedSight.from_json(report.as_json()["failed"])


def test_before_the_first_turn_there_is_no_health(folder: Folder) -> None:
    found = FolderReport(folder).as_json()
    assert found["health"] is None
    assert (found["layout"], found["path"], found["home"]) == ("plain", str(folder.path), str(folder.home))


def test_what_lies_in_failed_is_still_told_while_the_drive_is_away(folder: Folder) -> None:
    report = FolderReport(folder)
    report.turned(health())
    assert told(report).count == 1
    (folder.home / "failed").rename(folder.home / "away")
    report.look_soon()
    report.turned(health(GONE))
    assert told(report).count == 1


def test_it_does_not_look_again_at_every_turn(folder: Folder) -> None:
    report = FolderReport(folder)
    report.turned(health())
    (folder.home / "failed" / ".b.xml.parcel").write_text("{}")
    report.turned(health())
    assert told(report).count == 1
    report.look_soon()
    report.turned(health())
    assert told(report).count == 2


def test_what_keeps_answers_out_of_the_outbox_is_told_until_it_is_over(folder: Folder) -> None:
    report = FolderReport(folder)
    report.turned(health())
    report.answered(FileNotFoundError(2, "No such file or directory", str(folder.outbox)))
    trouble = Trouble(**report.as_json()["health"]["trouble"])
    for language in ("de", "en"):
        assert str(folder.outbox) in trouble.words(language)
    report.answered(None)
    assert report.as_json()["health"]["trouble"] is None


@pytest.mark.parametrize(("part", "code"), [("intake", "mailbox"), ("answers", "mail-answers")])
def test_trouble_of_the_mailbox_that_fills_a_folder_is_told_with_it(
    folder: Folder, tmp_path: Path, part: Part, code: str
) -> None:
    report, kept = FolderReport(folder, tmp_path / "mailboxes"), tmp_path / "mailboxes"
    report.turned(health())
    assert report.as_json()["health"]["trouble"] is None
    well = MailHealth(mailbox="drop", part=part, looked_at=datetime.now(UTC))
    well.after(Fault("mail-server", ""), waiting=1, failed=0).save(kept)
    trouble = report.as_json()["health"]["trouble"]
    assert (trouble["code"], trouble["detail"]) == (code, "mail-server")
    for language in ("de", "en"):
        assert "mail-server" in Trouble(**trouble).words(language)
    well.save(kept)
    assert report.as_json()["health"]["trouble"] is None


def test_the_last_trouble_is_remembered_when_it_is_over(folder: Folder) -> None:
    report = FolderReport(folder)
    report.turned(health(GONE))
    report.turned(health())
    found = report.as_json()
    assert found["health"]["trouble"] is None
    assert found["last"]["trouble"]["code"] == "gone"


def test_a_folder_that_can_not_be_looked_after_at_all_is_told_with_the_begin_of_the_trouble(folder: Folder) -> None:
    report = FolderReport(folder)
    report.failed(OSError(5, "away"))
    since = report.as_json()["health"]["since"]
    report.failed(OSError(5, "away"))
    found = report.as_json()["health"]
    assert (found["since"], found["trouble"]["code"]) == (since, "away")
