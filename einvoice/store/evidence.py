"""What a verification needs of the store: everything about one submission after the other, read at one moment each.

Rows are taken as they are. One that somebody wrote nonsense into does not end the verification.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from sqlalchemy import Connection, RowMapping, func, select

from einvoice.model.audit import AuditEntry, Checkpoint
from einvoice.model.submission import Event, Handling, Submission
from einvoice.store.audit import to_entry
from einvoice.store.blobs import Blobs
from einvoice.store.database import Database
from einvoice.store.originals import Originals
from einvoice.store.reports import read_body
from einvoice.store.rows import submission_query, to_event, to_submission
from einvoice.store.tables import audit_checkpoints, audit_entries, events, submissions
from einvoice.store.vault import Vault

if TYPE_CHECKING:
    from einvoice.store import Store

_BATCH = 200  # submissions read at once
_PREFIX = "submission:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """Everything the database has about one submission, read at one moment."""

    id: str
    row: Submission | None = None  # None: there is none, though the log speaks of it
    events: tuple[Event, ...] = ()  # oldest first
    entries: tuple[AuditEntry, ...] = ()  # of the log, oldest first
    unreadable: str = ""  # what holds no sense: "row" or "events"

    @property
    def expired(self) -> bool:
        """Whether it was deleted as it should be: then original and report are gone, and the row may be."""
        return bool(self.entries) and self.entries[-1].details.get("handling") == Handling.EXPIRED


class StoredEvidence:
    """Reads for the verification. Every method raises Fault when the store can't be reached."""

    def __init__(self, database: Database, vault: Vault, originals: Originals, blobs: Blobs) -> None:
        self._database = database
        self._vault = vault
        self._originals = originals
        self._blobs = blobs

    @classmethod
    def of(cls, store: "Store") -> "StoredEvidence":
        """Of an open store."""
        return cls(store.database, store.vault, store.originals, store.blobs)

    def count(self) -> int:
        """How many submissions there are, about."""
        with self._database.read() as connection:
            return connection.scalar(select(func.count()).select_from(submissions)) or 0

    def dossiers(self) -> Iterator[Dossier]:
        """All submissions there are, by id; then those that only the log speaks of."""
        after = ""
        while True:
            query = submission_query().where(submissions.c.id > after).order_by(submissions.c.id).limit(_BATCH)
            with self._database.read() as connection:
                rows = connection.execute(query).mappings().all()
                found = _dossiers(connection, [row["id"] for row in rows], rows)
            if not rows:
                break
            yield from found
            after = rows[-1]["id"]
        yield from self._without_row()

    def dossier(self, submission_id: str) -> Dossier:
        """One submission as it stands now."""
        query = submission_query().where(submissions.c.id == submission_id)
        with self._database.read() as connection:
            return _dossiers(connection, [submission_id], connection.execute(query).mappings().all())[0]

    def report(self, submission_id: str) -> bytes | None:
        """The report as it was before it was sealed; None: there is none. Raises Fault as `read_body` does."""
        with self._database.read() as connection:
            return read_body(connection, self._vault, submission_id)

    def original(self, submission: Submission) -> bytes:
        """The bytes as received, unsealed; Fault("blob-missing"), and Fault("blob-damaged") by the row's hash."""
        return self._originals.read(submission)

    def leftovers(self, older_than: datetime) -> Iterator[str]:
        """Names of stored objects that no submission speaks of any more; younger ones may be waiting for their row."""
        old = (blob.name for blob in self._blobs.stored() if blob.written_at < older_than)
        name = func.coalesce(submissions.c.blob, submissions.c.sha256)
        while names := tuple(islice(old, _BATCH)):
            kept = select(name).where(name.in_(names), submissions.c.handling != Handling.EXPIRED)
            with self._database.read() as connection:
                known = set(connection.scalars(kept))
            yield from (one for one in names if one not in known)

    def last_checkpoint(self) -> Checkpoint | None:
        """The checkpoint of the highest entry."""
        newest = select(audit_checkpoints).order_by(audit_checkpoints.c.number.desc()).limit(1)
        with self._database.read() as connection:
            row = connection.execute(newest).mappings().one_or_none()
        return None if row is None else Checkpoint(**row)

    def _without_row(self) -> Iterator[Dossier]:
        after = ""
        column = audit_entries.c.object
        while True:
            query = select(column).where(column > after).distinct().order_by(column).limit(_BATCH)
            with self._database.read() as connection:
                objects = connection.scalars(query).all()
                ids = [name.removeprefix(_PREFIX) for name in objects if name.startswith(_PREFIX)]
                there = set(connection.scalars(select(submissions.c.id).where(submissions.c.id.in_(ids))))
                found = _dossiers(connection, [one for one in ids if one not in there], ())
            if not objects:
                return
            yield from found
            after = objects[-1]


def _dossiers(connection: Connection, ids: Iterable[str], rows: Iterable[RowMapping]) -> list[Dossier]:
    wanted = list(ids)
    by_id = {row["id"]: row for row in rows}
    told: dict[str, list[RowMapping]] = {one: [] for one in wanted}
    logged: dict[str, list[RowMapping]] = {one: [] for one in wanted}
    query = select(events).where(events.c.submission_id.in_(wanted)).order_by(events.c.number)
    for row in connection.execute(query).mappings():
        told[row["submission_id"]].append(row)
    names = [f"{_PREFIX}{one}" for one in wanted]
    query = select(audit_entries).where(audit_entries.c.object.in_(names)).order_by(audit_entries.c.number)
    for row in connection.execute(query).mappings():
        logged[row["object"].removeprefix(_PREFIX)].append(row)
    return [_dossier(one, by_id.get(one), told[one], logged[one]) for one in wanted]


def _dossier(submission_id: str, row: RowMapping | None, told: list[RowMapping], logged: list[RowMapping]) -> Dossier:
    entries = tuple(map(_entry, logged))
    try:
        found = to_submission(row) if row is not None else None
    except (ValueError, TypeError, KeyError):
        return Dossier(id=submission_id, entries=entries, unreadable="row")
    try:
        happened = tuple(map(to_event, told))
    except (ValueError, TypeError, KeyError):
        return Dossier(id=submission_id, row=found, entries=entries, unreadable="events")
    return Dossier(id=submission_id, row=found, events=happened, entries=entries)


def _entry(row: RowMapping) -> AuditEntry:
    """An entry; where somebody wrote nonsense into it, without that. That it was changed shows in its hash."""
    entry = to_entry(row)
    details, hashes = (part if isinstance(part, dict) else {} for part in (entry.details, entry.hashes))
    return replace(entry, details=details, hashes=hashes)
