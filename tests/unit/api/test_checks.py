"""The dry run."""

import pytest

from tests.support.web import LIMIT, Web, invoice


def test_a_good_invoice_is_accepted(web: Web) -> None:
    answer = web.supplier().post("/api/v1/checks", content=invoice())
    assert answer.status_code == 200
    assert answer.json()["verdict"] == "accepted"


def test_a_bad_invoice_is_rejected_with_what_to_mend(web: Web) -> None:
    report = web.supplier().post("/api/v1/checks", content=invoice("reject")).json()
    assert report["verdict"] == "rejected"
    assert report["findings"][0]["rule"] == "BR-DE-15"
    assert report["findings"][0]["fix"]


def test_a_fault_of_ours_is_no_verdict_and_tells_no_details(web: Web) -> None:
    answer = web.supplier().post("/api/v1/checks", content=invoice("fault"))
    assert answer.json()["verdict"] == "undecided"
    assert "nobody but the operator" not in answer.text


def test_nothing_is_kept(web: Web) -> None:
    supplier = web.supplier()
    supplier.post("/api/v1/checks", content=invoice())
    assert supplier.get("/api/v1/submissions").json()["items"] == []
    assert list((web.app.settings.data_dir / "spool").iterdir()) == []
    assert list((web.app.settings.data_dir / "blobs").iterdir()) == []


@pytest.mark.parametrize(
    ("accept", "start"),
    [
        ("application/json", b"{"),
        ("text/html", b"<!DOCTYPE html>"),
        ("application/pdf", b"%PDF-"),
        ("text/plain", b"\nAngenommen"),
        ("application/jsonl", b"{"),
        ("application/x-ndjson", b"{"),
    ],
)
def test_the_report_comes_in_the_form_asked_for(web: Web, accept: str, start: bytes) -> None:
    answer = web.supplier().post("/api/v1/checks", content=invoice(), headers={"Accept": accept})
    assert answer.headers["content-type"].partition(";")[0] == accept
    assert answer.content.startswith(start)


def test_a_line_of_json_names_the_file(web: Web) -> None:
    answer = web.supplier().post(
        "/api/v1/checks?filename=r.xml", content=invoice(), headers={"Accept": "application/jsonl"}
    )
    assert answer.json()["path"] == "r.xml"
    assert answer.content.count(b"\n") == 1


def test_a_form_is_taken_as_well(web: Web) -> None:
    answer = web.supplier().post("/api/v1/checks", files={"file": ("rechnung.xml", invoice("reject"))})
    assert (answer.json()["name"], answer.json()["verdict"]) == ("rechnung.xml", "rejected")


def test_a_form_with_two_files_is_refused(web: Web) -> None:
    answer = web.supplier().post("/api/v1/checks", files={"a": ("a.xml", invoice()), "b": ("b.xml", invoice())})
    assert (answer.status_code, answer.json()["code"]) == (400, "several-files")
    assert list((web.app.settings.data_dir / "spool").iterdir()) == []


def test_a_form_without_a_file_is_refused(web: Web) -> None:
    answer = web.supplier().post("/api/v1/checks", files={"file": ("", b"")})
    assert (answer.status_code, answer.json()["code"]) == (400, "no-file")


def test_a_form_that_breaks_off_is_refused(web: Web) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = web.supplier().post(
        "/api/v1/checks",
        content=b'--x\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\nabc',
        headers=headers,
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "bad-form")
    assert list((web.app.settings.data_dir / "spool").iterdir()) == []


def test_what_announces_itself_as_too_large_is_refused_with_the_limit(web: Web) -> None:
    answer = web.supplier().post("/api/v1/checks", content=b"<" * (LIMIT + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    assert "0,1 MB" in answer.json()["detail"]
    assert answer.json()["remedy"]


def test_what_grows_too_large_while_it_streams_is_refused(web: Web) -> None:
    answer = web.supplier().post("/api/v1/checks", content=(b"<" * 1000 for _ in range(10)))
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    assert list((web.app.settings.data_dir / "spool").iterdir()) == []


def test_a_form_that_is_too_large_is_refused(web: Web) -> None:
    answer = web.supplier().post("/api/v1/checks", files={"file": ("a.xml", b"<" * (LIMIT + 1))})
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    assert list((web.app.settings.data_dir / "spool").iterdir()) == []


def test_json_is_no_invoice(web: Web) -> None:
    answer = web.supplier().post("/api/v1/checks", json={"invoice": 1})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-type")
    assert "application/json" in answer.json()["detail"]


def test_a_compressed_request_is_refused_not_misread(web: Web) -> None:
    answer = web.supplier().post("/api/v1/checks", content=b"\x1f\x8b", headers={"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-encoding")


def test_a_form_nobody_can_give_is_said_before_the_file_is_read(web: Web) -> None:
    answer = web.supplier().post("/api/v1/checks", content=invoice(), headers={"Accept": "image/png"})
    assert (answer.status_code, answer.json()["code"]) == (406, "not-acceptable")
    assert "text/html" in answer.json()["remedy"]


def test_english_is_spoken_on_request(web: Web) -> None:
    answer = web.supplier().post("/api/v1/checks", content=b"", headers={"Accept-Language": "en"})
    assert answer.json()["refusal"]["message"] == "The file is empty."
    assert answer.headers["content-language"] == "en"
