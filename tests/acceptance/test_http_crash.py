"""Killed at the worst moments: what a sender was told is stored is judged and delivered, once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from tests.support.service import SAMPLES, Service, wait_for

UBL = (SAMPLES / "01-ubl-rechnung-büromöbel.xml").read_bytes()
LEITWEG_ID = "04011000-1234512345-06"
MANY = 12


def numbered(number: int) -> bytes:
    return UBL.replace(b"2026-10437", f"2026-{number:05}".encode())


def settled(supplier: httpx.Client) -> list[dict[str, Any]] | None:
    """All submissions, once nothing more happens to any of them."""
    items: list[dict[str, Any]] = supplier.get("/api/v1/submissions?limit=200").json()["items"]
    return items if all(one["settled"] for one in items) else None


def test_killed_between_receipt_and_decision_nothing_is_lost(
    new_service: Callable[..., Service], tmp_path: Path
) -> None:
    service = new_service()
    service.start("--workers", "0")  # web alone: nothing is decided
    supplier, authority = service.supplier(), service.authority("Stadt Musterstadt", LEITWEG_ID)
    sent = {supplier.post("/api/v1/submissions", content=numbered(number)).json()["id"] for number in range(MANY)}
    assert len(sent) == MANY
    service.kill()

    service.start()
    items = wait_for(lambda: settled(supplier))
    assert {one["id"] for one in items} == sent
    assert {one["status"] for one in items} == {"available"}
    leased = authority.post("/api/v1/deliveries:lease", json={"count": 100}).json()["deliveries"]
    assert sorted(one["submission"]["id"] for one in leased) == sorted(sent)


def test_killed_in_the_midst_of_the_work_everything_is_decided_once(new_service: Callable[..., Service]) -> None:
    service = new_service(CLAIM_SECONDS="5")  # what the dead worker held is open to others soon
    service.start()
    supplier, authority = service.supplier(), service.authority("Stadt Musterstadt", LEITWEG_ID)
    told: set[str] = set()
    for number in range(MANY):
        told.add(supplier.post("/api/v1/submissions", content=numbered(number)).json()["id"])
    service.kill()

    service.start()
    items = wait_for(lambda: settled(supplier))
    assert {one["id"] for one in items} >= told
    assert {one["status"] for one in items} == {"available"}
    leased = authority.post("/api/v1/deliveries:lease", json={"count": 100}).json()["deliveries"]
    assert sorted(one["submission"]["id"] for one in leased) == sorted(one["id"] for one in items)
    events = authority.get("/api/v1/events?limit=1000").json()["events"]
    decided = [event["submission_id"] for event in events if event["kind"] == "decided"]
    assert sorted(decided) == sorted(one["id"] for one in items)


def test_an_acknowledgement_survives(new_service: Callable[..., Service]) -> None:
    service = new_service()
    service.start()
    supplier, authority = service.supplier(), service.authority("Stadt Musterstadt", LEITWEG_ID)
    supplier.post("/api/v1/submissions?wait=60", content=UBL).raise_for_status()
    [delivery] = authority.post("/api/v1/deliveries:lease", json={"seconds": 1}).json()["deliveries"]
    address, token = f"/api/v1/deliveries/{delivery['delivery_id']}:ack", {"lease_token": delivery["lease_token"]}
    first = authority.post(address, json=token).json()
    service.kill()

    service.start()
    assert authority.post(address, json=token).json() == first
    assert authority.post("/api/v1/deliveries:lease").json()["deliveries"] == []


def test_a_file_in_the_drop_folder_survives(new_service: Callable[..., Service]) -> None:
    service = new_service(CLAIM_SECONDS="5")
    (service.inbox / "drop").mkdir(parents=True)
    for number in range(5):
        (service.inbox / "drop" / f"r{number}.xml").write_bytes(numbered(number))
    service.start()
    wait_for(lambda: not list((service.inbox / "drop").iterdir()))
    service.kill()

    service.start()
    done = service.inbox / "done"
    wait_for(lambda: done.is_dir() and len(list(done.glob("*/r?.xml"))) == 5)
    found = service.operator().get("/api/v1/submissions").json()["items"]
    assert sorted(one["name"] for one in found) == [f"r{number}.xml" for number in range(5)]


@pytest.mark.parametrize("workers", ["0", "1"])
def test_it_ends_cleanly_when_asked_to(new_service: Callable[..., Service], workers: str) -> None:
    service = new_service()
    service.start("--workers", workers)
    service.supplier().post("/api/v1/submissions", content=UBL).raise_for_status()
    assert service.stop() == 0
    assert "Traceback" not in service.log()
