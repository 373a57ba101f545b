"""Work in the background: wake-ups for what just came in, and rounds that find whatever was forgotten.

The database knows what is due. A wake-up only saves waiting for the next round; losing one costs seconds.
"""

import json
import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from huey import Huey
from huey.consumer import Consumer
from huey.registry import Message
from huey.serializer import Serializer
from huey.storage import SqliteStorage

from einvoice.errors import Refusal
from einvoice.intake import DropFolder, Outcome, Spool, Spooled
from einvoice.model.assessment import Assessment, Verdict
from einvoice.model.examination import Examination
from einvoice.model.submission import Door
from einvoice.pipeline import Desk, process, submit
from einvoice.settings import Settings

FOLDER_SENDER = "folder:drop"
_WAITING_PER_THREAD = 10  # how full the queue is kept while more is due
_MOST_DUE = 200  # submissions due before the drop folder has to wait
_POLL_SECONDS = 0.25  # longest time between two looks into the queue

log = structlog.get_logger()


class WakeQueue:
    """Carries submission ids from where they came in to where they are worked on; both may be other processes."""

    def __init__(self, settings: Settings, handle: Callable[[str], None] | None = None) -> None:
        """With `handle`, this process may work; without, it only wakes others."""
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.huey = _open_queue(settings.data_dir.resolve() / "queue.db")
        self._task = self.huey.task(name="process")(handle or _nothing)

    def wake(self, submission_id: str) -> None:
        """Say that a submission waits. Never fails: a round will find it anyway."""
        try:
            self._task(submission_id)
        except Exception as error:
            log.warning("wake-up-lost", submission=submission_id, error=type(error).__name__)

    def waiting(self) -> int:
        """How many wake-ups nobody has taken yet."""
        count: int = self.huey.pending_count()
        return count


def _open_queue(path: Path) -> Huey:
    """The queue; a damaged one is moved aside and begun anew, for it holds nothing but wake-ups."""
    try:
        return _huey(path)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise
    aside = path.with_name(f"{path.name}.damaged")
    log.warning("queue-damaged", moved_to=aside.name)
    for ending in ("-wal", "-shm"):  # left there, they would be taken for the new file's
        path.with_name(path.name + ending).unlink(missing_ok=True)
    with suppress(FileNotFoundError):  # another process was faster
        os.replace(path, aside)
    return _huey(path)


def _huey(path: Path) -> Huey:
    return Huey("einvoice", results=False, serializer=_JsonSerializer(), storage_class=_WakeStorage, filename=str(path))


def _nothing(submission_id: str) -> None:
    raise NotImplementedError(f"this process does not work on {submission_id}")


class _JsonSerializer(Serializer):  # type: ignore[misc]  # huey has no types
    """Messages hold ids, nothing else: no pickles, whatever may have been written into the queue."""

    def _serialize(self, data: Message) -> bytes:
        return json.dumps(data).encode()

    def _deserialize(self, data: bytes) -> Message:
        return Message(*json.loads(data))


class _WakeStorage(SqliteStorage):  # type: ignore[misc]  # huey has no types
    """Survives a crash undamaged, but does not wait for the disk: a lost wake-up is no loss."""

    def _create_connection(self) -> Any:
        connection = super()._create_connection()
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection


class _ThreadConsumer(Consumer):  # type: ignore[misc]  # huey has no types
    """Huey's consumer as a part of a process that has its own signal handlers."""

    def _set_signal_handlers(self) -> None:
        """Leave them alone; `run_worker` is told when to stop."""


def run_worker(desk: Desk, settings: Settings, stop: threading.Event) -> None:
    """Work until `stop` is set; then take nothing new, finish what has begun, and return.

    Runs in any thread, beside a web server too.
    """
    threads = settings.workers + 1  # one more, so that no validator process waits for a commit

    def handle(submission_id: str) -> None:
        process(submission_id, desk)
        if queue.waiting() < threads:
            refill(queue, desk, room)

    queue, room = WakeQueue(settings, handle), threads * _WAITING_PER_THREAD
    consumer = _ThreadConsumer(
        queue.huey, workers=threads, periodic=False, max_delay=_POLL_SECONDS, scheduler_interval=60
    )
    spool = Spool(settings.data_dir / "spool", settings.max_upload_bytes)
    spool.discard_leftovers()
    folder = DropFolder(settings.inbox_dir, spool, _FolderDesk(desk))
    consumer.start()
    log.info("worker-started", threads=threads)
    try:
        while True:
            for errand in (
                lambda: refill(queue, desk, room),
                desk.store.deliveries.release_expired,
                folder.look,
                consumer.check_worker_health,
            ):
                _guarded(errand)
            if stop.wait(settings.sweep_seconds):
                return
    finally:
        consumer.stop(graceful=True)
        folder.close()
        log.info("worker-stopped")


def refill(queue: WakeQueue, desk: Desk, most: int) -> None:
    """Put what is due into the queue, as far as there is room: it stays short, however much is due."""
    for submission_id in desk.store.claims.due(max(most - queue.waiting(), 0)):
        queue.wake(submission_id)


def _guarded(errand: Callable[[], object]) -> None:
    """A round that failed is logged; the next one tries again."""
    try:
        errand()
    except Exception as error:
        log.error("round-failed", error=type(error).__name__)


@dataclass(frozen=True)
class _FolderDesk:
    """What the drop folder asks for."""

    desk: Desk

    def room(self) -> int:
        """As many as keep the backlog within bounds."""
        return _MOST_DUE - len(self.desk.store.claims.due(_MOST_DUE))

    def submit(self, spooled: Spooled, name: str, key: str) -> str:
        """Keep the bytes; the submission's id."""
        receipt = submit(
            spooled,
            desk=self.desk,
            door=Door.FOLDER,
            sender=FOLDER_SENDER,
            actor=FOLDER_SENDER,
            name=name,
            idempotency_key=key,
        )
        return receipt.submission.id

    def outcome(self, submission_id: str) -> Outcome | None:
        """Accepted or rejected, with the reports; None while neither."""
        submission = self.desk.store.submissions.get(submission_id)
        if submission.verdict not in (Verdict.ACCEPTED, Verdict.REJECTED):
            return None
        examination = self.desk.store.submissions.examination(submission_id)
        return None if examination is None else self._outcome(examination)

    def refused(self, name: str, size: int, refusal: Refusal) -> Outcome:
        """The outcome for a file that was too large to be kept."""
        return self._outcome(
            Examination(
                name=name,
                sha256="",
                size=size,
                examined_at=self.desk.store.clock(),
                document=None,
                invoice=None,
                assessment=Assessment.refused(refusal.notice),
            )
        )

    def _outcome(self, examination: Examination) -> Outcome:
        reports = {kind: self.desk.render_report(examination, kind) for kind in ("html", "json")}
        accepted = examination.verdict is Verdict.ACCEPTED and not examination.assessment.declined
        return Outcome(accepted=accepted, reports=reports)
