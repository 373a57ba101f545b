"""What is told of the documents in failed/."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from einvoice.intake import Folder, read_folders
from einvoice.intake.pickup import FailedLooks, FailedSight, document_id

MIDNIGHT = 1_700_000_000.0
YESTERDAY, TODAY = MIDNIGHT - 60, MIDNIGHT + 60


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    [found] = read_folders(tmp_path)
    (found.home / "failed").mkdir(parents=True)
    return found


def put(folder: Folder, name: str, at: float = TODAY, **note: Any) -> Path:
    """As the pickup leaves it, with a report and a note beside it."""
    document = folder.home / "failed" / name
    document.parent.mkdir(parents=True, exist_ok=True)
    document.write_bytes(b"x")
    document.with_name(f"{document.name}.report.txt").write_text("why")
    beside = document.with_name(f".{document.name}.parcel")
    beside.write_text(json.dumps(note))
    os.utime(beside, (at, at))
    return beside


def look(folder: Folder) -> FailedSight:
    return FailedLooks(folder).look(MIDNIGHT)


def test_nothing_is_there_at_first(folder: Folder) -> None:
    assert look(folder) == FailedSight()
    (folder.home / "failed").rmdir()
    assert look(folder) == FailedSight()


def test_the_newest_come_first_with_what_they_became(folder: Folder) -> None:
    put(folder, "old.xml", YESTERDAY, submission="1")
    put(folder, "0204_1/0088_2/new.doc.xml", submission="2")
    found = look(folder)
    assert found.count == 2
    assert [(one.path, one.submission) for one in found.newest] == [
        ("0204_1/0088_2/new.doc.xml", "2"), ("old.xml", "1"),
    ]  # fmt: skip
    assert found.newest[1].id == document_id(Path("old.xml"))


def test_those_of_today_that_were_not_even_handed_in_are_counted(folder: Folder) -> None:
    why = {"de": "zu groß", "en": "too large"}
    put(folder, "before.xml", YESTERDAY, why=why)
    put(folder, "rejected.xml", submission="1", why={})
    put(folder, "large.xml", why=why)
    found = look(folder)
    assert (found.count, found.not_taken) == (3, 1)
    assert [one.why for one in found.newest if one.path == "large.xml"] == [why]


def test_only_some_are_told_by_name(folder: Folder) -> None:
    for number in range(30):
        put(folder, f"{number:02}.xml", TODAY + number)
    found = look(folder)
    assert (found.count, len(found.newest), found.newest[0].path) == (30, 20, "29.xml")


def test_a_note_is_read_once_in_many_looks(folder: Folder) -> None:
    notes = [put(folder, f"{number:02}.xml", TODAY + number, why={"de": "x"}) for number in range(30)]
    looks = FailedLooks(folder)
    assert looks.look(MIDNIGHT).not_taken == 30
    notes[0].write_text("{}")
    os.utime(notes[0], (TODAY, TODAY))
    assert looks.look(MIDNIGHT).not_taken == 30
    assert looks.look(TODAY + 1000).not_taken == 0, "another day"


def test_one_that_was_taken_away_is_not_told_any_more(folder: Folder) -> None:
    note = put(folder, "a.xml")
    looks = FailedLooks(folder)
    assert looks.look(MIDNIGHT).count == 1
    note.unlink()
    assert looks.look(MIDNIGHT) == FailedSight()


def test_a_broken_note_and_a_name_that_is_no_text_are_no_trouble(folder: Folder) -> None:
    put(folder, os.fsdecode(b"\xff\n.xml")).write_text("[")
    found = look(folder)
    assert found.count == 1
    assert "\n" not in found.newest[0].path
    assert FailedSight.from_json(json.loads(json.dumps(found.as_json()))) == found
    found.newest[0].path.encode()
