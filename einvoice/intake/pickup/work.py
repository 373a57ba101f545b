"""What a process has claimed from a folder, taken on step by step until it is put away."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import structlog

from einvoice.intake.folders import Folder
from einvoice.intake.names import shown_name
from einvoice.intake.pickup.claiming import complete
from einvoice.intake.pickup.desk import FolderDesk, Outcome
from einvoice.intake.pickup.failures import Failures
from einvoice.intake.pickup.finishing import finish, is_still, submit
from einvoice.intake.pickup.holding import Holding
from einvoice.intake.pickup.item import Item, Slip, Submitted
from einvoice.intake.spool import Spool

OFTEN = 0.2  # seconds between two questions for outcomes, while some are expected any moment
TOGETHER = 4  # documents handed in at once
_YOUNG = 60.0  # seconds after a submission in which they are

log = structlog.get_logger()


class Work:
    """The claimed documents of one folder. What is known of them here can be read again from their notes."""

    def __init__(
        self,
        folder: Folder,
        spool: Spool,
        desk: FolderDesk,
        holding: Holding,
        failures: Failures,
        *,
        every: float,
        clock: Callable[[], float],
        stay_alive: Callable[[], None],
    ) -> None:
        """`every` seconds, long awaited outcomes are asked for; `stay_alive` is called again and again."""
        self._folder = folder
        self._spool = spool
        self._desk = desk
        self._holding = holding
        self._failures = failures
        self._every = every
        self._clock = clock
        self._stay_alive = stay_alive
        self._hands = ThreadPoolExecutor(TOGETHER - 1, f"hand-in-{folder.name}")  # begun when there is something to do
        self._submitted: dict[str, tuple[Slip, Submitted]] = {}  # by token
        self._young: dict[str, float] = {}  # by token: until when its outcome is expected any moment
        self._asked = self._asked_all = float("-inf")
        self.count = 0  # at the last turn

    def wait(self) -> float | None:
        """Seconds until the next question for outcomes; None: there is nothing to ask for."""
        young = any(until > self._clock() for until in self._young.values())
        return (OFTEN if young else self._every) if self._submitted else None

    def advance(self) -> None:
        """Take everything on as far as it goes now. Raises Fault, OSError where nothing goes at all."""
        items = {path.name: Item(path) for path in self._holding.items()}
        self.count = len(items)
        for token in self._submitted.keys() - items.keys():  # another process has adopted it
            del self._submitted[token]
        now = self._clock()
        self._young = {token: until for token, until in self._young.items() if token in self._submitted and until > now}
        self._failures.forget_all_but(items)
        left = sorted(items.keys() - self._submitted.keys(), key=self._failures.last)
        for item in self._each(items[token] for token in left):
            self._resume(item)
        self._failures.go_on()
        awaited = self._to_ask()
        if awaited:
            ended = self._desk.ended({self._submitted[token][1].id for token in awaited})
            here = [token for token in awaited if self._submitted[token][1].id in ended and token in items]
            for item in self._each(items[token] for token in here):
                self._end(item, *self._submitted[item.token])

    def hand_in(self, claimed: Sequence[tuple[Item, Slip]]) -> None:
        """(2) Submit documents, and put them away at once where there is nothing to wait for.

        Several at once: each waits for the disk and the database most of the time, and they share its commits.
        """
        submitting = [self._hands.submit(self._submit, item, slip) for item, slip in claimed[1:]]
        for (item, slip), ahead in zip(claimed, [None, *submitting], strict=False):
            with self._failures.of(item):
                self._handed_in(item, slip, self._submit(item, slip) if ahead is None else ahead.result())

    def close(self) -> None:
        """No more is handed in."""
        self._hands.shutdown()

    def _to_ask(self) -> list[str]:
        """Whose outcomes to ask for now: often for the young, now and then for all: many may wait for a person."""
        now = self._clock()
        if now - self._asked_all >= self._every:
            self._asked = self._asked_all = now
            return list(self._submitted)
        if now - self._asked >= OFTEN:
            self._asked = now
            return [token for token in self._submitted if self._young.get(token, now) > now]
        return []

    def _submit(self, item: Item, slip: Slip) -> Submitted | Outcome:
        if slip.remark is not None:
            log.warning("folder-remark", folder=self._folder.name, item=shown_name(slip.name), remark=slip.remark)
        return submit(item, slip, self._folder, self._spool, self._desk)

    def _handed_in(self, item: Item, slip: Slip, submitted: Submitted | Outcome) -> None:
        if isinstance(submitted, Outcome):
            finish(item, slip, self._folder.home, submitted)
            return
        item.note(submitted)
        self._submitted[item.token] = slip, submitted
        self._young[item.token] = self._clock() + _YOUNG

    def _each(self, items: Iterable[Item]) -> Iterator[Item]:
        """Those that are to be worked on now."""
        for item in items:
            if self._failures.too_many:
                return
            if not self._failures.rests(item.token):
                yield item
                self._stay_alive()

    def _resume(self, item: Item) -> None:
        """(2) again, after a failure, or where another process has left it."""
        with self._failures.of(item):
            slip = complete(item, self._folder.path, self._folder.home)
            submitted = item.submitted()
            if slip is not None and submitted is not None:
                self._submitted[item.token] = slip, submitted
            elif slip is not None:
                self._handed_in(item, slip, self._submit(item, slip))

    def _end(self, item: Item, slip: Slip, submitted: Submitted) -> None:
        """(3) Look how it ended, and (4) put it away. Bytes that changed meanwhile are submitted, too."""
        with self._failures.of(item):
            try:
                outcome = self._desk.outcome(submitted.id)
            except LookupError:  # the database was put back to an earlier state
                self._submit_again(item, submitted, "folder-submission-unknown")
                return
            if outcome is None:
                return
            if is_still(item, slip, submitted):
                finish(item, slip, self._folder.home, outcome, submitted.id)  # (4), (5)
                del self._submitted[item.token]
            else:  # who had it open went on writing after a long pause: the outcome is about other bytes
                self._submit_again(item, submitted, "folder-document-changed")

    def _submit_again(self, item: Item, submitted: Submitted, why: str) -> None:
        log.warning(why, folder=self._folder.name, submission=submitted.id)
        item.forget_submission()
        del self._submitted[item.token]
