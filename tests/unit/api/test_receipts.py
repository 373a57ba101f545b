"""Receipts over the API."""

import json

import pytest
from sqlalchemy import update

from einvoice.model.audit import sha256_hex
from einvoice.records.receiptcheck import verify_receipt
from einvoice.records.signing import PublicKeys, Signature
from einvoice.store.tables import submissions
from tests.support.web import Web, invoice


def address(submission: str) -> str:
    return f"/api/v1/submissions/{submission}/receipt"


@pytest.fixture
def keys(web: Web) -> PublicKeys:
    return PublicKeys.read([web.app.signer.public_key_pem().encode()])


def test_it_comes_as_json_unless_something_else_is_asked_for(web: Web, keys: PublicKeys) -> None:
    web.known()
    supplier = web.supplier()
    submission = web.submitted(supplier)
    answer = supplier.get(address(submission["id"]))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert verify_receipt(answer.content, keys, invoice()).good
    said = answer.json()
    assert (said["submission"], said["verdict"]) == (submission["id"], "accepted")
    assert said["original"]["sha256"] == sha256_hex(invoice())


def test_it_is_always_the_same_bytes(web: Web) -> None:
    supplier = web.supplier()
    here = address(web.submitted(supplier, invoice("reject"))["id"])
    assert supplier.get(here).content == supplier.get(here).content


@pytest.mark.parametrize(("lang", "title"), [("de", "Empfangsbestätigung"), ("en", "Receipt")])
def test_it_comes_as_pdf_in_the_language_asked_for(web: Web, keys: PublicKeys, lang: str, title: str) -> None:
    supplier = web.supplier()
    here = address(web.submitted(supplier, invoice("reject"))["id"])
    answer = supplier.get(here, headers={"Accept": "application/pdf", "Accept-Language": lang})
    assert (answer.headers["content-type"], answer.headers["content-language"]) == ("application/pdf", lang)
    assert answer.headers["vary"] == "Accept, Accept-Language"
    assert title.encode() in answer.content or title.encode("utf-16-be") in answer.content
    check = verify_receipt(answer.content, keys)
    assert (check.signature, check.from_pdf) == (Signature.GOOD, True)
    assert check.receipt == supplier.get(here).json()


def test_a_form_we_do_not_have_is_told_with_those_we_have(web: Web) -> None:
    supplier = web.supplier()
    answer = supplier.get(address(web.submitted(supplier)["id"]), headers={"Accept": "text/html"})
    assert (answer.status_code, answer.json()["code"]) == (406, "not-acceptable")
    assert "application/json, application/pdf" in answer.json()["remedy"]


def test_it_is_there_before_the_decision_and_says_so(web: Web, keys: PublicKeys) -> None:
    web.at_once = False
    supplier = web.supplier()
    here = address(web.submitted(supplier)["id"])
    before = supplier.get(here)
    assert (before.json()["verdict"], before.json()["decided_at"]) == (None, None)
    web.work()
    assert supplier.get(here).json()["verdict"] == "accepted"
    assert verify_receipt(before.content, keys).good, "an earlier one stays genuine"


def test_nothing_is_signed_where_row_and_log_contradict_each_other(web: Web) -> None:
    supplier = web.supplier()
    submission = web.submitted(supplier)["id"]
    with web.app.store.database.write() as connection:
        connection.execute(update(submissions).where(submissions.c.id == submission).values(verdict="rejected"))
    answer = supplier.get(address(submission))
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert "signature" not in answer.text


def test_it_is_described_in_both_forms(web: Web) -> None:
    document = web.client().get("/openapi.json").json()
    [path] = [path for path in document["paths"] if path.endswith("/receipt")]
    assert path == address("{submission_id}")
    described = document["paths"][path]["get"]["responses"]["200"]["content"]
    assert set(described) == {"application/json", "application/pdf"}
    assert json.dumps(described["application/pdf"]["schema"]) == '{"type": "string", "format": "binary"}'
