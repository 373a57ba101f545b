"""The envelopes that submissions came in: one message is one submission, however often it is delivered.

What changes them runs inside the caller's writing transaction.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, RowMapping, bindparam, insert, select

from einvoice.model.answer import AnswerKind
from einvoice.model.audit import sha256_hex
from einvoice.model.envelope import Envelope
from einvoice.model.letter import Letter
from einvoice.model.text import storable
from einvoice.store.database import Database, lock
from einvoice.store.tables import envelopes, submissions

_COLUMN = envelopes.c
_LETTERS = select(envelopes, submissions.c.owed).join(submissions, submissions.c.id == _COLUMN.submission_id)
_KEEP = insert(envelopes)
_SAME_MESSAGE = (  # made once, for it is asked for every envelope; oldest first
    select(_COLUMN.submission_id, _COLUMN.payload_sha256)
    .where(_COLUMN.instance_sha256 == bindparam("of_instance"), _COLUMN.scope == bindparam("of_scope"))
    .order_by(_COLUMN.submission_id)
)


@cache
def _as_json() -> TypeAdapter[Envelope]:
    return TypeAdapter(Envelope)


def lock_message(connection: Connection, letter: Letter) -> None:
    """Let one of several deliveries of the same message come first."""
    instance = _instance(letter.envelope.instance_id)
    if instance is not None:
        lock(connection, f"message:{letter.scope}:{instance}")


def delivered(connection: Connection, letter: Letter) -> dict[str, str]:
    """Submissions that came as the same message, by the SHA-256 of their payloads, the first of them first.

    There should be one payload; a second one under the same instance id is a conflict. Where the id is empty it names
    no message, and nothing is the same.
    """
    instance = _instance(letter.envelope.instance_id)
    if instance is None:
        return {}
    found = connection.execute(_SAME_MESSAGE, {"of_instance": instance, "of_scope": letter.scope})
    return {row.payload_sha256: row.submission_id for row in found}


def keep_envelope(connection: Connection, submission_id: str, letter: Letter) -> None:
    """Keep the envelope of a new submission; its row in `submissions` has to be there."""
    envelope = letter.envelope
    values = {
        "submission_id": submission_id,
        "instance_sha256": _instance(envelope.instance_id) or submission_id,  # the same as nobody's
        "scope": letter.scope,
        "payload_sha256": envelope.payload_sha256,
        "folder": letter.folder,
        "header": _as_json().dump_python(envelope, mode="json"),
    }
    connection.execute(_KEEP, values)


class Envelopes:
    """Reads envelopes; they are kept by `receiving` and go with their submission."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, submission_id: str) -> Letter | None:
        """The envelope of a submission; None: it came in none."""
        query = _LETTERS.where(_COLUMN.submission_id == submission_id)
        with self._database.read() as connection:
            row = connection.execute(query).mappings().one_or_none()
        return None if row is None else _to_letter(row)

    def find(self, instance_id: str, *, scope: str | None = None) -> dict[str, Letter]:
        """Submissions whose envelopes have this instance id, oldest first; of every scope, if none is given."""
        return dict(self._found(instance_id, scope))

    def other(self, submission_id: str) -> str | None:
        """The first submission that came as the same message with another payload; None: there is none."""
        letter = self.of(submission_id)
        if letter is None:
            return None
        with self._database.read() as connection:
            same = delivered(connection, letter).values()
        return next((one for one in same if one != submission_id), None)

    def _found(self, instance_id: str, scope: str | None) -> Iterator[tuple[str, Letter]]:
        query = _LETTERS.where(_COLUMN.instance_sha256 == _instance(instance_id)).order_by(_COLUMN.submission_id)
        if scope is not None:
            query = query.where(_COLUMN.scope == scope)
        with self._database.read() as connection:
            for row in connection.execute(query).mappings():
                yield row["submission_id"], _to_letter(row)


def _instance(instance_id: str) -> str | None:
    """What an instance id is looked for by, however long it is; None where it names nothing."""
    return sha256_hex(storable(instance_id)) if instance_id.strip() else None


def _to_letter(row: RowMapping | dict[str, Any]) -> Letter:
    return Letter(
        scope=row["scope"],
        envelope=_as_json().validate_python(row["header"]),
        folder=row["folder"],
        owed=AnswerKind(row["owed"]) if row["owed"] else None,
    )
