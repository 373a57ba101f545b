"""What the store promises, it promises on both databases: each test here runs on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from einvoice.settings import Settings
from einvoice.store.database import Database
from tests.support.postgres import PostgresServer

BOTH = ["sqlite", "postgresql"]


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest) -> str:
    """A database with all tables; "" is SQLite, which makes them itself."""
    if request.param == "sqlite":
        return ""
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture(params=BOTH)
def empty_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """Settings that name a database without any tables."""
    if request.param == "sqlite":
        yield Settings(data_dir=tmp_path / "data")
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = server.create(migrated=False)
    yield Settings(data_dir=tmp_path / "data", database_url=server.url(name))
    server.drop(name)


@pytest.fixture
def empty(empty_settings: Settings) -> Iterator[Database]:
    """A database without any tables."""
    database = Database(empty_settings.resolved_database_url)
    yield database
    database.close()
