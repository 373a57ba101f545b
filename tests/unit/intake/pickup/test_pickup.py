"""One process that looks after a plain folder."""

import os
import threading
from pathlib import Path

import pytest

from einvoice.errors import Fault
from einvoice.intake import Spooled
from einvoice.intake.pickup import Pickup, Slip
from einvoice.intake.pickup import pickup as pickup_module
from tests.unit.intake.pickup.conftest import BAD, GOOD, Desk, Place


def test_an_accepted_file_ends_in_done_of_its_day_beside_its_reports(place: Place, pickup: Pickup) -> None:
    place.drop("r.xml")
    place.looks(pickup)
    assert place.done_names() == {"r.xml", "r.xml.report.html", "r.xml.report.json"}
    assert len(place.done.name) == len("2026-11-30")
    assert (place.done / "r.xml").read_bytes() == GOOD
    assert (place.done / "r.xml.report.html").read_bytes() == b"<p>" + GOOD
    assert place.names("drop") == place.names("failed") == set()
    assert place.items() == []


def test_a_rejected_file_ends_in_failed_beside_its_reports(place: Place, pickup: Pickup) -> None:
    place.drop("r.xml", BAD)
    place.looks(pickup)
    assert {name for name in place.names("failed") if name[0] != "."} == {
        "r.xml",
        "r.xml.report.html",
        "r.xml.report.json",
    }
    assert place.done_names() == set()


def test_a_file_above_the_limit_ends_in_failed_and_is_not_submitted(place: Place, pickup: Pickup) -> None:
    place.drop("r.xml", b"x" * 101)
    place.looks(pickup)
    assert (place.inbox / "failed" / "r.xml.report.json").read_bytes() == b"too-large r.xml 101"
    assert (place.inbox / "failed" / "r.xml").stat().st_size == 101
    assert place.desk.by_key == {}
    assert list(place.spool.iterdir()) == []


def test_a_mark_is_put_away_with_its_document(place: Place, pickup: Pickup) -> None:
    place.drop("r.xml")
    place.drop("r.xml.done", b"")
    place.looks(pickup)
    assert {"r.xml", "r.xml.done"} <= place.done_names()
    assert place.names("drop") == set()


