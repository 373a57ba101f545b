"""Giving the answers that are owed: what came of a submission becomes the messages the table of `responses` names.

Each step may be done again, by whichever process: of a formal answer there is one, and an Invoice Response that follows
from a result has an id that follows from it, too.
"""

import uuid
from collections.abc import Iterator, Mapping

import structlog

from einvoice.answering.failures import Failures
from einvoice.answering.messages import RESULT, Way, file_of, message_of, what_is_known
from einvoice.answering.telling import Wish, in_order
from einvoice.intake import Folder
from einvoice.model.answer import Answer, AnswerKind, Owed
from einvoice.model.examination import Examination
from einvoice.model.letter import Letter
from einvoice.responses import (
    Due,
    InvoiceStatus,
    Kind,
    ResponseInvalid,
    Result,
    Sending,
    TransitionRefused,
    due,
    result_of,
    returned,
)
from einvoice.store import Store

_PORTION = 100
_OURS = uuid.UUID("5f4f6f0e-64c0-5b57-9d6b-3e4f6a3a6d55")  # name space of ids that follow from a result
_ASKING = (Result.UNROUTABLE, Result.UNADDRESSED)  # more may have to be said when a person has acted
_RESPONSE = AnswerKind.INVOICE_RESPONSE

log = structlog.get_logger()


def give_answers(store: Store, folder: Folder, failures: Failures | None = None) -> int:
    """Give what is owed through this folder by now; how many submissions are answered, or need no answer.

    Raises what failed of some when all others are answered; at once where a part of the service is away.
    """
    count, failures = 0, failures or Failures()
    for owed in _all_due(store, folder):
        with failures.of(owed.submission_id, submission=owed.submission_id, kind=owed.kind.value):
            count += _Giving(store, folder, owed).give()
    failures.end()
    return count


def _all_due(store: Store, folder: Folder) -> Iterator[Owed]:
    after = ""
    while portion := store.answers.due((folder.name,), _PORTION, after=after):
        yield from portion
        after = portion[-1].submission_id


class _Giving:
    """The answers to one submission."""

    def __init__(self, store: Store, folder: Folder, owed: Owed) -> None:
        self._store = store
        self._owed = owed
        self._way = Way.of(folder)
        self._positive = folder.positive
        self._id = owed.submission_id

    def give(self) -> bool:
        """Whether nothing is owed any more, for now."""
        known = what_is_known(self._store, self._id)
        if known is None:
            return self._nothing("deleted")
        letter, examination = known
        result = result_of(self._store.submissions.get(self._id), examination)
        if result is Result.UNDECIDED:
            return False
        if self._owed.kind is _RESPONSE:
            return self._say_more(result, letter, examination)
        asked = letter.envelope.mls_always if self._owed.kind is AnswerKind.MLS else self._positive
        rows = {row.kind: row for row in due(result, Kind(self._owed.kind), asked=asked)}
        leaves = _RESPONSE if result in _ASKING else None
        if back := rows.get(Kind.INVOICE_RESPONSE):
            self._return(back, letter, examination)
        formal = rows.get(Kind(self._owed.kind))
        if formal and self._owed.kind is AnswerKind.MLS and letter.envelope.mls_to is None:
            return self._nothing("no-address", leaves)  # whom it would go to only a look-up in the network could tell
        if formal:
            return self._give(formal, {RESULT: result.value}, letter, examination, str(uuid.uuid4()), leaves)
        return self._nothing("not-asked" if due(result, Kind(self._owed.kind), asked=True) else "no-answer", leaves)

    def _say_more(self, result: Result, letter: Letter, examination: Examination) -> bool:
        """What was asked back has been decided on."""
        rows = due(result, Kind.MLR, asked=False)  # both settings say the same of it
        back = next((row for row in rows if row.kind is Kind.INVOICE_RESPONSE), None)
        if back is None:
            return self._nothing("passed-on")
        why_not = self._return(back, letter, examination)
        return self._nothing(why_not) if why_not else True

    def _return(self, row: Due, letter: Letter, examination: Examination) -> str:
        """Give the invoice back, or ask; why not, or "" where the seller has been told, now or before."""
        id_ = str(uuid.uuid5(_OURS, f"{self._id}:{row.code}"))
        response = returned(row.result, examination, letter.envelope, Sending(id=id_, at=self._store.clock()))
        if response is None:  # nobody could read the invoice
            return "no-answer"
        wish = Wish(status=InvoiceStatus(response.code), why=response.clarifications)
        try:
            return "" if self._give(row, wish.details, letter, examination, id_, None) else "impossible"
        except TransitionRefused:  # the authority was faster
            return "said-already"

    def _give(
        self, row: Due, details: Mapping[str, object], letter: Letter, examination: Examination, id_: str,
        leaves: AnswerKind | None,
    ) -> bool:  # fmt: skip
        kind = AnswerKind(row.kind)
        planned = Answer(
            id=id_, submission_id=self._id, kind=kind, number=1, code=row.code, details=details,
            folder=self._owed.folder, issued_at=self._store.clock(),
        )  # fmt: skip
        try:
            response = message_of(planned, letter, examination, self._way)
            if response is None:
                return self._nothing("no-answer", leaves)
            file_of(response, planned, letter, self._way)
        except (ResponseInvalid, ValueError) as error:  # as where the envelope names nobody it could go to
            log.warning("answer-impossible", submission=self._id, kind=kind.value, why=str(error)[:200])
            return self._nothing("impossible", leaves) if kind is self._owed.kind else False
        self._store.answers.issue(
            self._id, kind, id=id_, code=row.code, details=details, issued_at=planned.issued_at,
            check=None if kind.is_single else in_order(Wish.told(planned)), leaves=leaves,
        )  # fmt: skip
        return True

    def _nothing(self, reason: str, leaves: AnswerKind | None = None) -> bool:
        self._store.answers.waive(self._id, self._owed.kind, reason=reason, leaves=leaves)
        return True
