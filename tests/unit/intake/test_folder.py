"""The drop folder, with a desk that decides as the test says."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from einvoice.errors import Fault, Refusal
from einvoice.intake import DropFolder, Outcome, Spool, Spooled
from einvoice.intake import folder as folder_module
from einvoice.intake import placing as placing_module

GOOD, BAD = b"<good/>", b"<bad/>"


@dataclass
class Desk:
    """Remembers what was submitted; one submission for one key, as the store does it."""

    by_key: dict[str, bytes] = field(default_factory=dict)
    decides: bool = True
    free: int = 100

    def room(self) -> int:
        return self.free

    def submit(self, spooled: Spooled, name: str, key: str) -> str:
        self.by_key.setdefault(key, spooled.path.read_bytes())
        return key

    def outcome(self, submission_id: str) -> Outcome | None:
        if not self.decides:
            return None
        content = self.by_key[submission_id]
        return Outcome(accepted=content == GOOD, reports={"html": b"<p>" + content, "json": b"{}"})

    def refused(self, name: str, size: int, refusal: Refusal) -> Outcome:
        body = f"{refusal.notice.code} {name} {size}".encode()
        return Outcome(accepted=False, reports={"html": body, "json": body})


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    return tmp_path / "inbox"


@pytest.fixture
def start(inbox: Path, tmp_path: Path, desk: Desk) -> Iterator[Callable[[], DropFolder]]:
    """Starts a process that looks after the folder; the one before, if any, has died."""
    running: list[DropFolder] = []

    def start_one() -> DropFolder:
        for folder in running:
            folder.close()
        running.append(DropFolder(inbox, Spool(tmp_path / "spool", 100), desk))
        return running[-1]

    yield start_one
    for folder in running:
        folder.close()


@pytest.fixture
def folder(start: Callable[[], DropFolder]) -> DropFolder:
    return start()


def drop(inbox: Path, name: str, content: bytes = GOOD) -> Path:
    path = inbox / "drop" / name
    path.write_bytes(content)
    return path


def looks(folder: DropFolder, count: int = 2) -> None:
    for _ in range(count):
        folder.look()


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.name != ".lock"}


def test_an_accepted_file_ends_in_done_beside_its_reports(folder: DropFolder, inbox: Path) -> None:
    drop(inbox, "r.xml")
    looks(folder)
    assert names(inbox / "done") == {"r.xml", "r.xml.report.html", "r.xml.report.json"}
    assert (inbox / "done" / "r.xml").read_bytes() == GOOD
    assert (inbox / "done" / "r.xml.report.html").read_bytes() == b"<p>" + GOOD
    assert names(inbox / "drop") == names(inbox / "work") == names(inbox / "failed") == set()


def test_a_rejected_file_ends_in_failed_beside_its_reports(folder: DropFolder, inbox: Path) -> None:
    drop(inbox, "r.xml", BAD)
    looks(folder)
    assert names(inbox / "failed") == {"r.xml", "r.xml.report.html", "r.xml.report.json"}
    assert names(inbox / "done") == set()


def test_a_file_above_the_limit_ends_in_failed_and_is_not_submitted(
    folder: DropFolder, inbox: Path, desk: Desk, tmp_path: Path
) -> None:
    drop(inbox, "r.xml", b"x" * 101)
    looks(folder)
    assert (inbox / "failed" / "r.xml.report.json").read_bytes() == b"too-large r.xml 101"
    assert (inbox / "failed" / "r.xml").stat().st_size == 101
    assert desk.by_key == {}
    assert list((tmp_path / "spool").iterdir()) == []


def test_a_file_is_taken_only_when_two_looks_saw_the_same(folder: DropFolder, inbox: Path) -> None:
    path = drop(inbox, "r.xml", b"<go")
    folder.look()
    path.write_bytes(GOOD)
    folder.look()
    assert names(inbox / "drop") == {"r.xml"}
    folder.look()
    assert (inbox / "done" / "r.xml").read_bytes() == GOOD


@pytest.mark.parametrize("name", [".r.xml", "r.xml.part", "r.xml.TMP", ".hidden"])
def test_hidden_and_temporary_names_are_left_alone(folder: DropFolder, inbox: Path, name: str) -> None:
    drop(inbox, name)
    looks(folder, 3)
    assert names(inbox / "drop") == {name}


def test_a_file_renamed_from_its_temporary_name_is_taken(folder: DropFolder, inbox: Path) -> None:
    drop(inbox, "r.xml.part").rename(inbox / "drop" / "r.xml")
    looks(folder)
    assert "r.xml" in names(inbox / "done")


def test_links_folders_and_pipes_are_left_alone(folder: DropFolder, inbox: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(GOOD)
    (inbox / "drop" / "link.xml").symlink_to(tmp_path / "secret")
    (inbox / "drop" / "folder.xml").mkdir()
    os.mkfifo(inbox / "drop" / "pipe.xml")
    looks(folder, 3)
    assert names(inbox / "drop") == {"link.xml", "folder.xml", "pipe.xml"}
    assert names(inbox / "done") == set()


@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_a_link_or_pipe_put_in_place_of_a_claimed_file_is_not_followed(
    folder: DropFolder, inbox: Path, desk: Desk, tmp_path: Path, kind: str
) -> None:
    (tmp_path / "secret").write_bytes(GOOD)
    item = inbox / "work" / "0123"
    item.mkdir()
    if kind == "link":
        (item / "r.xml").symlink_to(tmp_path / "secret")
    else:
        os.mkfifo(item / "r.xml")
    looks(folder)
    assert desk.by_key == {}
    assert names(inbox / "done") == set()


def test_nothing_is_ever_overwritten(folder: DropFolder, inbox: Path) -> None:
    for content in (b"<bad>1", b"<bad>2", b"<bad>3"):
        drop(inbox, "r.xml", content)
        looks(folder)
    kept = [path for path in (inbox / "failed").iterdir() if ".report." not in path.name]
    assert {path.read_bytes() for path in kept} == {b"<bad>1", b"<bad>2", b"<bad>3"}
    assert all(path.name.startswith("r") and path.suffix == ".xml" for path in kept)
    assert len(names(inbox / "failed")) == 9


def test_a_file_named_like_a_report_is_not_overwritten_by_one(folder: DropFolder, inbox: Path) -> None:
    drop(inbox, "r.xml.report.html")
    looks(folder)
    drop(inbox, "r.xml")
    looks(folder)
    assert (inbox / "done" / "r.xml.report.html").read_bytes() == GOOD


def test_a_file_waits_in_work_until_it_is_decided(folder: DropFolder, inbox: Path, desk: Desk) -> None:
    desk.decides = False
    drop(inbox, "r.xml")
    looks(folder, 5)
    assert len(names(inbox / "work")) == 1
    assert len(desk.by_key) == 1
    desk.decides = True
    looks(folder, 1)
    assert "r.xml" in names(inbox / "done")


@pytest.mark.parametrize("late", [b"<late/>", b"<go on/>"], ids=["same size", "other size"])
def test_bytes_that_changed_after_they_were_submitted_are_submitted_again(
    folder: DropFolder, inbox: Path, desk: Desk, late: bytes
) -> None:
    desk.decides = False
    with drop(inbox, "r.xml").open("r+b", buffering=0) as writer:  # as large as GOOD
        looks(folder)
        writer.write(late)
    desk.decides = True
    looks(folder)
    assert list(desk.by_key.values()) == [GOOD, late]
    assert names(inbox / "done") == names(inbox / "work") == set()
    assert (inbox / "failed" / "r.xml").read_bytes() == late
    assert (inbox / "failed" / "r.xml.report.html").read_bytes() == b"<p>" + late


def test_no_more_files_are_taken_on_than_there_is_room_for(folder: DropFolder, inbox: Path, desk: Desk) -> None:
    desk.decides, desk.free = False, 2
    for number in range(5):
        drop(inbox, f"{number}.xml", b"%d" % number)
    looks(folder)
    assert len(names(inbox / "work")) == 2
    assert len(names(inbox / "drop")) == 3


def test_a_file_taken_back_by_its_owner_is_forgotten(
    folder: DropFolder, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, rename = drop(inbox, "r.xml"), os.rename

    def too_late(source: Path, target: Path) -> None:
        path.unlink()
        rename(source, target)

    monkeypatch.setattr(folder_module.os, "rename", too_late)
    looks(folder, 3)
    assert names(inbox / "work") == names(inbox / "done") == set()


def test_trouble_with_one_file_does_not_keep_the_others(
    folder: DropFolder, inbox: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit = desk.submit

    def fails_for_bad(spooled: Spooled, name: str, key: str) -> str:
        if name == "bad.xml":
            raise Fault("storage")
        return submit(spooled, name, key)

    monkeypatch.setattr(desk, "submit", fails_for_bad)
    drop(inbox, "bad.xml", BAD)
    drop(inbox, "good.xml")
    looks(folder)
    assert "good.xml" in names(inbox / "done")
    monkeypatch.undo()
    looks(folder, 1)
    assert "bad.xml" in names(inbox / "failed")


def test_of_two_processes_one_looks_after_the_folder(
    folder: DropFolder, inbox: Path, desk: Desk, tmp_path: Path
) -> None:
    second = DropFolder(inbox, Spool(tmp_path / "spool2", 100), desk)
    folder.look()
    drop(inbox, "r.xml")
    looks(second, 3)
    assert names(inbox / "drop") == {"r.xml"}
    folder.close()
    looks(second)
    assert "r.xml" in names(inbox / "done")
    second.close()


@pytest.mark.parametrize("name", ["x" * 251 + ".xml", "ß" * 125 + ".xml"])
def test_a_name_too_long_for_its_report_is_shortened(folder: DropFolder, inbox: Path, name: str) -> None:
    drop(inbox, name)
    looks(folder)
    assert len(names(inbox / "done")) == 3
    assert all(found.endswith((".xml", ".html", ".json")) for found in names(inbox / "done"))


def test_a_name_that_is_no_text_is_taken(folder: DropFolder, inbox: Path) -> None:
    (Path(os.fsdecode(os.fsencode(inbox / "drop") + b"/r\xff.xml"))).write_bytes(GOOD)
    looks(folder)
    assert len(names(inbox / "done")) == 3


def test_without_links_the_file_is_copied(folder: DropFolder, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object, **__: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(placing_module.os, "link", no_links)
    for _ in range(2):
        drop(inbox, "r.xml")
        looks(folder)
    kept = [path for path in (inbox / "done").iterdir() if ".report." not in path.name]
    assert [path.read_bytes() for path in kept] == [GOOD, GOOD]
    assert names(inbox / "work") == set()


class Crash(BaseException):
    """The process dies here."""


STEPS = ["os.mkdir", "os.rename", "spool", "submit", "outcome", "os.link", "os.replace", "Path.unlink", "os.rmdir"]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(("content", "end"), [(GOOD, "done"), (BAD, "failed"), (b"x" * 101, "failed")])
def test_a_crash_between_any_two_steps_is_made_good_at_the_next_start(
    start: Callable[[], DropFolder],
    inbox: Path,
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    when: str,
    content: bytes,
    end: str,
) -> None:
    folder = start()
    drop(inbox, "r.xml", content)
    folder.look()
    with monkeypatch.context() as crashing:
        _crash(crashing, step, when, desk)
        try:
            looks(folder)
        except Crash:
            pass
        else:  # an over-size file is never submitted
            assert len(content) > 100
            assert step in ("submit", "outcome", "spool")
    looks(start(), 3)
    assert names(inbox / end) == {"r.xml", "r.xml.report.html", "r.xml.report.json"}
    assert (inbox / end / "r.xml").read_bytes() == content
    assert names(inbox / "drop") == names(inbox / "work") == set()
    assert len(desk.by_key) == (0 if len(content) > 100 else 1)


def _crash(patch: pytest.MonkeyPatch, step: str, when: str, desk: Desk) -> None:
    """Die before or after the first time a step is done."""
    owner: object = {"os": os, "Path": Path}.get(step.split(".")[0], desk)
    name = step.split(".")[-1]
    if step == "spool":
        owner, name = Spool, "write"
    original = getattr(owner, name)

    def crash(*arguments: object, **keywords: object) -> object:
        if when == "before":
            raise Crash
        result = original(*arguments, **keywords)
        raise Crash(result)

    patch.setattr(owner, name, crash)
