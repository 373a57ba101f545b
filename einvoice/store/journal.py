"""What a transaction writes down about itself, right before its commit: events, and entries of the audit chain.

Both are numbered without gaps from counter rows, which stay locked until the commit. Writing them last, counters of
authorities in order and the audit head at the very end, keeps these locks short and lets no two writers wait for each
other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, bindparam, insert, update

from einvoice.model.audit import AuditEntry, entry_hash
from einvoice.model.text import storable
from einvoice.store.tables import audit_entries, audit_head, authorities, events

_PENDING = "einvoice.journal"  # where a connection keeps its notes

_COUNT_ON = (
    update(authorities)
    .where(authorities.c.id == bindparam("authority"))
    .values(last_event=authorities.c.last_event + bindparam("more"))
    .returning(authorities.c.last_event)
)
_LOCK_HEAD = (
    update(audit_head)
    .where(audit_head.c.id == 1)
    .values(number=audit_head.c.number + bindparam("more"))
    .returning(audit_head.c.number, audit_head.c.hash)
)
_SET_HEAD = update(audit_head).where(audit_head.c.id == 1).values(hash=bindparam("last"))
_WRITE_EVENTS = insert(events)
_WRITE_ENTRIES = insert(audit_entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something to be written down when the transaction commits."""

    at: datetime
    actor: str
    action: str
    object: str
    details: Mapping[str, str]
    hashes: Mapping[str, str]
    event: Mapping[str, Any] | None = None  # a row of `events`, without its sequence


def begin(connection: Connection) -> None:
    """Start a transaction with nothing noted, whatever an earlier one on this connection left when it failed."""
    connection.info[_PENDING] = []


def note(connection: Connection, one: Note) -> None:
    """Have it written at the commit."""
    connection.info[_PENDING].append(one)


def note_act(
    connection: Connection, *, at: datetime, actor: str, action: str, object: str, **details: str  # noqa: A002
) -> None:  # fmt: skip
    """Note what an administrator did."""
    told = {name: storable(value) for name, value in details.items()}
    note(connection, Note(at=at, actor=actor, action=action, object=object, details=told, hashes={}))


def flush(connection: Connection) -> None:
    """Write what was noted; the last thing a writing transaction does."""
    notes: list[Note] = connection.info[_PENDING]
    if not notes:
        return
    connection.info[_PENDING] = []
    numbered = _write_events(connection, notes)
    number, previous = connection.execute(_LOCK_HEAD, {"more": len(notes)}).one()
    entries = _chained(numbered, number - len(notes), previous)
    connection.execute(_WRITE_ENTRIES, [_row(entry) for entry in entries])
    connection.execute(_SET_HEAD, {"last": entries[-1].hash})


def _write_events(connection: Connection, notes: Sequence[Note]) -> list[Note]:
    """Number the events within their authorities and write them; the notes with the numbers among their details."""
    numbers = _numbers(connection, notes)
    rows, numbered = [], []
    for one in notes:
        if one.event is not None:
            authority_id = one.event["authority_id"]
            sequence = None if authority_id is None else next(numbers[authority_id])
            rows.append({**one.event, "sequence": sequence})
            if sequence is not None:
                one = replace(one, details={**one.details, "sequence": str(sequence)})
        numbered.append(one)
    if rows:
        connection.execute(_WRITE_EVENTS, rows)
    return numbered


def _numbers(connection: Connection, notes: Sequence[Note]) -> dict[str, Any]:
    """The next numbers of each authority concerned, drawn in order of their ids."""
    concerned = sorted(one.event["authority_id"] for one in notes if one.event and one.event["authority_id"])
    numbers = {}
    for authority_id, same in groupby(concerned):
        more = len(list(same))
        last = connection.execute(_COUNT_ON, {"authority": authority_id, "more": more}).scalar_one()
        numbers[authority_id] = iter(range(last - more + 1, last + 1))
    return numbers


def _chained(notes: Sequence[Note], number: int, previous: str) -> list[AuditEntry]:
    entries: list[AuditEntry] = []
    for one in notes:
        number += 1
        entry = AuditEntry(
            number=number,
            at=one.at,
            actor=one.actor,
            action=one.action,
            object=one.object,
            details=one.details,
            hashes=one.hashes,
            previous=previous,
            hash="",
        )
        entry = replace(entry, hash=entry_hash(entry))
        previous = entry.hash
        entries.append(entry)
    return entries


def _row(entry: AuditEntry) -> dict[str, Any]:
    return {
        "number": entry.number,
        "at": entry.at,
        "actor": entry.actor,
        "action": entry.action,
        "object": entry.object,
        "details": dict(entry.details),
        "hashes": dict(entry.hashes),
        "previous": entry.previous,
        "hash": entry.hash,
    }
