"""Work on submissions: claimed under a token, ended under the same token. The second durable point is `decide`."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, bindparam, func, or_, select, update

from einvoice.errors import Fault
from einvoice.model.assessment import Verdict
from einvoice.model.decision import Decision
from einvoice.model.submission import Claim, EventKind, Handling, Hold, Priority, Submission
from einvoice.model.trouble import FaultNotice
from einvoice.sealing import Key
from einvoice.settings import Settings
from einvoice.store.authorities import addressee, judges_otherwise
from einvoice.store.changes import Cause, Row, Step, change, free_row, locked_row, move, record
from einvoice.store.database import Database, lock
from einvoice.store.errors import ClaimLost
from einvoice.store.handover import hand_over
from einvoice.store.keyring import KEY_TROUBLE
from einvoice.store.receiving import AT_ONCE
from einvoice.store.reports import summary, write_examination
from einvoice.store.rows import from_row, read_submission
from einvoice.store.tables import submissions
from einvoice.store.together import Together
from einvoice.store.vault import Vault

WORKER = "worker"  # the actor of what nobody in particular does
_AT_REST = {"claim_token": None, "due_at": None}
_SKEW = timedelta(seconds=60)  # clocks of several hosts may differ by that much
_LONGEST_WAIT = timedelta(hours=2)  # no next try is set later
_KEYS_AWAY = timedelta(seconds=15)  # until a decision is tried again that could not be sealed
_MOST_TIMES = 10  # the claim time, as long as a claim is kept up for whoever still works under it
_CRASHES = frozenset({"engine-crash", "timeout"})  # faults that cost a process

_RENEW = (
    update(submissions)
    .where(submissions.c.id == bindparam("of_id"), submissions.c.claim_token == bindparam("under"))
    .values(due_at=bindparam("until", type_=submissions.c.due_at.type))
)


class Due(NamedTuple):
    """A submission that waits for a worker."""

    id: str
    priority: Priority


class Claims:
    """Who may decide what, and the decisions."""

    def __init__(
        self, database: Database, together: Together, vault: Vault, clock: Callable[[], datetime], *, settings: Settings
    ) -> None:
        self._database = database
        self._together = together
        self._vault = vault
        self._clock = clock
        self._claim_time = timedelta(seconds=settings.claim_seconds)
        self._max_attempts = settings.max_attempts
        self._max_crashes = settings.max_crashes
        self._kept: dict[str, tuple[Claim, datetime]] = {}  # by token, with the end of our patience

    def due(self, limit: int) -> tuple[Due, ...]:
        """Submissions that wait for a worker: interactive ones first, new ones before retries; at most `limit`."""
        column, now = submissions.c, self._clock()
        query = (
            select(column.id, column.priority)
            .where(column.due_at.is_not(None), or_(column.due_at <= now, *self._from_the_future(now)))
            .order_by(column.priority, column.due_at, column.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return tuple(Due(row.id, Priority(row.priority)) for row in connection.execute(query))

    def backlog(self, most: int) -> int:
        """How many submissions have no decision yet and are not held; counts to `most` and no further."""
        waiting = select(submissions.c.id).where(submissions.c.due_at.is_not(None)).limit(most).subquery()
        with self._database.read() as connection:
            return connection.scalar(select(func.count()).select_from(waiting)) or 0

    def _from_the_future(self, now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        """Claims and next tries so far ahead that the clock must have been set back since: they are due."""
        column = submissions.c
        claims_end, tries_end = now + self._claim_time + _SKEW, now + _LONGEST_WAIT + _SKEW
        return (and_(column.claim_token.is_not(None), column.due_at > claims_end), column.due_at > tries_end)

    def _is_due(self, row: RowMapping, now: datetime) -> bool:
        """As `due`, for one row."""
        at = row["due_at"]
        if at is None:
            return False
        ahead = self._claim_time if row["claim_token"] is not None else _LONGEST_WAIT
        return bool(at <= now or at > now + ahead + _SKEW)

    def claim(self, submission_id: str) -> Claim | None:
        """The right to decide it; None when someone else has it, it is not due, or it is decided.

        One whose attempts ended without a word (its worker died each time) is held instead.
        """
        return self._together.write(lambda connection: self._claim(connection, submission_id, self._clock()))

    def _claim(self, connection: Connection, submission_id: str, now: datetime) -> Claim | None:
        row = free_row(connection, submission_id)
        if row is None or not self._is_due(row, now):  # it may have been deleted since, or somebody is at it right now
            return None
        if row["attempts"] >= self._max_attempts:
            cause = Cause(actor=WORKER, at=now, reason="worker-died")
            _hold(connection, row, Hold.FAULT, cause, {"fault_cause": cause.reason})
            return None
        token, expires_at = secrets.token_urlsafe(16), now + self._claim_time
        columns = {"claim_token": token, "due_at": expires_at, "attempts": row["attempts"] + 1}
        cause = Cause(actor=WORKER, at=now)
        row = change(connection, row, EventKind.CLAIMED, cause, handling=Handling.PROCESSING, columns=columns)
        return Claim(submission=from_row(connection, row), token=token, expires_at=expires_at)

    @contextmanager
    def kept(self, claim: Claim) -> Iterator[None]:
        """Keep a claim up while the block works under it, however long it has to wait for a validator: see `renew`."""
        self._kept[claim.token] = (claim, self._clock() + _MOST_TIMES * self._claim_time)
        try:
            yield
        finally:
            del self._kept[claim.token]

    def renew(self) -> None:
        """Let the claims that are kept begin anew, but for those whose worker must hang; to be done regularly.

        One that was lost stays lost.
        """
        now = self._clock()
        kept = [claim for claim, patience in tuple(self._kept.values()) if now < patience]
        until = now + self._claim_time
        given = [{"of_id": claim.submission.id, "under": claim.token, "until": until} for claim in kept]
        if given:
            self._together.write(lambda connection: connection.execute(_RENEW, given))

    def decide(self, claim: Claim, decision: Decision) -> Submission:
        """Write report, routing, events and delivery in one transaction; raises ClaimLost and writes nothing.

        Undecided is no decision: the submission is held, with a report of the Fault. What is sealed goes over to its
        authority's key; where a key can't be had, raises Fault, and the submission waits for its next try.
        """
        routed_to = decision.routing.authority
        self._vault.ready_for(routed_to.id if routed_to else None)
        try:
            return self._together.write(lambda connection: self._decide(connection, claim, decision))
        except Fault as fault:
            if fault.notice.cause in KEY_TROUBLE:
                self.postpone(claim, fault.notice, self._clock() + _KEYS_AWAY)
            raise

    def _decide(self, connection: Connection, claim: Claim, decision: Decision) -> Submission:
        now, row = self._clock(), _claimed(connection, claim)
        if decision.hold is Hold.UNROUTABLE:  # an administrator may be entering its authority right now
            lock(connection, f"leitweg:{decision.routing.leitweg_id}")
        if decision.hold is Hold.UNROUTABLE and _came_meanwhile(connection, decision):
            cause = Cause(actor=WORKER, at=now, reason="authority-came")
            again = _AT_REST | {"due_at": AT_ONCE, "attempts": 0}
            change(connection, row, EventKind.RELEASED, cause, handling=Handling.RECEIVED, columns=again)
            return read_submission(connection, row["id"])
        authority_id, anew = _addressed_to(connection, decision), row["verdict"] is not None
        data_key = self._data_key(connection, row["id"], authority_id, decision)
        body = write_examination(connection, row["id"], decision.examination, replace=anew, data_key=data_key)
        columns = summary(decision.examination) | {
            "report_sha256": body,
            "leitweg_id": decision.routing.leitweg_id,
            "authority_id": authority_id,
        }
        if decision.verdict is Verdict.UNDECIDED:
            cause = Cause(actor=WORKER, at=now, reason=columns["fault_cause"] or "")
            _hold(connection, row, decision.hold, cause, columns)
            return read_submission(connection, row["id"])
        decided = _decided(connection, row, decision, Cause(actor=WORKER, at=now), columns)
        return from_row(connection, decided, decision.routing.authority)

    def _data_key(
        self, connection: Connection, submission_id: str, authority_id: str | None, decision: Decision
    ) -> Key | None:
        """The key of what is sealed, its authority's from now on.

        Where it does not open, neither did the original: that is held, with a report that knows nothing of the invoice.
        """
        try:
            return self._vault.hand_to(connection, submission_id, authority_id)
        except Fault as fault:
            if fault.notice.elsewhere or decision.verdict is not Verdict.UNDECIDED:
                raise
            return None

    def can_be_tried_again(self, claim: Claim, fault: FaultNotice) -> bool:
        """Whether a Fault may pass: yes where it is not about this document, no where it is deterministic.

        Else until the attempts are used up, or until the document has killed too many processes.
        """
        if fault.elsewhere or fault.deterministic:
            return fault.elsewhere
        if fault.cause in _CRASHES and claim.submission.crashes + 1 >= self._max_crashes:
            return False
        return claim.submission.attempts < self._max_attempts

    def postpone(self, claim: Claim, fault: FaultNotice, next_try_at: datetime) -> None:
        """Give the claim back after a Fault, to be tried again later; raises ClaimLost.

        An attempt that failed for no fault of the document does not count.
        """

        def put_back(connection: Connection) -> None:
            row = _claimed(connection, claim)
            columns = {
                "claim_token": None,
                "due_at": next_try_at,
                "fault_cause": fault.cause,
                "attempts": row["attempts"] - int(fault.elsewhere),
                "crashes": row["crashes"] + int(fault.cause in _CRASHES),
            }
            cause = Cause(actor=WORKER, at=self._clock(), reason=fault.cause)
            change(connection, row, EventKind.POSTPONED, cause, handling=Handling.RECEIVED, columns=columns)

        self._together.write(put_back)


def _hold(connection: Connection, row: RowMapping, hold: Hold, cause: Cause, columns: dict[str, Any]) -> None:
    state: dict[str, Any] = {"verdict": Verdict.UNDECIDED, "handling": Handling.RECEIVED, "hold": hold}
    change(connection, row, EventKind.HELD, cause, **state, columns=columns | _AT_REST)


def _decided(connection: Connection, row: RowMapping, decision: Decision, cause: Cause, columns: dict[str, Any]) -> Row:
    came_meanwhile = decision.hold is Hold.UNROUTABLE and columns["authority_id"]
    hold = Hold.NONE if came_meanwhile else decision.hold
    told = replace(cause, reason="policy") if decision.declined else cause
    step = Step(kind=EventKind.DECIDED, cause=told, verdict=decision.verdict, handling=Handling.DECIDED, hold=hold)
    columns = columns | _AT_REST | {"decided_at": cause.at}
    if hold is Hold.NONE and decision.verdict is Verdict.ACCEPTED and not decision.declined:
        return hand_over(connection, row, step, columns)
    decided = move(connection, row, [step], columns)
    if hold is not Hold.NONE:
        record(connection, decided, EventKind.HELD, cause)
    return {**decided, "delivery_id": None}


def _addressed_to(connection: Connection, decision: Decision) -> str | None:
    """The authority it goes to, also one that came in while the invoice was looked at."""
    if decision.routing.authority is not None:
        return decision.routing.authority.id
    return addressee(connection, decision.routing.leitweg_id) if decision.hold is Hold.UNROUTABLE else None


def _came_meanwhile(connection: Connection, decision: Decision) -> bool:
    """Whether the authority came in while the invoice was looked at for nobody, and has it judged otherwise."""
    authority_id = addressee(connection, decision.routing.leitweg_id)
    profile = decision.examination.assessment.profile
    return authority_id is not None and judges_otherwise(connection, authority_id, profile)


def _claimed(connection: Connection, claim: Claim) -> RowMapping:
    row = locked_row(connection, claim.submission.id)
    if row["claim_token"] is None or row["claim_token"] != claim.token:
        raise ClaimLost(claim.submission.id)
    return row
