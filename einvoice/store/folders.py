"""The drop folders as the database knows them: what workers say of them, what came in, what is to be tried again.

Folders lie on disks that the process which shows them may not reach; the workers that look after them do.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update

from einvoice.model.assessment import Verdict
from einvoice.model.policy import Outcome
from einvoice.model.submission import Door, Hold, HumanDecision
from einvoice.store.database import Database, lock
from einvoice.store.ids import new_id
from einvoice.store.journal import note_act
from einvoice.store.tables import folder_wishes, folders, submissions

RETRIED = "folder-retry"  # action in the audit log

# After which what a process said that says nothing any more is no longer listed, and a wish nobody acted upon is void.
_FORGOTTEN = timedelta(days=1)
_ROW = submissions.c
_SENDER = "folder:"


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderTold:
    """What one process said of one folder last."""

    folder: str
    process: str
    host: str
    at: datetime
    said: Mapping[str, Any]


@dataclass(slots=True)
class FolderCounts:
    """What became of the documents of one folder."""

    accepted: int = 0
    rejected: int = 0  # declined by the authority's policies or sent back by a person, too
    held: int = 0  # without a verdict, and somebody has to act
    working: int = 0  # without a verdict yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A failed document, or all of a folder, that a person wants tried again."""

    id: str
    folder: str
    document: str | None = field(default=None)  # None: all
    at: datetime
    actor: str


class Folders:
    """Each method is one transaction."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def tell(self, process: str, host: str, said: Mapping[str, Mapping[str, Any]]) -> None:
        """Say how the folders are that this process looks after, by name. `said` is JSON."""
        now = self._clock()
        with self._database.write() as connection:
            for folder, body in said.items():
                values = {"host": host, "at": now, "said": dict(body)}
                known = update(folders).where(folders.c.folder == folder, folders.c.process == process)
                if not connection.execute(known.values(values)).rowcount:
                    connection.execute(insert(folders).values(values | {"folder": folder, "process": process}))
            connection.execute(delete(folders).where(folders.c.at < now - _FORGOTTEN))
            connection.execute(delete(folder_wishes).where(folder_wishes.c.at < now - _FORGOTTEN))

    def told(self) -> tuple[FolderTold, ...]:
        """All that was said within a day, by folder, the newest first."""
        query = select(folders).order_by(folders.c.folder, folders.c.at.desc(), folders.c.process)
        with self._database.read() as connection:
            return tuple(FolderTold(**row) for row in connection.execute(query).mappings())

    def counts(self, since: datetime) -> dict[str, FolderCounts]:
        """What came in by each folder since then, and what became of it so far. Costs as much as came in."""
        columns = (_ROW.sender, _ROW.verdict, _ROW.policy_outcome, _ROW.human_decision, _ROW.hold)
        query = (
            select(*columns, func.count().label("number"))
            .where(_ROW.received_at >= since, _ROW.door == Door.FOLDER)
            .group_by(*columns)
        )
        found: dict[str, FolderCounts] = {}
        with self._database.read() as connection:
            for row in connection.execute(query):
                counts = found.setdefault(row.sender.removeprefix(_SENDER), FolderCounts())
                key = _counted_as(row)
                setattr(counts, key, getattr(counts, key) + row.number)
        return found

    def wish(self, folder: str, documents: Collection[str] | None, *, actor: str) -> None:
        """Have failed documents tried again by whoever looks after the folder; None: all. Wished already is fine."""
        now = self._clock()
        wanted: Iterable[str | None] = (None,) if documents is None else dict.fromkeys(documents)
        with self._database.write() as connection:
            lock(connection, f"folder:{folder}")
            query = select(folder_wishes.c.document).where(folder_wishes.c.folder == folder)
            known = set(connection.scalars(query))
            rows = [
                {"id": new_id(), "folder": folder, "document": document, "at": now, "actor": actor}
                for document in wanted
                if document not in known
            ]
            if rows:
                connection.execute(insert(folder_wishes), rows)
                number = "all" if documents is None else str(len(rows))
                note_act(connection, at=now, actor=actor, action=RETRIED, object=f"folder:{folder}", documents=number)

    def wishes(self) -> tuple[Wish, ...]:
        """Those nobody has acted upon yet, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(select(folder_wishes).order_by(folder_wishes.c.at, folder_wishes.c.id)).mappings()
            return tuple(Wish(**row) for row in rows)

    def take(self, wish: Wish) -> bool:
        """Whether it is ours to act upon: of several processes that try, one."""
        with self._database.write() as connection:
            return bool(connection.execute(delete(folder_wishes).where(folder_wishes.c.id == wish.id)).rowcount)


def _counted_as(row: Row[Any]) -> str:
    if row.human_decision == HumanDecision.SENT_BACK:
        return "rejected"
    if row.human_decision == HumanDecision.SENT_ON:
        return "accepted"
    if row.verdict == Verdict.ACCEPTED:
        return "rejected" if row.policy_outcome == Outcome.REJECTED else "accepted"
    if row.verdict == Verdict.REJECTED:
        return "rejected"
    return "held" if row.hold != Hold.NONE else "working"
