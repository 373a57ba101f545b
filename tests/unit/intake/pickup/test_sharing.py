"""Several processes, of one host or of many, look after one folder without locks."""

import os
import shutil
from pathlib import Path

import pytest

from einvoice.intake.pickup import ProcessId
from einvoice.intake.pickup import claiming as claiming_module
from tests.unit.intake.pickup.conftest import GOOD, Place

ELSEWHERE = "{0}.feedbeef0123.4026531836.77.123456.0000000{0}"  # a process of another kernel


def of_host(number: int) -> ProcessId:
    return ProcessId(ELSEWHERE.format(number))


def test_two_processes_share_the_files_and_none_is_done_twice(place: Place) -> None:
    first, second = place.start(of_host(1)), place.start(of_host(2))
    first.turn()
    for number in range(20):
        place.drop(f"{number}.xml", GOOD + b"%d" % number)
    place.desk.free = 5
    for _ in range(4):
        place.looks(first, 1)
        place.looks(second, 1)
    place.looks(first, 2)
    assert len(place.desk.by_key) == 20
    assert {name for name in place.done_names() if ".report." not in name} == {f"{n}.xml" for n in range(20)}
    assert place.items() == []


def test_what_a_living_process_has_claimed_is_left_to_it(place: Place) -> None:
    place.desk.decides = False
    first, second = place.start(of_host(1)), place.start(of_host(2))
    first.turn()
    place.drop("r.xml")
    place.looks(first)
    place.looks(second, 3)
    [item] = place.items()
    assert item.parent.name == first.health.process


def test_what_a_silent_process_of_another_host_has_claimed_is_adopted(place: Place) -> None:
    place.desk.decides = False
    first, second = place.start(of_host(1)), place.start(of_host(2))
    first.turn()
    place.drop("r.xml")
    place.looks(first)
    silent(place, first.health.process, 121)
    place.looks(second, 1)
    [item] = place.items()
    assert item.parent.name == second.health.process
    place.desk.decides = True
    place.looks(second, 1)
    assert "r.xml" in place.done_names()
    assert len(place.desk.by_key) == 1
    assert not (place.inbox / "processing" / first.health.process).exists()


def silent(place: Place, process: str, seconds: float) -> None:
    """It has not shown itself for so long, by the file server's clock."""
    alive = place.inbox / "processing" / process / ".alive"
    shown = alive.stat().st_mtime - seconds
    os.utime(alive, (shown, shown))


def test_a_process_taken_for_dead_may_come_back(place: Place) -> None:
    place.desk.decides = False
    frozen, other = place.start(of_host(1)), place.start(of_host(2))
    frozen.turn()
    place.drop("r.xml")
    place.looks(frozen)
    silent(place, frozen.health.process, 121)
    place.looks(other, 1)
    place.desk.decides = True
    place.looks(frozen, 2)
    place.looks(other, 2)
    place.drop("s.xml", GOOD + b"s")
    place.looks(frozen, 2)
    assert {"r.xml", "s.xml"} <= place.done_names()
    assert len(place.desk.by_key) == 2
    assert frozen.errors == other.errors == []


