"""Retention: until when submissions are kept, what a legal hold keeps beyond that, and their deletion.

(1) `schedule` dates what has come to its end on the way, (2) `expire` erases what is due, proven in the audit log,
(3) `remove_objects` deletes the stored originals of what was erased, after the commit. Each works in portions, by any
number of processes at once; wherever one of them dies, the next round goes on.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, bindparam, func, select, update

from einvoice.model.submission import EventKind, Handling
from einvoice.store.changes import Cause, locked_row, record
from einvoice.store.database import Database
from einvoice.store.erasing import erase
from einvoice.store.errors import NotPossible
from einvoice.store.keeping import AT_ITS_END, FACTS, Keeping
from einvoice.store.originals import Originals
from einvoice.store.retentionrules import end_of
from einvoice.store.tables import submissions
from einvoice.store.vault import Vault

RETENTION = "retention"  # the actor of deletions
NOTHING_LEFT = datetime(9999, 12, 31, tzinfo=UTC)  # `delete_after` of what is deleted altogether: never due again
_PORTION = 100  # deleted in one transaction
_DATED = 500  # dated in one transaction

_COLUMN = submissions.c
_DATE = (
    update(submissions)
    .where(_COLUMN.id == bindparam("id_is"))
    .values(delete_after=bindparam("end", type_=_COLUMN.delete_after.type))
)


@dataclass(frozen=True, slots=True)
class Tended:
    """What a round has done; how many."""

    dated: int
    expired: int
    objects: int


class Retention:
    """Raises Fault where database or storage are away."""

    def __init__(
        self, database: Database, vault: Vault, originals: Originals, clock: Callable[[], datetime], rejected_days: int
    ) -> None:
        self.lists = Keeping(database, clock, rejected_days)
        self.rejected_days = rejected_days  # how long what was rejected, declined or sent back is kept
        self._database = database
        self._vault = vault
        self._originals = originals
        self._clock = clock

    def tend(self, portions: int) -> Tended:
        """A round: date what is to be dated, then delete what is due, at most so many portions."""
        dated, expired, objects = self.schedule(), 0, 0
        for _ in range(portions):
            gone, removed = self.expire(), self.remove_objects()
            expired, objects = expired + gone, objects + removed
            if not gone and not removed:
                break
        return Tended(dated=dated, expired=expired, objects=objects)

    def hold(self, submission_id: str, *, actor: str, reason: str) -> None:
        """Keep it from being deleted, whatever the time. A reason is needed.

        Raises NotFound; NotPossible: "reason-missing", "held-by-law" (already), "expired" (nothing is left to keep).
        """
        self._set_legal_hold(submission_id, EventKind.HELD_BY_LAW, actor, reason.strip())

    def free(self, submission_id: str, *, actor: str, reason: str) -> None:
        """Let it be deleted again when its time has ended. A reason is needed.

        Raises NotFound; NotPossible: "reason-missing", "not-held-by-law", "expired".
        """
        self._set_legal_hold(submission_id, EventKind.FREED_BY_LAW, actor, reason.strip())

    def schedule(self) -> int:
        """Date whatever has come to its end on the way since; how many."""
        undated = FACTS.where(_COLUMN.delete_after.is_(None), AT_ITS_END).limit(_DATED)
        return sum(dated for _, dated in self._portions(undated, self._date))

    def reschedule(self, authority_id: str) -> int:
        """Date all booked invoices of an authority anew, after its rule has changed; how many.

        May break off and be done again: nothing is deleted before the end that the rule of that moment gives it.
        """
        mine = FACTS.where(_COLUMN.authority_id == authority_id, _COLUMN.handling == Handling.ACKNOWLEDGED)
        done, after = 0, ""
        while True:
            query = mine.where(_COLUMN.id > after).order_by(_COLUMN.id).limit(_DATED)
            with self._database.write() as connection:
                rows = connection.execute(query.with_for_update(of=submissions)).mappings().all()
                self._date(connection, rows)
            if not rows:
                return done
            done, after = done + len(rows), rows[-1]["id"]

    def expire(self) -> int:
        """Erase a portion of what is due: row, report, keys; how many. Their objects are still to be removed."""
        due = self._due(_COLUMN.handling != Handling.EXPIRED).limit(_PORTION)
        return next((gone for gone, _ in self._portions(due, self._expire) if gone), 0)

    def remove_objects(self) -> int:
        """Delete stored originals of what was erased, a portion; how many. A storage that is away is asked again."""
        query = self._due(_COLUMN.handling == Handling.EXPIRED).limit(_PORTION)
        with self._database.read() as connection:
            found = {row["id"]: row["blob"] or row["sha256"] for row in connection.execute(query).mappings()}
            shared = _still_needed(connection, found)
        for name in set(found.values()) - shared:
            with suppress(ValueError):  # somebody wrote into the row what can't be a name
                self._originals.delete(name)
        if found:
            gone = update(submissions).where(_COLUMN.id.in_(found), _COLUMN.handling == Handling.EXPIRED)
            with self._database.write() as connection:
                connection.execute(gone.values(blob="", delete_after=NOTHING_LEFT))
        return len(found)

    def _set_legal_hold(self, submission_id: str, kind: EventKind, actor: str, reason: str) -> None:
        if not reason:
            raise NotPossible("reason-missing")
        holding = kind is EventKind.HELD_BY_LAW
        with self._database.write() as connection:
            row = locked_row(connection, submission_id)
            if row["handling"] == Handling.EXPIRED:
                raise NotPossible("expired")
            if holding is (row["legal_hold"] is not None):
                raise NotPossible("held-by-law" if holding else "not-held-by-law")
            cause = Cause(actor=actor, at=self._clock(), reason=reason)
            kept = {"legal_hold": cause.reason if holding else None}
            connection.execute(update(submissions).where(_COLUMN.id == submission_id).values(kept))
            record(connection, row, kind, cause)

    def _due(self, further: ColumnElement[bool]) -> Select[Any]:
        return FACTS.where(_COLUMN.delete_after <= self._clock(), _COLUMN.legal_hold.is_(None), further)

    def _portions(
        self, query: Select[Any], do: Callable[[Connection, Iterable[RowMapping]], tuple[int, int]]
    ) -> Iterator[tuple[int, int]]:
        """Do it with what the query finds: (erased, dated), a transaction each time, until nothing is done any more.

        What another process has at hand is left to it.
        """
        locking = query.with_for_update(of=submissions, skip_locked=True)
        while True:
            with self._database.read() as connection:  # mostly there is nothing to write
                if connection.execute(query.limit(1)).first() is None:
                    return
            with self._database.write() as connection:
                done = do(connection, connection.execute(locking).mappings().all())
            if not any(done):
                return
            yield done

    def _date(self, connection: Connection, rows: Iterable[RowMapping]) -> tuple[int, int]:
        ends = ((row["id"], end_of(row, self.rejected_days)) for row in rows)
        values = [{"id_is": one, "end": end.at} for one, end in ends if end is not None]
        if values:
            connection.execute(_DATE, values)
        return 0, len(values)

    def _expire(self, connection: Connection, rows: Iterable[RowMapping]) -> tuple[int, int]:
        """What counts is what the rule says now: it may have changed since the row was dated."""
        now = self._clock()
        ends = [(row, end_of(row, self.rejected_days)) for row in rows]
        due = [(row, end.rule) for row, end in ends if end is not None and end.at <= now]
        later = [{"id_is": row["id"], "end": end and end.at} for row, end in ends if end is None or end.at > now]
        if later:
            connection.execute(_DATE, later)
        if due:
            erase(connection, self._vault, due, Cause(actor=RETENTION, at=now))
        return len(due), len(later)


def _still_needed(connection: Connection, names: dict[str, str]) -> set[str]:
    """Those objects that other submissions have, too: some old ones are named by their hash."""
    hashes = [name for submission_id, name in names.items() if name != submission_id]
    if not hashes:
        return set()
    name = func.coalesce(_COLUMN.blob, _COLUMN.sha256)
    return set(connection.scalars(select(name).where(name.in_(hashes), _COLUMN.handling != Handling.EXPIRED)))
