"""A real store in a temporary folder, a clock that tests set, and short ways to bring a submission somewhere."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from einvoice.intake import Spool
from einvoice.model.assessment import Assessment, Verdict
from einvoice.model.decision import Decision
from einvoice.model.document import Syntax
from einvoice.model.examination import Examination
from einvoice.model.finding import Finding, Level, Source
from einvoice.model.invoice import Group, Invoice, Term
from einvoice.model.routing import Authority, Routing
from einvoice.model.submission import Claim, Door, Receipt, Submission
from einvoice.model.trouble import FaultNotice
from einvoice.settings import Settings
from einvoice.store import Store, open_store
from tests.support.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]

LEITWEG_ID = "04011000-12345-03"


@dataclass
class FakeClock:
    """A clock that stands still until it is moved."""

    now: datetime = field(default_factory=lambda: datetime(2026, 3, 1, 12, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def finding(rule: str, level: Level = Level.ERROR) -> Finding:
    return Finding(
        rule=rule, level=level, source=Source.SCHEMATRON, ruleset="", xpath="/", line=1, terms=(), message="",
    )  # fmt: skip


def examination_of(submission: Submission, assessment: Assessment) -> Examination:
    terms = (Term("BT-1", "R-2026-1"), Term("BT-10", LEITWEG_ID))
    return Examination(
        name=submission.name,
        sha256=submission.sha256,
        size=submission.size,
        examined_at=submission.received_at,
        document=None,
        invoice=Invoice(Syntax.CII, Group("", terms, (Group("BG-4", (Term("BT-27", "Muster GmbH"),)),))),
        assessment=assessment,
    )


def decision(
    submission: Submission,
    verdict: Verdict = Verdict.ACCEPTED,
    authority: Authority | None = None,
    findings: tuple[Finding, ...] = (),
    fault: FaultNotice | None = None,
) -> Decision:
    assessment = Assessment(verdict=verdict, findings=findings, fault=fault, scenario="EN16931 (CII)")
    routing = Routing(leitweg_id=LEITWEG_ID, authority=authority)
    return Decision.of(examination_of(submission, assessment), routing)


@dataclass(frozen=True)
class Bench:
    """A store and what is done to it again and again in tests."""

    store: Store
    spool: Spool
    clock: FakeClock
    settings: Settings
    decision = staticmethod(decision)
    finding = staticmethod(finding)

    def receive(
        self, data: bytes = b"<Invoice/>", *, sender: str = "supplier:1", key: str | None = None, name: str = "r.xml"
    ) -> Receipt:
        return self.store.receiving.receive(
            self.spool.write([data]), door=Door.API, sender=sender, actor="token:1", name=name, idempotency_key=key
        )

    def due(self, limit: int) -> tuple[str, ...]:
        """Ids of what waits for a worker."""
        return tuple(due.id for due in self.store.claims.due(limit))

    def original(self, submission_id: str) -> bytes:
        return self.store.originals.read(self.store.submissions.get(submission_id))

    def claimed(self, data: bytes = b"<Invoice/>", *, sender: str = "supplier:1", name: str = "r.xml") -> Claim:
        claim = self.store.claims.claim(self.receive(data, sender=sender, name=name).submission.id)
        assert claim is not None
        return claim

    def decided(
        self,
        data: bytes = b"<Invoice/>",
        verdict: Verdict = Verdict.ACCEPTED,
        *,
        authority: Authority | None = None,
        findings: tuple[Finding, ...] = (),
        sender: str = "supplier:1",
        name: str = "r.xml",
    ) -> Submission:
        claim = self.claimed(data, sender=sender, name=name)
        return self.store.claims.decide(claim, decision(claim.submission, verdict, authority, findings))

    def authority(self, leitweg_id: str = LEITWEG_ID, name: str = "Stadt Musterhausen") -> Authority:
        return self.store.authorities.create(name, [leitweg_id])


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def database_url() -> str:
    """SQLite; what has to hold on both databases overrides this."""
    return ""


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(
        database_url=database_url,
        data_dir=tmp_path / "data",
        inbox_dir=tmp_path / "inbox",
        max_attempts=3,
        claim_seconds=60,
        max_upload_bytes=1000,
    )


@pytest.fixture
def store(settings: Settings, clock: FakeClock) -> Iterator[Store]:
    opened = open_store(settings, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def bench(store: Store, clock: FakeClock, settings: Settings) -> Bench:
    return Bench(store, Spool(settings.data_dir / "spool", settings.max_upload_bytes), clock, settings)
