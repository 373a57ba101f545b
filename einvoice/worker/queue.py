"""The queue of wake-ups, shared by all processes of a service; and what is done while it is away.

It is a shortcut, never needed: whoever wakes does not wait for it, and workers live on what the rounds find due.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import TypeVar

import structlog

from einvoice.model.submission import Priority
from einvoice.settings import Settings
from einvoice.worker.messages import WakeUp, signed, verified
from einvoice.worker.outage import Outage

_DROPPED_SECONDS = 60.0  # at most one line in so long about messages that are not ours

Answer = TypeVar("Answer")

log = structlog.get_logger()


class QueueAway(Exception):
    """The queue does not answer, or did not a moment ago."""


class WakeQueue:
    """Carries submission ids from where they came in to where they are worked on."""

    def __init__(self, settings: Settings, secret: bytes) -> None:
        """`secret` signs the messages; all processes of a service have the same."""
        from einvoice.worker.storages import open_huey  # here: huey brings redis, and most commands need neither

        self.huey = open_huey(settings)
        self._secret = secret
        self._outage = Outage("queue-away", "queue-back")
        self._sender = ThreadPoolExecutor(1, "wake")
        self._kept: deque[WakeUp] = deque()  # what this process knows to be due while the queue is away
        self._dropped = 0
        self._tell_dropped_at = 0.0

    def wake(self, submission_id: str, priority: int = Priority.INTERACTIVE) -> None:
        """Say that a submission waits. Returns at once and never fails: a round will find it anyway."""
        with suppress(RuntimeError):  # the process is ending
            self._sender.submit(self.put, WakeUp(submission_id, priority))

    def put(self, wake_up: WakeUp) -> bool:
        """As `wake`, but waits until it is done; whether it is."""
        try:
            self._ask(partial(self._enqueue, wake_up))
        except QueueAway:
            return False
        return True

    def take(self) -> WakeUp | None:
        """The next one, soonest first; None if there is none at the moment. Never raises."""
        message: object = b""
        while not self._outage.lasts and message is not None:
            with suppress(QueueAway):
                message = self._ask(self.huey.storage.dequeue)
                wake_up = verified(message, self._secret)
                if wake_up is not None:
                    return wake_up
                if message is not None:
                    self._drop()
        try:
            return self._kept.popleft()
        except IndexError:
            return None

    @property
    def waits(self) -> bool:
        """Whether `take` waits a moment by itself for something to come."""
        return bool(self.huey.storage.blocking) and not self._outage.lasts

    def waiting(self, most: int) -> Sequence[WakeUp]:
        """What nobody has taken yet, soonest first; at most `most`."""
        try:
            return self._ask(partial(self._peek, most))
        except QueueAway:
            return list(self._kept)[:most]

    def is_low(self, least: int) -> bool:
        """Whether less than that waits; asked after every invoice, so what waits is not verified."""
        try:
            return len(self._ask(partial(self.huey.storage.enqueued_items, least))) < least
        except QueueAway:
            return len(self._kept) < least

    def restock(self, due: Sequence[WakeUp], most: int) -> None:
        """Let what is due be among the `most` taken next, as far as there is room among what waits already.

        While the queue is away it is kept here instead. Others do the same then; claims decide who works on what.
        """
        try:
            waiting = self._ask(partial(self._peek, most))
            known = {wake_up.id for wake_up in waiting}
            fresh = [wake_up for wake_up in due if wake_up.id not in known]
            for wake_up in sorted([*waiting, *fresh], key=lambda one: one.priority)[:most]:
                if wake_up.id not in known:
                    self._ask(partial(self._enqueue, wake_up))
            self._kept.clear()
        except QueueAway:
            self._kept = deque(due)

    def close(self) -> None:
        """Send what is still to be sent, and give back the connections of this thread and those nobody uses now."""
        self._sender.shutdown()
        with suppress(Exception):
            self.huey.storage.close()

    def _ask(self, question: Callable[[], Answer]) -> Answer:
        """What the storage answers. Raises QueueAway, at once if it did not answer a moment ago."""
        if not self._outage.may_try():
            raise QueueAway
        try:
            answer = question()
        except Exception as error:
            self._outage.failed(error)
            raise QueueAway from error
        self._outage.worked()
        return answer

    def _enqueue(self, wake_up: WakeUp) -> None:
        self.huey.storage.enqueue(signed(wake_up, self._secret), -wake_up.priority)

    def _peek(self, most: int) -> list[WakeUp]:
        found = (verified(message, self._secret) for message in self.huey.storage.enqueued_items(most))
        return [wake_up for wake_up in found if wake_up is not None]

    def _drop(self) -> None:
        """Tell of a message that is not ours, without its content; of many at once in one line."""
        self._dropped += 1
        if time.monotonic() >= self._tell_dropped_at:
            log.warning("queue-messages-dropped", number=self._dropped)
            self._dropped, self._tell_dropped_at = 0, time.monotonic() + _DROPPED_SECONDS
