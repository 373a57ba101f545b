"""Several threads that write at the same moment share one transaction: one turn, one set of counters, one commit.

Whoever comes first leads: it does its own work and that of all who came meanwhile, each after the other, and commits.
Nobody gets an answer before that commit. Under load this divides the cost of a transaction by those who share it; so
while there was company lately, a leader waits a moment for more. Who is alone never waits.
"""

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar, cast

from sqlalchemy import Connection

from einvoice.errors import Fault
from einvoice.store.database import Database
from einvoice.store.engines import is_deadlock

MOST = 16  # works in one transaction: what is locked stays locked until its end
_MOMENT = 0.001  # seconds
_TRIES = 5  # for a work that waits for others on other hosts while they wait for it; each costs a second

Result = TypeVar("Result")


class Together:
    """Writing transactions for works that may be done beside each other. Safe to use from many threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._guard = threading.Lock()
        self._waiting: list[_Work] = []
        self._led = False  # whether somebody commits right now
        self._crowded = False  # whether the last transaction was shared

    def write(self, work: Callable[[Connection], Result]) -> Result:
        """What `work` returns, once it is committed; what it raises, and then nothing of it was written.

        Where one of several raises, all are undone and each is done again in a transaction of its own; so `work` may
        be called several times. Raises Fault("database").
        """
        mine = _Work(work)
        with self._guard:
            self._waiting.append(mine)
            leads, self._led = not self._led, True
        if not leads:
            mine.turn.wait()
        if not mine.done:  # it is ours to lead
            self._lead()
        return cast("Result", mine.result())

    def _lead(self) -> None:
        batch: list[_Work] = []
        try:
            if self._crowded:
                time.sleep(_MOMENT)
            with self._guard:
                batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                self._crowded = len(batch) > 1
            self._commit(batch)
        finally:
            with self._guard:
                following = self._waiting[0] if self._waiting else None
                self._led = following is not None
            for work in batch:
                work.turn.set()
            if following is not None:
                following.turn.set()

    def _commit(self, batch: "list[_Work]", tries: int = _TRIES) -> None:
        try:
            with self._database.write() as connection:
                results = [work.call(connection) for work in batch]
        except BaseException as error:
            if len(batch) > 1 and not _is_away(error):  # the trouble of one; the others have none
                for work in batch:
                    self._commit([work])
            elif is_deadlock(error.__cause__) and tries > 1:
                self._commit(batch, tries - 1)
            else:
                for work in batch:
                    work.fail(error)
        else:
            for work, result in zip(batch, results, strict=True):
                work.succeed(result)


def _is_away(error: BaseException) -> bool:
    """Whether no work can be done. After a deadlock it can: whom we waited for, and who waited for us, goes on."""
    return isinstance(error, Fault) and error.notice.cause == "database" and not is_deadlock(error.__cause__)


class _Work:
    """One thread's part of a transaction."""

    def __init__(self, call: Callable[[Connection], Any]) -> None:
        self.call = call
        self.turn = threading.Event()  # it is done, or its thread leads now
        self.done = False
        self._result: Any = None
        self._error: BaseException | None = None

    def succeed(self, result: Any) -> None:
        self._result, self.done = result, True

    def fail(self, error: BaseException) -> None:
        self._error, self.done = error, True

    def result(self) -> Any:
        if self._error is not None:
            raise self._error
        return self._result
