"""Receipts in the portal: taken away by who may read the submission, checked by everybody."""

import json
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from einvoice.identity import Role
from einvoice.intake import Spool
from einvoice.portal.receipts import LARGEST
from einvoice.records.receipts import receipt_json, sign_receipt
from einvoice.records.signing import PublicKeys, Signer
from einvoice.reports.receipt import receipt_pdf
from tests.support.web import Web, invoice

OTHER_KEY = "other.pem"


@pytest.fixture
def submission(web: Web) -> str:
    web.known()
    return str(web.submitted(web.supplier())["id"])


@pytest.fixture
def receipt(web: Web, submission: str) -> bytes:
    return receipt_json(web.app.store, web.app.signer, submission)


def roomy(web: Web) -> Web:
    """The same service, with room in its spool for more than the small invoices of these tests."""
    web.app = replace(web.app, spool=Spool(web.app.settings.data_dir / "spool", 2 * LARGEST))
    return web


def asked(web: Web, *files: tuple[str, bytes], client: TestClient | None = None, **headers: str) -> Any:
    """The answer to a form with these files, sent by a stranger."""
    client = client or web.client()
    page = client.get("/receipts").text
    form = {"csrf": page.partition('name="csrf" value="')[2].partition('"')[0]}
    named = [(name, (f"{name}.bin", data)) for name, data in files]
    return client.post("/receipts", data=form, files=named or [("receipt", ("", b""))], headers=headers)


def changed(receipt: bytes, **values: Any) -> bytes:
    return json.dumps(json.loads(receipt) | values).encode()


def test_a_submission_offers_its_receipt_in_both_forms(web: Web, submission: str, receipt: bytes) -> None:
    client = web.signed_in(Role.SUPPLIER, supplier="Muster GmbH")
    page = client.get(f"/submissions/{submission}").text
    assert f'href="/submissions/{submission}/receipt.pdf"' in page
    assert f'href="/submissions/{submission}/receipt.json"' in page
    answer = client.get(f"/submissions/{submission}/receipt.json")
    assert answer.content == receipt
    assert f'filename="empfangsbestaetigung-{submission}.json"' in answer.headers["content-disposition"]
    pdf = client.get(f"/submissions/{submission}/receipt.pdf", headers={"Accept-Language": "en"})
    assert pdf.content == receipt_pdf(receipt, "en")
    assert f'filename="receipt-{submission}.pdf"' in pdf.headers["content-disposition"]


def test_it_is_offered_before_the_decision_too(web: Web) -> None:
    web.at_once = False
    client = web.signed_in(Role.SUPPLIER, supplier="Muster GmbH")
    here = f"/submissions/{web.submitted(web.supplier())['id']}"
    assert f"{here}/receipt.pdf" in client.get(here).text
    assert client.get(f"{here}/receipt.json").json()["verdict"] is None


def test_a_stranger_learns_that_it_is_genuine_by_which_key_and_what_it_says(
    web: Web, submission: str, receipt: bytes
) -> None:
    page = asked(web, ("receipt", receipt)).text
    assert '<h2 id="found">Echt</h2>' in page
    assert f"mit dem Schlüssel {web.app.signer.key_id} unterschrieben" in page
    for told in (submission, "Eingegangen und angenommen", "22.11.2026", "EN16931 (UBL Invoice)"):
        assert told in page, told
    assert "<title>Echt: Empfangsbestätigung prüfen" in page


def test_it_answers_in_english(web: Web, receipt: bytes) -> None:
    page = asked(web, ("receipt", receipt), **{"Accept-Language": "en"}).text
    assert '<h2 id="found">Genuine</h2>' in page
    assert "Received and accepted" in page


@pytest.mark.parametrize(
    ("data", "title", "sentence"),
    [
        (invoice(), "Echt", "ist die, die eingegangen ist"),
        (invoice("x"), "Echt, aber für eine andere Datei", "ist nicht die, die eingegangen ist"),
    ],
)
def test_the_file_beside_it_is_compared(web: Web, receipt: bytes, data: bytes, title: str, sentence: str) -> None:
    page = asked(web, ("receipt", receipt), ("original", data)).text
    assert f'<h2 id="found">{title}</h2>' in page
    assert sentence in page


def test_of_a_forged_one_nothing_is_told(web: Web, receipt: bytes) -> None:
    page = asked(web, ("receipt", changed(receipt, verdict="rejected")), ("original", invoice())).text
    assert '<h2 id="found">Nicht echt</h2>' in page
    assert 'id="said"' not in page
    assert "eingegangen ist: Der SHA-256" not in page


