"""What was found not long ago is told again; a part that hangs hangs nobody."""

import threading
from collections.abc import Iterator

import pytest

from einvoice.operations import Lately, NoAnswer

AGES = 3600.0


@pytest.fixture
def open_at_last() -> Iterator[threading.Event]:
    """What a hanging part waits for; set at the end, so that no thread is left."""
    gate = threading.Event()
    yield gate
    gate.set()


def test_what_was_found_is_told_again_for_a_while() -> None:
    numbers = iter(range(9))
    part = Lately(lambda: next(numbers), seconds=AGES)
    assert [part.get(), part.get()] == [0, 0]


def test_afterwards_it_is_looked_for_again() -> None:
    numbers = iter(range(9))
    part = Lately(lambda: next(numbers), seconds=0)
    assert [part.get(), part.get()] == [0, 1]


@pytest.mark.parametrize("error", [LookupError("no"), TimeoutError("its own")])
def test_what_looking_raises_is_raised_to_all_who_ask(error: Exception) -> None:
    tries = []

    def look() -> None:
        tries.append(1)
        raise error

    part = Lately(look, seconds=AGES)
    for _ in range(2):
        with pytest.raises(type(error)):
            part.get()
    assert len(tries) == 1


def test_nobody_waits_for_a_part_that_hangs_and_nobody_asks_it_twice(open_at_last: threading.Event) -> None:
    asked = []

    def look() -> str:
        asked.append(1)
        open_at_last.wait()
        return "awake"

    part = Lately(look, seconds=0, patience=0.01)
    for _ in range(3):
        with pytest.raises(NoAnswer):
            part.get()
    assert len(asked) == 1


def test_what_a_slow_part_says_at_last_is_told(open_at_last: threading.Event) -> None:
    part = Lately(open_at_last.wait, seconds=AGES, patience=0.01)
    with pytest.raises(NoAnswer):
        part.get()
    open_at_last.set()
    patient = iter(range(1000))
    while next(patient) is not None:
        try:
            assert part.get() is True
        except NoAnswer:
            continue
        break


def test_many_who_ask_at_once_get_the_same(open_at_last: threading.Event) -> None:
    asked: list[int] = []

    def look() -> object:
        asked.append(1)
        open_at_last.wait()
        return object()

    part, found = Lately(look, seconds=AGES, patience=60), []
    threads = [threading.Thread(target=lambda: found.append(part.get())) for _ in range(8)]
    for thread in threads:
        thread.start()
    open_at_last.set()
    for thread in threads:
        thread.join()
    assert (len(asked), len(set(found)), len(found)) == (1, 1, 8)
