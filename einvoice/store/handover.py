"""From decided to available: the authority may fetch the invoice, unless it wants no duplicates and this is one.

Everything here runs inside the caller's writing transaction.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, insert, select

from einvoice.model.assessment import Verdict
from einvoice.model.policy import AuthorityPolicy, Duplicates, Outcome
from einvoice.model.submission import EventKind, Handling, Hold
from einvoice.store.changes import Cause, change
from einvoice.store.database import lock
from einvoice.store.ids import new_id
from einvoice.store.tables import authorities, deliveries, submissions

DUPLICATE = "duplicate"  # reason of events about a business duplicate
_BUSINESS_KEY = ("authority_id", "seller_id", "invoice_number", "issue_year")
_POLICY = select(authorities.c.policy).where(authorities.c.id == bindparam("authority"))
_COLUMN = submissions.c
_EARLIER = (  # made once, for it is asked for every invoice
    select(_COLUMN.id)
    .where(*(_COLUMN[name] == bindparam(name) for name in _BUSINESS_KEY), _COLUMN.id != bindparam("own"))
    .where(_COLUMN.verdict == Verdict.ACCEPTED, _COLUMN.policy_outcome.is_distinct_from(Outcome.REJECTED))
    .where(_COLUMN.handling != Handling.WITHDRAWN)
    .order_by(_COLUMN.decided_at, _COLUMN.id)
    .limit(1)
)


def hand_over(connection: Connection, row: RowMapping, cause: Cause) -> None:
    """Let the authority of an accepted submission fetch it; a further invoice of the same number is flagged or held."""
    first = _first_of_its_kind(connection, row)
    if first is None:
        make_available(connection, row, cause)
        return
    told, columns = replace(cause, reason=DUPLICATE), {"duplicate_of": first}
    if _duplicates(connection, row["authority_id"]) is Duplicates.HOLD:
        change(connection, row, EventKind.HELD, told, hold=Hold.CONFLICT, columns=columns)
    else:
        make_available(connection, row, told, columns=columns)


def make_available(
    connection: Connection,
    row: RowMapping,
    cause: Cause,
    *,
    kind: EventKind = EventKind.AVAILABLE,
    columns: Mapping[str, Any] | None = None,
) -> None:
    """Let the authority of a submission fetch it, whatever else there is; `columns` of `submissions` are set too."""
    authority_id = (columns or {}).get("authority_id", row["authority_id"])
    delivery = {"id": new_id(), "submission_id": row["id"], "authority_id": authority_id}
    connection.execute(insert(deliveries), delivery)
    change(connection, row, kind, cause, handling=Handling.AVAILABLE, hold=Hold.NONE, columns=columns)


def _first_of_its_kind(connection: Connection, row: RowMapping) -> str | None:
    """The submission with the same seller, number and year that this authority was handed first."""
    key = {name: row[name] for name in _BUSINESS_KEY}
    if any(value is None for value in key.values()):
        return None
    lock(connection, f"invoice:{key}")  # both could come through at the same moment
    return connection.execute(_EARLIER, {**key, "own": row["id"]}).scalar_one_or_none()


def _duplicates(connection: Connection, authority_id: str) -> Duplicates:
    stored = connection.execute(_POLICY, {"authority": authority_id}).scalar_one()
    return AuthorityPolicy.read(stored).duplicates
