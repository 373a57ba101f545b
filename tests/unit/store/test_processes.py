"""What the processes of a service know of each other."""

from datetime import timedelta
from typing import Any

from einvoice.store.processes import Processes

MINUTE = timedelta(minutes=1)


def test_all_processes_get_the_same_secret(bench: Any) -> None:
    one, other = Processes(bench.store.database, bench.clock), Processes(bench.store.database, bench.clock)
    assert one.secret("queue") == other.secret("queue")
    assert len(one.secret("queue")) == 32
    assert one.secret("queue") != one.secret("another")


def test_a_worker_is_seen_until_it_signs_off(bench: Any) -> None:
    processes = bench.store.processes
    worker = processes.announce(None, "1.0")
    bench.clock.advance(30)
    assert processes.announce(worker, "1.0") == worker
    (seen,) = processes.working(MINUTE)
    assert (seen.id, seen.version, seen.seen_at) == (worker, "1.0", bench.clock.now)
    processes.sign_off(worker)
    assert processes.working(MINUTE) == ()


def test_a_worker_that_says_nothing_is_no_longer_seen(bench: Any) -> None:
    bench.store.processes.announce(None, "1.0")
    bench.clock.advance(61)
    assert bench.store.processes.working(MINUTE) == ()
