"""What is held, seen as a whole."""

from typing import Any

import pytest

from einvoice.model.assessment import Verdict
from einvoice.model.submission import EventKind, Hold
from einvoice.model.trouble import MALWARE, FaultNotice
from einvoice.store.holds import Held, Holds

ENGINE = FaultNotice("engine-abort", "", deterministic=True)
TIMEOUT = FaultNotice("timeout", "", deterministic=True)
VIRUS = FaultNotice(MALWARE, "Eicar-Test-Signature", deterministic=True)


def held(bench: Any, name: str, fault: FaultNotice = ENGINE) -> str:
    claim = bench.claimed(f"<Invoice n='{name}'/>".encode())
    return str(bench.store.claims.decide(claim, bench.decision(claim.submission, Verdict.UNDECIDED, fault=fault)).id)


@pytest.fixture
def holds(bench: Any) -> Holds:
    return Holds.of(bench.store)


def test_where_nothing_is_held_there_is_nothing(bench: Any, holds: Holds) -> None:
    bench.decided(authority=bench.authority())
    bench.receive()
    assert holds.held() == ()


def test_what_is_held_is_counted_by_reason_and_cause_with_the_oldest(bench: Any, holds: Holds) -> None:
    began = bench.clock.now
    held(bench, "1")
    bench.clock.advance(60)
    held(bench, "2")
    held(bench, "3", TIMEOUT)
    held(bench, "4", VIRUS)
    bench.decided(b"<Invoice n='5'/>")
    later = bench.clock.now
    assert holds.held() == (
        Held(hold=Hold.ENGINE, cause="engine-abort", count=2, oldest=began),
        Held(hold=Hold.ENGINE, cause="timeout", count=1, oldest=later),
        Held(hold=Hold.UNROUTABLE, cause=None, count=1, oldest=later),
        Held(hold=Hold.QUARANTINE, cause=MALWARE, count=1, oldest=later),
    )


def test_another_try_helps_against_faults_alone(bench: Any, holds: Holds) -> None:
    held(bench, "1")
    held(bench, "2", VIRUS)
    assert {one.hold: one.retriable for one in holds.held()} == {Hold.ENGINE: True, Hold.QUARANTINE: False}


def test_all_of_a_cause_are_tried_again_however_many(bench: Any, holds: Holds, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [held(bench, str(number)) for number in range(5)]
    held(bench, "other", TIMEOUT)
    in_portions(bench, monkeypatch)
    assert holds.retry_all("engine-abort", actor="account:1", reason="neue Fassung") == 5
    assert sorted(bench.due(10)) == sorted(ids)
    assert [(one.cause, one.count) for one in holds.held()] == [("timeout", 1)]


def test_each_is_tried_once_though_some_are_held_again_meanwhile(
    bench: Any, holds: Holds, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [held(bench, str(number)) for number in range(4)]

    def fail_again() -> None:
        for submission_id in bench.due(10):
            claim = bench.store.claims.claim(submission_id)
            decision = bench.decision(claim.submission, Verdict.UNDECIDED, fault=ENGINE)
            bench.store.claims.decide(claim, decision)

    in_portions(bench, monkeypatch, meanwhile=fail_again)
    assert holds.retry_all("engine-abort", actor="account:1") == 4
    for submission_id in ids:
        kinds = [event.kind for event in bench.store.events.of_submission(submission_id)]
        assert kinds.count(EventKind.RELEASED) == 1


def test_what_is_in_quarantine_is_not_tried_again_by_its_cause(bench: Any, holds: Holds) -> None:
    held(bench, "1", VIRUS)
    assert holds.retry_all(MALWARE, actor="account:1") == 0
    assert bench.due(10) == ()


def in_portions(bench: Any, monkeypatch: pytest.MonkeyPatch, meanwhile: Any = lambda: None) -> None:
    """Two at a time, and what others do in between."""
    people = type(bench.store.people)
    whole = people.retry_all

    def portion(self: Any, cause: str, **given: str) -> tuple[str, ...]:
        done: tuple[str, ...] = whole(self, cause, **given, limit=2)
        meanwhile()
        return done

    monkeypatch.setattr(people, "retry_all", portion)
