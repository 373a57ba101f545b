"""The whole worker: real threads, real queues, and parts of the service that are away for a while."""

import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from einvoice.errors import Fault
from einvoice.model.assessment import Assessment
from einvoice.model.document import InvoiceDocument
from einvoice.model.submission import Door, Handling, Priority
from einvoice.pipeline import Desk, submit
from einvoice.settings import Settings
from einvoice.store.tables import submissions
from einvoice.worker import Errand, WakeQueue, run_worker
from einvoice.worker.messages import WakeUp
from tests.support.postgres import PostgresServer
from tests.support.redisserver import RedisServer
from tests.unit.worker.helping import SECRET, Log, until, working


def decided(bench: Any, *ids: str) -> bool:
    return all(bench.store.submissions.get(submission_id).verdict is not None for submission_id in ids)


def submitted(bench: Any, desk: Desk, data: bytes) -> str:
    """One that came by upload: kept, and a wake-up sent."""
    spooled = bench.spool.write([data])
    receipt = submit(spooled, desk=desk, door=Door.API, sender="s", actor="a", name="r.xml")
    submission_id: str = receipt.submission.id
    return submission_id


def using(desk: Desk, settings: Settings) -> Desk:
    """The desk with other settings, so with another queue."""
    object.__setattr__(desk, "settings", settings)
    object.__setattr__(desk, "wake", WakeQueue(settings, SECRET).wake)
    return desk


def test_what_was_submitted_is_decided(bench: Any, desk: Desk) -> None:
    with working(desk):
        submission_id = submitted(bench, desk, b"1")
        until(lambda: decided(bench, submission_id))


def test_a_wake_up_alone_is_enough(
    bench: Any, desk: Desk, any_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(bench.store.claims), "due", lambda *_: ())
    with working(using(desk, any_settings)):
        submission_id = submitted(bench, desk, b"1")
        until(lambda: decided(bench, submission_id))


def test_a_lost_wake_up_is_made_good_by_the_next_round(bench: Any, desk: Desk) -> None:
    submission_id = bench.receive(b"1").submission.id
    with working(desk):
        until(lambda: decided(bench, submission_id))


def test_who_waits_long_for_a_validator_keeps_its_claim(bench: Any, desk: Desk) -> None:
    due_at, its_turn, assess = submissions.c.due_at, threading.Event(), desk.assess

    def waits(*given: Any) -> Assessment:
        its_turn.wait(30)
        return assess(*given)

    def kept_until() -> Any:
        with bench.store.database.read() as connection:
            return connection.scalar(select(due_at))

    object.__setattr__(desk, "assess", waits)
    object.__setattr__(desk, "settings", desk.settings.model_copy(update={"claim_seconds": 0.2}))  # how often it looks
    with working(desk):
        submission_id = submitted(bench, desk, b"1")
        until(lambda: bench.store.submissions.get(submission_id).handling is Handling.PROCESSING)
        for _ in range(3):
            bench.clock.advance(50)
            until(lambda: kept_until() == bench.clock.now + timedelta(seconds=bench.settings.claim_seconds))
        its_turn.set()
        until(lambda: decided(bench, submission_id))
    assert bench.store.submissions.get(submission_id).attempts == 1


def test_a_backlog_larger_than_the_queue_is_worked_off(bench: Any, desk: Desk) -> None:
    ids = [bench.receive(str(number).encode()).submission.id for number in range(60)]
    with working(desk):
        until(lambda: decided(bench, *ids))


def test_an_interactive_one_comes_before_a_backlog_of_bulk(bench: Any, desk: Desk, settings: Settings) -> None:
    queue, order = WakeQueue(settings, SECRET), list[bytes]()
    extract = desk.extract

    def watched(data: bytes) -> InvoiceDocument:
        order.append(data)
        return extract(data)

    object.__setattr__(desk, "extract", watched)
    object.__setattr__(desk, "settings", settings.model_copy(update={"workers": 0}))  # so one thread only
    ids = [bench.receive(str(number).encode()).submission.id for number in range(20)]
    for submission_id in ids[:-1]:
        queue.put(WakeUp(submission_id, Priority.BULK))
    queue.put(WakeUp(ids[-1], Priority.INTERACTIVE))
    with working(desk):
        until(lambda: decided(bench, *ids))
    assert order[0] == b"19"


def test_what_a_dead_worker_had_claimed_is_taken_up_again(bench: Any, desk: Desk) -> None:
    claim = bench.claimed(b"1")
    bench.clock.advance(bench.settings.claim_seconds)
    with working(desk):
        until(lambda: decided(bench, claim.submission.id))


def test_a_lease_that_ran_out_is_ended_in_a_round(bench: Any, desk: Desk) -> None:
    authority = bench.authority()
    submission = bench.decided(authority=authority)
    bench.store.deliveries.lease(authority.id, count=1, seconds=60, actor="token:1")
    bench.clock.advance(60)
    with working(desk):
        until(lambda: bench.store.submissions.get(submission.id).handling is Handling.AVAILABLE)


