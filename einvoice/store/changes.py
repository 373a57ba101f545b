"""The one way a submission changes: the transition is checked, the row moves, and an event says so.

Everything here runs inside the caller's writing transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import accumulate
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, func, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from einvoice.model.assessment import Verdict
from einvoice.model.audit import sha256_hex
from einvoice.model.submission import EventKind, Handling, Hold
from einvoice.model.text import storable
from einvoice.model.transitions import IllegalTransition, State, check_transition
from einvoice.store import journal
from einvoice.store.errors import NotFound
from einvoice.store.journal import Note
from einvoice.store.tables import submissions

Row = RowMapping | Mapping[str, Any]  # of `submissions`

_LOCKED = select(submissions).where(submissions.c.id == bindparam("submission_id")).with_for_update()
_UNLOCKED = select(submissions).where(submissions.c.id == bindparam("submission_id")).with_for_update(skip_locked=True)
_DETAILS = {  # of an entry in the audit chain, and the columns they come from
    "verdict": "verdict",
    "handling": "handling",
    "hold": "hold",
    "authority": "authority_id",
    "human_decision": "human_decision",
}
_WITH_ORIGINAL = frozenset({EventKind.RECEIVED, EventKind.EXPIRED})
_WITH_REPORT = frozenset({EventKind.DECIDED, EventKind.HELD, EventKind.EXPIRED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Who changes something, when, and why."""

    actor: str
    at: datetime
    reason: str = ""
    details: Mapping[str, str] = field(default_factory=dict)  # more for the audit chain; nothing personal

    def __post_init__(self) -> None:
        """The reason as it will be stored: the audit chain vouches for its hash."""
        object.__setattr__(self, "reason", storable(self.reason))


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A transition with its event; what is not given stays."""

    kind: EventKind
    cause: Cause
    verdict: Verdict | None = None
    handling: Handling | None = None
    hold: Hold | None = None

    def after(self, before: State) -> State:
        """Where it leads to; raises IllegalTransition."""
        after = (
            before[0] if self.verdict is None else self.verdict,
            before[1] if self.handling is None else self.handling,
            before[2] if self.hold is None else self.hold,
        )
        check_transition(before, after)
        return after


def state_of(row: RowMapping) -> State:
    """Verdict, handling and hold of a row of `submissions`."""
    verdict = row["verdict"]
    return (Verdict(verdict) if verdict else None, Handling(row["handling"]), Hold(row["hold"]))


def locked_row(connection: Connection, submission_id: str) -> RowMapping:
    """The row as it stands, kept from others until the transaction ends; raises NotFound."""
    row = connection.execute(_LOCKED, {"submission_id": submission_id}).mappings().one_or_none()
    if row is None:
        raise NotFound(f"submission {submission_id}")
    return row


def free_row(connection: Connection, submission_id: str) -> RowMapping | None:
    """As `locked_row`, but waits for nobody: None when there is none, or somebody else is at it."""
    return connection.execute(_UNLOCKED, {"submission_id": submission_id}).mappings().one_or_none()


def change(
    connection: Connection,
    row: RowMapping,
    kind: EventKind,
    cause: Cause,
    *,
    verdict: Verdict | None = None,
    handling: Handling | None = None,
    hold: Hold | None = None,
    columns: Mapping[str, Any] | None = None,
) -> RowMapping:
    """Move a submission one step; see `move`."""
    step = Step(kind=kind, cause=cause, verdict=verdict, handling=handling, hold=hold)
    return move(connection, row, [step], columns)


def move(
    connection: Connection, row: RowMapping, steps: Sequence[Step], columns: Mapping[str, Any] | None = None
) -> RowMapping:
    """Move a submission on and write down each step; returns the row as it is now.

    `columns` are further columns of `submissions` to set. Raises IllegalTransition, also when the row is no longer as
    the caller saw it.
    """
    before = state_of(row)
    states = list(accumulate(steps, lambda state, step: step.after(state), initial=before))[1:]
    new = {**(columns or {}), **_as_columns(states[-1])}
    given = {f"new_{name}": value for name, value in new.items()}
    given |= {"id_is": row["id"], "was_verdict": row["verdict"] or "", "was_handling": before[1], "was_hold": before[2]}
    now = connection.execute(_moving(tuple(new)), given).mappings().one_or_none()
    if now is None:
        raise IllegalTransition(f"submission {row['id']} changed under the transaction")
    for step, state in zip(steps, states, strict=True):
        record(connection, {**now, **_as_columns(state)}, step.kind, step.cause)
    return now


def _as_columns(state: State) -> dict[str, Any]:
    return dict(zip(("verdict", "handling", "hold"), state, strict=True))


@cache
def _moving(names: tuple[str, ...]) -> ReturningUpdate[*tuple[Any, ...]]:
    """The statement that sets these columns where the row is as it was seen; made once, for it is always needed."""
    column = submissions.c
    return (
        update(submissions)
        .where(column.id == bindparam("id_is"), func.coalesce(column.verdict, "") == bindparam("was_verdict"))
        .where(column.handling == bindparam("was_handling"), column.hold == bindparam("was_hold"))
        .values({name: bindparam(f"new_{name}", type_=column[name].type) for name in names})
        .returning(submissions)
    )


def record(connection: Connection, row: Row, kind: EventKind, cause: Cause) -> None:
    """Note an event about a submission as it stands now: numbered within its authority, and entered into the chain."""
    event = {
        "submission_id": row["id"],
        "at": cause.at,
        "actor": cause.actor,
        "kind": kind,
        "reason": cause.reason,
        "verdict": row["verdict"],
        "handling": row["handling"],
        "hold": row["hold"],
        "authority_id": row["authority_id"],
    }
    note = Note(
        at=cause.at,
        actor=cause.actor,
        action=kind,
        object=f"submission:{row['id']}",
        details={name: str(row[column]) for name, column in _DETAILS.items() if row[column]} | dict(cause.details),
        hashes=_hashes(row, kind, cause),
        event=event,
    )
    journal.note(connection, note)


def _hashes(row: Row, kind: EventKind, cause: Cause) -> dict[str, str]:
    """What the entry vouches for. An operator's words may name people, so the chain has their hash alone."""
    hashes = {"original": row["sha256"]} if kind in _WITH_ORIGINAL else {}
    if kind in _WITH_REPORT and row["report_sha256"]:
        hashes["report"] = row["report_sha256"]
    if cause.reason:
        hashes["reason"] = sha256_hex(cause.reason)
    return hashes
