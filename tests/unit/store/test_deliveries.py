"""Handing over: leased until acknowledged, each invoice once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from einvoice.model.submission import EventKind, Handling
from einvoice.store import LeaseLost, NotFound


@pytest.fixture
def authority(bench: Any) -> Any:
    return bench.authority()


def lease(bench: Any, authority: Any, count: int = 10, seconds: float = 60) -> Any:
    return bench.store.deliveries.lease(authority.id, count=count, seconds=seconds, actor="token:a")


def ack(bench: Any, authority: Any, leased: Any) -> Any:
    return bench.store.deliveries.acknowledge(authority.id, leased.delivery_id, leased.token, actor="token:a")


def nack(bench: Any, authority: Any, leased: Any) -> None:
    bench.store.deliveries.give_back(authority.id, leased.delivery_id, leased.token, actor="token:a", reason="closed")


def test_a_lease_hands_out_the_oldest_decisions_first(bench: Any, authority: Any) -> None:
    submissions = []
    for number in range(3):
        submissions.append(bench.decided(str(number).encode(), authority=authority))
        bench.clock.advance(1)
    leases = lease(bench, authority, count=2)
    assert [leased.submission.id for leased in leases] == [submission.id for submission in submissions[:2]]
    assert leases[0].submission.handling is Handling.LEASED


def test_what_is_leased_is_not_handed_out_again(bench: Any, authority: Any) -> None:
    bench.decided(authority=authority)
    assert len(lease(bench, authority)) == 1
    assert lease(bench, authority) == ()


def test_fetchers_at_once_never_get_the_same_invoice(bench: Any, authority: Any) -> None:
    for number in range(20):
        bench.decided(str(number).encode(), authority=authority)
    with ThreadPoolExecutor(5) as pool:
        fetched = list(pool.map(lambda _: lease(bench, authority, count=4), range(5)))
    ids = [leased.delivery_id for leases in fetched for leased in leases]
    assert len(ids) == len(set(ids)) == 20


def test_another_authority_gets_nothing_of_it(bench: Any, authority: Any) -> None:
    bench.decided(authority=authority)
    other = bench.authority("1-1-1", "B")
    (leased,) = lease(bench, authority)
    assert lease(bench, other) == ()
    with pytest.raises(NotFound):
        ack(bench, other, leased)
    with pytest.raises(NotFound):
        nack(bench, other, leased)


def test_an_acknowledged_invoice_is_never_handed_out_again(bench: Any, authority: Any) -> None:
    bench.decided(authority=authority)
    (leased,) = lease(bench, authority)
    acknowledged = ack(bench, authority, leased)
    assert acknowledged.submission.handling is Handling.ACKNOWLEDGED
    assert acknowledged.acknowledged_at == bench.clock.now
    bench.clock.advance(3600)
    bench.store.deliveries.release_expired()
    assert lease(bench, authority) == ()


def test_acknowledging_twice_gives_the_same_answer_and_one_event(bench: Any, authority: Any) -> None:
    bench.decided(authority=authority)
    (leased,) = lease(bench, authority)
    first = ack(bench, authority, leased)
    bench.clock.advance(10)
    assert ack(bench, authority, leased) == first
    kinds = [event.kind for event in bench.store.events.of_submission(leased.submission.id)]
    assert kinds.count(EventKind.ACKNOWLEDGED) == 1


def test_a_lease_that_ran_out_makes_the_invoice_available_again_under_the_same_delivery_id(
    bench: Any, authority: Any
) -> None:
    bench.decided(authority=authority)
    (first,) = lease(bench, authority, seconds=60)
    bench.clock.advance(60)
    (second,) = lease(bench, authority)
    assert second.delivery_id == first.delivery_id
    assert second.token != first.token


def test_the_sweeper_ends_leases_that_ran_out(bench: Any, authority: Any) -> None:
    submission = bench.decided(authority=authority)
    lease(bench, authority, seconds=60)
    assert bench.store.deliveries.release_expired() == 0
    bench.clock.advance(60)
    assert bench.store.deliveries.release_expired() == 1
    assert bench.store.submissions.get(submission.id).handling is Handling.AVAILABLE
    assert bench.store.events.of_submission(submission.id)[-1].kind is EventKind.LEASE_EXPIRED


def test_a_late_acknowledgement_counts_while_nobody_else_has_the_invoice(bench: Any, authority: Any) -> None:
    bench.decided(authority=authority)
    (leased,) = lease(bench, authority, seconds=60)
    bench.clock.advance(60)
    bench.store.deliveries.release_expired()
    assert ack(bench, authority, leased).submission.handling is Handling.ACKNOWLEDGED


def test_a_late_acknowledgement_is_refused_when_someone_else_has_the_invoice(bench: Any, authority: Any) -> None:
    bench.decided(authority=authority)
    (late,) = lease(bench, authority, seconds=60)
    bench.clock.advance(60)
    (current,) = lease(bench, authority)
    with pytest.raises(LeaseLost):
        ack(bench, authority, late)
    assert ack(bench, authority, current).submission.handling is Handling.ACKNOWLEDGED


def test_giving_back_makes_it_available_at_once_with_the_reason_told(bench: Any, authority: Any) -> None:
    bench.decided(authority=authority)
    (leased,) = lease(bench, authority)
    nack(bench, authority, leased)
    event = bench.store.events.of_submission(leased.submission.id)[-1]
    assert (event.kind, event.reason, event.handling) == (EventKind.RETURNED, "closed", Handling.AVAILABLE)
    assert len(lease(bench, authority)) == 1


def test_giving_back_twice_is_fine_and_counts_once(bench: Any, authority: Any) -> None:
    bench.decided(authority=authority)
    (leased,) = lease(bench, authority)
    nack(bench, authority, leased)
    nack(bench, authority, leased)
    kinds = [event.kind for event in bench.store.events.of_submission(leased.submission.id)]
    assert kinds.count(EventKind.RETURNED) == 1


def test_giving_back_once_more_does_not_disturb_the_next_lease(bench: Any, authority: Any) -> None:
    bench.decided(authority=authority)
    (first,) = lease(bench, authority)
    nack(bench, authority, first)
    (second,) = lease(bench, authority)
    nack(bench, authority, first)
    assert ack(bench, authority, second).submission.handling is Handling.ACKNOWLEDGED


def test_what_was_given_back_can_not_be_acknowledged_under_that_lease(bench: Any, authority: Any) -> None:
    bench.decided(authority=authority)
    (leased,) = lease(bench, authority)
    nack(bench, authority, leased)
    with pytest.raises(LeaseLost):
        ack(bench, authority, leased)


def test_what_was_acknowledged_can_not_be_given_back(bench: Any, authority: Any) -> None:
    bench.decided(authority=authority)
    (leased,) = lease(bench, authority)
    ack(bench, authority, leased)
    with pytest.raises(LeaseLost):
        nack(bench, authority, leased)


def test_an_extended_lease_lasts_from_now(bench: Any, authority: Any) -> None:
    bench.decided(authority=authority)
    (leased,) = lease(bench, authority, seconds=60)
    bench.clock.advance(50)
    deliveries = bench.store.deliveries
    extended = deliveries.extend(authority.id, leased.delivery_id, leased.token, seconds=60, actor="token:a")
    assert extended.token == leased.token
    bench.clock.advance(50)
    assert lease(bench, authority) == ()
    bench.clock.advance(10)
    assert len(lease(bench, authority)) == 1


def test_a_lease_that_has_ended_can_not_be_extended(bench: Any, authority: Any) -> None:
    bench.decided(authority=authority)
    (leased,) = lease(bench, authority, seconds=60)
    bench.clock.advance(60)
    bench.store.deliveries.release_expired()
    with pytest.raises(LeaseLost):
        bench.store.deliveries.extend(authority.id, leased.delivery_id, leased.token, seconds=60, actor="token:a")


def test_a_wrong_token_is_refused(bench: Any, authority: Any) -> None:
    bench.decided(authority=authority)
    (leased,) = lease(bench, authority)
    with pytest.raises(LeaseLost):
        bench.store.deliveries.acknowledge(authority.id, leased.delivery_id, "wrong-ü", actor="token:a")
