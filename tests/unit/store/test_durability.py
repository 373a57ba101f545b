"""The first durable point: nothing is answered before bytes and row would survive a power cut."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, event, insert
from sqlalchemy.exc import IntegrityError

from einvoice.errors import Fault
from einvoice.settings import Settings
from einvoice.store import database as database_module
from einvoice.store import open_store
from einvoice.store.database import Database
from einvoice.store.tables import metadata, suppliers


def test_the_bytes_are_fsynced_and_renamed_and_their_folders_fsynced_before_the_row_is_committed(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    spooled = bench.spool.write([b"<Invoice/>"])
    target = bench.settings.data_dir / "blobs" / spooled.sha256[:2] / spooled.sha256[2:4] / spooled.sha256
    fsync, replace = os.fsync, os.replace

    def spy_fsync(descriptor: int) -> None:
        path = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
        steps.append("fsync file" if path.is_file() else f"fsync {len(path.relative_to(target.parents[2]).parts)}")
        fsync(descriptor)

    def spy_replace(source: Any, destination: Any) -> None:
        assert Path(source).parent == Path(destination).parent == target.parent
        steps.append("rename")
        replace(source, destination)

    monkeypatch.setattr(os, "fsync", spy_fsync)
    monkeypatch.setattr(os, "replace", spy_replace)
    with _spy_on_commits(steps):
        bench.store.receiving.receive(spooled, door="api", sender="s", actor="a", name="")

    assert steps == ["fsync file", "rename", "fsync 2", "fsync 1", "fsync 0", "commit"]
    assert target.read_bytes() == b"<Invoice/>"


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
    assert bench.store.claims.due(10) == ()
    assert not [path for path in (bench.settings.data_dir / "blobs").rglob("*") if path.is_file()]


def test_every_connection_waits_for_the_disk_and_keeps_references(store: Any) -> None:
    store.database.assert_durable()
    with store.database.read() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in database_module.PRAGMAS}
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_database_that_would_not_wait_for_the_disk_is_not_opened(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(database_module.PRAGMAS, "synchronous", ("NORMAL", 2))
    with pytest.raises(Fault) as caught:
        open_store(settings)
    assert caught.value.notice.cause == "database-not-durable"


def test_the_migrations_lead_to_the_tables_we_use(store: Any) -> None:
    with store.database.write() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_an_interrupted_migration_leaves_nothing_and_is_done_at_the_next_start(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade = command.upgrade

    def interrupted(*arguments: Any) -> None:
        upgrade(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "upgrade", interrupted)
    with pytest.raises(KeyboardInterrupt):
        open_store(settings)
    database = Database(settings.resolved_database_url)
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT name FROM sqlite_master").all() == []
    monkeypatch.undo()
    assert open_store(settings).authorities.all() == ()


def test_processes_that_open_a_new_store_at_once_all_succeed(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from einvoice.settings import Settings;"
        "from einvoice.store import open_store; open_store(Settings(data_dir=Path(sys.argv[1]))).authorities.all()"
    )
    started = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "data")]) for _ in range(4)]
    assert [process.wait() for process in started] == [0, 0, 0, 0]


def test_a_damaged_blob_is_a_fault_and_never_served(bench: Any) -> None:
    submission = bench.receive(b"<Invoice/>").submission
    blob = next(path for path in (bench.settings.data_dir / "blobs").rglob("*") if path.is_file())
    blob.write_bytes(b"<Invoice />")
    with pytest.raises(Fault) as caught:
        bench.store.submissions.original(submission.id)
    assert caught.value.notice.cause == "blob-damaged"


def test_a_missing_blob_is_a_fault(bench: Any) -> None:
    submission = bench.receive(b"<Invoice/>").submission
    next(path for path in (bench.settings.data_dir / "blobs").rglob("*") if path.is_file()).unlink()
    with pytest.raises(Fault) as caught:
        bench.store.submissions.original(submission.id)
    assert caught.value.notice.cause == "blob-missing"


def test_error_messages_of_the_database_do_not_quote_what_is_stored(bench: Any) -> None:
    doubled = insert(suppliers).values([{"id": str(n), "name": "Erika Mustermann"} for n in range(2)])
    with bench.store.database.write() as connection, pytest.raises(IntegrityError) as caught:
        connection.execute(doubled)
    assert "Mustermann" not in str(caught.value)
