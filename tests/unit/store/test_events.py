"""Events: every change, and numbers without gaps for each authority."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from einvoice.model.submission import EventKind


def test_the_feed_of_an_authority_counts_from_one_without_gaps(bench: Any) -> None:
    authority = bench.authority()
    for number in range(3):
        bench.decided(str(number).encode(), authority=authority)
    events = bench.store.events.of_authority(authority.id)
    assert [event.sequence for event in events] == [1, 2, 3, 4, 5, 6]
    assert {event.kind for event in events} == {EventKind.DECIDED, EventKind.AVAILABLE}


def test_a_number_taken_by_a_decision_that_was_undone_is_given_to_the_next(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority, claim = bench.authority(), bench.claimed(b"1")
    with monkeypatch.context() as broken:
        broken.setattr("einvoice.store.claims.hand_over", _fails)
        with pytest.raises(RuntimeError):
            bench.store.claims.decide(claim, bench.decision(claim.submission, authority=authority))
    bench.decided(b"2", authority=authority)
    assert [event.sequence for event in bench.store.events.of_authority(authority.id)] == [1, 2]


def _fails(*_: object) -> None:
    raise RuntimeError


def test_decisions_at_once_get_numbers_without_gaps(bench: Any) -> None:
    authority = bench.authority()
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda number: bench.decided(str(number).encode(), authority=authority), range(24)))
    sequence = [event.sequence for event in bench.store.events.of_authority(authority.id)]
    assert sequence == list(range(1, 49))


def test_a_reader_goes_on_behind_the_last_number_it_saw(bench: Any) -> None:
    authority = bench.authority()
    for number in range(3):
        bench.decided(str(number).encode(), authority=authority)
    page = bench.store.events.of_authority(authority.id, after=2, limit=3)
    assert [event.sequence for event in page] == [3, 4, 5]


def test_authorities_see_their_own_events_only(bench: Any) -> None:
    first, second = bench.authority("1-1-1", "A"), bench.authority("2-2-2", "B")
    bench.decided(b"1", authority=first)
    assert bench.store.events.of_authority(second.id) == ()


def test_an_event_tells_the_three_fields_after_the_change(bench: Any) -> None:
    submission = bench.decided(authority=bench.authority())
    told = [(e.verdict, e.handling, e.hold) for e in bench.store.events.of_submission(submission.id)]
    assert told == [
        (None, "received", ""),
        (None, "processing", ""),
        ("accepted", "decided", ""),
        ("accepted", "available", ""),
    ]
