"""Deliveries: one for each accepted invoice, leased to the authority's program until it acknowledges.

The third durable point: what `acknowledge` returned for is never handed out again.
"""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, select, update

from einvoice.model.delivery import Acknowledgement, Lease
from einvoice.model.submission import EventKind, Handling, Hold
from einvoice.store.changes import Cause, change, locked_row
from einvoice.store.database import Database
from einvoice.store.errors import LeaseLost, NotFound
from einvoice.store.rows import read_submission
from einvoice.store.tables import deliveries, submissions

SWEEPER = "sweeper"


class DeliveryStore:
    """Leases and acknowledgements. Each method is one transaction."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def lease(self, authority_id: str, *, count: int, seconds: float, actor: str) -> tuple[Lease, ...]:
        """Hand out what is available to an authority, oldest decision first, at most `count`."""
        now = self._clock()
        expires_at = now + timedelta(seconds=seconds)
        column = submissions.c
        waiting = (
            select(submissions)
            .where(column.authority_id == authority_id, column.handling == Handling.AVAILABLE, column.hold == Hold.NONE)
            .order_by(column.decided_at, column.id)
            .limit(count)
            .with_for_update(skip_locked=True)
        )
        leases = []
        with self._database.write() as connection:
            _release_expired(connection, now, authority_id)
            for row in connection.execute(waiting).mappings().all():
                token = secrets.token_urlsafe(16)
                connection.execute(
                    update(deliveries)
                    .where(deliveries.c.submission_id == row["id"])
                    .values(lease_token=token, lease_expires_at=expires_at)
                )
                cause = Cause(actor=actor, at=now)
                change(connection, row, EventKind.LEASED, cause, handling=Handling.LEASED)
                leases.append(_lease(connection, row["id"], token, expires_at))
        return tuple(leases)

    def acknowledge(self, authority_id: str, delivery_id: str, token: str, *, actor: str) -> Acknowledgement:
        """The authority has it, for good. Asked again under the same lease, the answer is the same.

        Also good after the lease expired, as long as nobody else fetched it: the invoice has been booked.
        Raises NotFound and LeaseLost.
        """
        now = self._clock()
        with self._database.write() as connection:
            row, delivery = _found(connection, authority_id, delivery_id)
            _held_under(delivery, token)
            if row["handling"] != Handling.ACKNOWLEDGED:
                _set(connection, delivery_id, acknowledged_at=now, lease_expires_at=None)
                cause = Cause(actor=actor, at=now)
                change(connection, row, EventKind.ACKNOWLEDGED, cause, handling=Handling.ACKNOWLEDGED)
            return Acknowledgement(
                delivery_id=delivery_id,
                acknowledged_at=delivery["acknowledged_at"] or now,
                submission=read_submission(connection, row["id"]),
            )

    def give_back(self, authority_id: str, delivery_id: str, token: str, *, actor: str, reason: str) -> None:
        """The authority can't take it now: available again. Twice is fine. Raises NotFound and LeaseLost."""
        with self._database.write() as connection:
            row, delivery = _found(connection, authority_id, delivery_id)
            if delivery["returned_token"] == token:
                return
            _held_under(delivery, token)
            if row["handling"] == Handling.ACKNOWLEDGED:
                raise LeaseLost(delivery_id)
            _set(connection, delivery_id, lease_token=None, lease_expires_at=None, returned_token=token)
            if row["handling"] == Handling.LEASED:
                cause = Cause(actor=actor, at=self._clock(), reason=reason)
                change(connection, row, EventKind.RETURNED, cause, handling=Handling.AVAILABLE)

    def extend(self, authority_id: str, delivery_id: str, token: str, *, seconds: float, actor: str) -> Lease:
        """Keep the lease for `seconds` from now. Raises NotFound, and LeaseLost when it has ended."""
        now = self._clock()
        expires_at = now + timedelta(seconds=seconds)
        with self._database.write() as connection:
            row, delivery = _found(connection, authority_id, delivery_id)
            _held_under(delivery, token)
            if row["handling"] != Handling.LEASED:
                raise LeaseLost(delivery_id)
            _set(connection, delivery_id, lease_expires_at=expires_at)
            change(connection, row, EventKind.EXTENDED, Cause(actor=actor, at=now), handling=Handling.LEASED)
            return _lease(connection, row["id"], token, expires_at)

    def release_expired(self) -> int:
        """Make available again what was leased and not acknowledged in time; how many."""
        now = self._clock()
        expired = select(deliveries.c.id).where(deliveries.c.lease_expires_at <= now).limit(1)
        with self._database.read() as connection:  # mostly there is nothing to write
            if connection.execute(expired).first() is None:
                return 0
        with self._database.write() as connection:
            return _release_expired(connection, now)


def _release_expired(connection: Connection, now: datetime, authority_id: str | None = None) -> int:
    """All rows are locked first and in order, so that two sweepers share the work and never wait for each other."""
    expired = (
        select(submissions, deliveries.c.id.label("delivery"))
        .join(deliveries)
        .where(deliveries.c.lease_expires_at <= now, submissions.c.handling == Handling.LEASED)
        .order_by(submissions.c.id)
        .with_for_update(skip_locked=True)
    )
    if authority_id is not None:
        expired = expired.where(deliveries.c.authority_id == authority_id)
    rows = connection.execute(expired).mappings().all()
    for row in rows:
        _set(connection, row["delivery"], lease_expires_at=None)  # the token stays: a late ack is understood
        change(connection, row, EventKind.LEASE_EXPIRED, Cause(actor=SWEEPER, at=now), handling=Handling.AVAILABLE)
    return len(rows)


def _found(connection: Connection, authority_id: str, delivery_id: str) -> tuple[RowMapping, RowMapping]:
    """Submission and delivery, locked in this order; NotFound also for another authority's."""
    query = select(deliveries).where(deliveries.c.id == delivery_id, deliveries.c.authority_id == authority_id)
    delivery = connection.execute(query).mappings().one_or_none()
    if delivery is None:
        raise NotFound(f"delivery {delivery_id}")
    row = locked_row(connection, delivery["submission_id"])
    return row, connection.execute(query).mappings().one()


def _held_under(delivery: RowMapping, token: str) -> None:
    current = delivery["lease_token"]
    if current is None or not secrets.compare_digest(current.encode(), token.encode()):
        raise LeaseLost(delivery["id"])


def _set(connection: Connection, delivery_id: str, **values: object) -> None:
    connection.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(**values))


def _lease(connection: Connection, submission_id: str, token: str, expires_at: datetime) -> Lease:
    submission = read_submission(connection, submission_id)
    assert submission.delivery_id is not None
    return Lease(delivery_id=submission.delivery_id, token=token, expires_at=expires_at, submission=submission)
