"""The SQLite file of the queue: what is damaged is begun anew, what is only busy is left alone."""

import sqlite3
import stat

import pytest

from einvoice.settings import Settings
from einvoice.worker import WakeQueue
from einvoice.worker.messages import WakeUp
from tests.unit.worker.helping import SECRET, Log


def test_a_damaged_file_is_moved_aside_and_begun_anew(settings: Settings, log: Log) -> None:
    path = settings.data_dir / "queue.db"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no database at all" * 1000)
    queue = WakeQueue(settings, SECRET)
    assert queue.put(WakeUp("0123", 0))
    assert len(queue.waiting(5)) == 1
    assert path.with_name("queue.db.damaged").read_bytes().startswith(b"no database")
    assert log.lines == [{"event": "queue-damaged", "moved_to": "queue.db.damaged"}]


@pytest.mark.usefixtures("impatient")
def test_a_file_somebody_else_locks_is_not_taken_for_damaged(
    settings: Settings, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("einvoice.worker.storages.PATIENCE", 0.1)
    settings.data_dir.mkdir(parents=True)
    queue = WakeQueue(settings, SECRET)
    with sqlite3.connect(settings.data_dir / "queue.db") as other:
        other.execute("BEGIN EXCLUSIVE")
        assert not queue.put(WakeUp("0123", 0))
        other.rollback()
    assert queue.put(WakeUp("0123", 0))
    assert not (settings.data_dir / "queue.db.damaged").exists()
    assert [line["event"] for line in log.lines] == ["queue-away", "queue-back"]


def test_a_commit_does_not_wait_for_the_disk(settings: Settings) -> None:
    storage = WakeQueue(settings, SECRET).huey.storage
    assert storage.conn.execute("PRAGMA synchronous").fetchone() == (1,)
    assert storage.conn.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_the_folder_is_made_for_the_service_alone(settings: Settings) -> None:
    assert WakeQueue(settings, SECRET).put(WakeUp("0123", 0))
    assert stat.S_IMODE(settings.data_dir.stat().st_mode) == 0o700


@pytest.mark.parametrize("url", ["redis://:secret@127.0.0.1:nowhere/0", "postgresql://u:secret%zz@h/d"])
def test_what_is_no_address_is_refused_at_the_start_without_quoting_it(url: str, settings: Settings) -> None:
    with pytest.raises(ValueError, match="EINVOICE_QUEUE_URL") as refused:
        WakeQueue(settings.model_copy(update={"queue_url": url}), SECRET)
    assert "secret" not in str(refused.value)
