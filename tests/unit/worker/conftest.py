"""A desk whose stages do as the test says, and queues in each of the three places they can be."""

from collections.abc import Iterator
from typing import Any

import pytest
from lxml import etree

from einvoice.model.assessment import Assessment, Verdict
from einvoice.model.document import Container, InvoiceDocument, Syntax
from einvoice.model.invoice import Group, Invoice
from einvoice.pipeline import Desk
from einvoice.settings import Settings
from einvoice.worker import WakeQueue
from tests.support.postgres import PostgresServer, postgres_server
from tests.support.redisserver import RedisServer, redis_server
from tests.unit.worker.helping import SECRET, Log

__all__ = ["postgres_server", "redis_server"]


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("einvoice.worker.storages.LISTEN_SECONDS", 0.1)
    monkeypatch.setattr("einvoice.worker.hands._PAUSE_SECONDS", 0.01)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"sweep_seconds": 0.1, "workers": 1})


@pytest.fixture
def redis_settings(settings: Settings, redis_server: RedisServer) -> Settings:
    return settings.model_copy(update={"queue_url": redis_server.url})


@pytest.fixture
def postgres_settings(settings: Settings, postgres_server: PostgresServer) -> Iterator[Settings]:
    database = postgres_server.create(migrated=False)
    yield settings.model_copy(update={"queue_url": postgres_server.url(database)})
    postgres_server.drop(database)


@pytest.fixture(params=["settings", "redis_settings", "postgres_settings"], ids=["sqlite", "redis", "postgresql"])
def any_settings(request: pytest.FixtureRequest) -> Settings:
    """The settings with each place a queue can be."""
    settings: Settings = request.getfixturevalue(request.param)
    return settings


@pytest.fixture
def desk(bench: Any, settings: Settings) -> Desk:
    """Accepts whatever does not say bad."""

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
        wake=WakeQueue(settings, SECRET).wake,
        render_report=lambda examination, kind: f"{kind} {examination.name} {examination.verdict}".encode(),
    )


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Log:
    """What the worker's modules log."""
    kept = Log()
    for module in ("outage", "queue", "storages", "run"):
        monkeypatch.setattr(f"einvoice.worker.{module}.log", kept)
    return kept


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is away is tried again at once."""
    monkeypatch.setattr("einvoice.worker.outage.PAUSE_SECONDS", 0.0)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is away is not tried again while the test lasts."""
    monkeypatch.setattr("einvoice.worker.outage.PAUSE_SECONDS", 10_000.0)
