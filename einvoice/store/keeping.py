"""What is kept and until when: lists for operators, without anything of the content."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, and_, func, or_, select, true

from einvoice.model.assessment import Verdict
from einvoice.model.policy import Outcome
from einvoice.model.submission import Handling, Hold
from einvoice.store.database import Database
from einvoice.store.retentionrules import end_of
from einvoice.store.tables import authorities, deliveries, events, submissions

_LISTED = 500  # read at once

_COLUMN = submissions.c
_NOT_TAKEN = and_(
    _COLUMN.handling == Handling.DECIDED,
    _COLUMN.hold == Hold.NONE,
    or_(_COLUMN.verdict == Verdict.REJECTED, _COLUMN.policy_outcome.is_not_distinct_from(Outcome.REJECTED)),
)
AT_ITS_END = or_(_COLUMN.handling.in_((Handling.ACKNOWLEDGED, Handling.WITHDRAWN)), _NOT_TAKEN)
_WITHDRAWN_AT = (
    select(func.min(events.c.at))
    .where(events.c.submission_id == _COLUMN.id, events.c.handling == Handling.WITHDRAWN)
    .scalar_subquery()
    .label("withdrawn_at")
)
FACTS = (  # rows of `submissions` with what `end_of` has to know
    select(submissions, deliveries.c.acknowledged_at, authorities.c.policy, authorities.c.name.label("authority"))
    .add_columns(_WITHDRAWN_AT)
    .outerjoin(deliveries, deliveries.c.submission_id == _COLUMN.id)
    .outerjoin(authorities, authorities.c.id == _COLUMN.authority_id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A submission as the lists show it."""

    id: str
    received_at: datetime
    authority: str | None  # name
    handling: Handling
    hold: Hold
    ends_at: datetime | None  # None: it is not deleted by time, or not dated yet
    rule: str  # that gives it its end, as in `End`; "" none
    legal_hold: str | None  # why it is kept beyond that


class Keeping:
    """The lists, read in portions: they may be long."""

    def __init__(self, database: Database, clock: Callable[[], datetime], rejected_days: int) -> None:
        self._database = database
        self._clock = clock
        self._rejected_days = rejected_days

    def due(self, before: datetime) -> Iterator[Kept]:
        """What will have been deleted by then, the first to go first; what a legal hold keeps from it is among it."""
        query = FACTS.where(_COLUMN.delete_after < before, _COLUMN.handling != Handling.EXPIRED)
        in_order = query.order_by(_COLUMN.delete_after, _COLUMN.id)
        return self._listed(lambda last: in_order.where(_behind(last)))

    def overdue(self) -> Iterator[Kept]:
        """What nobody has taken or ended in as many days as a rejected one is kept: an operator has to see to it."""
        before = self._clock() - timedelta(days=self._rejected_days)
        waiting = FACTS.where(_COLUMN.handling != Handling.EXPIRED, ~AT_ITS_END, _COLUMN.received_at < before)
        return self._by_id(waiting)

    def held(self) -> Iterator[Kept]:
        """What a legal hold keeps, due or not."""
        return self._by_id(FACTS.where(_COLUMN.legal_hold.is_not(None)))

    def _by_id(self, query: Select[Any]) -> Iterator[Kept]:
        in_order = query.order_by(_COLUMN.id)
        return self._listed(lambda last: in_order.where(_COLUMN.id > (last.id if last else "")))

    def _listed(self, behind: Callable[[Kept | None], Select[Any]]) -> Iterator[Kept]:
        last: Kept | None = None
        while True:
            with self._database.read() as connection:
                rows = connection.execute(behind(last).limit(_LISTED)).mappings().all()
            for row in rows:
                last = self._kept(row)
                yield last
            if len(rows) < _LISTED:
                return

    def _kept(self, row: RowMapping) -> Kept:
        end = end_of(row, self._rejected_days)
        return Kept(
            id=row["id"],
            received_at=row["received_at"],
            authority=row["authority"],
            handling=Handling(row["handling"]),
            hold=Hold(row["hold"]),
            ends_at=row["delete_after"],
            rule=end.rule if end else "",
            legal_hold=row["legal_hold"],
        )


def _behind(last: Kept | None) -> ColumnElement[bool]:
    """What follows in the order of dates."""
    if last is None:
        return true()
    same_date = and_(_COLUMN.delete_after == last.ends_at, _COLUMN.id > last.id)
    return or_(_COLUMN.delete_after > last.ends_at, same_date)
