"""Failed documents that are tried again, a portion at a time."""

from pathlib import Path

import pytest

from einvoice.intake import Folder, read_folders
from einvoice.intake.pickup import document_id
from einvoice.worker import retries as retries_module
from einvoice.worker.retries import Retries


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """One with three failed documents."""
    [found] = read_folders(tmp_path)
    (found.home / "processing").mkdir()
    (found.home / "failed" / "sub").mkdir(parents=True)
    for name in ("a.xml", "b.xml", "sub/c.xml"):
        (found.home / "failed" / name).write_text("<x/>")
    return found


def left(folder: Folder) -> list[str]:
    failed = folder.home / "failed"
    return sorted(str(path.relative_to(failed)) for path in failed.rglob("*.xml"))


def test_nothing_happens_before_somebody_asks(folder: Folder) -> None:
    assert Retries(folder, lambda: 10).advance() == 0
    assert len(left(folder)) == 3


def test_what_is_asked_for_is_put_where_the_next_turn_takes_it_on(folder: Folder) -> None:
    retries = Retries(folder, lambda: 10)
    retries.ask(document_id(Path("sub/c.xml")))
    retries.ask("0" * 16)  # gone
    assert retries.advance() == 1
    assert left(folder) == ["a.xml", "b.xml"]
    assert [path.name for path in (folder.home / "processing").rglob("*.xml")] == ["c.xml"]
    assert retries.advance() == 0


def test_of_many_each_turn_takes_a_portion(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries_module, "_PORTION", 2)
    retries = Retries(folder, lambda: 10)
    retries.ask(None)
    retries.ask(document_id(Path("a.xml")))
    assert [retries.advance() for _ in range(3)] == [2, 1, 0]


def test_while_there_is_no_room_they_wait(folder: Folder) -> None:
    room = [0]
    retries = Retries(folder, lambda: room[0])
    retries.ask(None)
    assert retries.advance() == 0
    assert len(left(folder)) == 3
    room[0] = 10
    assert retries.advance() == 3


def test_one_that_another_process_has_taken_meanwhile_is_passed_over(folder: Folder) -> None:
    room = [0]
    retries = Retries(folder, lambda: room[0])
    retries.ask(None)
    retries.advance()
    (folder.home / "failed" / "b.xml").unlink()
    room[0] = 10
    assert retries.advance() == 2
    assert left(folder) == []


def test_while_the_drive_is_away_the_wish_stays(folder: Folder) -> None:
    retries = Retries(folder, lambda: 10)
    retries.ask(None)
    away = folder.home / "failed"
    away.rename(folder.home / "elsewhere")
    with pytest.raises(FileNotFoundError):
        retries.advance()
    (folder.home / "elsewhere").rename(away)
    assert retries.advance() == 3
