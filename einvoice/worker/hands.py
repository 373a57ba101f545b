"""The threads that work: each takes a wake-up, works on it, takes the next one."""

import threading
from collections.abc import Callable

from huey.consumer import BaseProcess, Consumer, Scheduler

from einvoice.worker.outage import Outage
from einvoice.worker.queue import WakeQueue

_POLL_SECONDS = 0.05  # between two looks into a queue that does not call
_PAUSE_SECONDS = 1.0  # after work that failed: most likely the database is away, and it needs no storm


class Hands(Consumer):  # type: ignore[misc]  # huey has no types
    """Huey's consumer as a part of a process that has its own signal handlers, for ids instead of tasks."""

    def __init__(self, queue: WakeQueue, handle: Callable[[str], object], count: int) -> None:
        self._queue = queue
        self._handle = handle
        self._trouble = Outage("work-failed", "work-goes-on")
        super().__init__(queue.huey, workers=count, periodic=False)

    def _create_worker(self) -> "_Hand":
        return _Hand(self._queue, self._handle, self._trouble, self.stop_flag)

    def _create_scheduler(self) -> "_NoSchedule":
        return _NoSchedule(self.huey, self.stop_flag, interval=60, periodic=False)

    def _set_signal_handlers(self) -> None:
        """Leave them alone; `run_worker` is told when to stop."""


class _NoSchedule(Scheduler):  # type: ignore[misc]  # huey has no types
    """Nothing is ever scheduled in the queue: the database knows when the next try is due."""

    def loop(self, now: object = None) -> None:  # noqa: ARG002
        self.stop_flag.wait()


class _Hand(BaseProcess):  # type: ignore[misc]  # huey has no types
    process_name = "Worker"

    def __init__(
        self, queue: WakeQueue, handle: Callable[[str], object], trouble: Outage, stop: threading.Event
    ) -> None:
        super().__init__(queue.huey, stop)
        self._queue = queue
        self._handle = handle
        self._trouble = trouble

    def loop(self, now: object = None) -> None:  # noqa: ARG002
        """One look into the queue, and the work that comes of it. Never raises."""
        wake_up = self._queue.take()
        if wake_up is None:
            self.stop_flag.wait(0 if self._queue.waits else _POLL_SECONDS)
        elif self.stop_flag.is_set():  # it came while we were told to stop: somebody else's, or ours at the next start
            self._queue.put(wake_up)
        else:
            self._work(wake_up.id)

    def shutdown(self) -> None:
        self._queue.close()

    def _work(self, submission_id: str) -> None:
        try:
            self._handle(submission_id)
        except Exception as error:
            self._trouble.failed(error, submission=submission_id)
            self.stop_flag.wait(_PAUSE_SECONDS)
        else:
            self._trouble.worked()
