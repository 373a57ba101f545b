"""Trouble that lasts is told twice: when it begins and when it is over."""

import pytest

from einvoice.errors import Fault
from einvoice.worker import outage as module
from einvoice.worker.outage import Outage
from tests.unit.worker.helping import Log


@pytest.fixture
def outage(log: Log) -> Outage:
    return Outage("away", "back", part="queue")


def test_it_is_told_once_when_it_begins_and_once_when_it_is_over(outage: Outage, log: Log) -> None:
    for _ in range(3):
        outage.failed(OSError("secret address"), submission="1")
    for _ in range(3):
        outage.worked()
    assert log.lines == [
        {"event": "away", "part": "queue", "submission": "1", "error": "OSError"},
        {"event": "back", "part": "queue"},
    ]


def test_trouble_of_another_kind_is_told_too(outage: Outage, log: Log) -> None:
    for error in (OSError(), ValueError(), ValueError(), OSError()):
        outage.failed(error)
    assert [line["error"] for line in log.lines] == ["OSError", "ValueError", "OSError"]


def test_a_fault_is_named_by_its_cause_and_never_by_its_detail(outage: Outage, log: Log) -> None:
    outage.failed(Fault("database", "password of the database"))
    assert log.lines == [{"event": "away", "part": "queue", "error": "Fault", "cause": "database"}]


def test_nothing_is_told_while_all_is_well(outage: Outage, log: Log) -> None:
    outage.worked()
    assert not outage.lasts
    assert outage.may_try()
    assert log.lines == []


def test_it_lasts_from_the_first_failure_to_the_next_success(outage: Outage) -> None:
    outage.failed(OSError())
    assert outage.lasts
    outage.worked()
    assert not outage.lasts
    assert outage.may_try()


@pytest.mark.usefixtures("patient")
def test_right_after_a_failure_nobody_tries_again(outage: Outage) -> None:
    outage.failed(OSError())
    assert not outage.may_try()


def test_after_a_pause_one_tries_again_and_the_others_wait(outage: Outage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.0)
    outage.failed(OSError())
    monkeypatch.setattr(module, "PAUSE_SECONDS", 10_000.0)
    assert [outage.may_try() for _ in range(3)] == [True, False, False]
