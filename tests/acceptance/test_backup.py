"""A backup of the real service under load, restored elsewhere: proven intact, nothing that was answered is missing."""

import base64
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from tests.support.postgres import PostgresServer, postgres_server
from tests.support.s3server import S3Server, s3_process, s3_server
from tests.support.service import EINVOICE, SAMPLES, Service, wait_for

__all__ = ["postgres_server", "s3_process", "s3_server"]

UBL = (SAMPLES / "01-ubl-rechnung-büromöbel.xml").read_bytes()
WRONG = (SAMPLES / "08-fehler-leitweg-id-fehlt.xml").read_bytes()
LEITWEG_ID = "04011000-1234512345-06"
SENDERS = 2  # at once
PAUSE = 0.1  # seconds between two of a sender's invoices: what comes in has to be decided before the test ends
DECIDED_BEFORE, ANSWERED_BEFORE = 6, 20  # so many at least, when the backup begins
PATIENCE = 120  # seconds for all that waits to be decided

pytestmark = pytest.mark.timeout(600)


def invoice(sender: int, number: int) -> bytes:
    """Every fourth is rejected; all differ."""
    name = b"2026-%d-%05d" % (sender, number)
    return WRONG + b"<!-- %s -->" % name if number % 4 == 3 else UBL.replace(b"2026-10437", name)


def command(service: Service, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [EINVOICE, *words], env=service.environment(), capture_output=True, text=True, check=False
    )  # fmt: skip


@dataclass
class Load:
    """Suppliers that send one invoice after the other, and what they were told."""

    token: str
    answered: dict[str, bytes] = field(default_factory=dict)  # submission: what was sent
    trouble: list[str] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def begin(self, service: Service) -> None:
        self._threads = [threading.Thread(target=self._send, args=(service, one)) for one in range(SENDERS)]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _send(self, service: Service, sender: int) -> None:
        number = 0
        with service.client(self.token) as client:
            while not self._stop.wait(PAUSE):
                data = invoice(sender, number)
                answer = client.post("/api/v1/submissions", content=data)
                if answer.status_code == 202:
                    self.answered[answer.json()["id"]] = data
                else:
                    self.trouble.append(answer.text)
                number += 1


@dataclass
class Backup:
    """A backup, and what had been answered before it began."""

    path: Path
    service: Service
    token: str
    answered: dict[str, bytes]  # submission: original
    reports: dict[str, bytes]  # of those that were decided
    public_key: Path


def made(service: Service, folder: Path, *, deciding: bool = True) -> Backup:
    """A backup of a service that goes on working all the while; unless `deciding`, it takes in and decides nothing."""
    service.start(*([] if deciding else ["--workers", "0"]))
    worker = None if deciding else service.worker()
    service.authority("Stadt Musterstadt", LEITWEG_ID)
    load = Load(service.admin("create-token", "--role", "supplier", "--supplier", "Muster GmbH"))
    client = service.client(load.token)
    load.begin(service)
    try:
        wait_for(lambda: len(load.answered) >= ANSWERED_BEFORE)
        wait_for(lambda: len(decided(client)) >= DECIDED_BEFORE, PATIENCE)
        if worker is not None:
            worker.stop()
            more = len(load.answered) + 1
            wait_for(lambda: len(load.answered) > more)
        answered, reports = dict(load.answered), {one: report(client, one) for one in decided(client)}
        path = folder / "backup.tar.gz"
        done = command(service, "backup", str(path))
        assert done.returncode == 0, done.stderr
        after = len(load.answered)
        wait_for(lambda: len(load.answered) > after)  # it goes on
    finally:
        load.end()
    assert load.trouble == []
    key = folder / "public.pem"
    key.write_text(command(service, "audit", "public-key", "--all").stdout)
    return Backup(path, service, load.token, answered, reports, key)


def submissions(client: httpx.Client) -> list[dict[str, Any]]:
    """All there are."""
    items: list[dict[str, Any]] = []
    after = ""
    while True:
        page = client.get("/api/v1/submissions", params={"limit": 200} | ({"after": after} if after else {})).json()
        items += page["items"]
        after = page.get("next") or ""
        if not after:
            return items


def decided(client: httpx.Client) -> list[str]:
    return [one["id"] for one in submissions(client) if one["settled"]]


def report(client: httpx.Client, submission_id: str) -> bytes:
    answer = client.get(f"/api/v1/submissions/{submission_id}/report", headers={"Accept": "application/json"})
    assert answer.status_code == 200, answer.text
    return answer.content


def original(client: httpx.Client, submission_id: str) -> bytes:
    answer = client.get(f"/api/v1/submissions/{submission_id}/original")
    assert answer.status_code == 200, answer.text
    return answer.content


def restored_and_used(backup: Backup, elsewhere: Service) -> int:
    """Restored into an empty service: verified, complete, byte for byte; and what was undecided is decided there.

    Returns how many that were.
    """
    done = command(elsewhere, "restore", str(backup.path), "--public-key", str(backup.public_key), "--lang", "en")
    assert done.returncode == 0, done.stderr + done.stdout
    assert "Intact" in done.stdout
    with elsewhere.store() as store:
        undecided = store.claims.backlog(1_000_000)
    elsewhere.start()
    client = elsewhere.client(backup.token)
    there = {one["id"]: one for one in submissions(client)}
    assert set(there) >= set(backup.answered)
    for submission_id, data in backup.answered.items():
        assert original(client, submission_id) == data
    for submission_id, data in backup.reports.items():
        assert report(client, submission_id) == data
    wait_for(lambda: len(decided(client)) == len(there), PATIENCE)
    assert {one["status"] for one in submissions(client)} == {"available", "rejected"}
    assert client.post("/api/v1/submissions?wait=60", content=invoice(9, 0)).json()["status"] == "available"
    elsewhere.stop()
    assert command(elsewhere, "audit", "verify").returncode == 0
    return undecided


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backup]:
    """Of a service on SQLite and files."""
    folder = tmp_path_factory.mktemp("plain")
    service = Service(folder, {"CLAIM_SECONDS": "5"})
    try:
        yield made(service, folder)
    finally:
        service.stop()


@pytest.fixture
def database(postgres_server: PostgresServer) -> Iterator[str]:
    """Without any tables."""
    name = postgres_server.create(migrated=False)
    yield postgres_server.url(name)
    postgres_server.drop(name)


def test_from_sqlite_to_postgresql(plain: Backup, new_service: Callable[..., Service], database: str) -> None:
    restored_and_used(plain, new_service(DATABASE_URL=database, CLAIM_SECONDS="5"))


def test_from_files_to_s3(plain: Backup, new_service: Callable[..., Service], s3_server: S3Server) -> None:
    restored_and_used(plain, new_service(BLOB_URL=f"s3://{s3_server.new_bucket()}/invoices", CLAIM_SECONDS="5"))


def test_sealed_from_postgresql_to_sqlite(
    new_service: Callable[..., Service], database: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("sealed")
    keys = folder / "master.keys"
    keys.touch(0o600)
    keys.write_text(f"one {base64.b64encode(bytes(range(32))).decode()}\n")
    sealing = {"MASTER_KEY_FILE": str(keys), "CLAIM_SECONDS": "5"}
    service = Service(folder, {**sealing, "DATABASE_URL": database})
    try:
        backup = made(service, folder, deciding=False)
    finally:
        service.stop()
    raw = subprocess.run(["gzip", "-dc", str(backup.path)], capture_output=True, check=True).stdout
    assert not any(data in raw for data in backup.answered.values())
    assert restored_and_used(backup, new_service(**sealing)) > 0
