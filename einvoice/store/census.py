"""How much waits, and since when. Asked every few seconds, so it looks at what is open and never at all that is kept.

What the questions cost hangs on the backlog, on what is leased and on the number of authorities: each has an index that
holds just that.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, func, select

from einvoice.model.submission import Handling, Hold, Priority
from einvoice.store.database import Database
from einvoice.store.receiving import AT_ONCE
from einvoice.store.tables import audit_checkpoints, audit_entries, audit_head, authorities, deliveries, submissions

if TYPE_CHECKING:
    from einvoice.store import Store

_ROW = submissions.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Submissions without a decision that nobody holds: due, to be tried again, or being worked on."""

    priority: Priority
    count: int
    oldest: datetime  # when the one that waits longest was received


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfetched:
    """An authority that has something to fetch."""

    authority_id: str
    authority_name: str
    oldest: datetime  # when the decision was made that waits longest


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """How far the audit log is signed."""

    last: int  # number of the last entry; 0: the log is empty
    signed: int  # of the last one a checkpoint speaks for; 0: none
    signed_at: datetime | None  # of that checkpoint
    unsigned_since: datetime | None  # when the first entry was made that none speaks for; None: there is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """All of it, read at one moment."""

    revision: str  # of the tables
    waiting: tuple[Waiting, ...]
    leased: int  # deliveries that were fetched and not yet acknowledged
    unfetched: tuple[Unfetched, ...]  # the longest first
    audit: Signed


def take_census(store: "Store", *, authorities_told: int = 100) -> Census:
    """Count; of authorities with something to fetch, those that wait longest. Raises Fault."""
    return _taken(store.database, authorities_told)


def _taken(database: Database, authorities_told: int) -> Census:
    with database.read() as connection:
        return Census(
            revision=MigrationContext.configure(connection).get_current_revision() or "",
            waiting=_waiting(connection),
            leased=connection.scalar(_LEASED) or 0,
            unfetched=_unfetched(connection, authorities_told),
            audit=_signed(connection),
        )


# Not "is not null": this way the index finds the few that are leased.
_LEASED = select(func.count()).where(deliveries.c.lease_expires_at > AT_ONCE)

# Ids sort by time of receipt, so the smallest is the oldest, and the index of what is at work has all that is asked.
_AT_WORK = (
    select(_ROW.priority, func.count().label("count"), func.min(_ROW.id).label("oldest"))
    .where(_ROW.due_at.is_not(None))
    .group_by(_ROW.priority)
    .order_by(_ROW.priority)
)


def _waiting(connection: Connection) -> tuple[Waiting, ...]:
    found = connection.execute(_AT_WORK).all()
    oldest_ones = select(_ROW.id, _ROW.received_at).where(_ROW.id.in_([row.oldest for row in found]))
    received = {row.id: row.received_at for row in connection.execute(oldest_ones)}
    return tuple(
        Waiting(priority=Priority(priority), count=count, oldest=received[oldest]) for priority, count, oldest in found
    )


_OLDEST = (
    select(_ROW.decided_at)
    .where(_ROW.authority_id == authorities.c.id, _ROW.handling == Handling.AVAILABLE, _ROW.hold == Hold.NONE)
    .where(_ROW.decided_at > AT_ONCE)
    .order_by(_ROW.decided_at)
    .limit(1)
    .scalar_subquery()
)
_BY_AUTHORITY = select(authorities.c.id, authorities.c.name, _OLDEST.label("oldest")).subquery()
_UNFETCHED = select(_BY_AUTHORITY).where(_BY_AUTHORITY.c.oldest.is_not(None)).order_by(_BY_AUTHORITY.c.oldest)


def _unfetched(connection: Connection, most: int) -> tuple[Unfetched, ...]:
    rows = connection.execute(_UNFETCHED.limit(most))
    return tuple(Unfetched(authority_id=row.id, authority_name=row.name, oldest=row.oldest) for row in rows)


def _signed(connection: Connection) -> Signed:
    last = connection.scalar(select(audit_head.c.number)) or 0
    points = audit_checkpoints.c
    point = connection.execute(select(points.number, points.at).order_by(points.number.desc()).limit(1)).one_or_none()
    signed = point.number if point else 0
    since = connection.scalar(select(audit_entries.c.at).where(audit_entries.c.number == signed + 1))
    return Signed(last=last, signed=signed, signed_at=point.at if point else None, unsigned_since=since)
