"""The worker: real threads, a real queue file, stages that do as the test says."""

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from lxml import etree

from einvoice import worker as worker_module
from einvoice.model.assessment import Assessment, Verdict
from einvoice.model.document import Container, InvoiceDocument, Syntax
from einvoice.model.invoice import Group, Invoice
from einvoice.model.submission import Door, Handling
from einvoice.pipeline import Desk, submit
from einvoice.settings import Settings
from einvoice.store import SubmissionFilter
from einvoice.worker import WakeQueue, refill, run_worker


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"sweep_seconds": 0.1, "workers": 1})


@pytest.fixture
def desk(bench: Any, settings: Settings) -> Desk:
    def extract(data: bytes) -> InvoiceDocument:
        return InvoiceDocument(
            syntax=Syntax.CII, xml=data, sha256="", customizations=(), container=Container.XML, attachment=None,
            root=etree.Element("Invoice"),
        )  # fmt: skip

    def assess(document: InvoiceDocument, on: object) -> Assessment:
        return Assessment(verdict=Verdict.REJECTED if b"bad" in document.xml else Verdict.ACCEPTED)

    return Desk(
        extract=extract,
        read=lambda document: Invoice(Syntax.CII, Group("")),
        assess=assess,
        store=bench.store,
        settings=settings,
        wake=WakeQueue(settings).wake,
        render_report=lambda examination, kind: f"{kind} {examination.name} {examination.verdict}".encode(),
    )


@contextmanager
def working(desk: Desk) -> Iterator[None]:
    stop = threading.Event()
    worker = threading.Thread(target=run_worker, args=(desk, desk.settings, stop))
    worker.start()
    try:
        yield
    finally:
        stop.set()
        worker.join()


def until(holds: Callable[[], object]) -> None:
    """Wait for something other threads bring about; the test's own time limit ends a wait in vain."""
    while not holds():
        time.sleep(0.02)


def decided(bench: Any, submission_id: str) -> bool:
    return bench.store.submissions.get(submission_id).verdict is not None


def test_what_was_submitted_is_decided(bench: Any, desk: Desk) -> None:
    with working(desk):
        receipt = submit(bench.spool.write([b"1"]), desk=desk, door=Door.API, sender="s", actor="a", name="r.xml")
        until(lambda: decided(bench, receipt.submission.id))


def test_a_wake_up_alone_is_enough(bench: Any, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(bench.store.claims), "due", lambda *_: ())
    with working(desk):
        receipt = submit(bench.spool.write([b"1"]), desk=desk, door=Door.API, sender="s", actor="a", name="r.xml")
        until(lambda: decided(bench, receipt.submission.id))


def test_a_lost_wake_up_is_made_good_by_the_next_round(bench: Any, desk: Desk) -> None:
    submission_id = bench.receive(b"1").submission.id
    with working(desk):
        until(lambda: decided(bench, submission_id))


def test_a_backlog_larger_than_the_queue_is_worked_off(bench: Any, desk: Desk) -> None:
    ids = [bench.receive(str(number).encode()).submission.id for number in range(60)]
    with working(desk):
        until(lambda: all(decided(bench, submission_id) for submission_id in ids))


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


def test_stopping_finishes_what_has_begun_and_takes_nothing_new(bench: Any, desk: Desk) -> None:
    begun, go_on, stop = threading.Event(), threading.Event(), threading.Event()

    def slow(data: bytes) -> InvoiceDocument:
        begun.set()
        go_on.wait()
        return extract(data)

    extract = desk.extract
    object.__setattr__(desk, "extract", slow)
    worker = threading.Thread(target=run_worker, args=(desk, desk.settings, stop))
    first = bench.receive(b"1").submission.id
    worker.start()
    begun.wait()
    stop.set()
    second = bench.receive(b"2").submission.id
    go_on.set()
    worker.join()
    assert decided(bench, first)
    assert not decided(bench, second)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith(("Worker-", "Scheduler"))]


