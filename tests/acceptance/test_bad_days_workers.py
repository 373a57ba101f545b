"""Workers that hang and come back, clocks that are set back, hosts that do the same at the same time."""

import os
import signal
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from einvoice.model.submission import EventKind
from tests.support.chaos_facts import SUBMISSIONS, decided_once, history, invoice, settled
from tests.support.chaos_post import MUSTERSTADT
from tests.support.postgres import postgres_server, postgres_url
from tests.support.service import Service, wait_for

__all__ = ["postgres_server", "postgres_url"]

CLOCK = Path(__file__).parents[1] / "support" / "chaos_clock"
HOUR, MANY = 3600, 30


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return "" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


def test_one_that_hangs_beyond_its_claim_and_comes_back_decides_nothing(
    new_service: Callable[..., Service], database: str
) -> None:
    service = new_service(DATABASE_URL=database, CLAIM_SECONDS="8")
    service.start("--workers", "0")
    service.authority("Stadt Musterstadt", MUSTERSTADT)
    supplier, hangs = service.supplier(), service.worker(WORKERS="1")
    supplier.post(f"{SUBMISSIONS}?wait=60", content=invoice(1))  # so that it has its validators
    for child in hangs.children():
        os.kill(child, signal.SIGSTOP)
    waiting = supplier.post(SUBMISSIONS, content=invoice(2)).json()["id"]
    wait_for(lambda: supplier.get(f"{SUBMISSIONS}/{waiting}").json()["handling"] == "processing")
    service.freeze(hangs)

    service.worker(WORKERS="1")
    wait_for(lambda: settled(supplier, waiting))
    assert decided_once(service, supplier, waiting)
    report = supplier.get(f"{SUBMISSIONS}/{waiting}/report").content

    hangs.signal(signal.SIGCONT)
    wait_for(lambda: "claim-lost" in service.log())
    assert decided_once(service, supplier, waiting)
    assert supplier.get(f"{SUBMISSIONS}/{waiting}/report").content == report


def test_a_clock_set_back_by_an_hour_keeps_nothing_waiting(
    new_service: Callable[..., Service], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(CLOCK), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("CHAOS_CLOCK", str(tmp_path / "clock"))
    _set(tmp_path / "clock", HOUR)
    service = new_service(CLAIM_SECONDS="30")
    service.start("--workers", "0")
    authority, supplier = service.authority("Stadt Musterstadt", MUSTERSTADT), service.supplier()
    dies = service.worker(WORKERS="1")
    done = supplier.post(f"{SUBMISSIONS}?wait=60", content=invoice(1)).json()
    for child in dies.children():
        os.kill(child, signal.SIGSTOP)
    claimed = supplier.post(SUBMISSIONS, content=invoice(2)).json()["id"]
    wait_for(lambda: supplier.get(f"{SUBMISSIONS}/{claimed}").json()["handling"] == "processing")
    dies.kill()
    new = supplier.post(SUBMISSIONS, content=invoice(3)).json()["id"]

    _set(tmp_path / "clock", 0)
    service.worker(WORKERS="1")
    for waiting in (claimed, new, supplier.post(SUBMISSIONS, content=invoice(4)).json()["id"]):
        wait_for(partial(settled, supplier, waiting))
        assert decided_once(service, supplier, waiting)
    leased = authority.post("/api/v1/deliveries:lease", json={"count": 10}).json()["deliveries"]
    assert {done["id"], claimed, new} < {one["submission"]["id"] for one in leased}
    for one in leased:
        address = f"/api/v1/deliveries/{one['delivery_id']}:ack"
        assert authority.post(address, json={"lease_token": one["lease_token"]}).status_code == 200


def test_hosts_that_sweep_at_once_share_the_work_and_do_nothing_twice(tmp_path: Path, postgres_url: str) -> None:
    """Each host has a queue of its own, so nobody is woken: all work is found by sweeping."""
    (tmp_path / "web").mkdir()
    options = {"DATABASE_URL": postgres_url, "BLOB_URL": (tmp_path / "blobs").as_uri(), "SWEEP_SECONDS": "0.1"}
    web = Service(tmp_path / "web", options)
    hosts = [Service(_made(tmp_path / name), options) for name in ("one", "two")]
    try:
        web.start("--workers", "0")
        authority, supplier = web.authority("Stadt Musterstadt", MUSTERSTADT), web.supplier()
        sent = [supplier.post(SUBMISSIONS, content=invoice(number)).json()["id"] for number in range(MANY)]
        for host in hosts:
            host.worker(WORKERS="1")
        for one in sent:
            wait_for(partial(settled, supplier, one))
            assert decided_once(web, supplier, one)

        lease: dict[str, Any] = {"count": MANY, "seconds": 1}
        assert len(authority.post("/api/v1/deliveries:lease", json=lease).json()["deliveries"]) == MANY
        wait_for(lambda: _states(supplier) == {"available"})
        for one in sent:
            assert history(web, one).count(EventKind.LEASE_EXPIRED) == 1
        numbers = [event["sequence"] for event in _events(authority)]
        assert numbers == list(range(1, 4 * MANY + 1))  # decided, available, leased, lease-expired
        for log in (host.log() for host in hosts):
            assert not [sign for sign in ("Illegal", "Traceback", "round-failed", "work-failed") if sign in log]
            assert "decided" in log
    finally:
        for host in (web, *hosts):
            host.stop()


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _set(clock: Path, seconds: float) -> None:
    new = clock.with_suffix(".new")
    new.write_text(str(seconds))
    new.replace(clock)


def _states(client: Any) -> set[str]:
    return set(Counter(one["status"] for one in client.get(SUBMISSIONS, params={"limit": 200}).json()["items"]))


def _events(client: Any) -> list[dict[str, Any]]:
    return list(client.get("/api/v1/events", params={"limit": 1000}).json()["events"])
