"""A store with submissions in many states, its backup, and a place to restore it to."""

import io
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from einvoice.model.assessment import Verdict
from einvoice.model.submission import Door, Submission
from einvoice.records.backup import (
    Reader,
    Restored,
    Source,
    Target,
    restore_backup,
    take_backup,
)
from einvoice.records.checkpoints import sign_head
from einvoice.records.signing import PublicKeys
from einvoice.records.verify import verify
from einvoice.settings import Settings
from einvoice.store import Store, open_store
from einvoice.store.database import Database
from einvoice.store.evidence import StoredEvidence
from tests.support.postgres import PostgresServer
from tests.unit.conftest import Bench

Take = Callable[..., io.BytesIO]
on_both = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def source(bench: Bench) -> Source:
    return Source.of(bench.settings, bench.clock)


@pytest.fixture
def take(source: Source) -> Take:
    """A backup, ready to be read."""

    def taken(**options: Any) -> io.BytesIO:
        out = io.BytesIO()
        take_backup(source, out, **options)
        return io.BytesIO(out.getvalue())

    return taken


@pytest.fixture(params=["sqlite", "postgresql"])
def there(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """Settings of another service, of which nothing exists yet."""
    if request.param == "sqlite":
        yield Settings(data_dir=tmp_path / "there")
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = server.create(migrated=False)
    yield Settings(data_dir=tmp_path / "there", database_url=server.url(name))
    server.drop(name)


@pytest.fixture
def here_too(tmp_path: Path) -> Settings:
    """The same on SQLite, where the database does not matter."""
    return Settings(data_dir=tmp_path / "there")


@pytest.fixture
def life(bench: Bench, source: Source) -> list[Submission]:
    """Submissions in many states, and who is concerned with them."""
    return lived(bench, source)


def lived(bench: Bench, source: Source) -> list[Submission]:
    authority = bench.authority()
    bench.store.accounts.supplier_id("Müller & Söhne")
    accepted = bench.decided(b"1", authority=authority, name="rechnung-ü.xml")
    bench.clock.advance(1)
    (lease,) = bench.store.deliveries.lease(authority.id, count=1, seconds=60, actor="token:2")
    bench.store.deliveries.acknowledge(authority.id, lease.delivery_id, lease.token, actor="token:2")
    leased = bench.decided(b"2", authority=authority)
    bench.store.deliveries.lease(authority.id, count=1, seconds=60, actor="token:2")
    rejected = bench.decided(b"3", Verdict.REJECTED, findings=(bench.finding("BR-01"),))
    claimed = bench.claimed(b"4").submission
    waiting = bench.receive(b"\0\xff binary", key="key-1").submission
    held = bench.decided(b"6")
    bench.store.doors.pause(Door.API, actor="account:1", reason="Umbau")
    bench.clock.advance(1)
    sign_head(bench.store, source.signer)
    return [bench.store.submissions.get(one.id) for one in (accepted, leased, rejected, claimed, waiting, held)]


def restored(backup: io.BytesIO, settings: Settings, **options: Any) -> Restored:
    with closing(open_store(settings)) as store:
        return restore_backup(Reader(backup), Target.of(settings, store), **options)


def rows(database: Database, table: Any) -> list[dict[str, Any]]:
    with database.read() as connection:
        found = connection.execute(select(table).order_by(*table.primary_key.columns)).mappings()
        return [dict(row) for row in found]


def intact(store: Store, settings: Settings) -> bool:
    found = verify(store.audit, StoredEvidence.of(store), PublicKeys.of(settings))
    assert found.problems == ()
    return found.intact
