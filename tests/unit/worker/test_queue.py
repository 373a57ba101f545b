"""The queue, in each of the three places it can be: a SQLite file, a real Redis, a real PostgreSQL."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from einvoice.model.submission import Priority
from einvoice.settings import Settings
from einvoice.worker import WakeQueue
from einvoice.worker.messages import WakeUp, signed
from tests.support.postgres import PostgresServer
from tests.unit.worker.helping import SECRET, Log, until


def interactive(*ids: str) -> list[WakeUp]:
    return [WakeUp(one, Priority.INTERACTIVE) for one in ids]


def bulk(*ids: str) -> list[WakeUp]:
    return [WakeUp(one, Priority.BULK) for one in ids]


def taken(queue: WakeQueue) -> list[WakeUp]:
    """All that waits, as it is taken."""
    found = []
    while (wake_up := queue.take()) is not None:
        found.append(wake_up)
    return found


@pytest.fixture
def queue(any_settings: Settings) -> WakeQueue:
    return WakeQueue(any_settings, SECRET)


def test_a_wake_up_reaches_another_process(queue: WakeQueue, any_settings: Settings) -> None:
    other = WakeQueue(any_settings, SECRET)
    queue.wake("0123", Priority.BULK)
    until(lambda: other.waiting(1))
    assert taken(other) == bulk("0123")


def test_interactive_ones_come_before_bulk_and_each_kind_in_order(queue: WakeQueue) -> None:
    for wake_up in [*bulk("1", "2"), *interactive("3"), *bulk("4"), *interactive("5")]:
        assert queue.put(wake_up)
    assert taken(queue) == [*interactive("3", "5"), *bulk("1", "2", "4")]


def test_each_is_taken_once_however_many_take(queue: WakeQueue, any_settings: Settings) -> None:
    ids = [str(number) for number in range(60)]
    for wake_up in interactive(*ids):
        queue.put(wake_up)
    queues = [queue, WakeQueue(any_settings, SECRET)]
    with ThreadPoolExecutor(4) as threads:
        found = [wake_up for part in threads.map(taken, queues * 2) for wake_up in part]
    assert sorted(found) == sorted(interactive(*ids))


def test_looking_at_what_waits_takes_nothing(queue: WakeQueue) -> None:
    for wake_up in [*bulk("1"), *interactive("2", "3")]:
        queue.put(wake_up)
    assert list(queue.waiting(2)) == interactive("2", "3")
    assert len(queue.waiting(10)) == 3


def test_messages_that_are_not_ours_are_dropped_and_told_in_one_line(queue: WakeQueue, log: Log) -> None:
    for message in (b"\x80\x04garbage", b"", b"[1]", signed(WakeUp("evil", 0), b"another secret")):
        queue.huey.storage.enqueue(message, 0)
    queue.put(WakeUp("0123", 0))
    assert list(queue.waiting(10)) == interactive("0123")
    assert taken(queue) == interactive("0123")
    assert log.lines == [{"event": "queue-messages-dropped", "number": 1}]


def test_what_is_due_is_filled_in_as_far_as_there_is_room(queue: WakeQueue) -> None:
    for wake_up in interactive("1", "2"):
        queue.put(wake_up)
    for _ in range(2):  # as two hosts might
        queue.restock(interactive("1", "2", "3", "4", "5"), 4)
    assert taken(queue) == interactive("1", "2", "3", "4")


def test_an_interactive_one_nobody_was_woken_for_comes_before_a_full_queue(queue: WakeQueue) -> None:
    for wake_up in bulk("1", "2", "3"):
        queue.put(wake_up)
    queue.restock([*interactive("9"), *bulk("1", "2", "3", "4")], 3)
    assert taken(queue) == [*interactive("9"), *bulk("1", "2", "3")]


def test_nothing_is_reached_before_the_first_use(settings: Settings) -> None:
    for url in ("redis://127.0.0.1:1/0", "postgresql://nobody@127.0.0.1:1/none"):
        WakeQueue(settings.model_copy(update={"queue_url": url}), SECRET)


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "postgresql://nobody@127.0.0.1:1/none"])
def test_while_the_queue_is_away_what_is_due_is_kept_here(url: str, settings: Settings, log: Log) -> None:
    queue = WakeQueue(settings.model_copy(update={"queue_url": url}), SECRET)
    assert not queue.put(WakeUp("lost", 0))
    queue.restock([*interactive("1"), *bulk("2", "3")], 3)
    assert list(queue.waiting(2)) == [*interactive("1"), *bulk("2")]
    assert taken(queue) == [*interactive("1"), *bulk("2", "3")]
    assert not queue.waits
    assert [line["event"] for line in log.lines] == ["queue-away"]


@pytest.mark.usefixtures("impatient")
def test_what_was_kept_here_is_forgotten_once_the_queue_is_back(
    queue: WakeQueue, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as away:
        away.setattr(queue.huey.storage, "enqueued_items", _broken)
        queue.restock(interactive("1"), 3)
    queue.restock(interactive("2"), 3)
    assert taken(queue) == interactive("2")
    assert [line["event"] for line in log.lines] == ["queue-away", "queue-back"]


def test_waking_does_not_wait_for_a_queue_that_does_not_answer(
    queue: WakeQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on = threading.Event()
    monkeypatch.setattr(queue.huey.storage, "enqueue", lambda *_: goes_on.wait())
    for _ in range(1000):
        queue.wake("0123")
    goes_on.set()


@pytest.mark.usefixtures("patient")
def test_of_a_thousand_wake_ups_in_an_outage_only_the_first_is_tried(
    queue: WakeQueue, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[object] = []

    def broken(*message: object) -> None:
        tries.append(message)
        raise OSError

    monkeypatch.setattr(queue.huey.storage, "enqueue", broken)
    for _ in range(1000):
        queue.wake("0123")
    queue.close()
    assert len(tries) == 1
    assert log.lines == [{"event": "queue-away", "error": "OSError"}]


def test_closing_sends_what_is_still_to_be_sent(queue: WakeQueue, any_settings: Settings) -> None:
    for number in range(50):
        queue.wake(str(number))
    queue.close()
    assert len(WakeQueue(any_settings, SECRET).waiting(100)) == 50


def test_waking_at_the_very_end_of_a_process_does_no_harm(queue: WakeQueue) -> None:
    queue.close()
    queue.wake("0123")
    assert taken(queue) == []


def test_a_redis_that_takes_connections_and_answers_nothing_is_away(
    redis_settings: Settings, redis_server: Any, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("einvoice.worker.storages.PATIENCE", 0.2)
    queue = WakeQueue(redis_settings, SECRET)
    redis_server.freeze()
    assert not queue.put(WakeUp("0123", 0))
    redis_server.thaw()
    assert log.lines == [{"event": "queue-away", "error": "TimeoutError"}]


@pytest.mark.usefixtures("impatient")
def test_a_redis_that_was_killed_is_used_again_once_it_is_back(
    redis_settings: Settings, redis_server: Any, log: Log
) -> None:
    queue = WakeQueue(redis_settings, SECRET)
    assert queue.put(WakeUp("1", 0))
    redis_server.stop()
    assert not queue.put(WakeUp("2", 0))
    assert queue.take() is None
    redis_server.start()
    assert queue.put(WakeUp("3", 0))
    assert taken(queue) == interactive("3")
    assert [line["event"] for line in log.lines] == ["queue-away", "queue-back"]


@pytest.mark.usefixtures("impatient")
def test_a_postgresql_that_cut_its_connections_is_used_again(
    postgres_settings: Settings, postgres_server: PostgresServer, log: Log
) -> None:
    queue = WakeQueue(postgres_settings, SECRET)
    assert queue.put(WakeUp("1", 0))
    assert queue.take() == WakeUp("1", 0)
    assert queue.take() is None  # this one listens
    postgres_server.cut_connections(postgres_settings.queue_url.rpartition("/")[2])
    assert not queue.put(WakeUp("2", 0))
    assert queue.put(WakeUp("3", 0))
    until(lambda: queue.take() == WakeUp("3", 0))
    assert [line["event"] for line in log.lines][:2] == ["queue-away", "queue-back"]


def test_many_hosts_may_make_the_tables_in_postgresql_at_once(postgres_settings: Settings, log: Log) -> None:
    queues = [WakeQueue(postgres_settings, SECRET) for _ in range(8)]
    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(lambda queue: queue.put(WakeUp("1", 0)), queues))
    assert log.lines == []


def _broken(*_: object) -> None:
    raise OSError
