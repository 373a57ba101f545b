"""Sealed storage in the real program: what lies on its disks tells nothing, and its keys can be replaced and lost."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from tests.support.service import EINVOICE, SAMPLES, Service, wait_for

LEITWEG_ID = "04011000-1234512345-06"
OLD, UBL, LATER = (
    (SAMPLES / name).read_bytes()
    for name in (
        "09-fehler-gesamtbetrag-falsch.xml",
        "01-ubl-rechnung-büromöbel.xml",
        "02-ubl-gutschrift-schulbücher.xml",
    )
)
# The seller's street, a line's description: found in the invoice, and in its report as stored.
PIECES = ("Sägewerkstraße 8", "160 × 80 cm, Platte Buche")


@pytest.fixture
def service(new_service: Callable[..., Service], tmp_path: Path) -> Service:
    return new_service(MASTER_KEY_FILE=str(tmp_path / "master.keys"), RETRY_SECONDS="0.5")


@pytest.fixture
def key_file(service: Service, tmp_path: Path) -> Path:
    path = tmp_path / "master.keys"
    path.touch(0o600)
    path.write_text(keys(service, "new-master-key"))
    return path


def keys(service: Service, *arguments: str) -> str:
    """What `einvoice keys …` prints."""
    command = [str(EINVOICE), "keys", *arguments]
    done = subprocess.run(command, env=service.environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def sent(supplier: httpx.Client, data: bytes) -> dict[str, Any]:
    """The submission, decided."""
    answer = supplier.post("/api/v1/submissions?wait=60", content=data).raise_for_status()
    found: dict[str, Any] = answer.json()
    assert found["settled"], found
    return found


def original(client: httpx.Client, submission: dict[str, Any]) -> bytes:
    return client.get(f"/api/v1/submissions/{submission['id']}/original").raise_for_status().content


def report(client: httpx.Client, submission: dict[str, Any]) -> str:
    address = f"/api/v1/submissions/{submission['id']}/report"
    return client.get(address, headers={"Accept": "application/json"}).raise_for_status().text


def found_on_disk(service: Service, text: str) -> list[str]:
    """Files of the service that hold a text."""
    files = [path for path in (service.folder / "data").rglob("*") if path.is_file()]
    assert files
    return [path.name for path in files if text.encode() in path.read_bytes()]


def blobs(service: Service) -> dict[Path, tuple[int, bytes]]:
    found = [path for path in (service.folder / "data" / "blobs").rglob("*") if path.is_file()]
    return {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in found}


def test_nothing_of_an_invoice_can_be_read_on_the_disk(service: Service, key_file: Path) -> None:
    away = service.options.pop("MASTER_KEY_FILE")
    service.start()
    supplier, authority = service.supplier(), service.authority("Stadt Musterstadt", LEITWEG_ID)
    unsealed = UBL.replace(b"2026-10437", b"2026-00001").replace(PIECES[0].encode(), "Sägewerkstraße 9".encode())
    old = sent(supplier, unsealed)
    service.stop()
    assert len(found_on_disk(service, "Sägewerkstraße 9")) >= 2  # the original, and the report in the database

    service.options["MASTER_KEY_FILE"] = away
    service.start()
    accepted, rejected = sent(supplier, UBL), sent(supplier, OLD)
    assert (accepted["verdict"], rejected["verdict"]) == ("accepted", "rejected")
    for piece in (PIECES[0], "BR-CO-15 "):
        assert found_on_disk(service, piece) == []
    service.stop()
    assert found_on_disk(service, PIECES[0]) == []
    assert found_on_disk(service, accepted["invoice_number"]) != []  # what is searched for stays readable

    service.start()
    assert original(supplier, accepted) == UBL
    assert original(supplier, rejected) == OLD
    assert "BR-CO-" in report(supplier, rejected)
    leased = authority.post("/api/v1/deliveries:lease", json={"count": 10}).json()["deliveries"]
    assert {one["submission"]["id"] for one in leased} == {old["id"], accepted["id"]}
    assert original(authority, accepted) == UBL

    assert "1 originals are sealed now" in keys(service, "seal-all")
    assert original(supplier, old) == unsealed
    assert all(data.startswith(b"EISO") for _, data in blobs(service).values())


def test_keys_are_replaced_while_it_runs_and_no_object_is_written_anew(service: Service, key_file: Path) -> None:
    service.start()
    supplier, authority = service.supplier(), service.authority("Stadt Musterstadt", LEITWEG_ID)
    first = sent(supplier, UBL)
    before = blobs(service)
    old_master = key_file.read_text()
    key_file.write_text(keys(service, "new-master-key") + old_master)
    assert keys(service, "rotate-master").startswith("2 keys are wrapped anew")
    listed = keys(service, "list").splitlines()
    assert [line.split()[1] for line in listed] == ["intake", first["authority"]["id"]]
    assert "1 invoices went over" in keys(service, "rotate", "--authority", first["authority"]["id"])
    assert "0 invoices went over" in keys(service, "rotate", "--intake")
    assert blobs(service) == before
    assert original(authority, first) == UBL
    second = sent(supplier, LATER)

    key_file.write_text(key_file.read_text().replace(old_master, ""))
    service.stop()
    service.start()
    assert [original(supplier, one) for one in (first, second)] == [UBL, LATER]


def test_without_the_master_key_nothing_is_taken_and_all_goes_on_when_it_is_back(
    service: Service, key_file: Path
) -> None:
    service.start("--workers", "0")
    supplier = service.supplier()
    service.authority("Stadt Musterstadt", LEITWEG_ID)
    waiting = supplier.post("/api/v1/submissions", content=UBL).raise_for_status().json()
    service.stop()

    away = key_file.rename(key_file.with_suffix(".away"))
    service.start()
    refused = supplier.post("/api/v1/submissions", content=LATER)
    assert (refused.status_code, "Retry-After" in refused.headers) == (503, True)
    wait_for(lambda: "cause=key-missing" in service.log() and str(key_file) in service.log())
    address = f"/api/v1/submissions/{waiting['id']}"
    wait_for(lambda: any(waiting["id"] in line and "key-missing" in line for line in service.log().splitlines()))
    assert not supplier.get(address).json()["settled"]
    assert supplier.get(f"{address}/original").status_code == 503
    assert len(blobs(service)) == 1

    away.rename(key_file)
    decided = wait_for(lambda: found if (found := supplier.get(address).json())["settled"] else None)
    assert (decided["verdict"], original(supplier, waiting)) == ("accepted", UBL)
    assert sent(supplier, LATER)["verdict"] == "accepted"
    assert "master-keys-back" in service.log()


def test_what_was_deleted_for_good_cannot_be_read_though_its_file_comes_back(service: Service, key_file: Path) -> None:
    service.start()
    supplier = service.supplier()
    service.authority("Stadt Musterstadt", LEITWEG_ID)
    gone, kept = sent(supplier, UBL), sent(supplier, LATER)
    [path] = [path for path in blobs(service) if path.name == gone["id"]]
    copy = path.read_bytes()
    with service.store() as store:
        with store.database.write() as connection:
            store.vault.forget(connection, gone["id"])
        store.originals.delete(gone["id"])
    path.write_bytes(copy)
    for what in ("original", "report"):
        answer = supplier.get(f"/api/v1/submissions/{gone['id']}/{what}")
        assert answer.status_code == 503
        assert PIECES[0] not in answer.text
    assert original(supplier, kept) == LATER
