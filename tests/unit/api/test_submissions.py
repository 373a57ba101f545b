"""Handing in over the API, and reading what became of it."""

import hashlib
import io
from dataclasses import replace

import pytest
from pypdf import PdfReader

from einvoice.identity import Role
from einvoice.model.submission import Handling, Hold
from tests.support.web import LEITWEG_ID, OTHER_LEITWEG_ID, Web, invoice


def test_an_invoice_is_kept_and_where_to_ask_is_told(web: Web) -> None:
    supplier = web.supplier()
    answer = supplier.post("/api/v1/submissions", content=invoice())
    assert answer.status_code == 202
    told = supplier.get(answer.headers["location"]).json()
    assert told["id"] == answer.json()["id"]
    assert told["sha256"] == hashlib.sha256(invoice()).hexdigest()
    assert (told["door"], told["size"]) == ("api", len(invoice()))


def test_an_accepted_invoice_names_its_authority(web: Web) -> None:
    authority = web.known()
    told = web.submitted(web.supplier())
    assert (told["verdict"], told["handling"], told["hold"], told["settled"]) == ("accepted", "available", None, True)
    assert told["authority"] == {"id": authority.id, "name": authority.name}
    assert authority.name in told["message"]


def test_a_rejected_invoice_counts_its_errors(web: Web) -> None:
    told = web.submitted(web.supplier(), invoice("reject"))
    assert (told["status"], told["errors"]) == ("rejected", 1)
    assert told["remedy"]


def test_an_unknown_leitweg_id_is_told_to_the_supplier(web: Web) -> None:
    told = web.submitted(web.supplier())
    assert (told["verdict"], told["hold"], told["status"]) == ("accepted", "unroutable", "held")
    assert LEITWEG_ID in told["message"]


def test_a_fault_of_ours_is_told_without_its_cause(web: Web) -> None:
    told = web.submitted(web.supplier(), invoice("abort"))
    assert (told["verdict"], told["hold"], told["operator"]) == ("undecided", "engine", None)
    assert "engine-abort" not in str(told)


def test_an_operator_reads_the_cause(web: Web) -> None:
    submission = web.submitted(web.supplier(), invoice("abort"))
    told = web.operator().get(submission["links"]["self"]).json()
    assert told["operator"]["fault_cause"] == "engine-abort"


def test_the_same_file_is_answered_with_the_first_submission(web: Web) -> None:
    supplier = web.supplier()
    first, second = web.submitted(supplier), web.submitted(supplier)
    assert first["id"] == second["id"]
    assert (first["created"], second["created"]) == (True, False)


def test_the_same_key_with_another_file_is_a_conflict(web: Web) -> None:
    supplier = web.supplier()
    web.submitted(supplier, headers={"Idempotency-Key": "a"})
    answer = supplier.post("/api/v1/submissions", content=invoice("reject"), headers={"Idempotency-Key": "a"})
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency-conflict")


def test_two_suppliers_may_use_the_same_key(web: Web) -> None:
    first = web.submitted(web.supplier("A"), headers={"Idempotency-Key": "a"})
    second = web.submitted(web.supplier("B"), headers={"Idempotency-Key": "a"})
    assert first["id"] != second["id"]


def test_all_tokens_of_a_supplier_share_its_submissions(web: Web) -> None:
    submission = web.submitted(web.supplier("A"))
    assert web.supplier("A").get(submission["links"]["self"]).status_code == 200


@pytest.mark.parametrize(
    ("headers", "query", "name"),
    [
        ({"Content-Disposition": "attachment; filename*=UTF-8''b%C3%BCro.xml"}, "", "büro.xml"),
        ({"Content-Disposition": 'attachment; filename="büro.xml"'.encode()}, "", "büro.xml"),
        ({"Content-Disposition": 'attachment; filename="../../etc/passwd"'}, "", "passwd"),
        ({}, "?filename=b%C3%BCro.xml", "büro.xml"),
        ({}, "", ""),
    ],
)
def test_the_file_is_called_as_its_sender_calls_it(web: Web, headers: dict[str, str], query: str, name: str) -> None:
    answer = web.supplier().post(f"/api/v1/submissions{query}", content=invoice(), headers=headers)
    assert answer.json()["name"] == name


