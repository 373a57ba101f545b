"""From decided to available: the authority may fetch the invoice, unless it wants no duplicates and this is one.

Everything here runs inside the caller's writing transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, insert, select

from einvoice.model.assessment import Verdict
from einvoice.model.policy import AuthorityPolicy, Duplicates, Outcome
from einvoice.model.submission import EventKind, Handling, Hold
from einvoice.store.changes import Cause, Row, Step, move
from einvoice.store.database import lock
from einvoice.store.ids import new_id
from einvoice.store.tables import authorities, deliveries, submissions

DUPLICATE = "duplicate"  # reason of events about a business duplicate
_BUSINESS_KEY = ("authority_id", "seller_id", "invoice_number", "issue_year")
_POLICY = select(authorities.c.policy).where(authorities.c.id == bindparam("authority"))
_DELIVERY = insert(deliveries)
_COLUMN = submissions.c
_EARLIER = (  # made once, for it is asked for every invoice
    select(_COLUMN.id)
    .where(*(_COLUMN[name] == bindparam(name) for name in _BUSINESS_KEY), _COLUMN.id != bindparam("own"))
    .where(_COLUMN.verdict == Verdict.ACCEPTED, _COLUMN.policy_outcome.is_distinct_from(Outcome.REJECTED))
    .where(_COLUMN.handling != Handling.WITHDRAWN)
    .order_by(_COLUMN.decided_at, _COLUMN.id)
    .limit(1)
)


def hand_over(connection: Connection, row: RowMapping, step: Step, columns: Mapping[str, Any]) -> Row:
    """Let the authority of an accepted submission fetch it; a further invoice of the same number is flagged or held.

    `step` is what else happens to it now, before that, and `columns` of `submissions` are set with it. Returns the row
    as it is now, with the `delivery_id` there is.
    """
    first = _first_of_its_kind(connection, {**row, **columns})
    if first is None:
        return make_available(connection, row, step.cause, before=[step], columns=columns)
    told, columns = replace(step.cause, reason=DUPLICATE), {**columns, "duplicate_of": first}
    if _duplicates(connection, columns["authority_id"]) is Duplicates.HOLD:
        held = Step(kind=EventKind.HELD, cause=told, hold=Hold.CONFLICT)
        return {**move(connection, row, [step, held], columns), "delivery_id": None}
    return make_available(connection, row, told, before=[step], columns=columns)


def make_available(
    connection: Connection,
    row: RowMapping,
    cause: Cause,
    *,
    columns: Mapping[str, Any],
    kind: EventKind = EventKind.AVAILABLE,
    before: Sequence[Step] = (),
) -> Row:
    """Let the authority that `columns` name fetch a submission, whatever else there is; returns as `hand_over`."""
    delivery = {"id": new_id(), "submission_id": row["id"], "authority_id": columns["authority_id"]}
    connection.execute(_DELIVERY, delivery)
    last = Step(kind=kind, cause=cause, handling=Handling.AVAILABLE, hold=Hold.NONE)
    return {**move(connection, row, [*before, last], columns), "delivery_id": delivery["id"]}


def _first_of_its_kind(connection: Connection, row: Row) -> str | None:
    """The submission with the same seller, number and year that this authority was handed first."""
    key = {name: row[name] for name in _BUSINESS_KEY}
    if any(value is None for value in key.values()):
        return None
    lock(connection, f"invoice:{key}")  # both could come through at the same moment
    return connection.execute(_EARLIER, {**key, "own": row["id"]}).scalar_one_or_none()


def _duplicates(connection: Connection, authority_id: str) -> Duplicates:
    stored = connection.execute(_POLICY, {"authority": authority_id}).scalar_one()
    return AuthorityPolicy.read(stored).duplicates
