"""Looks at folders in which very much lies: the oldest come first, memory stays bounded, nothing is kept from view."""

import os
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from einvoice.intake.layouts.oldest import Oldest
from tests.unit.intake.layouts.putting import MUCH_LATER, RECEIPT, Place


@given(st.lists(st.tuples(st.integers(0, 50), st.text("ab", max_size=3))), st.integers(0, 5))
def test_the_oldest_are_kept_each_key_once(given_: list[tuple[int, str]], most: int) -> None:
    kept: Oldest[int] = Oldest(most)
    first: dict[str, int] = {}
    for when, key in given_:
        first.setdefault(key, when)
        kept.add(first[key], key, first[key])
    times = sorted(first.values())
    assert [when for _, when in kept.items()] == times[:most]


def test_the_oldest_are_handed_out_first_and_no_more_than_asked_for(tmp_path: Path) -> None:
    place = Place(tmp_path, "phoss")
    for count in (3, 1, 2, 0):
        place.put(f"{count}.xml", at=1000 + count)
        place.put(f"{count}.json", b"{}")
    sight = place.look(most=2)
    assert [str(parcel.document) for parcel in sight.parcels] == ["0.xml", "1.xml"]
    assert sight.waiting == 4
    assert sight.again


@pytest.mark.parametrize("layout", ["plain", "oxalis"])
def test_what_is_handed_out_and_stays_does_not_hide_what_follows(tmp_path: Path, layout: str) -> None:
    """Documents that never become complete are older than the complete ones, and more than a look hands out."""
    place = Place(tmp_path, layout)
    for count in range(50):
        place.put(f"{count}.doc.xml" if layout == "oxalis" else f"{count}.xml.tmp", at=1000)
    place.put("later.doc.xml", at=2000)
    place.put("later.receipt.dat" if layout == "oxalis" else "later.doc.xml.ok", RECEIPT, at=2001)
    assert place.taken(most=5) == ["later.doc.xml"]


def test_a_full_folder_is_worked_off_without_a_pause_between_looks(tmp_path: Path) -> None:
    """What comes next has been looked at before, although only a few are handed out at a time."""
    place = Place(tmp_path, "plain")
    for count in range(30):
        place.put(f"{count:02}.xml", at=1000 + count)
    place.look(most=10)
    for _ in range(3):
        parcels = place.look(most=10).parcels
        assert len(parcels) == 10
        for parcel in parcels:
            (place.root / parcel.document).unlink()


@pytest.mark.parametrize("layout", ["plain", "oxalis", "phoss"])
def test_the_memory_of_a_look_does_not_grow_with_the_folder(tmp_path: Path, layout: str) -> None:
    def peak(number: int) -> int:
        place = Place(tmp_path / str(number), layout)
        for count in range(number):
            for ending, content in ((".doc.xml", b"<a/>"), (".doc.json", b"{}"), (".receipt.dat", b"<r/>")):
                place.put(f"{count}{ending}", content)
        place.look(most=5)
        tracemalloc.start()
        place.look(most=5)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(100)
    assert peak(1500) < 2 * peak(150)


def test_the_oldest_that_waits_is_told(tmp_path: Path) -> None:
    place = Place(tmp_path, "oxalis")
    path = place.put("r/s/a.doc.xml", at=1000)
    sight = place.look()
    assert sight.oldest == pytest.approx(os.stat(path).st_ctime)  # since when it lies here, not how old it says it is
    assert place.look(MUCH_LATER).waiting == 0  # it is stuck by then


@pytest.mark.parametrize(
    "name", ["zeile\numbruch.xml", "x" * 251 + ".xml", "\udcff.xml", "a\u202eb.xml", " .xml", "ä.xml"]
)
def test_a_name_that_is_hard_to_show_is_taken_like_any_other(tmp_path: Path, name: str) -> None:
    place = Place(tmp_path, "plain")
    path = os.fsencode(tmp_path) + b"/" + os.fsencode(name)
    Path(os.fsdecode(path)).write_bytes(b"<a/>")
    place.look()
    [parcel] = place.look().parcels
    assert os.fsencode(parcel.document) == os.fsencode(name)


@pytest.mark.parametrize("layout", ["oxalis", "phoss"])
def test_a_name_too_long_for_its_companion_is_shown_as_incomplete(tmp_path: Path, layout: str) -> None:
    place = Place(tmp_path, layout)
    place.put("x" * 247 + ".doc.xml")
    assert place.look().waiting == 1


def test_a_stuck_name_is_shown_without_control_characters(tmp_path: Path) -> None:
    place = Place(tmp_path, "plain")
    (tmp_path / "a\n\x1b[31mb").symlink_to("nowhere")
    [stuck] = place.look().stuck
    assert stuck.shown == "a[31mb"


def test_a_folder_without_rights_is_named_and_the_others_are_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(tmp_path, "oxalis")
    place.put("good/s/a.doc.xml", at=1000)
    place.put("good/s/a.receipt.dat", RECEIPT, at=1001)
    place.put("shut/s/b.doc.xml")
    real = os.open

    def opened(path: str, *arguments: int, **named: int | None) -> int:
        if path == "shut":
            raise PermissionError(13, "denied", path)
        return real(path, *arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", opened)
    sight = place.look()
    assert [str(parcel.document) for parcel in sight.parcels] == ["good/s/a.doc.xml"]
    assert [(str(stuck.path), stuck.why) for stuck in sight.stuck] == [("shut", "unreadable")]


def test_what_vanishes_during_a_look_is_nobodys_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place(tmp_path, "phoss")
    place.put("a/sbd.xml")
    place.put("b.xml")
    place.put("b.json", b"{}")
    real = os.open

    def opened(path: str, *arguments: int, **named: int | None) -> int:
        if path == "a":
            raise FileNotFoundError(2, "gone", path)
        return real(path, *arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", opened)
    sight = place.look()
    assert [str(parcel.document) for parcel in sight.parcels] == ["b.xml"]
    assert sight.stuck == ()


def test_a_folder_that_is_replaced_by_a_link_is_not_entered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place(tmp_path / "in", "oxalis")
    place.put("r/s/a.doc.xml", at=1000)
    place.put("r/s/a.receipt.dat", RECEIPT, at=1001)
    (tmp_path / "in" / "r").rename(tmp_path / "elsewhere")
    real = os.open

    def opened(path: str, *arguments: int, **named: int | None) -> int:
        if path == "s":  # between the look at the entry and its opening
            (tmp_path / "elsewhere" / "s").rename(tmp_path / "moved")
            (tmp_path / "elsewhere" / "s").symlink_to(tmp_path / "moved")
        return real(path, *arguments, **named)  # type: ignore[arg-type]

    (tmp_path / "elsewhere").rename(tmp_path / "in" / "r")
    monkeypatch.setattr(os, "open", opened)
    (tmp_path / "elsewhere").symlink_to(tmp_path / "in" / "r")
    assert place.look().parcels == ()
