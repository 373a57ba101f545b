"""The threads that work: no trouble ends them, and told to stop they take nothing new."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from einvoice.errors import Fault
from einvoice.settings import Settings
from einvoice.worker import WakeQueue
from einvoice.worker.hands import Hands
from einvoice.worker.messages import WakeUp
from tests.unit.worker.helping import SECRET, Log, until


@pytest.fixture
def queue(any_settings: Settings) -> WakeQueue:
    return WakeQueue(any_settings, SECRET)


@contextmanager
def hands_on(queue: WakeQueue, handle: Callable[[str], object], count: int = 1) -> Iterator[Hands]:
    hands = Hands(queue, handle, count)
    hands.start()
    try:
        yield hands
    finally:
        hands.stop(graceful=True)


def test_what_waits_is_worked_on(queue: WakeQueue) -> None:
    done: list[str] = []
    with hands_on(queue, done.append, 2):
        for number in range(10):
            queue.put(WakeUp(str(number), 0))
        until(lambda: len(done) == 10)
    assert sorted(done) == sorted(str(number) for number in range(10))


def test_trouble_with_one_is_told_and_the_others_are_worked_on(queue: WakeQueue, log: Log) -> None:
    done: list[str] = []

    def handle(submission_id: str) -> None:
        if submission_id == "bad":
            raise Fault("database", "secret")
        done.append(submission_id)

    for submission_id in ("bad", "good"):
        queue.put(WakeUp(submission_id, 0))
    with hands_on(queue, handle):
        until(lambda: log.of("work-goes-on"))
    assert done == ["good"]
    assert log.of("work-failed") == [
        {"event": "work-failed", "submission": "bad", "error": "Fault", "cause": "database"}
    ]


def test_a_message_that_is_not_ours_ends_no_thread(queue: WakeQueue) -> None:
    done: list[str] = []
    queue.huey.storage.enqueue(b"\x80\x04garbage", 0)
    queue.put(WakeUp("good", 0))
    with hands_on(queue, done.append) as hands:
        until(lambda: done == ["good"])
        assert hands.check_worker_health()


def test_a_thread_that_died_is_replaced(queue: WakeQueue) -> None:
    done: list[str] = []

    def handle(submission_id: str) -> None:
        if submission_id == "deadly":
            raise SystemExit
        done.append(submission_id)

    for submission_id in ("deadly", "good"):
        queue.put(WakeUp(submission_id, 0))
    with hands_on(queue, handle) as hands:
        until(lambda: not hands.check_worker_health())
        until(lambda: done == ["good"])


def test_what_came_while_told_to_stop_goes_back_with_its_priority(
    queue: WakeQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    wake_ups = iter([WakeUp("late", 1)])
    hands = Hands(queue, done.append, 1)

    def take() -> WakeUp | None:
        hands.stop_flag.set()
        return next(wake_ups, None)

    with monkeypatch.context() as late:
        late.setattr(queue, "take", take)
        hands.start()
        hands.stop(graceful=True)
    assert done == []
    assert queue.take() == WakeUp("late", 1)


def test_no_thread_is_left_at_the_end(queue: WakeQueue) -> None:
    before = set(threading.enumerate())
    with hands_on(queue, lambda _: None, 3):
        pass
    assert not [thread for thread in set(threading.enumerate()) - before if thread.name.startswith(("Wor", "Sch"))]
