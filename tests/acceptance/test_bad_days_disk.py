"""The disk is full: whoever sends is told so, nothing is half kept, and with room again it goes on by itself."""

import signal
from collections.abc import Iterator

import httpx2 as httpx
import pytest

from tests.support.chaos_disk import SmallDisk, small_disk
from tests.support.chaos_facts import SUBMISSIONS, decided_once, ids, invoice, kept, refused_for_now, spooled
from tests.support.chaos_post import MUSTERSTADT
from tests.support.service import Service, wait_for


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallDisk]:
    with small_disk(tmp_path_factory.mktemp("disk") / "data", 48) as mounted:
        yield mounted


@pytest.fixture(scope="module")
def service(disk: SmallDisk) -> Iterator[Service]:
    """A service whose data lie on that disk, with a worker of its own."""
    options = {"MAX_UPLOAD_BYTES": "1000000", "RETRY_SECONDS": "0.2", "CLAIM_SECONDS": "3"}
    service = Service(disk.folder.parent, options)
    service.start("--workers", "0")
    service.authority("Stadt Musterstadt", MUSTERSTADT)
    yield service
    service.stop()


@pytest.fixture(scope="module")
def supplier(service: Service) -> httpx.Client:
    return service.supplier()


@pytest.mark.parametrize(("leave", "size"), [(300_000, 900_000), (0, 0)], ids=["not enough room", "no room at all"])
def test_while_receiving(service: Service, supplier: httpx.Client, disk: SmallDisk, leave: int, size: int) -> None:
    safe = supplier.post(SUBMISSIONS, content=invoice(leave)).json()["id"]
    before, late = kept(service), invoice(leave + 1, size=size)
    disk.fill(leave=leave)
    try:
        assert refused_for_now(supplier.post(SUBMISSIONS, content=late))
        assert (spooled(service), kept(service)) == ([], before)
    finally:
        disk.make_room()
    answer = supplier.post(SUBMISSIONS, content=late)
    assert answer.status_code == 202
    assert supplier.get(answer.json()["links"]["original"]).content == late
    assert {safe, answer.json()["id"]} <= set(ids(supplier))


def test_while_deciding(service: Service, supplier: httpx.Client, disk: SmallDisk) -> None:
    worker = service.worker(WORKERS="1")
    wait_for(lambda: "worker-started" in service.log())
    service.freeze(worker)
    waiting = supplier.post(SUBMISSIONS, content=invoice(9)).json()["id"]
    disk.fill()
    worker.signal(signal.SIGCONT)
    try:
        wait_for(lambda: "round-failed" in service.log() or "work-failed" in service.log())
    finally:
        disk.make_room()
    wait_for(lambda: supplier.get(f"{SUBMISSIONS}/{waiting}").json()["settled"])
    assert decided_once(service, supplier, waiting)
