"""Rows of the database as the frozen types of the model."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, bindparam, select

from einvoice.model.assessment import Verdict
from einvoice.model.policy import Outcome
from einvoice.model.routing import Authority
from einvoice.model.submission import Door, Event, EventKind, Handling, Hold, HumanDecision, Priority, Submission
from einvoice.model.trouble import RefusalNotice
from einvoice.store.errors import NotFound
from einvoice.store.tables import authorities, deliveries, submissions


def submission_query() -> Select[*tuple[object, ...]]:
    """Everything a `Submission` is made from; add conditions on `submissions`."""
    return (
        select(submissions, authorities.c.name.label("authority_name"), deliveries.c.id.label("delivery_id"))
        .outerjoin(authorities, authorities.c.id == submissions.c.authority_id)
        .outerjoin(deliveries, deliveries.c.submission_id == submissions.c.id)
    )


_BY_ID = submission_query().where(submissions.c.id == bindparam("submission_id"))


def read_submission(connection: Connection, submission_id: str) -> Submission:
    """One submission as it stands; raises NotFound."""
    row = connection.execute(_BY_ID, {"submission_id": submission_id}).mappings().one_or_none()
    if row is None:
        raise NotFound(f"submission {submission_id}")
    return to_submission(row)


def from_row(
    connection: Connection, row: RowMapping | Mapping[str, Any], authority: Authority | None = None
) -> Submission:
    """The submission of a row of `submissions` itself; what stands beside it is asked for where there can be any.

    Not where the caller knows it: with `authority`, the row has its `delivery_id` too.
    """
    if authority is not None and row["authority_id"] == authority.id:
        return to_submission({**row, "authority_name": authority.name})
    if row["authority_id"] is not None:
        return read_submission(connection, row["id"])
    return to_submission({**row, "authority_name": None, "delivery_id": None})


def to_submission(row: RowMapping | dict[str, Any]) -> Submission:
    """A row of `submission_query`."""
    return Submission(
        id=row["id"],
        received_at=row["received_at"],
        door=Door(row["door"]),
        sender=row["sender"],
        name=row["name"],
        sha256=row["sha256"],
        size=row["size"],
        verdict=_verdict(row),
        handling=Handling(row["handling"]),
        hold=Hold(row["hold"]),
        attempts=row["attempts"],
        decided_at=row["decided_at"],
        fault_cause=row["fault_cause"],
        refusal=RefusalNotice(**row["refusal"]) if row["refusal"] else None,
        authority_id=row["authority_id"],
        authority_name=row["authority_name"],
        leitweg_id=row["leitweg_id"],
        invoice_number=row["invoice_number"],
        seller_name=row["seller_name"],
        scenario=row["scenario"],
        pack=row["pack"],
        policy_outcome=Outcome(row["policy_outcome"]) if row["policy_outcome"] else None,
        errors=row["errors"],
        warnings=row["warnings"],
        delivery_id=row["delivery_id"],
        priority=Priority(row["priority"]),
        crashes=row["crashes"],
        blob=row["blob"] or row["sha256"],
        report_sha256=row["report_sha256"],
        malware=row["malware"],
        human_decision=HumanDecision(row["human_decision"]) if row["human_decision"] else None,
        duplicate_of=row["duplicate_of"],
        delete_after=row["delete_after"],
        legal_hold=row["legal_hold"],
    )


def to_event(row: RowMapping) -> Event:
    """A row of `events`."""
    return Event(
        submission_id=row["submission_id"],
        at=row["at"],
        actor=row["actor"],
        kind=EventKind(row["kind"]),
        reason=row["reason"],
        verdict=_verdict(row),
        handling=Handling(row["handling"]),
        hold=Hold(row["hold"]),
        authority_id=row["authority_id"],
        sequence=row["sequence"],
    )


def _verdict(row: RowMapping | dict[str, Any]) -> Verdict | None:
    return Verdict(row["verdict"]) if row["verdict"] else None