def test_waiting_ends_with_the_verdict(web: Web) -> None:
    assert web.supplier().post("/api/v1/submissions?wait=30", content=invoice()).json()["settled"]


def test_waiting_is_capped_by_the_setting(open_web) -> None:  # type: ignore[no-untyped-def]
    with open_web(max_wait_seconds=0.1) as web:
        web.at_once = False
        answer = web.supplier().post("/api/v1/submissions?wait=100000", content=invoice())
    assert (answer.status_code, answer.json()["settled"]) == (202, False)


def test_a_report_is_not_there_before_the_decision(web: Web) -> None:
    web.at_once = False
    supplier = web.supplier()
    submission = web.submitted(supplier)
    answer = supplier.get(submission["links"]["report"])
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (409, "not-decided-yet", "2")
    web.work()
    assert supplier.get(submission["links"]["report"]).json()["verdict"] == "accepted"


@pytest.mark.parametrize("accept", ["application/json", "text/html", "text/plain"])
def test_the_report_comes_in_the_form_asked_for(web: Web, accept: str) -> None:
    supplier = web.supplier()
    submission = web.submitted(supplier, invoice("reject"))
    answer = supplier.get(submission["links"]["report"], headers={"Accept": accept})
    assert answer.headers["content-type"].partition(";")[0] == accept
    assert "BR-DE-15" in answer.text


def test_the_report_comes_as_pdf_to_print(web: Web) -> None:
    supplier = web.supplier()
    submission = web.submitted(supplier, invoice("reject"))
    answer = supplier.get(submission["links"]["report"], headers={"Accept": "application/pdf", "Accept-Language": "en"})
    assert (answer.headers["content-type"], answer.headers["content-language"]) == ("application/pdf", "en")
    page = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    assert "Rejected" in page
    assert "BR-DE-15" in page


