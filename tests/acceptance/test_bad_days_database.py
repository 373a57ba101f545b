"""PostgreSQL is away at each of the three durable points: a clear answer, and afterwards all goes on, once."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import httpx2 as httpx
import pytest

from einvoice.errors import Fault
from einvoice.model.submission import EventKind
from einvoice.store.database import lock
from tests.support.chaos_facts import (
    SUBMISSIONS,
    decided_once,
    history,
    ids,
    invoice,
    kept,
    refused_for_now,
    settled,
    spooled,
)
from tests.support.chaos_post import MUSTERSTADT
from tests.support.postgres import PostgresServer, new_server
from tests.support.programs import Program
from tests.support.service import Service, wait_for


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """One that no other test uses, for it is stopped."""
    server = new_server()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture(scope="module")
def service(server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    url = server.url(server.create())
    options = {"DATABASE_URL": url, "CLAIM_SECONDS": "3", "RETRY_SECONDS": "0.2"}
    service = Service(tmp_path_factory.mktemp("database"), options)
    service.start("--workers", "0")
    yield service
    service.stop()


@pytest.fixture(scope="module")
def worker(service: Service) -> Program:
    return service.worker(WORKERS="1")


@pytest.fixture(scope="module")
def authority(service: Service) -> httpx.Client:
    return service.authority("Stadt Musterstadt", MUSTERSTADT)


@pytest.fixture(scope="module")
def supplier(service: Service, authority: httpx.Client) -> httpx.Client:
    return service.supplier()


@contextmanager
def away(server: PostgresServer) -> Iterator[None]:
    """Gone at once, as with its machine; back with whatever was committed."""
    server.stop()
    try:
        yield
    finally:
        server.start()


def test_while_receiving(server: PostgresServer, service: Service, supplier: httpx.Client) -> None:
    before = ids(supplier), kept(service)
    with away(server):
        assert refused_for_now(supplier.post(SUBMISSIONS, content=invoice(1)))
        assert refused_for_now(supplier.get(SUBMISSIONS))
    assert (ids(supplier), kept(service), spooled(service)) == (*before, [])
    told = supplier.post(SUBMISSIONS, content=invoice(1)).json()
    assert (told["created"], ids(supplier)) == (True, [told["id"], *before[0]])


def test_while_receiving_when_the_bytes_are_safe_and_the_row_is_not(
    server: PostgresServer, service: Service, supplier: httpx.Client
) -> None:
    before, files, key = ids(supplier), kept(service), {"Idempotency-Key": "between"}
    with ThreadPoolExecutor(1) as pool, service.store() as store:
        try:
            with suppress(Fault), store.database.write() as connection:
                lock(connection, f"key:{store.submissions.get(before[0]).sender}:between")  # it has to wait here
                answer = pool.submit(supplier.post, SUBMISSIONS, content=invoice(2), headers=key)
                wait_for(lambda: len(kept(service)) > len(files))
                server.stop()
            assert refused_for_now(answer.result())
        finally:
            server.start()
    assert (ids(supplier), spooled(service)) == (before, [])
    told = supplier.post(SUBMISSIONS, content=invoice(2), headers=key).json()
    assert (told["created"], ids(supplier)) == (True, [told["id"], *before])


def test_while_deciding(server: PostgresServer, service: Service, supplier: httpx.Client, worker: Program) -> None:
    supplier.post(f"{SUBMISSIONS}?wait=60", content=invoice(3))  # so that it has its validators
    validators = worker.children()
    for validator in validators:
        os.kill(validator, signal.SIGSTOP)
    waiting = supplier.post(SUBMISSIONS, content=invoice(4)).json()["id"]
    wait_for(lambda: supplier.get(f"{SUBMISSIONS}/{waiting}").json()["handling"] == "processing")
    with away(server):
        for validator in validators:
            os.kill(validator, signal.SIGCONT)
        wait_for(lambda: "work-failed" in service.log())
    wait_for(lambda: settled(supplier, waiting))
    assert decided_once(service, supplier, waiting)


def test_while_acknowledging(
    server: PostgresServer, service: Service, supplier: httpx.Client, authority: httpx.Client, worker: Program
) -> None:
    sent = supplier.post(SUBMISSIONS, content=invoice(5)).json()["id"]
    wait_for(lambda: settled(supplier, sent))
    leased = authority.post("/api/v1/deliveries:lease", json={"count": 100}).json()["deliveries"]
    [delivery] = [one for one in leased if one["submission"]["id"] == sent]
    address, token = f"/api/v1/deliveries/{delivery['delivery_id']}:ack", {"lease_token": delivery["lease_token"]}
    with away(server):
        assert refused_for_now(authority.post(address, json=token))
    first = authority.post(address, json=token)
    assert first.status_code == 200
    assert authority.post(address, json=token).json() == first.json()
    assert history(service, sent).count(EventKind.ACKNOWLEDGED) == 1