def test_the_worker_runs_beside_others_on_the_same_store(bench: Any, desk: Desk) -> None:
    ids = [bench.receive(str(number).encode()).submission.id for number in range(20)]
    with working(desk), working(desk):
        until(lambda: all(decided(bench, submission_id) for submission_id in ids))
    assert all(bench.store.submissions.get(submission_id).attempts == 1 for submission_id in ids)


def test_a_round_that_fails_does_not_end_the_worker(bench: Any, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    due, failures = type(bench.store.claims).due, iter([True, True])

    def failing(self: Any, limit: int) -> Any:
        if next(failures, False):
            raise OSError
        return due(self, limit)

    monkeypatch.setattr(type(bench.store.claims), "due", failing)
    submission_id = bench.receive(b"1").submission.id
    with working(desk):
        until(lambda: decided(bench, submission_id))


def test_files_in_the_drop_folder_end_beside_their_reports(bench: Any, desk: Desk) -> None:
    inbox = desk.settings.inbox_dir
    (inbox / "drop").mkdir(parents=True)
    (inbox / "drop" / "good.xml").write_bytes(b"good")
    (inbox / "drop" / "bad.xml").write_bytes(b"bad")
    (inbox / "drop" / "large.xml").write_bytes(b"x" * (desk.settings.max_upload_bytes + 1))
    ends = [inbox / "done" / "good.xml", inbox / "failed" / "bad.xml", inbox / "failed" / "large.xml"]
    with working(desk):
        until(lambda: all(end.is_file() for end in ends) and not list((inbox / "work").glob("*/*")))
    assert (inbox / "done" / "good.xml.report.html").read_bytes() == b"html good.xml accepted"
    assert (inbox / "failed" / "bad.xml.report.json").read_bytes() == b"json bad.xml rejected"
    assert (inbox / "failed" / "large.xml.report.html").read_bytes() == b"html large.xml rejected"
    kept = bench.store.submissions.find(SubmissionFilter()).items
    assert {item.name: item.door for item in kept} == {"good.xml": Door.FOLDER, "bad.xml": Door.FOLDER}


def test_the_queue_stays_short_however_much_is_due(bench: Any, desk: Desk) -> None:
    for number in range(30):
        bench.receive(str(number).encode())
    queue = WakeQueue(desk.settings)
    for _ in range(3):
        refill(queue, desk, 10)
    assert queue.waiting() == 10


def test_messages_are_json_with_an_id_and_nothing_of_the_invoice(desk: Desk) -> None:
    WakeQueue(desk.settings).wake("0123")
    with sqlite3.connect(desk.settings.data_dir / "queue.db") as queue:
        (data,) = queue.execute("SELECT data FROM task").fetchone()
    assert ["0123"] in json.loads(data)


def test_a_wake_up_that_fails_is_no_failure_of_the_sender(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    queue = WakeQueue(desk.settings)

    def broken(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(queue.huey.storage, "enqueue", broken)
    queue.wake("0123")


def test_a_damaged_queue_is_moved_aside_and_begun_anew(settings: Settings) -> None:
    path = settings.data_dir / "queue.db"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"no database at all" * 1000)
    queue = WakeQueue(settings)
    queue.wake("0123")
    assert queue.waiting() == 1
    assert path.with_name("queue.db.damaged").read_bytes().startswith(b"no database")


def test_a_queue_that_is_locked_is_not_taken_for_damaged(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    WakeQueue(settings).wake("0123")
    monkeypatch.setattr(worker_module._WakeStorage, "initialize_schema", _locked)
    with pytest.raises(sqlite3.OperationalError):
        WakeQueue(settings)
    assert not (settings.data_dir / "queue.db.damaged").exists()


def _locked(_: object) -> None:
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = sqlite3.SQLITE_BUSY
    raise error


def test_garbage_in_the_queue_does_not_end_the_worker(bench: Any, desk: Desk) -> None:
    queue = WakeQueue(desk.settings)
    queue.huey.storage.enqueue(b"\x80\x04garbage", 0)
    queue.wake("no such submission")
    submission_id = bench.receive(b"1").submission.id
    with working(desk):
        until(lambda: decided(bench, submission_id))
