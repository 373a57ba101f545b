"""What people decide about what is held: try again, send on, send back, let through. Each act is an event with a name.

None of it makes a verdict: what is sent on undecided stays undecided, and its authority is told so.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select

from einvoice.model.assessment import Verdict
from einvoice.model.submission import EventKind, Handling, Hold, HumanDecision, Submission, is_unjudged
from einvoice.store.authorities import read_authority
from einvoice.store.changes import Cause, change, locked_row, record, state_of
from einvoice.store.database import Database
from einvoice.store.errors import NotPossible
from einvoice.store.handover import make_available
from einvoice.store.receiving import AT_ONCE
from einvoice.store.rows import read_submission
from einvoice.store.tables import consents, submissions
from einvoice.store.vault import Vault

RETRIABLE = frozenset({Hold.FAULT, Hold.ENGINE})
SENDABLE_ON = frozenset({Hold.FAULT, Hold.ENGINE, Hold.UNROUTABLE, Hold.CONFLICT})
CONSENTS_NEEDED = 2
_ANEW: Mapping[str, Any] = {"due_at": AT_ONCE, "attempts": 0, "crashes": 0}


def may_retry(hold: Hold, verdict: Verdict | None) -> bool:
    """Whether what is held so can be worked on again, or for the first time."""
    return hold in RETRIABLE or is_unjudged(hold, verdict)


def may_send_on(hold: Hold, verdict: Verdict | None) -> bool:
    """Whether what is held so can be handed over by hand."""
    return hold in SENDABLE_ON and not is_unjudged(hold, verdict)


def may_send_back(hold: Hold, verdict: Verdict | None) -> bool:  # noqa: ARG001
    """Whether what is held so can be ended: whatever it is held for."""
    return hold is not Hold.NONE


def may_consent(hold: Hold, verdict: Verdict | None) -> bool:  # noqa: ARG001
    """Whether what is held so can be let through by two."""
    return hold is Hold.QUARANTINE


class People:
    """Each method is one transaction. Raises NotFound; NotPossible where the hold is none of the kind or has ended."""

    def __init__(self, database: Database, vault: Vault, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    def retry(self, submission_id: str, *, actor: str, reason: str = "") -> Submission:
        """Have an undecided submission worked on from the start: again, or for the first time where it was not yet."""
        with self._database.write() as connection:
            row = _held(connection, submission_id, may_retry)
            self._release(connection, row, Cause(actor=actor, at=self._clock(), reason=reason))
            return read_submission(connection, submission_id)

    def retry_all(
        self, fault_cause: str, *, actor: str, reason: str = "", after: str = "", limit: int = 500
    ) -> tuple[str, ...]:
        """Have what is held for a cause worked on again, oldest first; its ids. Ask again after the last of them."""
        column = submissions.c
        held = (
            select(submissions)
            .where(column.hold.in_(RETRIABLE), column.fault_cause == fault_cause, column.id > after)
            .order_by(column.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        cause = Cause(actor=actor, at=self._clock(), reason=reason)
        with self._database.write() as connection:
            rows = connection.execute(held).mappings().all()
            for row in rows:
                self._release(connection, row, cause)
            return tuple(row["id"] for row in rows)

    def send_on(self, submission_id: str, authority_id: str | None, *, actor: str, reason: str) -> Submission:
        """Hand a held invoice to an authority: the one given, or the one it is addressed to. A reason is needed."""
        cause = _reasoned(actor, self._clock(), reason)
        with self._database.write() as connection:
            row = _held(connection, submission_id, may_send_on)
            to = authority_id or row["authority_id"]
            if to is None:
                raise NotPossible("no-authority")
            read_authority(connection, to)
            self._vault.hand_to(connection, submission_id, to)
            columns: dict[str, Any] = {"authority_id": to, "human_decision": HumanDecision.SENT_ON, "due_at": None}
            columns["decided_at"] = row["decided_at"] or cause.at
            make_available(connection, row, cause, kind=EventKind.SENT_ON, columns=columns)
            return read_submission(connection, submission_id)

    def send_back(self, submission_id: str, *, actor: str, reason: str) -> Submission:
        """End a held submission without handing it over; the sender reads the reason. A reason is needed."""
        cause = _reasoned(actor, self._clock(), reason)
        with self._database.write() as connection:
            row = _held(connection, submission_id, may_send_back)
            columns = {"human_decision": HumanDecision.SENT_BACK, "due_at": None}
            state: dict[str, Any] = {"handling": Handling.WITHDRAWN, "hold": Hold.NONE}
            change(connection, row, EventKind.SENT_BACK, cause, **state, columns=columns)
            return read_submission(connection, submission_id)

    def consent(self, submission_id: str, *, actor: str, reason: str) -> Submission:
        """Agree that a quarantined file be let through; with the second operator's consent it is worked on."""
        cause = _reasoned(actor, self._clock(), reason)
        with self._database.write() as connection:
            row = _held(connection, submission_id, may_consent)
            mine = consents.c.submission_id == submission_id
            if connection.execute(select(consents).where(mine, consents.c.actor == actor)).first():
                raise NotPossible("consented-already")
            values = {"submission_id": submission_id, "actor": actor, "at": cause.at, "reason": reason}
            connection.execute(insert(consents).values(values))
            record(connection, row, EventKind.CONSENTED, cause)
            if (connection.scalar(select(func.count()).where(mine)) or 0) >= CONSENTS_NEEDED:
                self._release(connection, row, cause)
            return read_submission(connection, submission_id)

    def _release(self, connection: Connection, row: RowMapping, cause: Cause) -> None:
        change(connection, row, EventKind.RELEASED, cause, hold=Hold.NONE, columns=_ANEW)


def _held(
    connection: Connection, submission_id: str, may: Callable[[Hold, Verdict | None], bool]
) -> RowMapping:  # fmt: skip
    row = locked_row(connection, submission_id)
    verdict, _, hold = state_of(row)
    if not may(hold, verdict):
        held = f"held-{hold}" if hold else "not-held"
        raise NotPossible("held-unjudged" if is_unjudged(hold, verdict) else held)
    return row


def _reasoned(actor: str, at: datetime, reason: str) -> Cause:
    if not reason.strip():
        raise NotPossible("reason-missing")
    return Cause(actor=actor, at=at, reason=reason.strip())
