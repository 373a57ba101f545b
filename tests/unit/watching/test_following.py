"""What is counted and timed while a submission goes its way."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from einvoice import routing
from einvoice.errors import Fault
from einvoice.model.assessment import Assessment, Verdict
from einvoice.model.policy import Outcome
from einvoice.model.submission import Door, Handling, Hold
from einvoice.pipeline import Desk, examine, process, submit
from einvoice.store import ClaimLost
from einvoice.watching import followed, timed
from einvoice.watching.figures import PROCESS, STAGES, count_decided
from tests.support.figures import Counted
from tests.unit.conftest import LEITWEG_ID
from tests.unit.test_pipeline import ACCEPTED, REJECTED, extract, raises, read


@pytest.fixture
def counted() -> Counted:
    return Counted(PROCESS)


@pytest.fixture
def desk(bench: Any) -> Desk:
    return Desk(
        extract=extract,
        read=read,
        route=partial(routing.route, directory=bench.store.authorities),
        assess=lambda document, on: ACCEPTED,
        store=bench.store,
        settings=bench.settings,
        wake=lambda submission_id, priority: None,
        render_report=lambda examination, kind: b"",
    )


def handed_in(bench: Any, desk: Desk, data: bytes = b"<Invoice/>") -> Any:
    spooled = bench.spool.write([data])
    return submit(spooled, desk=desk, door=Door.API, sender="supplier:1", actor="token:1", name="r.xml").submission


def test_what_comes_in_is_counted_by_door_and_once(bench: Any, desk: Desk, counted: Counted) -> None:
    handed_in(bench, desk)
    handed_in(bench, desk)
    assert counted("einvoice_received_total", door="api") == 1
    assert counted("einvoice_repeated_total", door="api") == 1


DECISIONS = [
    (ACCEPTED, {"einvoice_decided_total": {"verdict": "accepted"}}),
    (REJECTED, {"einvoice_decided_total": {"verdict": "rejected"}}),
]


@pytest.mark.parametrize(("assessment", "expected"), DECISIONS, ids=["accepted", "rejected"])
def test_what_is_decided_is_counted_by_verdict(
    bench: Any, desk: Desk, counted: Counted, assessment: Assessment, expected: dict[str, dict[str, str]]
) -> None:
    bench.authority(LEITWEG_ID)
    process(handed_in(bench, desk).id, replace(desk, assess=lambda document, on: assessment))
    for name, labels in expected.items():
        assert counted(name, **labels) == 1
    assert counted("einvoice_decision_seconds_count", priority="interactive") == 1


def test_what_is_held_is_counted_by_reason(bench: Any, desk: Desk, counted: Counted) -> None:
    process(handed_in(bench, desk).id, desk)
    assert counted("einvoice_held_total", hold="unroutable") == 1
    assert counted("einvoice_decided_total", verdict="accepted") == 1


def test_what_is_held_undecided_has_no_verdict(bench: Any, desk: Desk, counted: Counted) -> None:
    abort = raises(Fault("engine-abort", deterministic=True))
    process(handed_in(bench, desk).id, replace(desk, assess=abort))
    assert counted("einvoice_held_total", hold="engine") == 1
    assert [counted("einvoice_decided_total", verdict=verdict) for verdict in ("accepted", "rejected")] == [0, 0]


def test_what_policies_turn_down_is_counted_apart(bench: Any, counted: Counted) -> None:
    submission = bench.decided(authority=None)
    declined = replace(submission, policy_outcome=Outcome.REJECTED, hold=Hold.NONE, handling=Handling.DECIDED)
    count_decided(declined, bench.clock())
    assert counted("einvoice_declined_total") == 1


def test_what_is_to_be_judged_anew_is_not_counted_as_decided(bench: Any, counted: Counted) -> None:
    submission = bench.receive().submission
    count_decided(submission, bench.clock())
    assert counted("einvoice_decision_seconds_count", priority="interactive") == 0


def test_a_fault_is_counted_by_cause_and_so_is_the_next_try(bench: Any, desk: Desk, counted: Counted) -> None:
    process(handed_in(bench, desk).id, replace(desk, assess=raises(Fault("timeout"))))
    assert counted("einvoice_faults_total", cause="timeout") == 1
    assert counted("einvoice_retries_total") == 1


def test_a_mistake_of_ours_is_counted_as_a_fault(bench: Any, desk: Desk, counted: Counted) -> None:
    process(handed_in(bench, desk).id, replace(desk, read=raises(KeyError("BT-1"))))
    assert counted("einvoice_faults_total", cause="internal") == 1


def test_a_fault_of_a_check_that_keeps_nothing_is_counted_too(desk: Desk, counted: Counted) -> None:
    examine(b"<Invoice/>", "r.xml", replace(desk, assess=raises(Fault("engine-crash"))))
    assert counted("einvoice_faults_total", cause="engine-crash") == 1


def test_a_database_that_is_away_is_counted_wherever_that_is_noticed(
    bench: Any, desk: Desk, counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = Fault("database", elsewhere=True)
    submission = handed_in(bench, desk)
    monkeypatch.setattr(type(bench.store.claims), "claim", raises(away))
    monkeypatch.setattr(type(bench.store.receiving), "receive", raises(away))
    with pytest.raises(Fault):
        process(submission.id, desk)
    with pytest.raises(Fault):
        handed_in(bench, desk, b"<Invoice n='2'/>")
    assert counted("einvoice_faults_total", cause="database") == 2


def test_work_dropped_for_another_worker_is_counted(
    bench: Any, desk: Desk, counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = handed_in(bench, desk)
    monkeypatch.setattr(type(bench.store.claims), "decide", raises(ClaimLost("x")))
    process(submission.id, desk)
    assert counted("einvoice_claims_lost_total") == 1


def test_each_stage_of_the_way_is_timed(bench: Any, desk: Desk, counted: Counted) -> None:
    process(handed_in(bench, desk).id, desk)
    times = {stage: counted("einvoice_stage_seconds_count", stage=stage) for stage in STAGES}
    assert times == dict.fromkeys(STAGES, 1) | {"scan": 2, "postpone": 0}  # scanned: the file, and what was in it


def test_a_stage_that_fails_is_timed_all_the_same(counted: Counted) -> None:
    with pytest.raises(Fault):
        timed("read", raises(Fault("internal")))
    assert counted("einvoice_stage_seconds_count", stage="read") == 1


def test_what_is_followed_answers_and_fails_as_before() -> None:
    echo: Callable[..., tuple[str, int]] = followed(lambda submission_id, more: (submission_id, more))
    assert echo("01", more=2) == ("01", 2)
    with pytest.raises(ZeroDivisionError):
        followed(raises(ZeroDivisionError()))("01")


def test_every_series_is_there_before_anything_happens() -> None:
    registry = CollectorRegistry()
    registry.register(PROCESS)
    there = {(sample.name, *sample.labels.values()) for family in registry.collect() for sample in family.samples}
    assert {("einvoice_decided_total", str(verdict)) for verdict in Verdict if verdict != Verdict.UNDECIDED} <= there
    assert {("einvoice_received_total", str(door)) for door in Door} <= there
    assert {("einvoice_held_total", str(hold)) for hold in Hold if hold} <= there
    assert {("einvoice_stage_seconds_count", stage) for stage in STAGES} <= there
