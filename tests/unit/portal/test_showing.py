"""The page of one submission."""

from einvoice.identity import Role
from tests.support.web import LEITWEG_ID, Web, invoice


def address(web: Web, data: bytes, supplier: str = "Muster GmbH") -> str:
    return f"/submissions/{web.submitted(web.supplier(supplier), data, headers=NAMED)['id']}"


NAMED = {"Content-Disposition": 'attachment; filename="rechnung.xml"'}


def test_a_rejected_one_is_shown_with_its_report(web: Web) -> None:
    client = web.signed_in(Role.SUPPLIER, supplier="Muster GmbH")
    page = client.get(address(web, invoice("reject"))).text
    assert page.count("<h1") == 1
    assert "BR-DE-15" in page
    assert 'href="/static/report.css' in page


def test_report_and_original_can_be_saved(web: Web) -> None:
    client = web.signed_in(Role.SUPPLIER, supplier="Muster GmbH")
    here = address(web, invoice("reject"))
    for path, start in (
        ("original", b"<Invoice"),
        ("report.html", b"<!DOCTYPE"),
        ("report.pdf", b"%PDF-"),
        ("report.json", b"{"),
    ):
        answer = client.get(f"{here}/{path}")
        assert answer.content.startswith(start)
        assert answer.headers["content-disposition"].startswith("attachment; ")


def test_one_at_work_is_watched_by_script_and_looked_at_anew_without(web: Web) -> None:
    web.at_once = False
    client = web.signed_in(Role.SUPPLIER, supplier="Muster GmbH")
    here = address(web, invoice())
    page = client.get(here).text
    assert f'data-state="{here}/state"' in page
    assert '<noscript><meta http-equiv="refresh"' in page
    assert client.get(f"{here}/report.html").status_code == 409
    web.work()
    page = client.get(here).text
    assert "data-state" not in page
    assert "refresh" not in page


def test_a_supplier_reads_what_to_do_about_an_unknown_leitweg_id(web: Web) -> None:
    page = web.signed_in(Role.SUPPLIER, supplier="Muster GmbH").get(address(web, invoice())).text
    assert f"Zur Leitweg-ID {LEITWEG_ID} ist hier aber keine Behörde bekannt" in page
    assert "Vergleichen Sie die Leitweg-ID" in page
    assert "einvoice admin" not in page


def test_an_operator_reads_how_to_enter_the_authority(web: Web) -> None:
    page = web.signed_in(Role.OPERATOR).get(address(web, invoice())).text
    assert f"--leitweg-id {LEITWEG_ID}" in page


def test_a_command_to_copy_carries_nothing_but_a_word(web: Web) -> None:
    page = web.signed_in(Role.OPERATOR).get(address(web, invoice(leitweg_id="99; rm -rf ~"))).text
    assert "--leitweg-id &#39;99; rm -rf ~&#39;" in page


def test_only_operators_read_the_cause_of_a_fault_and_who_did_what(web: Web) -> None:
    here = address(web, invoice("abort"))
    assert "engine-abort" in web.signed_in(Role.OPERATOR).get(here).text
    supplier = web.signed_in(Role.SUPPLIER, supplier="Muster GmbH").get(here).text
    assert "durch Programm" not in supplier
    assert "nobody but the operator" not in supplier


def test_one_of_somebody_else_does_not_exist(web: Web) -> None:
    here = address(web, invoice(), supplier="Andere GmbH")
    client = web.signed_in(Role.SUPPLIER, supplier="Muster GmbH")
    for path in ("", "/state", "/original", "/report.html", "/report.pdf", "/report.json"):
        unknown = here[:-1] + ("0" if here[-1] != "0" else "1")
        missing, foreign = client.get(unknown + path), client.get(here + path)
        assert (foreign.status_code, missing.status_code) == (404, 404)
        assert foreign.text.replace(here[-26:], "") == missing.text.replace(unknown[-26:], "")
