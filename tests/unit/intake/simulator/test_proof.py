"""What the long runs demand of a folder is seen to be broken when it is: one file too many, too few, elsewhere, cut."""

import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from einvoice.intake.simulator import Dropped, Fate, Plan, Simulation, read_samples
from einvoice.model.submission import EventKind, Hold
from tests.support.drops_proof import left_broken, places_broken, reports_broken, submissions_broken

KINDS = {Fate.ACCEPTED: ("html", "json"), Fate.REJECTED: ("html", "json", "txt"), Fate.SET_ASIDE: ("txt",)}


@pytest.fixture
def told(tmp_path: Path) -> list[Dropped]:
    """What was put down, and put away as it should be, without any service."""
    drop = tmp_path / "drop"
    drop.mkdir()
    plan = Plan(layout="domibus", count=60, seed=2, doubles=0.2, broken=0.4)
    found = list(Simulation(plan, read_samples()).run(drop, threading.Event()))
    for one in found:
        place = tmp_path / ("done/2026-11-30" if one.fate is Fate.ACCEPTED else "failed")
        for path in one.files if one.taken else ():
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            (drop / path).rename(place / path)
        document = place / next(iter(one.files))
        for kind in KINDS.get(one.fate, ()):
            document.with_name(f"{document.name}.report.{kind}").write_bytes(b"report")
    (tmp_path / "processing").mkdir()
    return found


def broken(home: Path, told: list[Dropped]) -> list[str]:
    return [*left_broken(home, told), *places_broken(home, told), *reports_broken(home, told)]


def a_document(home: Path) -> Path:
    return min((home / "done").rglob("message-1.xml"))


def test_as_it_should_be_nothing_is_broken(tmp_path: Path, told: list[Dropped]) -> None:
    assert broken(tmp_path, told) == []


CHANGES: dict[str, Callable[[Path], object]] = {
    "a document is gone": lambda home: a_document(home).unlink(),
    "a document is cut": lambda home: a_document(home).write_bytes(a_document(home).read_bytes()[:-1]),
    "a document is there twice": lambda home: (
        a_document(home).with_name("message-1-0123456789abcdef.xml").write_bytes(a_document(home).read_bytes())
    ),
    "a document lies in failed": lambda home: a_document(home).rename(home / "failed" / "message-1.xml"),
    "metadata are gone": lambda home: a_document(home).with_name("metadata.xml").unlink(),
    "a report is gone": lambda home: min((home / "failed").rglob("*.report.txt")).unlink(),
    "a reservation was left": lambda home: (home / "failed" / ".message-1.xml.place").write_bytes(b""),
    "something is still in processing": lambda home: (home / "processing" / "a.xml").write_bytes(b"<a/>"),
    "something was left": lambda home: (home / "drop" / "a.xml").write_bytes(b"<a/>"),
    "what was to stay is gone": lambda home: min(path for path in (home / "drop").rglob("*.xml")).unlink(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_any_difference_is_seen(tmp_path: Path, told: list[Dropped], change: str) -> None:
    CHANGES[change](tmp_path)
    assert broken(tmp_path, told)


def store(told: list[Dropped]) -> Any:
    """One with exactly the right submissions."""
    first = {one.number: one for one in told if one.is_submission and one.double_of is None}
    kept = {
        f"s{number}": SimpleNamespace(
            id=f"s{number}", sha256=one.submitted_sha256, verdict=one.fate.value, hold=Hold.NONE, name="", size=1
        )
        for number, one in first.items()
    }
    letters = {
        f"s{number}": SimpleNamespace(
            envelope=SimpleNamespace(instance_id=one.instance_id, payload_sha256=one.payload_sha256)
        )
        for number, one in first.items()
    }
    events = [SimpleNamespace(kind=EventKind.RECEIVED), SimpleNamespace(kind=EventKind.DECIDED)]
    return SimpleNamespace(
        kept=kept,
        letters=letters,
        submissions=SimpleNamespace(
            find=lambda wanted, **_: SimpleNamespace(items=tuple(kept.values()), next=None),
        ),
        events=SimpleNamespace(of_submission=lambda _: events),
        envelopes=SimpleNamespace(of=letters.get),
    )


def test_the_right_submissions_break_nothing(told: list[Dropped]) -> None:
    assert list(submissions_broken(store(told), "domibus", told)) == []


MISTAKES: dict[str, Callable[[Any], object]] = {
    "one is missing": lambda store: store.kept.popitem(),
    "one is there twice": lambda store: store.kept.update(again=next(iter(store.kept.values()))),
    "one is half": lambda store: setattr(next(iter(store.kept.values())), "sha256", "0" * 64),
    "one has another verdict": lambda store: setattr(next(iter(store.kept.values())), "verdict", "undecided"),
    "one is held": lambda store: setattr(next(iter(store.kept.values())), "hold", Hold.CONFLICT),
    "one has another payload": lambda store: setattr(
        next(iter(store.letters.values())).envelope, "payload_sha256", "0" * 64
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_any_mistake_in_the_database_is_seen(told: list[Dropped], mistake: str) -> None:
    kept = store(told)
    MISTAKES[mistake](kept)
    assert list(submissions_broken(kept, "domibus", told))
