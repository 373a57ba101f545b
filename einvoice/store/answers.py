"""Answers to envelopes and invoices: what is owed, what was given, and whether its message lies in the outbox yet.

(1) `due` names what is decided and owes an answer, (2) `issue` makes it durable what the answer is, or `waive` that
there is none, (3) its message is built from that and put into the outbox (`outgoing`). Each act stands in the audit
log, about the object `answer:ID` (what was waived: about `envelope:SUBMISSION`).
"""

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from pydantic import TypeAdapter
from sqlalchemy import Connection, RowMapping, insert, or_, select, update

from einvoice.model.answer import Answer, AnswerKind, Owed, Reply
from einvoice.model.audit import canonical, sha256_hex
from einvoice.model.submission import Handling, Hold
from einvoice.model.text import storable
from einvoice.store.changes import locked_row
from einvoice.store.claims import WORKER
from einvoice.store.database import Database
from einvoice.store.errors import AlreadyThere, NotFound, NotPossible
from einvoice.store.journal import Note, note
from einvoice.store.tables import OWING, answers, audit_entries, envelopes, submissions

ISSUED, WAIVED, REPLIED = "answered", "answer-waived", "answer-replied-to"  # actions in the audit log

Check = Callable[[Sequence[Answer]], None]

_COLUMN = answers.c
_REPLY = TypeAdapter(Reply)
_CODE = re.compile("[A-Z]{2}")
_AT_WORK = (Handling.RECEIVED, Handling.PROCESSING)


