"""The end of an invoice's time, and that nobody's data get to where nobody deletes them: with the real program."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2 as httpx
from sqlalchemy import update

from einvoice.identity import Identity, Role
from einvoice.model.submission import Handling
from einvoice.records.signing import PublicKeys
from einvoice.records.verify import verify
from einvoice.store import Store
from einvoice.store.evidence import StoredEvidence
from einvoice.store.tables import submissions
from tests.support.policies import UBL, changed
from tests.support.service import SAMPLES, Service, wait_for

LEITWEG_ID = "04011000-1234512345-06"
INVOICE = changed(UBL)
REJECTED = (SAMPLES / "10-fehler-telefonnummer-fehlt.xml").read_bytes()
HERE = {"wait": 60}


def hand_in(client: httpx.Client, data: bytes, **more: Any) -> dict[str, Any]:
    answer = client.post("/api/v1/submissions", params=HERE, content=data, **more)
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    return found


def acknowledge_all(authority: httpx.Client) -> None:
    for one in authority.post("/api/v1/deliveries:lease").raise_for_status().json()["deliveries"]:
        where = f"/api/v1/deliveries/{one['delivery_id']}:ack"
        authority.post(where, json={"lease_token": one["lease_token"]}).raise_for_status()


def let_years_pass(store: Store) -> None:
    """What is stored came twenty years ago; only the audit log knows better."""
    past = store.clock() - timedelta(days=20 * 366)
    with store.database.write() as connection:
        connection.execute(update(submissions).values(received_at=past, decided_at=past, issue_year=past.year))


def files(service: Service) -> list[Path]:
    return [path for path in (service.folder / "data" / "blobs").rglob("*") if path.is_file() and path.name != "check"]


def test_what_is_due_goes_by_itself_and_is_proven(new_service: Callable[..., Service]) -> None:
    service = new_service()
    service.start()
    supplier, authority, operator = service.supplier(), service.authority("Stadt", LEITWEG_ID), service.operator()
    accepted, rejected = hand_in(supplier, INVOICE), hand_in(supplier, REJECTED)
    assert (accepted["status"], rejected["status"]) == ("available", "rejected")
    acknowledge_all(authority)
    service.stop()

    with service.store() as store:
        let_years_pass(store)
    service.start()
    ids = (accepted["id"], rejected["id"])
    with service.store() as store:
        wait_for(lambda: all(store.submissions.get(one).handling is Handling.EXPIRED for one in ids))
        wait_for(lambda: not files(service))
        found = verify(store.audit, StoredEvidence.of(store), PublicKeys.of(service.settings()))
        assert found.intact, [problem.text("en") for problem in found.problems]
        assert found.figures.expired == 2

    where = f"/api/v1/submissions/{accepted['id']}"
    told = operator.get(where).raise_for_status().json()
    assert (told["status"], told["name"], told["seller_name"], told["invoice_number"]) == ("expired", "", None, None)
    for part in ("report", "original"):
        gone = operator.get(f"{where}/{part}")
        assert (gone.status_code, gone.json()["code"]) == (410, "expired"), part
    assert supplier.get(where).status_code == 404
    assert supplier.get("/api/v1/submissions").json()["items"] == []
    again = hand_in(supplier, INVOICE)
    assert again["id"] != accepted["id"]
    assert again["status"] == "available"


# What stands for a person in the second test. It must be in no log line and no figure, whatever is done with it.
NAME = "Zwentibold Quastenflosser"
IBAN = "DE02120300000000202051"
MAIL = "zwentibold@quastenflosser.example"
FILE = "Quastenflosser-Privatrechnung.xml"
NUMBER = "QF-4711-0815"
MARKS = ("Zwentibold", "Quastenflosser", "quastenflosser", IBAN, NUMBER)

PLACES: dict[str, str | None] = {
    "//cac:AccountingSupplierParty//cac:PartyLegalEntity/cbc:RegistrationName": NAME,
    "//cac:AccountingSupplierParty//cac:Contact/cbc:Name": NAME,
    "//cac:AccountingSupplierParty//cac:Contact/cbc:ElectronicMail": MAIL,
    "//cac:PayeeFinancialAccount/cbc:ID": IBAN,
    "/*/cbc:ID": NUMBER,
}
MARKED = changed(UBL, PLACES)
HOSTILE = {
    "broken": MARKED[:-200],
    "doctype": b'<!DOCTYPE x [<!ENTITY q "' + NAME.encode() + b'">]>' + MARKED,
    "no invoice": f"<Brief><An>{NAME}</An></Brief>".encode(),
    "no pdf": b"%PDF-1.7 " + NAME.encode(),
    "wrong": changed(UBL, PLACES | {"//cbc:IssueDate": NAME, "//cbc:InvoiceTypeCode": MAIL}),
    "to nobody": changed(UBL, PLACES | {"//cbc:BuyerReference": "991-QUASTENFLOSSER-1", "/*/cbc:ID": f"{NUMBER}-2"}),
    "no namespace": b"<Invoice>" + NAME.encode() + b"</Invoice>",
    "aborts the engine": re.sub(rb"(<cac:PartyLegalEntity>.*?</cac:PartyLegalEntity>)", rb"\1\1", MARKED, flags=re.S),
}


def test_nobodys_data_get_into_log_or_figures(new_service: Callable[..., Service]) -> None:
    service = new_service(LOG_JSON="true")
    service.start()
    supplier, authority = service.supplier("Lieferant"), service.authority("Stadt", LEITWEG_ID)
    operator = service.operator()

    named = {"Content-Disposition": f'attachment; filename="{FILE}"', "Idempotency-Key": f"{NAME} 1".replace(" ", "-")}
    assert hand_in(supplier, MARKED, headers=named)["seller_name"] == NAME
    for what, data in HOSTILE.items():
        hand_in(supplier, data)
        assert supplier.post("/api/v1/checks", content=data, headers=named).status_code < 500, what
        assert service.client().post(f"/kosit/{FILE}", content=data).status_code < 500, what
    assert operator.get("/api/v1/submissions", params={"hold": "engine"}).json()["items"]
    drop_a_file(service)
    upload_as_a_person(service)
    operate(operator)
    ask_for_what_is_not_there(supplier, authority)
    acknowledge_all(authority)

    figures = operator.get("/metrics").raise_for_status().text
    service.stop()
    log = service.log()
    assert log.count("decided") > len(HOSTILE)  # so there is a log, and of these very invoices
    assert "einvoice_http_requests" in figures
    assert found_in(log) == []
    assert found_in(figures) == []


def drop_a_file(service: Service) -> None:
    folder = service.inbox / "drop"
    wait_for(folder.is_dir)
    (folder / f".{FILE}.part").write_bytes(MARKED)
    (folder / f".{FILE}.part").rename(folder / FILE)
    wait_for(lambda: list((service.inbox / "done").glob(f"*/{Path(FILE).stem}*.json")))


def upload_as_a_person(service: Service) -> None:
    """With an account, after a wrong password, through the portal's form."""
    with service.store() as store:
        identity = Identity(store, service.settings())
        identity.create_account(MAIL, NAME, Role.SUPPLIER, password=NAME * 2, supplier=f"{NAME} GmbH")
    browser = service.client()
    page = browser.get("/sign-in").text
    csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
    for password in ("wrong", NAME * 2):
        form = {"login": MAIL, "password": password, "csrf": csrf, "next": "/upload"}
        signed_in = browser.post("/sign-in", data=form, follow_redirects=True)
    csrf = signed_in.text.partition('data-csrf="')[2].partition('"')[0]
    sent = browser.post("/upload", data={"csrf": csrf}, files={"files": (FILE, MARKED)})
    assert sent.status_code == 303
    assert NAME in browser.get("/submissions", params={"text": NAME}).text


