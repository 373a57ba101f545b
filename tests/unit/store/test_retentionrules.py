"""When the time of retention ends: by which rule, from which event, in which year."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from einvoice.model.policy import Retention, StartEvent
from einvoice.store.retentionrules import end_by_rule, end_of

DAYS = 90


def facts(handling: str = "acknowledged", **more: Any) -> dict[str, Any]:
    """An invoice issued in 2025, received and decided in 2026, booked in 2027."""
    return {
        "handling": handling,
        "hold": "",
        "verdict": "accepted",
        "policy_outcome": None,
        "received_at": datetime(2026, 1, 5, 9, tzinfo=UTC),
        "decided_at": datetime(2026, 1, 5, 10, tzinfo=UTC),
        "acknowledged_at": datetime(2027, 2, 1, tzinfo=UTC),
        "withdrawn_at": None,
        "issue_year": 2025,
        "policy": {},
    } | more


def year_end(year: int) -> datetime:
    """The moment when a year is over in Germany."""
    return datetime(year, 12, 31, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "years", "last"),
    [("issued", 8, 2033), ("received", 8, 2034), ("booked", 8, 2035), ("booked", 6, 2033), ("issued", 0, 2025)],
)
def test_full_years_count_from_the_end_of_the_year_of_the_start_event(start: str, years: int, last: int) -> None:
    end = end_of(facts(policy={"retention": [start, years]}), DAYS)
    assert end is not None
    assert (end.at, end.rule) == (year_end(last), f"{start}+{years}y")


def test_without_a_rule_of_its_own_an_authority_keeps_eight_years_from_the_year_of_issue() -> None:
    end = end_of(facts(), DAYS)
    assert end is not None
    assert (end.at, end.rule) == (year_end(2033), "issued+8y")


def test_it_is_german_time_that_says_in_which_year_something_came() -> None:
    new_year = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)  # half past midnight in Berlin
    end = end_of(facts(received_at=new_year, policy={"retention": ["received", 1]}), DAYS)
    assert end is not None
    assert end.at == year_end(2028)


def test_an_invoice_without_a_readable_date_counts_from_its_receipt() -> None:
    end = end_of(facts(issue_year=None), DAYS)
    assert end is not None
    assert end.at == year_end(2034)


@pytest.mark.parametrize(("issued", "last"), [(1925, 2033), (2026, 2034), (2027, 2035), (2206, 2035)])
def test_a_mistyped_date_neither_deletes_at_once_nor_keeps_for_ever(issued: int, last: int) -> None:
    end = end_of(facts(issue_year=issued), DAYS)
    assert end is not None
    assert end.at == year_end(last)


@pytest.mark.parametrize(
    ("of", "rule"),
    [
        (facts("decided", verdict="rejected"), "rejected+90d"),
        (facts("decided", policy_outcome="rejected"), "declined+90d"),
        (facts("withdrawn", withdrawn_at=datetime(2026, 1, 5, 10, tzinfo=UTC), decided_at=None), "sent-back+90d"),
    ],
)
def test_what_was_not_taken_goes_some_days_after_its_decision(of: dict[str, Any], rule: str) -> None:
    end = end_of(of, DAYS)
    assert end is not None
    assert (end.at, end.rule) == (datetime(2026, 1, 5, 10, tzinfo=UTC) + timedelta(days=DAYS), rule)


@pytest.mark.parametrize("handling", ["received", "processing", "available", "leased", "expired"])
def test_what_waits_for_anybody_has_no_end(handling: str) -> None:
    assert end_of(facts(handling), DAYS) is None


def test_what_is_accepted_for_nobody_has_no_end() -> None:
    assert end_of(facts("decided", hold="unroutable"), DAYS) is None


def test_what_is_rejected_and_held_has_no_end() -> None:
    assert end_of(facts("decided", verdict="rejected", hold="parked"), DAYS) is None


TIMES = st.datetimes(datetime(2020, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))


@given(TIMES, st.none() | st.integers(0, 9999), st.sampled_from(StartEvent), st.integers(1, 100))
def test_nothing_that_was_booked_goes_before_its_years_are_over(
    received: datetime, issued: int | None, start: StartEvent, years: int
) -> None:
    booked = received + timedelta(days=30)
    end = end_by_rule(facts(received_at=received, acknowledged_at=booked, issue_year=issued), Retention(start, years))
    assert end.at - received >= timedelta(days=365 * (years - 1))
    assert end.at - booked <= timedelta(days=366 * (years + 2))