def test_of_one_by_a_key_nobody_knows_it_is_told_that_nothing_is_proven(
    web: Web, receipt: bytes, other_signer: Signer
) -> None:
    content = json.loads(receipt) | {"key_id": other_signer.key_id, "issuer": "<b>Rechnungsamt</b>"}
    del content["signature"]
    page = asked(web, ("receipt", sign_receipt(content, other_signer))).text
    assert '<h2 id="found">Nicht prüfbar</h2>' in page
    assert "ohne dass es bewiesen ist" in page
    assert "&lt;b&gt;Rechnungsamt" in page


@pytest.fixture
def other_signer(web: Web) -> Signer:
    return Signer.of(web.app.settings.model_copy(update={"data_dir": web.app.settings.data_dir / "other"}))


def test_one_by_an_earlier_key_of_this_service_is_genuine(web: Web, receipt: bytes, other_signer: Signer) -> None:
    keys = web.app.settings.data_dir / "keys"
    (keys / f"{other_signer.key_id}.pub.pem").write_text(other_signer.public_key_pem())
    content = json.loads(receipt) | {"key_id": other_signer.key_id}
    del content["signature"]
    page = asked(web, ("receipt", sign_receipt(content, other_signer))).text
    assert '<h2 id="found">Echt</h2>' in page
    address = f"/receipts/public-key.pem?id={other_signer.key_id}"
    assert address in page
    assert web.client().get(address).text == other_signer.public_key_pem()


def test_a_pdf_is_checked_by_what_is_signed_inside(web: Web, receipt: bytes) -> None:
    page = asked(roomy(web), ("receipt", receipt_pdf(receipt, "de")), ("original", invoice())).text
    assert '<h2 id="found">Echt</h2>' in page
    assert "die sichtbare Seite ist nicht unterschrieben" in page


@pytest.mark.parametrize("data", [b"", b"hello", b"{}", invoice(), b"%PDF-1.7 hello"])
def test_what_is_no_receipt_is_told_as_such(web: Web, data: bytes) -> None:
    answer = asked(web, ("receipt", data))
    assert answer.status_code == 200
    assert '<h2 id="found">Keine Empfangsbestätigung</h2>' in answer.text


def test_a_form_without_a_file_says_what_to_choose(web: Web) -> None:
    answer = asked(web)
    assert answer.status_code == 400
    assert "Sie haben keine Datei gewählt" in answer.text


def test_what_is_too_large_for_a_receipt_is_not_opened(web: Web) -> None:
    answer = asked(roomy(web), ("receipt", b"%PDF-1.7" + bytes(LARGEST)))
    assert answer.status_code == 413
    assert "höchstens 1\xa0MB" in answer.text
    assert 'id="found"' not in answer.text


def test_what_is_too_large_for_an_invoice_is_told_on_the_page(web: Web, receipt: bytes) -> None:
    for size in (6000, LARGEST + 10_000):
        answer = asked(web, ("receipt", receipt), ("original", bytes(size)))
        assert answer.status_code == 413
        assert "Sehen Sie nach, ob Sie die richtigen Dateien gewählt haben" in answer.text


def test_the_page_shows_and_hands_out_the_public_key(web: Web) -> None:
    client, signer = web.client(), web.app.signer
    page = client.get("/receipts").text
    assert signer.key_id in page
    assert signer.public_key_pem().strip() in page.replace("&#43;", "+")
    answer = client.get("/receipts/public-key.pem")
    assert PublicKeys.read([answer.content]).ids == (signer.key_id,)
    assert f'filename="einvoice-{signer.key_id}.pem"' in answer.headers["content-disposition"]
    assert client.get("/receipts/public-key.pem?id=unknown").status_code == 404


def test_every_page_leads_to_it(web: Web) -> None:
    for client, address in ((web.client(), "/sign-in"), (web.signed_in(Role.AUTHORITY), "/submissions")):
        assert 'href="/receipts"' in client.get(address).text


def test_who_is_signed_in_checks_one_as_well(web: Web, receipt: bytes) -> None:
    page = asked(web, ("receipt", receipt), client=web.signed_in(Role.AUTHORITY)).text
    assert "Erika Muster" in page
    assert '<h2 id="found">Echt</h2>' in page
