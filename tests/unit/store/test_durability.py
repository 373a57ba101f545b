"""The first durable point: nothing is answered before bytes and row would survive a power cut."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, insert
from sqlalchemy.exc import DBAPIError, IntegrityError

from einvoice.errors import Fault
from einvoice.model.submission import Door
from einvoice.settings import Settings
from einvoice.store import open_store
from einvoice.store.database import Database
from einvoice.store.engines import PRAGMAS
from einvoice.store.tables import suppliers

on_sqlite = pytest.mark.parametrize("database_url", [""], ids=["sqlite"])  # PostgreSQL has a file of its own


def test_the_bytes_are_fsynced_and_renamed_and_their_folders_fsynced_before_the_row_is_committed(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    blobs = bench.settings.data_dir / "blobs"
    fsync, replace = os.fsync, os.replace

    def spy_fsync(descriptor: int) -> None:
        path = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
        steps.append("fsync file" if path.is_file() else f"fsync folder {len(path.relative_to(blobs).parts)}")
        fsync(descriptor)

    def spy_replace(source: Any, destination: Any) -> None:
        assert Path(source).parent == Path(destination).parent
        steps.append("rename")
        replace(source, destination)

    spooled = bench.spool.write([b"<Invoice/>"])
    monkeypatch.setattr(os, "fsync", spy_fsync)
    monkeypatch.setattr(os, "replace", spy_replace)
    with _spy_on_commits(steps):
        bench.store.receiving.receive(spooled, door=Door.API, sender="s", actor="a", name="")

    assert steps == ["fsync file", "rename", "fsync folder 1", "fsync folder 0", "commit"]
    (blob,) = [path for path in blobs.rglob("*") if path.is_file()]
    assert blob.read_bytes() == b"<Invoice/>"


@contextmanager
def _spy_on_commits(steps: list[str]) -> Iterator[None]:
    """Commits of writing transactions; a reading one has nothing to make durable."""

    def spy(connection: Connection) -> None:
        if connection.get_execution_options().get("write"):
            steps.append("commit")

    event.listen(Engine, "commit", spy)
    yield
    event.remove(Engine, "commit", spy)


def test_a_failed_write_of_the_bytes_leaves_no_row_and_says_fault(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Fault) as caught:
        bench.receive()
    assert caught.value.notice.cause == "storage"
    assert bench.due(10) == ()
    assert not [path for path in (bench.settings.data_dir / "blobs").rglob("*") if path.is_file()]


@on_sqlite
def test_every_connection_waits_for_the_disk_and_keeps_references(store: Any) -> None:
    store.database.assert_durable()
    with store.database.read() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in PRAGMAS}
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "wal_autocheckpoint": 0}


@on_sqlite
def test_a_database_that_would_not_wait_for_the_disk_is_not_opened(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PRAGMAS, "synchronous", ("NORMAL", 2))
    with pytest.raises(Fault) as caught:
        open_store(settings)
    assert caught.value.notice.cause == "database-not-durable"


def test_a_damaged_blob_is_a_fault_and_never_served(bench: Any) -> None:
    submission = bench.receive(b"<Invoice/>").submission
    blob = next(path for path in (bench.settings.data_dir / "blobs").rglob("*") if path.is_file())
    blob.write_bytes(b"<Invoice />")
    with pytest.raises(Fault) as caught:
        bench.original(submission.id)
    assert caught.value.notice.cause == "blob-damaged"


def test_a_missing_blob_is_a_fault(bench: Any) -> None:
    submission = bench.receive(b"<Invoice/>").submission
    next(path for path in (bench.settings.data_dir / "blobs").rglob("*") if path.is_file()).unlink()
    with pytest.raises(Fault) as caught:
        bench.original(submission.id)
    assert caught.value.notice.cause == "blob-missing"


def test_error_messages_of_the_database_do_not_quote_what_is_stored(bench: Any) -> None:
    doubled = insert(suppliers).values([{"id": str(n), "name": "Erika Mustermann"} for n in range(2)])
    with bench.store.database.write() as connection, pytest.raises(IntegrityError) as caught:
        connection.execute(doubled)
    assert "Mustermann" not in str(caught.value)


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'of-its-own.db'}")
    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE kept (number INTEGER)")
    yield database
    database.close()


def kept(database: Database, number: int) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("INSERT INTO kept VALUES (?)", (number,))


def test_the_log_of_sqlite_grows_no_further(sqlite: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("einvoice.store.database.CHECKPOINT_EVERY", 5)
    for number in range(200):
        kept(sqlite, number)
    assert (tmp_path / "of-its-own.db-wal").stat().st_size < 50 * 4096


def test_nobody_commits_while_the_log_is_copied(
    sqlite: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("einvoice.store.database.CHECKPOINT_EVERY", 1)
    refused: list[str] = []

    def try_to_write(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "wal_checkpoint" in statement:
            with closing(sqlite3.connect(tmp_path / "of-its-own.db", timeout=0)) as other:
                with pytest.raises(sqlite3.OperationalError, match="locked") as caught:
                    other.execute("BEGIN IMMEDIATE")
                refused.append(str(caught.value))

    event.listen(Engine, "before_cursor_execute", try_to_write)
    kept(sqlite, 1)
    event.remove(Engine, "before_cursor_execute", try_to_write)
    assert len(refused) == 1


def test_a_log_that_can_not_be_copied_undoes_no_commit(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("einvoice.store.database.CHECKPOINT_EVERY", 1)

    def full(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "wal_checkpoint" in statement:
            raise DBAPIError(statement, None, sqlite3.OperationalError("disk is full"))

    event.listen(Engine, "before_cursor_execute", full)
    kept(sqlite, 1)
    event.remove(Engine, "before_cursor_execute", full)
    with sqlite.read() as connection:
        assert connection.exec_driver_sql("SELECT number FROM kept").scalar_one() == 1
