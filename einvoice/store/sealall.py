"""Sealing what was stored before sealing was switched on. It may be broken off and begun again, and others may work."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from einvoice.errors import Fault
from einvoice.model.submission import Handling, Submission
from einvoice.store.changes import locked_row
from einvoice.store.errors import NotPossible
from einvoice.store.journal import note_act
from einvoice.store.reports import seal_examination
from einvoice.store.rows import read_submission
from einvoice.store.tables import submissions
from einvoice.store.vault import shred

if TYPE_CHECKING:
    from einvoice.sealing import Key
    from einvoice.store import Store

_PORTION = 500  # ids read at once
_KEPT = submissions.c.handling != Handling.EXPIRED


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedAll:
    """What came of it."""

    sealed: int  # objects that were not sealed before
    unreadable: tuple[str, ...]  # submissions whose object is missing or damaged; it was left as it is


def unseen(done: int, total: int) -> None:
    """Progress for nobody."""


def seal_all(store: "Store", *, actor: str = "admin", progress: Callable[[int, int], None] = unseen) -> SealedAll:
    """Seal every original and report that is not sealed yet. Raises NotPossible("not-sealing"), Fault."""
    with store.database.read() as connection:
        total = connection.scalar(select(func.count()).select_from(submissions).where(_KEPT)) or 0
    sealed, unreadable = 0, list[str]()
    for done, submission_id in enumerate(_ids(store), 1):
        try:
            sealed += _seal(store, submission_id)
        except Fault as fault:
            if fault.notice.elsewhere:
                raise
            unreadable.append(submission_id)
        progress(done, total)
    with store.database.write() as connection:
        now = store.clock()
        note_act(connection, at=now, actor=actor, action="sealed-all", object="store", count=str(sealed))
    return SealedAll(sealed=sealed, unreadable=tuple(unreadable))


def _ids(store: "Store") -> Iterator[str]:
    after = ""
    while True:
        query = select(submissions.c.id).where(submissions.c.id > after, _KEPT).order_by(submissions.c.id)
        with store.database.read() as connection:
            ids = connection.scalars(query.limit(_PORTION)).all()
        if not ids:
            return
        yield from ids
        after = ids[-1]


def _seal(store: "Store", submission_id: str) -> bool:
    """The data key and the report first, then the object: it can be read at every moment, whoever dies in between."""
    new = store.vault.new_data_key(submission_id)
    if new is None:
        raise NotPossible("not-sealing")
    submission, data_key = _with_key(store, submission_id, new)
    if submission.handling is Handling.EXPIRED or not store.originals.seal(submission, data_key):
        return False
    if submission.blob != submission.id:  # an old one under its hash, which others may have, too; swept when none does
        with store.database.write() as connection:
            locked_row(connection, submission_id)
            mine = submissions.c.id == submission_id
            connection.execute(update(submissions).where(mine, _KEPT).values(blob=submission_id))
    return True


def _with_key(store: "Store", submission_id: str, new: "Key") -> "tuple[Submission, Key]":
    """The submission, with a data key that its report is sealed by."""
    with store.database.write() as connection:
        locked_row(connection, submission_id)
        submission = read_submission(connection, submission_id)
        if submission.handling is Handling.EXPIRED:
            return submission, new
        data_key = store.vault.hand_to(connection, submission_id, submission.authority_id)
        if data_key is None:
            store.vault.keep(connection, new)
            data_key = store.vault.hand_to(connection, submission_id, submission.authority_id) or new
        shred(connection)
        seal_examination(connection, submission_id, data_key)
        return submission, data_key
