"""Filling up the queue from what is due."""

import threading

import pytest

from einvoice.settings import Settings
from einvoice.worker import WakeQueue
from einvoice.worker.messages import WakeUp
from einvoice.worker.refill import Refill
from tests.unit.worker.helping import SECRET

DUE = [(str(number), 1) for number in range(100, 200)]


@pytest.fixture
def queue(settings: Settings) -> WakeQueue:
    return WakeQueue(settings, SECRET)


def refill(queue: WakeQueue) -> Refill:
    return Refill(queue, lambda most: DUE[:most], least=3, most=10)


def test_the_queue_stays_short_however_much_is_due(queue: WakeQueue) -> None:
    for _ in range(3):
        refill(queue).fill()
    assert [wake_up.id for wake_up in queue.waiting(100)] == [one for one, _ in DUE[:10]]


def test_it_is_filled_up_when_hardly_anything_is_left(queue: WakeQueue) -> None:
    for number in range(2):
        queue.put(WakeUp(str(number), 0))
    refill(queue).fill_when_low()
    assert len(queue.waiting(100)) == 10


def test_it_is_left_alone_while_enough_waits(queue: WakeQueue) -> None:
    for number in range(3):
        queue.put(WakeUp(str(number), 0))
    refill(queue).fill_when_low()
    assert len(queue.waiting(100)) == 3


def test_of_several_threads_that_find_it_low_one_fills_it(queue: WakeQueue) -> None:
    begun, goes_on, asked = threading.Event(), threading.Event(), list[int]()

    def due(most: int) -> list[tuple[str, int]]:
        asked.append(most)
        begun.set()
        goes_on.wait()
        return DUE[:most]

    slow = Refill(queue, due, least=3, most=10)
    first = threading.Thread(target=slow.fill_when_low)
    first.start()
    begun.wait()
    slow.fill_when_low()
    goes_on.set()
    first.join()
    assert asked == [10]
