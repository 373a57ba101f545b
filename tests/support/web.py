"""The whole web side in one process for tests: a real store, and a judge that does what the invoice's note says."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from einvoice import routing
from einvoice.app import App, rule_artefacts
from einvoice.delivery import Deliveries
from einvoice.errors import Fault
from einvoice.extraction import Limits, extract
from einvoice.faces.caller import session_cookie
from einvoice.identity import Identity, Role
from einvoice.inspection import inspect
from einvoice.intake import Spool
from einvoice.model import Assessment, Finding, InvoiceDocument, Level, Outcome, PolicyOutcome, Source, Verdict
from einvoice.model.policy import Demand, PolicyAction
from einvoice.model.routing import Authority
from einvoice.model.trouble import MALWARE
from einvoice.pipeline import Desk, process
from einvoice.records.signing import Signer
from einvoice.rules import Registry, load_packs
from einvoice.scanning import NoScanner
from einvoice.semantics import read_invoice
from einvoice.settings import Settings
from einvoice.store import open_store
from einvoice.validation import ValidatorPool
from einvoice.web import create_asgi

LEITWEG_ID = "04011000-12345-03"
OTHER_LEITWEG_ID = "05911000-54321-12"
PASSWORD = "richtig-lang-und-geheim"
LIMIT = 5000  # bytes of an upload
LOOPBACK = ("127.0.0.1", 40000)


def invoice(
    note: str = "", *, number: str = "R-1", leitweg_id: str = LEITWEG_ID, seller: str = "Muster GmbH",
    seller_id: str = "",
) -> bytes:  # fmt: skip
    """A small UBL invoice. Its note tells the judge of these tests what to do: reject, decline, fault, abort or
    nothing; one that says virus has one. With a seller's id, invoices of the same number are duplicates.
    """
    issued = "<c:IssueDate>2026-11-20</c:IssueDate>" if seller_id else ""
    registered = f"<c:CompanyID>{seller_id}</c:CompanyID>" if seller_id else ""
    cbc = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
    cac = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
    return (
        f'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" xmlns:c="{cbc}" xmlns:a="{cac}">'
        f"<c:CustomizationID>urn:cen.eu:en16931:2017</c:CustomizationID><c:ID>{number}</c:ID>{issued}<c:Note>{note}</c:Note>"
        f"<c:BuyerReference>{leitweg_id}</c:BuyerReference><a:AccountingSupplierParty><a:Party><a:PartyLegalEntity>"
        f"<c:RegistrationName>{seller}</c:RegistrationName>{registered}</a:PartyLegalEntity></a:Party></a:AccountingSupplierParty>"
        "</Invoice>"
    ).encode()


def scanned(data: bytes) -> None:
    """The virus scan of these tests."""
    if b">virus<" in data:
        raise Fault(MALWARE, "Eicar-Test-Signature in what was received", deterministic=True)


def judged(document: InvoiceDocument, on: date) -> Assessment:
    """The judge of these tests."""
    if b">fault<" in document.xml:
        raise Fault("engine-crash", "a detail nobody but the operator may see")
    if b">abort<" in document.xml:
        raise Fault("engine-abort", "a detail nobody but the operator may see", deterministic=True)
    if b">reject<" in document.xml:
        return Assessment(verdict=Verdict.REJECTED, scenario="EN16931 (UBL Invoice)", findings=(_missing_reference(),))
    if b">decline<" in document.xml:
        asked = PolicyOutcome(
            authority="Stadt 04",
            outcome=Outcome.REJECTED,
            demands=(Demand("order-number", PolicyAction.REJECT),),
            artefacts=(("order-number", 64 * "a"),),
            findings=(_missing_order(),),
        )
        return Assessment(verdict=Verdict.ACCEPTED, scenario="EN16931 (UBL Invoice)", xsd_valid=True, policy=asked)
    return Assessment(verdict=Verdict.ACCEPTED, scenario="EN16931 (UBL Invoice)", xsd_valid=True)


def _missing_reference() -> Finding:
    return Finding(
        rule="BR-DE-15", level=Level.ERROR, source=Source.SCHEMATRON, ruleset="xrechnung-ubl", xpath="/ubl:Invoice",
        line=1, terms=("BT-10",), message="[BR-DE-15] …",
    )  # fmt: skip


def _missing_order() -> Finding:
    return Finding(
        rule="POLICY-ORDER-01", level=Level.ERROR, source=Source.POLICY, ruleset="order-number", xpath="/ubl:Invoice",
        line=1, terms=("BT-13",), message="The invoice must name its order (BT-13).", demanded_by="Stadt 04",
    )  # fmt: skip


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = field(default_factory=lambda: datetime(2026, 11, 22, 13, 5, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Web:
    """The service under test, and short ways to be someone there."""

    app: App
    clock: Clock
    at_once: bool = True  # work is done before the sender gets an answer; off: it stays to be done
    _served: tuple[App, FastAPI] | None = None

    def client(self, token: str | None = None, *, address: tuple[str, int] = ("192.0.2.7", 40000)) -> TestClient:
        """A client somewhere in the net; it reports our mistakes as the answer they give, not as exceptions."""
        scheme = "https" if self.app.settings.https_only else "http"
        if self._served is None or self._served[0] is not self.app:
            self._served = self.app, create_asgi(self.app)
        client = TestClient(
            self._served[1], f"{scheme}://testserver", raise_server_exceptions=False, client=address,
            follow_redirects=False,
        )  # fmt: skip
        if token is not None:
            client.headers["Authorization"] = f"Bearer {token}"
        return client

    def supplier(self, name: str = "Muster GmbH") -> TestClient:
        return self.client(self.app.identity.create_token(Role.SUPPLIER, supplier=name))

    def operator(self) -> TestClient:
        return self.client(self.app.identity.create_token(Role.OPERATOR))

    def authority(self, leitweg_id: str = LEITWEG_ID) -> TestClient:
        return self.client(self.app.identity.create_token(Role.AUTHORITY, authority_id=self.known(leitweg_id).id))

    def known(self, leitweg_id: str = LEITWEG_ID) -> Authority:
        """The authority of that Leitweg-ID, in the directory."""
        directory = self.app.store.authorities
        return directory.by_leitweg_id(leitweg_id) or directory.create(f"Stadt {leitweg_id[:2]}", [leitweg_id])

    def signed_in(self, role: Role = Role.SUPPLIER, **options: Any) -> TestClient:
        """A browser with a session, for pages of the portal."""
        identity, login = self.app.identity, f"{role}-{secrets.token_hex(4)}"
        if role is Role.AUTHORITY:
            options.setdefault("authority_id", self.known().id)
        identity.create_account(login, "Erika Muster", role, **options)
        session = identity.redeem_link(identity.create_sign_in_link(login, host="127.0.0.1"))
        client = self.client()
        client.cookies.set(session_cookie(self.app.settings), session or "")
        return client

    def csrf(self, client: TestClient) -> str:
        """The token of the forms that a client gets to see."""
        page = client.get("/sign-in", follow_redirects=True).text
        return page.partition('name="csrf" value="')[2].partition('"')[0]

    def submitted(self, client: TestClient, data: bytes = b"", **options: Any) -> dict[str, Any]:
        """The answer to a submission, waited for if someone works."""
        wait = "?wait=5" if self.at_once else ""
        answer = client.post(f"/api/v1/submissions{wait}", content=data or invoice(), **options)
        assert answer.status_code == 202, answer.text
        return cast("dict[str, Any]", answer.json())

    def work(self) -> None:
        """Do what is due."""
        for submission_id, _ in self.app.store.claims.due(100):
            process(submission_id, self.app.desk)


@contextmanager
def opened(folder: Path, **options: Any) -> Iterator[Web]:
    """The web side over a store in a folder; `options` are settings."""
    options = {"requests_per_minute": 1_000_000, "max_upload_bytes": LIMIT} | options
    settings = Settings(data_dir=folder / "data", inbox_dir=folder / "inbox", max_attempts=1, **options)
    clock = Clock()
    store = open_store(settings, clock=clock)

    def wake(submission_id: str, priority: object) -> None:
        if web.at_once:
            process(submission_id, desk)

    desk = Desk(
        scan=scanned,
        extract=partial(extract, limits=Limits.of(settings)),
        read=read_invoice,
        route=partial(routing.route, directory=store.authorities),
        assess=judged,
        inspect=inspect,
        store=store,
        settings=settings,
        wake=wake,
        render_report=lambda examination, kind: b"",
    )
    app = App(
        settings=settings,
        registry=Registry(load_packs(settings.schematron_dir)),
        artefacts=rule_artefacts(settings),
        pool=cast("ValidatorPool", SimpleNamespace(alive=True)),
        store=store,
        desk=desk,
        identity=Identity(store, settings),
        deliveries=Deliveries(store),
        spool=Spool(settings.data_dir / "spool", settings.max_upload_bytes),
        scanner=NoScanner(),
        signer=Signer.of(settings),
        wake_secret=b"",
    )
    web = Web(app, clock)
    try:
        yield web
    finally:
        store.close()


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    """The web side, with settings as they come."""
    with opened(tmp_path) as found:
        yield found


@pytest.fixture
def open_web(tmp_path: Path) -> Callable[..., Any]:
    """The web side with settings of one's own, to be used in a `with` block."""
    return partial(opened, tmp_path)
