"""Files dropped by anyone: when one is complete."""

import os
from pathlib import Path

import pytest

from einvoice.intake.layouts import Habits
from tests.unit.intake.layouts.putting import AT_ONCE, MUCH_LATER, Place, paths


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path, "plain")


def test_a_file_is_taken_when_it_looks_as_it_did_at_the_last_look(place: Place) -> None:
    place.put("a.xml")
    first = place.look()
    assert (first.parcels, first.waiting, first.again) == ((), 1, True)
    assert place.taken() == ["a.xml"]


def test_a_file_that_grows_waits(place: Place) -> None:
    place.put("a.xml", b"<a")
    place.look()
    place.put("a.xml", b"<a/>")
    assert place.taken() == []
    assert place.taken() == ["a.xml"]


def test_a_file_changed_without_growing_waits(place: Place) -> None:
    place.put("a.xml", b"<a/>", at=1000)
    place.look()
    place.put("a.xml", b"<b/>", at=1001)
    assert place.taken() == []


def test_as_many_looks_as_asked_for_have_to_be_alike(tmp_path: Path) -> None:
    place = Place(tmp_path, "plain", Habits(looks=4, settle=0))
    place.put("a.xml")
    assert [place.taken() for _ in range(4)] == [[], [], [], ["a.xml"]]


def test_two_looks_in_the_same_moment_are_not_enough(tmp_path: Path) -> None:
    place = Place(tmp_path, "plain", Habits(settle=0.5))
    place.put("a.xml")
    assert [place.taken(later) for later in (1.0, 1.2, 1.4)] == [[], [], []]
    assert place.taken(1.6) == ["a.xml"]


def test_a_clock_that_is_set_back_costs_a_look_and_no_more(tmp_path: Path) -> None:
    place = Place(tmp_path, "plain", Habits(settle=0.5))
    place.put("a.xml")
    place.look(3600)
    assert [place.taken(later) for later in (0.0, 0.6)] == [[], ["a.xml"]]


@pytest.mark.parametrize("marker", ["a.xml.done", "a.xml.ok", "a.done", "a.ok"])
def test_a_marker_says_at_once_that_its_file_is_complete(place: Place, marker: str) -> None:
    place.put("a.xml")
    place.put(marker, b"ok")
    [parcel] = place.look().parcels
    assert paths([parcel.document, *parcel.companions]) == ["a.xml", marker]


@pytest.mark.parametrize("ending", [".done", ".ok"])
def test_an_empty_marker_is_a_marker_too(place: Place, ending: str) -> None:
    place.put("a.xml")
    place.put("a.xml" + ending, b"")
    [parcel] = place.look().parcels
    assert paths(parcel.companions) == ["a.xml" + ending]
    assert place.stuck() == {}


def test_a_marked_file_counts_once(place: Place) -> None:
    place.put("a.xml")
    place.put("a.xml.done", b"ok")
    place.look()
    sight = place.look()
    assert (len(sight.parcels), sight.waiting) == (1, 1)


def test_a_marker_without_a_file_is_shown_as_stuck_after_a_time(place: Place) -> None:
    place.put("a.xml.done", b"ok")
    assert place.stuck(later=0) == {}
    assert place.stuck() == {"a.xml.done": "no-document"}


def test_where_markers_are_asked_for_nothing_is_taken_without(tmp_path: Path) -> None:
    place = Place(tmp_path, "plain", Habits(settle=0, marked=True))
    place.put("a.xml")
    place.put("b.xml")
    place.put("b.ok", b"ok")
    place.look()
    assert place.taken() == ["b.xml"]
    assert place.stuck() == {"a.xml": "no-marker"}


@pytest.mark.parametrize("temporary", ["a.xml.tmp", "a.xml.part", "a.tmp", "a.part", "a.xml.filepart"])
def test_a_file_renamed_in_from_a_temporary_name_is_taken_at_once(place: Place, temporary: str) -> None:
    path = place.put(temporary, at=1000)
    assert place.taken() == []
    path.rename(place.root / "a.xml")
    assert place.taken() == ["a.xml"]


def test_another_file_of_that_name_has_to_stand_still_first(place: Place) -> None:
    place.put("a.xml.tmp", at=1000)
    place.look()
    place.put("a.xml", at=1000)  # copied, not renamed: it has an inode of its own
    (place.root / "a.xml.tmp").unlink()
    assert place.taken() == []


@pytest.mark.parametrize("ending", [".tmp", ".part", ".processing", ".lock", ".TMP", ".filepart"])
def test_temporary_names_are_never_taken(place: Place, ending: str) -> None:
    place.put("a.xml" + ending)
    for _ in range(5):
        assert place.taken(MUCH_LATER) == []
    assert place.stuck() == {"a.xml" + ending: "temporary"}


def test_hidden_files_are_nobodys_business(place: Place) -> None:
    place.put(".nfs0001")
    place.put(".DS_Store")
    place.look()
    sight = place.look(MUCH_LATER)
    assert (sight.parcels, sight.waiting, sight.stuck) == ((), 0, ())


def test_a_tree_of_folders_is_looked_into_where_the_settings_say_so(tmp_path: Path) -> None:
    flat, tree = Place(tmp_path, "plain"), Place(tmp_path, "plain", Habits(settle=0, depth=1))
    flat.put("köln/a.xml")
    flat.look()
    tree.look()
    assert flat.taken() == []
    assert tree.taken() == ["köln/a.xml"]
    assert flat.stuck() == {"köln": "directory"}


def test_the_stamp_of_a_parcel_is_that_of_the_file(place: Place) -> None:
    status = os.stat(place.put("a.xml"))
    place.look()
    [parcel] = place.look().parcels
    assert (parcel.stamp.inode, parcel.stamp.size, parcel.stamp.modified_ns) == (
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
    )
    assert parcel.submit
    assert AT_ONCE.looks == 2
