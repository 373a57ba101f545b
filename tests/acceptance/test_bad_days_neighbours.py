"""Redis or S3 is away for a while: what does not need them goes on, what does waits, and nobody has to do anything."""

import signal
import time
from collections.abc import Callable

import pytest

from tests.support.chaos_facts import SUBMISSIONS, decided_once, ids, invoice, refused_for_now, settled, spooled
from tests.support.chaos_post import MUSTERSTADT
from tests.support.redisserver import RedisServer, redis_server
from tests.support.s3server import S3Server, s3_process, s3_server
from tests.support.service import Service, wait_for

__all__ = ["redis_server", "s3_process", "s3_server"]

AWAY_SECONDS = 5


def test_redis(new_service: Callable[..., Service], redis_server: RedisServer) -> None:
    service = new_service(QUEUE_URL=redis_server.url)
    service.start()
    service.authority("Stadt Musterstadt", MUSTERSTADT)
    supplier = service.supplier()
    numbers = iter(range(100))

    def goes_through() -> None:
        answer = supplier.post(SUBMISSIONS, content=invoice(next(numbers)))
        assert answer.status_code == 202
        wait_for(lambda: settled(supplier, answer.json()["id"]))
        assert decided_once(service, supplier, answer.json()["id"])

    goes_through()
    redis_server.stop()
    end = time.monotonic() + AWAY_SECONDS
    while time.monotonic() < end:
        goes_through()
    redis_server.start()
    wait_for(lambda: "queue-back" in service.log())
    goes_through()
    redis_server.freeze()
    goes_through()
    redis_server.thaw()
    goes_through()


def test_s3(new_service: Callable[..., Service], s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    service = new_service(BLOB_URL=f"s3://{s3_server.new_bucket()}", RETRY_SECONDS="0.2")
    service.start("--workers", "0")
    service.authority("Stadt Musterstadt", MUSTERSTADT)
    supplier, operator = service.supplier(), service.operator()
    worker = service.worker(WORKERS="1")
    wait_for(lambda: "worker-started" in service.log())

    service.freeze(worker)
    waiting = supplier.post(SUBMISSIONS, content=invoice(1)).json()["id"]
    s3_server.go_away()
    worker.signal(signal.SIGCONT)
    assert refused_for_now(supplier.post(SUBMISSIONS, content=invoice(2)))
    assert refused_for_now(supplier.get(f"{SUBMISSIONS}/{waiting}/original"))
    assert (ids(supplier), spooled(service)) == ([waiting], [])
    wait_for(lambda: "cause=storage" in service.log())
    s3_server.come_back()

    wait_for(lambda: settled(supplier, waiting))
    assert decided_once(service, supplier, waiting)
    assert operator.get(f"{SUBMISSIONS}/{waiting}").json()["operator"]["attempts"] == 1  # the others were not its fault
    answer = supplier.post(SUBMISSIONS, content=invoice(2))
    assert answer.status_code == 202
    assert supplier.get(answer.json()["links"]["original"]).content == invoice(2)