class Answers:
    """Each method is one transaction. Raises NotFound where there is no such submission or answer."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def due(self, folders: Collection[str], limit: int, *, after: str = "") -> tuple[Owed, ...]:
        """What is decided, or was ended by a person, and owes its sender an answer; oldest receipt first.

        Of what came through these folders. An Invoice Response is due when it waits for its authority no more. `after`:
        the submission to go on behind, so that one whose answer can't be made keeps no other from its own.
        """
        column = submissions.c
        query = (
            select(column.id, column.owed, envelopes.c.folder)
            .join(envelopes, envelopes.c.submission_id == column.id)
            .where(OWING, column.id > after, envelopes.c.folder.in_(folders))
            .where(or_(column.owed != AnswerKind.INVOICE_RESPONSE, column.hold != Hold.UNROUTABLE))
            .order_by(column.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return tuple(Owed(submission_id=id_, kind=AnswerKind(owed), folder=folder) for id_, owed, folder in rows)

    def issue(
        self,
        submission_id: str,
        kind: AnswerKind,
        *,
        id: str,  # noqa: A002
        code: str,
        details: Mapping[str, object],
        issued_at: datetime,
        actor: str = WORKER,
        check: Check | None = None,
        leaves: AnswerKind | None = None,
    ) -> Answer:
        """Have an answer given, for good; from then on its message can be written at any time.

        Of MLS and MLR a submission has one each at most: the second call returns the first, whatever it asks for. Of
        invoice responses the same `id` returns the same. `leaves`: what is still owed, once this has been. `check` is
        shown the earlier ones of this kind, oldest first, while nobody else can give a further one, and raises what is
        to keep this one from being given.

        Raises NotPossible: "not-decided" (an MLS or MLR about what has no decision yet), "expired" (it is deleted).
        """
        with self._database.write() as connection:
            row = locked_row(connection, submission_id)
            earlier = _of(connection, submission_id, kind)
            given = earlier if kind.is_single else [one for one in earlier if one.id == id]
            if given:
                return given[0]
            _assert_answerable(row, kind)
            if check is not None:
                check(earlier)
            answer = Answer(
                id=id,
                submission_id=submission_id,
                kind=kind,
                number=len(earlier) + 1,
                code=code,
                details=_as_kept(details),
                folder=_folder(connection, submission_id),
                issued_at=issued_at,
            )
            _keep(connection, answer)
            if row["owed"] == kind:
                _settle(connection, submission_id, leaves)
            hashes = {"details": sha256_hex(canonical(answer.details))}
            note_answer(connection, answer, self._clock(), ISSUED, actor, hashes)
            return answer

    def waive(
        self,
        submission_id: str,
        kind: AnswerKind,
        *,
        reason: str,
        actor: str = WORKER,
        leaves: AnswerKind | None = None,
    ) -> bool:
        """Nothing is to be sent, for a reason with a short code; False where that kind was not owed any more."""
        with self._database.write() as connection:
            if locked_row(connection, submission_id)["owed"] != kind:
                return False
            _settle(connection, submission_id, leaves)
            told = Note(
                at=self._clock(),
                actor=actor,
                action=WAIVED,
                object=f"envelope:{submission_id}",
                details={"kind": kind, "reason": reason},
                hashes={},
            )
            note(connection, told)
            return True

    def get(self, id: str) -> Answer:  # noqa: A002
        """One answer, as by the id that a message about it refers to."""
        with self._database.read() as connection:
            row = connection.execute(select(answers).where(_COLUMN.id == id)).mappings().one_or_none()
        if row is None:
            raise NotFound(f"answer {id}")
        return to_answer(row)

    def of(self, submission_id: str) -> tuple[Answer, ...]:
        """All answers about a submission, oldest first."""
        query = select(answers).where(_COLUMN.submission_id == submission_id)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(_COLUMN.issued_at, _COLUMN.number, _COLUMN.id)).mappings()
            return tuple(map(to_answer, rows))

    def replied(self, id: str, reply: Reply, *, actor: str) -> bool:  # noqa: A002
        """What came in about an answer; False if another message had come in before, which stays. Raises NotFound.

        The log names each, by the hash of its id. Said again, it changes nothing.
        """
        with self._database.write() as connection:
            answer, hashes = locked_answer(connection, id), {"reply": sha256_hex(storable(reply.id))}
            if _is_noted(connection, id, hashes):
                return answer.reply is not None and answer.reply.id == reply.id
            if answer.reply is None:
                kept = _REPLY.dump_python(reply, mode="json")
                connection.execute(update(answers).where(_COLUMN.id == id).values(reply=kept))
            code = reply.code if _CODE.fullmatch(reply.code) else "other"  # what others write may name people
            note_answer(connection, answer, self._clock(), REPLIED, actor, hashes, {"reply": code})
            return answer.reply is None


def _is_noted(connection: Connection, id: str, hashes: Mapping[str, str]) -> bool:  # noqa: A002
    """Whether the log names this reply already."""
    about = (audit_entries.c.object == f"answer:{id}", audit_entries.c.action == REPLIED)
    return any(found == hashes for found in connection.scalars(select(audit_entries.c.hashes).where(*about)))


def note_answer(
    connection: Connection, answer: Answer, at: datetime, action: str, actor: str, hashes: Mapping[str, str],
    more: Mapping[str, str] = MappingProxyType({}),
) -> None:  # fmt: skip
    """For the audit log, which has no personal data: of what people wrote it has the hash."""
    details = {
        "submission": answer.submission_id,
        "kind": answer.kind,
        "number": str(answer.number),
        "code": answer.code,
        **more,
    }
    told = Note(at=at, actor=actor, action=action, object=f"answer:{answer.id}", details=details, hashes=hashes)
    note(connection, told)


def _as_kept(details: Mapping[str, object]) -> dict[str, object]:
    """As they will be read: the message made of them at once is the one made of them after a crash."""
    kept: dict[str, object] = json.loads(storable(json.dumps(details, ensure_ascii=False)))
    return kept


def _assert_answerable(row: RowMapping, kind: AnswerKind) -> None:
    if row["handling"] == Handling.EXPIRED:
        raise NotPossible("expired")
    if kind.is_single and row["handling"] in _AT_WORK:
        raise NotPossible("not-decided")


def _of(connection: Connection, submission_id: str, kind: AnswerKind) -> list[Answer]:
    mine = select(answers).where(_COLUMN.submission_id == submission_id, _COLUMN.kind == kind)
    return [to_answer(row) for row in connection.execute(mine.order_by(_COLUMN.number)).mappings()]


def _keep(connection: Connection, answer: Answer) -> None:
    if connection.execute(select(_COLUMN.id).where(_COLUMN.id == answer.id)).first():
        raise AlreadyThere(f"answer {answer.id}")
    values = {
        "id": answer.id,
        "submission_id": answer.submission_id,
        "kind": answer.kind,
        "number": answer.number,
        "code": answer.code,
        "details": dict(answer.details),
        "folder": answer.folder,
        "issued_at": answer.issued_at,
    }
    connection.execute(insert(answers), values)


def _settle(connection: Connection, submission_id: str, leaves: AnswerKind | None) -> None:
    connection.execute(update(submissions).where(submissions.c.id == submission_id).values(owed=leaves))


def _folder(connection: Connection, submission_id: str) -> str | None:
    query = select(envelopes.c.folder).where(envelopes.c.submission_id == submission_id)
    return connection.execute(query).scalar_one_or_none()


def locked_answer(connection: Connection, id: str) -> Answer:  # noqa: A002
    """One answer, kept from others until the transaction ends. Raises NotFound."""
    row = connection.execute(select(answers).where(_COLUMN.id == id).with_for_update()).mappings().one_or_none()
    if row is None:
        raise NotFound(f"answer {id}")
    return to_answer(row)


def to_answer(row: RowMapping) -> Answer:
    """A row as an answer."""
    return Answer(
        id=row["id"],
        submission_id=row["submission_id"],
        kind=AnswerKind(row["kind"]),
        number=row["number"],
        code=row["code"],
        details=row["details"],
        folder=row["folder"],
        issued_at=row["issued_at"],
        name=row["name"],
        sha256=row["sha256"],
        written_at=row["written_at"],
        reply=_REPLY.validate_python(row["reply"]) if row["reply"] else None,
    )