def test_errands_of_the_service_are_done_beside(bench: Any, desk: Desk) -> None:
    done = threading.Event()
    with working(desk, [Errand("checkpoint", 3600, done.set)]):
        done.wait()


def test_an_errand_that_takes_long_keeps_no_invoice_waiting(bench: Any, desk: Desk) -> None:
    begun, goes_on = threading.Event(), threading.Event()

    def long() -> None:
        begun.set()
        goes_on.wait()

    with working(desk, [Errand("long", 3600, long)]):
        begun.wait()
        submission_id = bench.receive(b"1").submission.id  # no wake-up: a round has to find it
        until(lambda: decided(bench, submission_id))
        goes_on.set()


def test_stopping_finishes_what_has_begun_and_takes_nothing_new(bench: Any, desk: Desk, any_settings: Settings) -> None:
    begun, go_on, stop = threading.Event(), threading.Event(), threading.Event()
    extract = using(desk, any_settings.model_copy(update={"workers": 0})).extract

    def slow(data: bytes) -> InvoiceDocument:
        begun.set()
        go_on.wait()
        return extract(data)

    object.__setattr__(desk, "extract", slow)
    worker = threading.Thread(target=run_worker, args=(desk, desk.settings, stop), kwargs={"secret": SECRET})
    first = submitted(bench, desk, b"1")
    worker.start()
    begun.wait()
    stop.set()
    second = submitted(bench, desk, b"2")
    go_on.set()
    worker.join()
    assert decided(bench, first)
    assert not decided(bench, second)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith(("Worker-", "Scheduler"))]


def test_workers_beside_each_other_do_nothing_twice(bench: Any, desk: Desk, any_settings: Settings) -> None:
    ids = [bench.receive(str(number).encode()).submission.id for number in range(20)]
    with working(using(desk, any_settings)), working(desk):
        until(lambda: decided(bench, *ids))
    assert all(bench.store.submissions.get(submission_id).attempts == 1 for submission_id in ids)


def test_a_database_that_is_away_from_the_start_ends_no_worker(
    bench: Any, desk: Desk, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission_id = submitted(bench, desk, b"1")
    away = threading.Event()
    away.set()

    def while_there(work: Callable[..., Any]) -> Callable[..., Any]:
        def tried(*given: object) -> Any:
            if away.is_set():
                raise Fault("database", "away")
            return work(*given)

        return tried

    for name in ("due", "claim"):
        monkeypatch.setattr(type(bench.store.claims), name, while_there(getattr(type(bench.store.claims), name)))
    with working(desk):
        until(lambda: log.of("round-failed") and log.of("work-failed"))
        away.clear()
        until(lambda: decided(bench, submission_id))
    assert log.of("round-failed")[0] == {
        "event": "round-failed", "round": "refill", "error": "Fault", "cause": "database",
    }  # fmt: skip


def test_a_queue_that_is_away_from_the_start_keeps_no_invoice_waiting(
    bench: Any, desk: Desk, settings: Settings, log: Log
) -> None:
    using(desk, settings.model_copy(update={"queue_url": "redis://127.0.0.1:1/0"}))
    ids = [submitted(bench, desk, str(number).encode()) for number in range(60)]
    with working(desk), working(desk):
        until(lambda: decided(bench, *ids))
    assert all(bench.store.submissions.get(submission_id).attempts == 1 for submission_id in ids)
    assert len(log.of("queue-away")) == 3  # once for each who uses it: the web side and two workers


@pytest.mark.usefixtures("impatient")
def test_work_goes_on_while_redis_is_killed_and_started_again(
    bench: Any, desk: Desk, redis_settings: Settings, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with working(using(desk, redis_settings)):
        _goes_on(bench, desk, redis_server, monkeypatch)


@pytest.mark.usefixtures("impatient")
def test_work_goes_on_while_postgresql_is_killed_and_started_again(
    bench: Any, desk: Desk, postgres_settings: Settings, postgres_server: PostgresServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    with working(using(desk, postgres_settings)):
        _goes_on(bench, desk, postgres_server, monkeypatch)


def _goes_on(bench: Any, desk: Desk, server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    before = submitted(bench, desk, b"before")
    until(lambda: decided(bench, before))
    server.stop()
    during = [submitted(bench, desk, f"during {number}".encode()) for number in range(20)]
    until(lambda: decided(bench, *during))
    server.start()
    probe = WakeQueue(desk.settings, SECRET)
    until(lambda: probe.put(WakeUp("no such submission", 0)))
    until(lambda: not probe.waiting(1))  # the worker takes from the queue again
    monkeypatch.setattr(type(bench.store.claims), "due", lambda *_: ())  # so a wake-up alone must do
    after = bench.receive(b"after").submission.id
    until(lambda: probe.put(WakeUp(after, 0)))
    until(lambda: decided(bench, after))


def test_commands_that_wake_nobody_start_without_the_libraries_of_the_queue() -> None:
    code = "import sys, einvoice.worker; print({'huey', 'redis'} & set(sys.modules))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == "set()\n"
