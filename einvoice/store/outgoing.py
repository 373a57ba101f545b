"""Answers on their way into an outbox: each message appears there once, whoever crashes or freezes meanwhile.

(1) `take` gives an answer to one writer, (2) the writer puts its message beside the outbox under a name of its own,
(3) `written` makes it durable that this one is to appear, (4) the writer lets it appear by a rename. What a crash keeps
from (4) is found by its name: `writer_of` says whether it is to appear.
"""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select, update

from einvoice.model.answer import Answer
from einvoice.store.answers import locked_answer, note_answer, to_answer
from einvoice.store.claims import WORKER
from einvoice.store.database import Database
from einvoice.store.tables import UNWRITTEN, answers

WRITTEN = "answer-written"  # action in the audit log

_COLUMN = answers.c


class Outgoing:
    """Each method is one transaction."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def unwritten(self, folders: Collection[str], limit: int, *, after: Answer | None = None) -> tuple[Answer, ...]:
        """Answers that do not lie in the outboxes of these folders yet, oldest first.

        `after`: the answer to go on behind, so that one that can't be written keeps no other waiting.
        """
        query = select(answers).where(UNWRITTEN, _COLUMN.folder.in_(folders), *([_behind(after)] if after else ()))
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(_COLUMN.issued_at, _COLUMN.id).limit(limit)).mappings()
            return tuple(map(to_answer, rows))

    def take(self, id: str, writer: str, *, patience: float) -> bool:  # noqa: A002
        """Whether `writer` is to write this answer: nobody else has begun to within the last `patience` seconds."""
        now = self._clock()
        free = or_(
            _COLUMN.writer.is_(None), _COLUMN.writer == writer, _COLUMN.taken_at < now - timedelta(seconds=patience)
        )
        taking = update(answers).where(_COLUMN.id == id, UNWRITTEN, free).values(writer=writer, taken_at=now)
        with self._database.write() as connection:
            return connection.execute(taking).rowcount == 1

    def written(self, id: str, writer: str, *, name: str, sha256: str, actor: str = WORKER) -> bool:  # noqa: A002
        """The message with this hash is to appear under this name; False if it is no longer this writer's matter.

        Raises NotFound.
        """
        with self._database.write() as connection:
            answer = locked_answer(connection, id)
            values = {"name": name, "sha256": sha256, "written_at": self._clock()}
            mine = update(answers).where(_COLUMN.id == id, _COLUMN.writer == writer, UNWRITTEN)
            if connection.execute(mine.values(values)).rowcount != 1:
                return False
            note_answer(connection, answer, self._clock(), WRITTEN, actor, {"answer": sha256})
            return True

    def writer_of(self, id: str) -> str | None:  # noqa: A002
        """Whose message for this answer is to appear; None while none is, or where there is no such answer."""
        query = select(_COLUMN.writer).where(_COLUMN.id == id, _COLUMN.written_at.is_not(None))
        with self._database.read() as connection:
            found: str | None = connection.execute(query).scalar_one_or_none()
        return found


def _behind(last: Answer) -> ColumnElement[bool]:
    same_time = and_(_COLUMN.issued_at == last.issued_at, _COLUMN.id > last.id)
    return or_(_COLUMN.issued_at > last.issued_at, same_time)