@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_a_link_or_pipe_put_in_place_of_a_claimed_file_is_not_followed(
    place: Place, pickup: Pickup, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").write_bytes(GOOD)
    place.drop("r.xml")
    monkeypatch.setattr(place.desk, "submit", fails)
    place.looks(pickup)
    [item] = place.items()
    (item / "files" / "r.xml").unlink()
    if kind == "link":
        (item / "files" / "r.xml").symlink_to(tmp_path / "secret")
    else:
        os.mkfifo(item / "files" / "r.xml")
    monkeypatch.undo()
    place.looks(pickup)
    assert place.desk.by_key == {}
    assert place.done_names() == set()
    assert "keine gewöhnliche Datei" in (place.inbox / "failed" / "r.xml.report.txt").read_text("utf-8")


def fails(*_: object) -> str:
    raise Fault("storage")


def test_nothing_is_ever_overwritten(place: Place, pickup: Pickup) -> None:
    for content in (b"<good/>1", b"<good/>2", b"<good/>3"):
        place.drop("r.xml", content)
        place.looks(pickup)
    kept = [path for path in place.done.iterdir() if ".report." not in path.name]
    assert {path.read_bytes() for path in kept} == {b"<good/>1", b"<good/>2", b"<good/>3"}
    assert all(path.name.startswith("r") and path.suffix == ".xml" for path in kept)
    assert len(place.done_names()) == 9


def test_a_file_named_like_a_report_is_not_overwritten_by_one(place: Place, pickup: Pickup) -> None:
    place.drop("r.xml.report.html")
    place.looks(pickup)
    place.drop("r.xml")
    place.looks(pickup)
    assert (place.done / "r.xml.report.html").read_bytes() == GOOD


def test_a_file_waits_in_processing_until_it_is_decided(place: Place, pickup: Pickup) -> None:
    place.desk.decides = False
    place.drop("r.xml")
    place.looks(pickup, 5)
    assert len(place.items()) == 1
    assert len(place.desk.by_key) == 1
    place.desk.decides = True
    place.looks(pickup, 1)
    assert "r.xml" in place.done_names()


@pytest.mark.parametrize("late", [b"<late/>", b"<go on/>"], ids=["same size", "other size"])
def test_bytes_that_changed_after_they_were_submitted_are_submitted_again(
    place: Place, pickup: Pickup, late: bytes
) -> None:
    place.desk.decides = False
    with place.drop("r.xml").open("r+b", buffering=0) as writer:  # as large as GOOD
        place.looks(pickup)
        writer.write(late)
    place.desk.decides = True
    place.looks(pickup)
    assert list(place.desk.by_key.values()) == [GOOD, late]
    assert place.done_names() == set()
    assert place.items() == []
    assert (place.inbox / "failed" / "r.xml").read_bytes() == late
    assert (place.inbox / "failed" / "r.xml.report.html").read_bytes() == b"<p>" + late


def test_a_document_that_changed_between_look_and_claim_is_put_back(
    place: Place, pickup: Pickup, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.desk.free = 0
    path = place.drop("r.xml", b"<go")
    place.looks(pickup)
    with monkeypatch.context() as patch:
        patch.setattr(pickup, "_look", lambda: None)  # what the last look saw is claimed
        path.write_bytes(GOOD + b" ")
        place.desk.free = 1
        place.looks(pickup, 1)
    assert place.names("drop") == {"r.xml"}
    assert place.items() == []
    place.looks(pickup)
    assert list(place.desk.by_key.values()) == [GOOD + b" "]


def test_no_more_files_are_taken_on_than_there_is_room_for(place: Place, pickup: Pickup) -> None:
    place.desk.decides, place.desk.free = False, 2
    for number in range(5):
        place.drop(f"{number}.xml", b"%d" % number)
    place.looks(pickup)
    assert len(place.items()) == 2
    assert len(place.names("drop")) == 3


def test_a_file_taken_back_by_its_owner_is_forgotten(place: Place, pickup: Pickup) -> None:
    place.desk.free = 0
    path = place.drop("r.xml")
    place.looks(pickup)
    path.unlink()
    place.desk.free = 1
    place.looks(pickup, 3)
    assert place.items() == []
    assert place.done_names() == set()
    assert pickup.errors == []


def test_trouble_with_one_file_does_not_keep_the_others(
    place: Place, pickup: Pickup, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit = desk.submit

    def fails_for_bad(spooled: Spooled, slip: Slip, key: str) -> str:
        if slip.name.startswith("bad"):
            raise Fault("storage")
        return submit(spooled, slip, key)

    monkeypatch.setattr(desk, "submit", fails_for_bad)
    for number in range(5):  # more than it takes to give a turn up
        place.drop(f"bad{number}.xml", BAD)
        os.utime(place.inbox / "drop" / f"bad{number}.xml", (1.0, 1.0))  # the oldest are claimed first
    place.drop("good.xml")
    place.looks(pickup, 6)
    assert "good.xml" in place.done_names()
    assert pickup.health.trouble is not None
    assert "storage" in pickup.health.trouble.words("de")
    monkeypatch.undo()
    place.looks(pickup, 2)
    assert {f"bad{number}.xml" for number in range(5)} <= place.names("failed")


def test_files_that_fail_again_and_again_keep_no_other_from_being_tried_nor_from_its_end(
    place: Place, pickup: Pickup, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.decides = False
    place.drop("good.xml")
    place.looks(pickup)
    submit, tried = desk.submit, set()

    def fails(spooled: Spooled, slip: Slip, key: str) -> str:
        tried.add(slip.name)
        raise Fault("storage")

    monkeypatch.setattr(desk, "submit", fails)
    for number in range(9):
        place.drop(f"bad{number}.xml", BAD)
    place.looks(pickup, 4)
    tried.clear()
    desk.decides = True
    place.looks(pickup, 3)
    assert len(tried) == 9
    assert "good.xml" in place.done_names()
    monkeypatch.setattr(desk, "submit", submit)


def test_several_are_handed_in_at_once_and_each_ends_as_itself(
    place: Place, pickup: Pickup, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit, together = desk.submit, threading.Barrier(3, timeout=30)

    def waits_for_others(spooled: Spooled, slip: Slip, key: str) -> str:
        together.wait()
        return submit(spooled, slip, key)

    monkeypatch.setattr(desk, "submit", waits_for_others)
    for name, content in (("a.xml", GOOD), ("b.xml", BAD), ("c.xml", GOOD + b"<!-- c -->")):
        place.drop(name, content)
    place.looks(pickup)
    assert {name for name in place.done_names() if name.endswith(".xml")} == {"a.xml", "c.xml"}
    assert (place.done / "c.xml").read_bytes() == GOOD + b"<!-- c -->"
    assert "b.xml" in place.names("failed")


def test_a_folder_with_more_than_one_look_takes_is_looked_at_anew_as_soon_as_all_is_taken(
    place: Place, pickup: Pickup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pickup_module, "_MOST", 3)
    for number in range(7):
        place.drop(f"{number}.xml", GOOD + b"%d" % number)
        place.drop(f"{number}.xml.ok", b"")
    place.clock.now += 10.0
    pauses = [pickup.turn() for _ in range(3)]
    assert pauses[:2] == [0.0, 0.0]
    assert len(place.desk.by_key) == 7


@pytest.mark.parametrize("name", ["x" * 251 + ".xml", "ß" * 125 + ".xml", "a\nb.xml"])
def test_odd_names_are_taken_and_shortened_where_their_reports_need_it(place: Place, pickup: Pickup, name: str) -> None:
    place.drop(name)
    place.looks(pickup)
    assert len(place.done_names()) == 3
    assert all(found.endswith((".xml", ".html", ".json")) for found in place.done_names())


def test_a_name_that_is_no_text_is_taken(place: Place, pickup: Pickup) -> None:
    (Path(os.fsdecode(os.fsencode(place.inbox / "drop") + b"/r\xff.xml"))).write_bytes(GOOD)
    place.looks(pickup)
    assert len(place.done_names()) == 3


def test_without_hard_links_nothing_is_overwritten_either(
    place: Place, pickup: Pickup, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object, **__: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("einvoice.intake.pickup.placing.os.link", no_links)
    for content in (GOOD + b"1", GOOD + b"2"):
        place.drop("r.xml", content)
        place.looks(pickup)
    kept = [path for path in place.done.iterdir() if ".report." not in path.name]
    assert {path.read_bytes() for path in kept} == {GOOD + b"1", GOOD + b"2"}


def test_outcomes_of_all_that_waits_are_asked_for_at_once(place: Place, pickup: Pickup, desk: Desk) -> None:
    desk.decides = False
    for number in range(50):
        place.drop(f"{number}.xml", b"%d" % number)
    place.looks(pickup)
    desk.asked = 0
    place.looks(pickup, 3)
    assert desk.asked == 3


def test_what_waits_for_long_is_asked_for_less_often_than_what_is_expected_any_moment(
    place: Place, pickup: Pickup, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Very many may wait for a person, and none of them is to cost anything five times a second."""
    desk.decides = False
    place.drop("old.xml", b"old")
    place.looks(pickup)
    place.clock.now += 100.0
    asked: list[int] = []
    monkeypatch.setattr(desk, "ended", lambda ids: asked.append(len(ids)) or set())
    place.drop("new.xml", b"new")
    place.looks(pickup)
    asked.clear()
    for _ in range(10):
        place.clock.now += 0.5
        pickup.turn()
    assert asked.count(1) == 9
    assert asked.count(2) == 1


def test_a_submission_the_database_does_not_know_any_more_is_submitted_again(place: Place, pickup: Pickup) -> None:
    place.desk.decides = False
    place.drop("r.xml")
    place.looks(pickup)
    place.desk.by_key.clear()  # restored to an earlier state
    place.desk.decides = True
    place.looks(pickup, 3)
    assert list(place.desk.by_key.values()) == [GOOD]
    assert "r.xml" in place.done_names()