def operate(operator: httpx.Client) -> None:
    """An operator writes names into reasons."""
    (held,) = operator.get("/api/v1/submissions", params={"hold": "unroutable"}).raise_for_status().json()["items"]
    reason = {"reason": f"{NAME} called"}
    operator.post(f"/api/v1/submissions/{held['id']}:send-back", json=reason).raise_for_status()
    operator.post("/api/v1/doors/folder:pause", json=reason).raise_for_status()
    operator.post("/api/v1/doors/folder:resume").raise_for_status()


def ask_for_what_is_not_there(supplier: httpx.Client, authority: httpx.Client) -> None:
    for where in (f"/api/v1/submissions/{NAME}", f"/{NAME}", f"/api/v1/submissions?text={NAME}&after={NAME}"):
        assert supplier.get(where).status_code < 500
    bad = authority.post(f"/api/v1/deliveries/{NAME}:ack", json={"lease_token": NAME, MAIL: IBAN})
    assert bad.status_code in (404, 409, 422)
    stranger = supplier.get("/api/v1/submissions", headers={"Authorization": f"Bearer {IBAN}"})
    assert stranger.status_code == 401


def found_in(text: str) -> list[str]:
    """The lines with a mark."""
    return [line for line in text.splitlines() if any(mark in line for mark in MARKS)]