def test_the_report_comes_as_kosits_xml(web: Web) -> None:
    supplier = web.supplier()
    submission = web.submitted(supplier, invoice("reject"))
    answer = supplier.get(submission["links"]["report"], headers={"Accept": "application/xml"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/xml")
    assert b"<rep:reject>" in answer.content


@pytest.mark.parametrize("accept", ["image/png", "text/csv"])
def test_what_does_not_exist_is_not_offered(web: Web, accept: str) -> None:
    supplier = web.supplier()
    submission = web.submitted(supplier)
    answer = supplier.get(submission["links"]["report"], headers={"Accept": accept})
    assert (answer.status_code, answer.json()["code"]) == (406, "not-acceptable")


def test_the_original_comes_back_byte_for_byte_as_a_file_to_save(web: Web) -> None:
    supplier = web.supplier()
    submission = web.submitted(supplier, headers={"Content-Disposition": 'attachment; filename="a.xml"'})
    answer = supplier.get(submission["links"]["original"])
    assert answer.content == invoice()
    assert answer.headers["content-type"] == "application/xml"
    assert answer.headers["content-disposition"].startswith('attachment; filename="a.xml"')
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_an_original_that_is_no_invoice_is_bytes_to_save(web: Web) -> None:
    supplier = web.supplier()
    answer = supplier.get(web.submitted(supplier, b"\0<script>alert(1)</script>")["links"]["original"])
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")


def test_the_invoice_is_read_in_terms(web: Web) -> None:
    supplier = web.supplier()
    told = supplier.get(web.submitted(supplier)["links"]["invoice"]).json()
    assert {"id": "BT-1", "value": "R-1", "line": 1} in told["terms"]


@pytest.mark.parametrize("link", ["report", "original", "invoice"])
def test_what_is_deleted_is_told_to_be_gone_for_good(web: Web, monkeypatch: pytest.MonkeyPatch, link: str) -> None:
    supplier = web.supplier()
    submission = web.submitted(supplier)
    store = web.app.store.submissions
    gone = replace(store.get(submission["id"]), handling=Handling.EXPIRED, hold=Hold.NONE)
    monkeypatch.setattr(type(store), "get", lambda self, wanted: gone)
    monkeypatch.setattr(type(store), "examination", lambda self, wanted: None)
    answer = supplier.get(submission["links"][link])
    assert (answer.status_code, answer.json()["code"]) == (410, "expired")


def test_what_is_no_invoice_has_no_terms(web: Web) -> None:
    supplier = web.supplier()
    answer = supplier.get(web.submitted(supplier, b"nonsense")["links"]["invoice"])
    assert (answer.status_code, answer.json()["code"]) == (409, "no-invoice")


def test_a_list_is_read_page_by_page_newest_first(web: Web) -> None:
    supplier = web.supplier()
    ids = [web.submitted(supplier, invoice(number=f"R-{number}"))["id"] for number in range(5)]
    first = supplier.get("/api/v1/submissions?limit=3").json()
    rest = supplier.get(f"/api/v1/submissions?limit=3&after={first['next']}").json()
    assert [one["id"] for one in first["items"] + rest["items"]] == ids[::-1]
    assert (len(first["items"]), rest["next"]) == (3, None)


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", {"GUT", "SCHLECHT", "FREMD", "DEFEKT"}),
        ("?verdict=rejected", {"SCHLECHT"}),
        ("?rule=BR-DE-15", {"SCHLECHT"}),
        ("?hold=unroutable", {"FREMD"}),
        ("?hold=any", {"FREMD", "DEFEKT"}),
        ("?hold=none", {"GUT", "SCHLECHT"}),
        ("?handling=available", {"GUT"}),
        ("?text=def", {"DEFEKT"}),
        ("?verdict=accepted&hold=", {"GUT", "FREMD"}),
    ],
)
def test_a_list_is_narrowed(web: Web, query: str, numbers: set[str]) -> None:
    web.known()
    supplier = web.supplier()
    web.submitted(supplier, invoice(number="GUT"))
    web.submitted(supplier, invoice("reject", number="SCHLECHT"))
    web.submitted(supplier, invoice(number="FREMD", leitweg_id=OTHER_LEITWEG_ID))
    web.submitted(supplier, invoice("abort", number="DEFEKT"))
    found = supplier.get(f"/api/v1/submissions{query}").json()["items"]
    assert {one["invoice_number"] for one in found} == numbers


@pytest.mark.parametrize("query", ["?verdict=perhaps", "?limit=0", "?limit=201", "?hold=nonsense"])
def test_a_wish_that_means_nothing_is_told(web: Web, query: str) -> None:
    answer = web.supplier().get(f"/api/v1/submissions{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
    assert answer.json()["errors"][0]["where"].startswith("query.")


def test_an_account_of_an_authority_may_not_submit(web: Web) -> None:
    answer = web.authority().post("/api/v1/submissions", content=invoice())
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_a_session_needs_to_show_that_the_request_is_its_own(web: Web) -> None:
    browser = web.signed_in(Role.SUPPLIER)
    refused = browser.post("/api/v1/submissions", content=invoice())
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf")
    taken = browser.post("/api/v1/submissions", content=invoice(), headers={"X-CSRF-Token": _token(browser)})
    assert taken.status_code == 202


def _token(browser) -> str:  # type: ignore[no-untyped-def]
    return str(browser.get("/upload").text.partition('data-csrf="')[2].partition('"')[0])


def test_a_spool_that_can_not_be_written_is_told_as_passing_trouble(web: Web) -> None:
    (web.app.settings.data_dir / "spool").rmdir()
    answer = web.supplier().post("/api/v1/submissions", content=invoice())
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"]