@pytest.mark.parametrize("call", ["mkdir", "rename", "write_text", "replace", "unlink", "rmdir", "submit", "outcome"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_process_frozen_at_any_step_does_no_harm_when_it_goes_on(
    place: Place, monkeypatch: pytest.MonkeyPatch, call: str, when: str
) -> None:
    """While it stands still, another one adopts what it has and brings it to its end."""
    for number in range(40):
        frozen, other = place.start(of_host(1)), place.start(of_host(2))
        frozen.turn()
        name = f"r{number}.xml"
        place.desk.by_key.clear()
        place.drop(name, GOOD + b" " * number)
        place.drop(f"{name}.done", b"")
        with monkeypatch.context() as patch:
            reached = _freeze(patch, place, call, when, number, lambda: _overtake(place, frozen, other))  # noqa: B023
            place.looks(frozen, 2)
        place.looks(frozen, 2)
        place.looks(other, 2)
        assert frozen.errors == other.errors == []
        found = {path.name for path in (place.inbox / "done").glob("*/*") if name in path.name}
        assert found == {name, f"{name}.done", f"{name}.report.html", f"{name}.report.json"}
        assert [path for path in (place.inbox / "done").glob("*/.*")] == []  # noqa: C416
        assert place.names("drop") == set()
        assert place.items() == []
        assert len(place.desk.by_key) == 1
        if not reached:
            assert number > 0
            return
    pytest.fail("there is no end to it")


def _overtake(place: Place, frozen: object, other: object) -> None:
    for path in (place.inbox / "processing").glob("1.*"):
        if (path / ".alive").exists():
            silent(place, path.name, 121)
        else:
            os.utime(path, (1.0, 1.0))
    place.looks(other, 4)  # type: ignore[arg-type]


def _freeze(patch: pytest.MonkeyPatch, place: Place, call: str, when: str, left: int, meanwhile: object) -> list[bool]:
    """Before or after the n-th such step, `meanwhile` happens. Filled when it was reached."""
    owner: object = {"submit": place.desk, "outcome": place.desk, "write_text": Path}.get(call, os)
    original = getattr(owner, call)
    reached: list[bool] = []

    def stands_still(*arguments: object, **keywords: object) -> object:
        nonlocal left
        left -= 1
        if left != -1:
            return original(*arguments, **keywords)
        reached.append(True)
        if when == "before":
            meanwhile()  # type: ignore[operator]
        result = original(*arguments, **keywords)
        if when == "after":
            meanwhile()  # type: ignore[operator]
        return result

    patch.setattr(owner, call, stands_still)
    return reached


def test_what_a_process_leaves_behind_at_its_end_is_taken_on_at_once(place: Place) -> None:
    place.desk.decides = False
    first = place.start(of_host(1))
    first.turn()
    place.drop("r.xml")
    place.looks(first)
    first.close()
    second = place.start(of_host(2))
    place.desk.decides = True
    place.looks(second, 2)
    assert "r.xml" in place.done_names()
    assert [path.name for path in (place.inbox / "processing").iterdir()] == [second.health.process]


def test_a_claim_without_its_notes_is_put_back_and_claimed_anew(place: Place) -> None:
    place.desk.decides = False
    first = place.start(of_host(1))
    first.turn()
    place.drop("r.xml")
    place.looks(first)
    [item] = place.items()
    (item / "parcel.json").write_bytes(b"")  # as after a power cut
    first.close()
    place.desk.decides = True
    second = place.start(of_host(2))
    place.looks(second, 4)
    assert "r.xml" in place.done_names()


def test_companions_of_a_document_sent_again_are_not_mixed_up(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Died after the document was claimed, before its receipt was; meanwhile the access point has sent it again."""
    place.layout = "oxalis"
    first = place.start(of_host(1))
    first.turn()
    place.drop("a/b/m.doc.xml", GOOD)
    place.drop("a/b/m.receipt.dat", b"first")
    with monkeypatch.context() as patch:
        patch.setattr(claiming_module, "_take_companions", lambda *_: None)
        place.looks(first)
    place.drop("a/b/m.receipt.dat", b"second, of a document that is not there yet")
    first.close()
    second = place.start(of_host(2))
    place.looks(second, 2)
    assert (place.inbox / "drop" / "a" / "b" / "m.receipt.dat").is_file()
    assert (place.done / "a" / "b" / "m.doc.xml").read_bytes() == GOOD


def test_a_folder_that_was_cleared_away_is_made_again(place: Place) -> None:
    first = place.start(of_host(1))
    first.turn()
    shutil.rmtree(place.inbox / "processing")
    place.drop("r.xml")
    place.looks(first, 3)
    assert "r.xml" in place.done_names()
