"""Answers through the outboxes of drop folders, given and written by a worker."""

from collections.abc import Callable

from einvoice.answering import Failures, Outbox, Way, file_of, give_answers, message_of, what_is_known
from einvoice.errors import Fault
from einvoice.intake import Folder
from einvoice.intake.layouts import LAYOUTS
from einvoice.model.answer import Answer
from einvoice.store import Store
from einvoice.worker.errands import Errand

Tell = Callable[[str, Exception | None], None]  # name of the folder, and what kept it from being answered through


def answer_errands(
    store: Store, folders: tuple[Folder, ...], tell: Tell, *, every: float, patience: float
) -> tuple[Errand, ...]:
    """One for each folder that can be answered through, so that one whose drive is away keeps no other waiting.

    `tell` hears of each turn how it went. After `patience` seconds another process goes on with what one has begun and
    left.
    """
    answerable = (folder for folder in folders if LAYOUTS[folder.layout].enveloped)
    return tuple(
        Errand(f"answers:{folder.name}", every, _Answering(store, folder, tell, patience).turn) for folder in answerable
    )


class _Answering:
    """Answers through one folder."""

    def __init__(self, store: Store, folder: Folder, tell: Tell, patience: float) -> None:
        self._store = store
        self._tell = tell
        self._folder = folder
        self._failures = Failures()
        self._outbox = Outbox(store, folder, self._file, patience=patience)

    def turn(self) -> None:
        """Give what is owed, and write what is given. Raises OSError, Fault."""
        try:
            try:
                give_answers(self._store, self._folder, self._failures)
            finally:  # whatever keeps some from being given, those that are go out
                self._outbox.put()
        except Exception as error:
            self._tell(self._folder.name, error)
            raise
        self._tell(self._folder.name, None)

    def _file(self, answer: Answer) -> bytes:
        known = what_is_known(self._store, answer.submission_id)
        if known is None:
            raise Fault("internal", "what the answer is about is deleted")
        (letter, examination), way = known, Way.of(self._folder)
        response = message_of(answer, letter, examination, way)
        if response is None:
            raise Fault("internal", f"the result {answer.details} has no message {answer.kind}")
        return file_of(response, answer, letter, way)
