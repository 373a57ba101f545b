"""Backups of older tables, and of newer ones."""

import io
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, text

from einvoice.errors import Fault
from einvoice.model.submission import Hold
from einvoice.records.backup import (
    Source,
    note_backup,
    take_backup,
)
from einvoice.settings import Settings
from einvoice.store import open_store
from einvoice.store.database import Database
from einvoice.store.tables import (
    events,
)
from tests.unit.conftest import Bench

from .conftest import intact, restored


def older(database: Database, monkeypatch: pytest.MonkeyPatch, revision: str) -> None:
    """Tables as a program of that revision left them."""
    from alembic import command

    upgrade = command.upgrade
    with monkeypatch.context() as patched:
        patched.setattr(command, "upgrade", lambda config, _: upgrade(config, revision))
        database.migrate()


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """A service of revision 0002 that nobody has migrated: an invoice under its hash, and no audit log yet."""
    url, server, name = "", None, ""
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        name = server.create(migrated=False)
        url = server.url(name)
    settings = Settings(data_dir=tmp_path / "old", database_url=url)
    database = Database(settings.resolved_database_url)
    older(database, monkeypatch, "0002")
    _fill(database, settings)
    database.close()
    yield settings
    if server is not None:
        server.drop(name)


SHA256 = "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"  # of "1"


def _fill(database: Database, settings: Settings) -> None:
    from einvoice.store.blobs import open_blobs

    given = settings.data_dir / "1"
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    given.write_bytes(b"1")
    open_blobs(settings).put(given, SHA256)
    values = {"at": "2026-01-01 12:00:00+00:00", "sha": SHA256}
    row = "INSERT INTO submissions (id, received_at, door, sender, name, sha256, size, handling, hold) VALUES"
    event = "INSERT INTO events (submission_id, at, actor, kind, reason, handling, hold) VALUES"
    with database.write() as connection:
        _execute(connection, f"{row} ('a', :at, 'api', 's', 'ä.xml', :sha, 1, 'received', '')", values)
        _execute(connection, f"{row} ('b', :at, 'api', 't', 'b.xml', :sha, 1, 'received', '')", values)
        _execute(connection, f"{event} ('a', :at, 'token:1', 'received', '', 'received', '')", values)


def _execute(connection: Connection, statement: str, values: dict[str, str]) -> None:
    at = "'2026-01-01 12:00:00.000000'" if connection.dialect.name == "sqlite" else ":at"
    given = values if ":at" in at else {"sha": values["sha"]}
    asked = statement.replace(":at", at)
    connection.execute(text(asked), {name: value for name, value in given.items() if f":{name}" in asked})


def test_a_backup_of_older_tables_is_migrated_when_it_is_restored(old: Settings, there: Settings) -> None:
    source = Source.of(old, lambda: datetime.now(UTC))
    out = io.BytesIO()
    taken = take_backup(source, out)
    note_backup(source, taken)  # there is no log yet that could tell
    assert (taken.manifest.revision, taken.manifest.head, taken.manifest.objects) == ("0002", None, 1)
    restored(io.BytesIO(out.getvalue()), there)
    with closing(open_store(there)) as store:
        found = store.submissions.get("a")
        assert (found.name, found.blob, found.hold) == ("ä.xml", SHA256, Hold.NONE)
        assert found.received_at == datetime(2026, 1, 1, 12, tzinfo=UTC)
        assert store.originals.read(found) == store.originals.read(store.submissions.get("b")) == b"1"
        assert [entry.action for entry in store.audit.entries()] == ["restored"]
        with store.database.read() as connection:
            numbers = connection.scalars(select(events.c.number)).all()
        assert len(numbers) == 1
        assert intact(store, there)


def test_a_backup_does_not_migrate(old: Settings) -> None:
    take_backup(Source.of(old, lambda: datetime.now(UTC)), io.BytesIO())
    database = Database(old.resolved_database_url)
    with database.read() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "0002"
    database.close()


def test_tables_of_a_newer_program_are_not_backed_up_by_an_older_one(bench: Bench, source: Source) -> None:
    with bench.store.database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999_since_0003'"))
    with pytest.raises(Fault, match="9999_since_0003"):
        take_backup(source, io.BytesIO())


def test_a_database_that_is_not_ours_is_not_backed_up(tmp_path: Path) -> None:
    source = Source.of(Settings(data_dir=tmp_path / "nowhere"), lambda: datetime.now(UTC))
    with pytest.raises(Fault, match="database-missing"):
        take_backup(source, io.BytesIO())
