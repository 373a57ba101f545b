"""Errands: each in a thread of its own, again and again, whatever happens to the others."""

import threading
from collections.abc import Iterator

import pytest

from einvoice.errors import Fault
from einvoice.worker.errands import Errand, Errands
from tests.unit.worker.helping import Log, until


@pytest.fixture
def stop() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_an_errand_runs_at_the_start_and_then_again_and_again(stop: threading.Event) -> None:
    runs: list[int] = []
    Errands([Errand("count", 0.01, lambda: runs.append(1))], stop).start()
    until(lambda: len(runs) > 3)


def test_an_errand_of_every_hour_runs_once_at_the_start(stop: threading.Event) -> None:
    seldom: list[int] = []
    often: list[int] = []
    Errands(
        [Errand("seldom", 3600, lambda: seldom.append(1)), Errand("often", 0.01, lambda: often.append(1))], stop
    ).start()
    until(lambda: len(often) > 10)
    assert len(seldom) == 1


def test_one_that_fails_is_told_once_and_tried_again_until_it_works(stop: threading.Event, log: Log) -> None:
    troubles: list[Exception | None] = [Fault("database", "secret"), Fault("database", "secret"), None, None]
    runs = iter(troubles)
    done = threading.Event()

    def sometimes() -> None:
        trouble = next(runs, None)
        if trouble is not None:
            raise trouble

    def last() -> None:
        if log.of("round-works-again"):
            done.set()

    Errands([Errand("sometimes", 0.01, sometimes), Errand("last", 0.01, last)], stop).start()
    done.wait()
    assert log.lines == [
        {"event": "round-failed", "round": "sometimes", "error": "Fault", "cause": "database"},
        {"event": "round-works-again", "round": "sometimes"},
    ]


def test_a_long_one_keeps_no_other_waiting(stop: threading.Event) -> None:
    begun, goes_on, runs = threading.Event(), threading.Event(), list[int]()

    def long() -> None:
        begun.set()
        goes_on.wait()

    Errands([Errand("long", 0.01, long), Errand("short", 0.01, lambda: runs.append(1))], stop).start()
    begun.wait()
    before = len(runs)
    until(lambda: len(runs) > before + 3)
    goes_on.set()


def test_stopping_waits_for_the_one_under_way_and_begins_none(stop: threading.Event) -> None:
    begun, goes_on, ended = threading.Event(), threading.Event(), list[int]()

    def long() -> None:
        begun.set()
        goes_on.wait()
        ended.append(1)

    errands = Errands([Errand("long", 0.0, long)], stop)
    errands.start()
    begun.wait()
    stop.set()
    goes_on.set()
    errands.join()
    assert ended == [1]
