"""When the time of retention ends: what counts from which event, and for how long.

Accepted invoices count by their authority's rule (`Retention`): full years, from the end of the calendar year of the
start event, by German time. What was never taken for an invoice (rejected, declined, sent back) goes after some days.
What still waits for anybody has no end: it is not deleted by time, however old it gets.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import RowMapping

from einvoice.model.assessment import Verdict
from einvoice.model.policy import AuthorityPolicy, Outcome, Retention, StartEvent
from einvoice.model.submission import Handling, Hold

Facts = Mapping[str, Any] | RowMapping

_PLAUSIBLE_YEARS = 1  # between the date an invoice bears and its receipt


@dataclass(frozen=True, slots=True)
class End:
    """The end of a submission's time."""

    at: datetime
    rule: str  # which one applied, as event and audit log name it: "booked+8y", "rejected+90d"


def end_of(facts: Facts, rejected_days: int) -> End | None:
    """The end of the time; None while there is none.

    `facts`: a row of `submissions` with `policy` (as the directory keeps it), `acknowledged_at` and `withdrawn_at`.
    """
    match facts["handling"]:
        case Handling.ACKNOWLEDGED:
            return end_by_rule(facts, AuthorityPolicy.read(facts["policy"] or {}).retention)
        case Handling.WITHDRAWN:
            return _after_days(facts["withdrawn_at"], "sent-back", rejected_days)
        case Handling.DECIDED if facts["hold"] == Hold.NONE and facts["verdict"] == Verdict.REJECTED:
            return _after_days(facts["decided_at"], "rejected", rejected_days)
        case Handling.DECIDED if facts["hold"] == Hold.NONE and facts["policy_outcome"] == Outcome.REJECTED:
            return _after_days(facts["decided_at"], "declined", rejected_days)
    return None


def end_by_rule(facts: Facts, rule: Retention) -> End:
    """The end of an acknowledged invoice's time: the first moment of the year after the last one it is kept in."""
    year = start_year(facts, rule.start)
    return End(datetime(year + rule.years + 1, 1, 1, tzinfo=_zone()), f"{rule.start}+{rule.years}y")


def start_year(facts: Facts, start: StartEvent) -> int:
    """The calendar year of the start event."""
    received: int = facts["received_at"].astimezone(_zone()).year
    if start is StartEvent.RECEIVED:
        return received
    if start is StartEvent.BOOKED:
        booked = facts["acknowledged_at"] or facts["decided_at"] or facts["received_at"]
        return int(booked.astimezone(_zone()).year)
    # A date somebody mistyped must not delete an invoice as soon as it is booked, nor keep it for a century.
    issued = received if facts["issue_year"] is None else int(facts["issue_year"])
    return min(max(issued, received - _PLAUSIBLE_YEARS), received + _PLAUSIBLE_YEARS)


def _after_days(start: datetime | None, what: str, days: int) -> End | None:
    return None if start is None else End(start + timedelta(days=days), f"{what}+{days}d")


def _zone() -> tzinfo | None:
    """German time, for it is German law that says when a year ends."""
    try:
        return ZoneInfo("Europe/Berlin")
    except ZoneInfoNotFoundError:  # no time zone data on this machine: its own time
        return datetime.now().astimezone().tzinfo
