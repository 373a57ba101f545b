"""Uploads that stop half-way, and the same one a thousand times at once."""

import asyncio
import socket
import struct
from collections import Counter
from collections.abc import Iterator
from itertools import cycle, islice
from urllib.parse import urlsplit

import httpx2 as httpx
import pytest

from tests.support.chaos_facts import SUBMISSIONS, ids, invoice, kept, spooled
from tests.support.postgres import postgres_server, postgres_url
from tests.support.service import Service, wait_for

__all__ = ["postgres_server", "postgres_url"]

KEYS: tuple[dict[str, str], ...] = ({}, {"Idempotency-Key": "one"}, {"Idempotency-Key": "another"})
FULL, HALF, MANY = 15_000_000, 7_000_000, 1000
FORM = b'--x\r\nContent-Disposition: form-data; name="file"; filename="r.xml"\r\n\r\n'
TYPES = {"body": "application/xml", "form": "multipart/form-data; boundary=x"}
ABRUPT = struct.pack("ii", 1, 0)  # SO_LINGER: closed with a reset, as when the sender's machine dies


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def webs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Service]]:
    """Two web processes of a service that takes in and decides nothing."""
    options = {}
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        options["DATABASE_URL"] = server.url(server.create())
    folder = tmp_path_factory.mktemp("uploads")
    services = [Service(folder, options), Service(folder, options)]
    for service in services:
        service.start("--workers", "0")
    yield services
    for service in services:
        service.stop()


@pytest.fixture(scope="module")
def web(webs: list[Service]) -> Service:
    return webs[0]


@pytest.fixture(scope="module")
def supplier(web: Service) -> httpx.Client:
    return web.supplier()


@pytest.mark.parametrize("abrupt", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize("kind", TYPES)
def test_of_an_upload_that_stops_half_way_nothing_is_kept(
    web: Service, supplier: httpx.Client, kind: str, abrupt: bool
) -> None:
    before = ids(supplier), kept(web)
    head = (
        f"POST {SUBMISSIONS} HTTP/1.1\r\nHost: service\r\nAuthorization: {supplier.headers['Authorization']}\r\n"
        f"Content-Type: {TYPES[kind]}\r\nContent-Length: {FULL}\r\n\r\n"
    )
    address = urlsplit(web.url)
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall(head.encode() + (FORM if kind == "form" else b"") + invoice(1, size=HALF))
        wait_for(lambda: sum(path.stat().st_size for path in spooled(web)) > HALF // 2)
        if abrupt:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABRUPT)
    wait_for(lambda: not spooled(web))
    assert (ids(supplier), kept(web)) == before


def test_of_a_thousand_identical_uploads_at_once_there_is_one(
    webs: list[Service], web: Service, supplier: httpx.Client
) -> None:
    """Some with one key, some with another, some with none."""
    before, files = ids(supplier), kept(web)
    answers = asyncio.run(_at_once(webs, dict(supplier.headers), invoice(2)))
    assert Counter(answer.status_code for answer in answers) == {202: MANY}
    told = [answer.json() for answer in answers]
    [new] = set(ids(supplier)) - set(before)
    assert {one["id"] for one in told} == {new}
    assert sum(one["created"] for one in told) == 1
    assert len(set(kept(web)) - set(files)) == 1
    assert spooled(web) == []


async def _at_once(webs: list[Service], headers: dict[str, str], data: bytes) -> list[httpx.Response]:
    limits = httpx.Limits(max_connections=MANY)
    sent = islice(zip(cycle(KEYS), cycle(webs), strict=False), MANY)
    async with httpx.AsyncClient(headers=headers, timeout=240, limits=limits) as client:
        return await asyncio.gather(
            *(client.post(f"{web.url}{SUBMISSIONS}", content=data, headers=key) for key, web in sent)
        )
