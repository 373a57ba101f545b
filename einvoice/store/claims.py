"""Work on submissions: claimed under a token, ended under the same token. The second durable point is `decide`."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from einvoice.model.assessment import Verdict
from einvoice.model.decision import Decision
from einvoice.model.submission import Claim, EventKind, Handling, Hold, Submission
from einvoice.model.trouble import FaultNotice
from einvoice.store.authorities import addressee, judges_otherwise
from einvoice.store.changes import Cause, change, locked_row, record
from einvoice.store.database import Database
from einvoice.store.deliveries import make_available
from einvoice.store.errors import ClaimLost, NotFound
from einvoice.store.receiving import AT_ONCE
from einvoice.store.reports import summary, write_examination
from einvoice.store.rows import read_submission
from einvoice.store.tables import submissions

WORKER = "worker"  # the actor of what nobody in particular does
_AT_REST = {"claim_token": None, "due_at": None}


class Claims:
    """Who may decide what, and the decisions."""

    def __init__(
        self, database: Database, clock: Callable[[], datetime], *, claim_seconds: float, max_attempts: int
    ) -> None:
        self._database = database
        self._clock = clock
        self._claim_time = timedelta(seconds=claim_seconds)
        self._max_attempts = max_attempts

    def due(self, limit: int) -> tuple[str, ...]:
        """Submissions that wait for a worker, new ones first; at most `limit`."""
        query = select(submissions.c.id).where(submissions.c.due_at <= self._clock())
        with self._database.read() as connection:
            return tuple(connection.scalars(query.order_by(submissions.c.due_at, submissions.c.id).limit(limit)))

    def claim(self, submission_id: str) -> Claim | None:
        """The right to decide it; None when someone else has it, it is not due, or it is decided.

        One whose attempts ended without a word (its worker died each time) is held instead.
        """
        now = self._clock()
        with self._database.write() as connection:
            try:
                row = locked_row(connection, submission_id)
            except NotFound:  # a wake-up for something deleted since
                return None
            if row["due_at"] is None or row["due_at"] > now:
                return None
            if row["attempts"] >= self._max_attempts:
                cause = Cause(actor=WORKER, at=now, reason="worker-died")
                _hold(connection, row, Hold.FAULT, cause, {"fault_cause": cause.reason})
                return None
            token, expires_at = secrets.token_urlsafe(16), now + self._claim_time
            columns = {"claim_token": token, "due_at": expires_at, "attempts": row["attempts"] + 1}
            cause = Cause(actor=WORKER, at=now)
            change(connection, row, EventKind.CLAIMED, cause, handling=Handling.PROCESSING, columns=columns)
            return Claim(submission=read_submission(connection, submission_id), token=token, expires_at=expires_at)

    def decide(self, claim: Claim, decision: Decision) -> Submission:
        """Write report, routing, events and delivery in one transaction; raises ClaimLost and writes nothing.

        Undecided is no decision: the submission is held, with a report of the Fault.
        """
        now = self._clock()
        with self._database.write() as connection:
            row = _claimed(connection, claim)
            if decision.hold is Hold.UNROUTABLE and _came_meanwhile(connection, decision):
                cause = Cause(actor=WORKER, at=now, reason="authority-came")
                again = _AT_REST | {"due_at": AT_ONCE, "attempts": 0}
                change(connection, row, EventKind.RELEASED, cause, handling=Handling.RECEIVED, columns=again)
                return read_submission(connection, row["id"])
            write_examination(connection, row["id"], decision.examination, replace=row["verdict"] is not None)
            routing = decision.routing
            columns = summary(decision.examination) | {
                "leitweg_id": routing.leitweg_id,
                "authority_id": routing.authority.id if routing.authority else None,
            }
            if decision.verdict is Verdict.UNDECIDED:
                cause = Cause(actor=WORKER, at=now, reason=columns["fault_cause"] or "")
                _hold(connection, row, decision.hold, cause, columns)
            else:
                _decided(connection, row, decision, Cause(actor=WORKER, at=now), columns)
            return read_submission(connection, row["id"])

    def postpone(self, claim: Claim, fault: FaultNotice, next_try_at: datetime) -> None:
        """Give the claim back after a Fault, to be tried again later; raises ClaimLost."""
        with self._database.write() as connection:
            row = _claimed(connection, claim)
            columns = {"claim_token": None, "due_at": next_try_at, "fault_cause": fault.cause}
            cause = Cause(actor=WORKER, at=self._clock(), reason=fault.cause)
            change(connection, row, EventKind.POSTPONED, cause, handling=Handling.RECEIVED, columns=columns)

    def release(self, submission_id: str, *, actor: str, reason: str = "") -> Submission:
        """End a hold of an undecided submission: it is worked on again from the start. Others stay as they are."""
        with self._database.write() as connection:
            row = locked_row(connection, submission_id)
            if row["hold"] in (Hold.FAULT, Hold.ENGINE):
                cause = Cause(actor=actor, at=self._clock(), reason=reason)
                columns = {"due_at": AT_ONCE, "attempts": 0}
                change(connection, row, EventKind.RELEASED, cause, hold=Hold.NONE, columns=columns)
            return read_submission(connection, submission_id)


def _hold(connection: Connection, row: RowMapping, hold: Hold, cause: Cause, columns: dict[str, Any]) -> None:
    state: dict[str, Any] = {"verdict": Verdict.UNDECIDED, "handling": Handling.RECEIVED, "hold": hold}
    change(connection, row, EventKind.HELD, cause, **state, columns=columns | _AT_REST)


def _decided(
    connection: Connection, row: RowMapping, decision: Decision, cause: Cause, columns: dict[str, Any]
) -> None:
    hold = decision.hold
    if hold is Hold.UNROUTABLE:  # unless the authority came in while the invoice was looked at
        columns["authority_id"] = addressee(connection, columns["leitweg_id"])
        hold = Hold.NONE if columns["authority_id"] else hold
    state: dict[str, Any] = {"verdict": decision.verdict, "handling": Handling.DECIDED, "hold": hold}
    decided_columns = columns | _AT_REST | {"decided_at": cause.at}
    told = replace(cause, reason="policy") if decision.declined else cause
    decided = change(connection, row, EventKind.DECIDED, told, **state, columns=decided_columns)
    if hold is not Hold.NONE:
        record(connection, decided, EventKind.HELD, cause)
    elif decision.verdict is Verdict.ACCEPTED and not decision.declined:
        make_available(connection, decided, cause)


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
