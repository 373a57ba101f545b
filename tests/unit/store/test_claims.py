"""Work: one worker at a time, decisions under the claim they were worked out under."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest

from einvoice.model.assessment import Verdict
from einvoice.model.submission import Door, EventKind, Handling, Hold
from einvoice.model.trouble import FaultNotice
from einvoice.store import ClaimLost, IllegalTransition, NotFound, NotPossible
from einvoice.store.changes import locked_row

FAULT = FaultNotice("timeout", "60 s", deterministic=False)
ENGINE = FaultNotice("engine-abort", "exit 134", deterministic=True)


def kinds(bench: Any, submission_id: str) -> list[EventKind]:
    return [event.kind for event in bench.store.events.of_submission(submission_id)]


def test_a_claim_takes_the_submission_into_processing(bench: Any) -> None:
    claim = bench.claimed()
    assert claim.submission.handling is Handling.PROCESSING
    assert claim.submission.attempts == 1
    assert claim.expires_at == bench.clock.now + timedelta(seconds=60)


def test_of_many_workers_that_claim_at_once_one_gets_it(bench: Any) -> None:
    submission_id, start = bench.receive().submission.id, Barrier(8)

    def claim(_: int) -> Any:
        start.wait()
        return bench.store.claims.claim(submission_id)

    with ThreadPoolExecutor(8) as pool:
        claims = [claim for claim in pool.map(claim, range(8)) if claim is not None]
    assert len(claims) == 1
    assert bench.store.submissions.get(submission_id).attempts == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer at a time
def test_who_claims_does_not_wait_for_whoever_is_at_it_right_now(bench: Any) -> None:
    submission_id, claims = bench.receive().submission.id, bench.store.claims
    with bench.store.database.write() as connection, ThreadPoolExecutor(1) as pool:
        locked_row(connection, submission_id)
        assert pool.submit(claims.claim, submission_id).result(20) is None
    assert claims.claim(submission_id) is not None


def test_what_is_claimed_decided_or_unknown_can_not_be_claimed(bench: Any) -> None:
    assert bench.store.claims.claim(bench.claimed().submission.id) is None
    assert bench.store.claims.claim(bench.decided(b"2", Verdict.REJECTED).id) is None
    assert bench.store.claims.claim("unknown") is None


def test_an_expired_claim_is_open_to_others(bench: Any) -> None:
    first = bench.claimed()
    bench.clock.advance(60)
    second = bench.store.claims.claim(first.submission.id)
    assert second is not None
    assert second.token != first.token
    assert second.submission.attempts == 2


def test_a_late_decision_under_a_lost_claim_writes_nothing(bench: Any) -> None:
    late = bench.claimed()
    bench.clock.advance(60)
    current = bench.store.claims.claim(late.submission.id)
    with pytest.raises(ClaimLost):
        bench.store.claims.decide(late, bench.decision(late.submission, Verdict.ACCEPTED, bench.authority()))
    assert bench.store.submissions.examination(late.submission.id) is None
    assert (
        bench.store.claims.decide(current, bench.decision(current.submission, Verdict.REJECTED)).verdict == "rejected"
    )


def test_a_late_worker_can_not_put_the_submission_back_either(bench: Any) -> None:
    late = bench.claimed()
    bench.clock.advance(60)
    bench.store.claims.claim(late.submission.id)
    with pytest.raises(ClaimLost):
        bench.store.claims.postpone(late, FAULT, bench.clock.now)


def test_deciding_twice_under_one_claim_fails_the_second_time(bench: Any) -> None:
    claim = bench.claimed()
    decision = bench.decision(claim.submission, Verdict.REJECTED)
    bench.store.claims.decide(claim, decision)
    with pytest.raises(ClaimLost):
        bench.store.claims.decide(claim, decision)
    assert kinds(bench, claim.submission.id).count(EventKind.DECIDED) == 1


def test_accepted_and_routed_is_available_with_a_delivery(bench: Any) -> None:
    authority = bench.authority()
    submission = bench.decided(authority=authority)
    assert (submission.verdict, submission.handling, submission.hold) == ("accepted", Handling.AVAILABLE, Hold.NONE)
    assert (submission.authority_id, submission.authority_name) == (authority.id, authority.name)
    assert submission.delivery_id
    expected = [EventKind.RECEIVED, EventKind.CLAIMED, EventKind.DECIDED, EventKind.AVAILABLE]
    assert kinds(bench, submission.id) == expected


def test_the_decision_carries_what_lists_show(bench: Any) -> None:
    submission = bench.decided(verdict=Verdict.REJECTED, findings=(bench.finding("BR-01"), bench.finding("BR-02")))
    assert (submission.invoice_number, submission.seller_name) == ("R-2026-1", "Muster GmbH")
    assert (submission.scenario, submission.errors, submission.warnings) == ("EN16931 (CII)", 2, 0)
    assert submission.decided_at == bench.clock.now


def test_the_examination_comes_back_as_it_was(bench: Any) -> None:
    claim = bench.claimed()
    decision = bench.decision(claim.submission, Verdict.REJECTED, findings=(bench.finding("BR-01"),))
    bench.store.claims.decide(claim, decision)
    assert bench.store.submissions.examination(claim.submission.id) == decision.examination


def test_rejected_ends_as_decided_without_a_delivery(bench: Any) -> None:
    submission = bench.decided(verdict=Verdict.REJECTED, authority=bench.authority())
    assert (submission.verdict, submission.handling, submission.hold) == ("rejected", Handling.DECIDED, Hold.NONE)
    assert submission.delivery_id is None


def test_that_nobody_here_is_addressed_stands_in_the_history(bench: Any) -> None:
    unroutable = bench.decided()
    assert kinds(bench, unroutable.id)[-2:] == [EventKind.DECIDED, EventKind.HELD]


def test_accepted_for_nobody_here_is_held_as_unroutable(bench: Any) -> None:
    submission = bench.decided(authority=None)
    assert (submission.verdict, submission.handling) == ("accepted", Handling.DECIDED)
    assert submission.hold is Hold.UNROUTABLE
    assert submission.delivery_id is None


def test_an_authority_that_came_in_while_the_invoice_was_looked_at_gets_it(bench: Any) -> None:
    claim = bench.claimed()
    decision = bench.decision(claim.submission, authority=None)
    authority = bench.authority()
    submission = bench.store.claims.decide(claim, decision)
    assert (submission.handling, submission.authority_id) == (Handling.AVAILABLE, authority.id)


@pytest.mark.parametrize(("fault", "hold"), [(FAULT, Hold.FAULT), (ENGINE, Hold.ENGINE)])
def test_undecided_is_held_and_neither_accepted_nor_rejected(bench: Any, fault: FaultNotice, hold: Hold) -> None:
    claim = bench.claimed()
    decision = bench.decision(claim.submission, Verdict.UNDECIDED, bench.authority(), fault=fault)
    submission = bench.store.claims.decide(claim, decision)
    assert (submission.verdict, submission.handling, submission.hold) == ("undecided", Handling.RECEIVED, hold)
    assert submission.fault_cause == fault.cause
    assert submission.delivery_id is None
    assert bench.due(10) == ()


def test_a_postponed_submission_is_due_at_its_next_try(bench: Any) -> None:
    claim = bench.claimed()
    bench.store.claims.postpone(claim, FAULT, bench.clock.now + timedelta(seconds=5))
    assert bench.store.claims.claim(claim.submission.id) is None
    assert bench.due(10) == ()
    bench.clock.advance(5)
    assert bench.due(10) == (claim.submission.id,)
    assert bench.store.claims.claim(claim.submission.id).submission.attempts == 2


def test_one_whose_workers_die_again_and_again_is_held(bench: Any) -> None:
    submission_id = bench.receive().submission.id
    for _ in range(bench.settings.max_attempts):
        assert bench.store.claims.claim(submission_id) is not None
        bench.clock.advance(60)
    assert bench.store.claims.claim(submission_id) is None
    submission = bench.store.submissions.get(submission_id)
    assert (submission.verdict, submission.hold, submission.fault_cause) == ("undecided", Hold.FAULT, "worker-died")
    assert bench.due(10) == ()


def test_due_are_new_ones_first_by_receipt_and_no_more_than_asked_for(bench: Any) -> None:
    postponed = bench.claimed(b"0")
    bench.store.claims.postpone(postponed, FAULT, bench.clock.now)
    new = [bench.receive(str(number).encode()).submission.id for number in range(1, 4)]
    assert sorted(bench.due(10)[:3]) == sorted(new)
    assert bench.due(10)[3] == postponed.submission.id
    assert len(bench.due(2)) == 2


def test_a_new_submission_is_due_even_when_the_clock_was_set_back(bench: Any) -> None:
    submission_id = bench.receive().submission.id
    bench.clock.advance(-3600)
    assert bench.due(10) == (submission_id,)
    assert bench.store.claims.claim(submission_id) is not None


def test_an_operator_ends_a_hold_and_the_work_begins_anew(bench: Any) -> None:
    claim = bench.claimed()
    bench.store.claims.decide(claim, bench.decision(claim.submission, Verdict.UNDECIDED, fault=ENGINE))
    released = bench.store.people.retry(claim.submission.id, actor="account:1", reason="new engine")
    assert (released.hold, released.attempts) == (Hold.NONE, 0)
    event = bench.store.events.of_submission(released.id)[-1]
    assert (event.kind, event.actor, event.reason) == (EventKind.RELEASED, "account:1", "new engine")
    again = bench.store.claims.claim(released.id)
    decided = bench.store.claims.decide(again, bench.decision(again.submission, authority=bench.authority()))
    assert (decided.verdict, decided.handling, decided.fault_cause) == ("accepted", Handling.AVAILABLE, None)


def test_trying_again_what_is_not_held_for_a_fault_is_refused_and_changes_nothing(bench: Any) -> None:
    unroutable = bench.decided()
    with pytest.raises(NotPossible):
        bench.store.people.retry(unroutable.id, actor="account:1")
    assert bench.store.submissions.get(unroutable.id) == unroutable
    with pytest.raises(NotFound):
        bench.store.people.retry("unknown", actor="account:1")


def test_a_decision_that_fails_half_way_leaves_nothing(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    authority, claim = bench.authority(), bench.claimed()

    def broken(*_: object) -> None:
        raise IllegalTransition("test")

    monkeypatch.setattr("einvoice.store.claims.hand_over", broken)
    with pytest.raises(IllegalTransition):
        bench.store.claims.decide(claim, bench.decision(claim.submission, authority=authority))
    assert bench.store.submissions.get(claim.submission.id) == claim.submission
    assert bench.store.submissions.examination(claim.submission.id) is None
    assert bench.store.events.of_authority(authority.id) == ()


def test_a_claim_made_before_the_clock_was_set_back_ends_nevertheless(bench: Any) -> None:
    claim = bench.claimed()
    bench.clock.advance(-3600)
    assert bench.due(10) == (claim.submission.id,)
    assert bench.store.claims.claim(claim.submission.id) is not None


def test_a_claim_is_kept_up_while_its_worker_waits_for_its_turn(bench: Any) -> None:
    claim = bench.claimed()
    with bench.store.claims.kept(claim):
        for _ in range(5):
            bench.clock.advance(50)
            bench.store.claims.renew()
        assert bench.due(10) == ()
        assert bench.store.claims.claim(claim.submission.id) is None
    bench.clock.advance(50)
    bench.store.claims.renew()  # nobody keeps it any more
    bench.clock.advance(11)
    assert bench.due(10) == (claim.submission.id,)


def test_a_claim_that_was_lost_is_not_won_back_by_keeping_it(bench: Any) -> None:
    first = bench.claimed()
    bench.clock.advance(61)
    second = bench.store.claims.claim(first.submission.id)
    with bench.store.claims.kept(first):
        bench.clock.advance(30)
        bench.store.claims.renew()
        bench.clock.advance(31)
        assert bench.due(10) == (second.submission.id,)  # its own time is over, whatever the first one does


def test_a_worker_that_hangs_loses_its_claim_in_the_end(bench: Any) -> None:
    claim = bench.claimed()
    with bench.store.claims.kept(claim):
        for _ in range(14):
            bench.clock.advance(50)
            bench.store.claims.renew()
        assert bench.due(10) == (claim.submission.id,)


def test_a_clock_that_differs_a_little_between_hosts_breaks_no_claim(bench: Any) -> None:
    claim = bench.claimed()
    bench.clock.advance(-30)
    assert bench.due(10) == ()
    assert bench.store.claims.claim(claim.submission.id) is None


def test_who_waits_at_a_screen_comes_before_folders(bench: Any) -> None:
    spooled = bench.spool.write([b"<Invoice n='folder'/>"])
    folder = bench.store.receiving.receive(spooled, door=Door.FOLDER, sender="f", actor="f", name="f").submission.id
    upload = bench.receive().submission.id
    assert bench.due(10) == (upload, folder)
