"""What is left of a submission when its time has ended: enough to prove what happened to it, and nothing about anybody.

Each column of `submissions` is in one of the two tables here, and each table that refers to it is dealt with below; a
test holds that. The audit log has no personal data and stays whole.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, or_, update

from einvoice.model.submission import EventKind, Handling, Hold
from einvoice.store.changes import Cause, change
from einvoice.store.tables import (
    answers,
    consents,
    deliveries,
    envelopes,
    events,
    examinations,
    idempotency_keys,
    rule_hits,
)
from einvoice.store.vault import Vault, shred

# Columns that stay, and why.
KEPT: Mapping[str, str] = {
    "id": "what the audit log calls it",
    "received_at": "when it came, as in the audit log",
    "door": "the way it came, one of three",
    "sha256": "proves which bytes they were, and tells nothing else of them",
    "size": "how much was deleted",
    "verdict": "as in the audit log",
    "handling": "as in the audit log",
    "hold": "as in the audit log",
    "human_decision": "as in the audit log",
    "authority_id": "its events are numbered without gaps",
    "decided_at": "from when the time counted",
    "issue_year": "from when the time counted",
    "attempts": "a count of ours",
    "crashes": "a count of ours",
    "priority": "of the door",
    "fault_cause": "a code of ours",
    "scenario": "statistics: which rules judged",
    "pack": "statistics: which rules judged",
    "policy_outcome": "statistics: what came of it",
    "errors": "statistics: a number",
    "warnings": "statistics: a number",
    "report_sha256": "proves which report it was, and tells nothing else of it",
    "blob": "until the stored object is gone",
    "delete_after": "until the stored object is gone",
    "due_at": "empty already",
    "claim_token": "empty already",
}

# Columns that are cleared, and what they hold then. Whose it was is cleared, too: see `_sender`.
CLEARED: Mapping[str, Any] = {
    "name": "",
    "leitweg_id": None,  # may lead to a person's desk
    "invoice_number": None,
    "seller_name": None,
    "seller_id": None,
    "refusal": None,  # its details may quote the file
    "malware": None,
    "duplicate_of": None,  # both are of the same seller
    "legal_hold": None,  # is empty, or it could not be deleted
    "owed": None,  # nothing is left to answer
}

# Tables of which nothing is left; `data_keys` is the vault's.
DELETED = (examinations, rule_hits, idempotency_keys, consents, envelopes, answers)


def erase(
    connection: Connection, vault: Vault, rows: Sequence[tuple[RowMapping, str]], cause: Cause
) -> None:  # fmt: skip
    """End submissions: locked rows, each with the rule that applied. Their stored objects remain to be deleted.

    The event, and in the audit log the proof: which rule, hashes of original and report.
    """
    ids = [row["id"] for row, _ in rows]
    shred(connection)
    for row, rule in rows:
        columns = {**CLEARED, "sender": _sender(row["id"]), "delete_after": cause.at}
        columns |= {"due_at": None, "claim_token": None}
        told = Cause(actor=cause.actor, at=cause.at, reason=rule, details={"rule": rule})
        change(connection, row, EventKind.EXPIRED, told, handling=Handling.EXPIRED, hold=Hold.NONE, columns=columns)
        vault.forget(connection, row["id"])
    for table in DELETED:
        connection.execute(delete(table).where(table.c.submission_id.in_(ids)))
    without_lease = {"lease_token": None, "lease_expires_at": None, "returned_token": None}
    connection.execute(update(deliveries).where(deliveries.c.submission_id.in_(ids)).values(without_lease))
    said = or_(events.c.actor == "admin", events.c.actor.contains(":"))
    connection.execute(update(events).where(events.c.submission_id.in_(ids), said).values(reason=""))


def said_by_people(actor: str) -> bool:
    """Whether the reason of an event may be somebody's own words, as `erase` sees it: the service's have codes."""
    return actor == "admin" or ":" in actor


def _sender(submission_id: str) -> str:
    """Nobody's; and the same bytes from the same sender are a new submission again."""
    return f"expired:{submission_id}"
