"""Files that came with an invoice, on its page in the portal."""

from lxml import html

from einvoice.identity import Role
from tests.support.files import EXE, PDF, enclosing
from tests.support.web import Web

NASTY = "&lt;script&gt;alert(1)&lt;/script&gt;.exe"
FILES = (("lv.pdf", "application/pdf", PDF), (NASTY, "", EXE))


def page_of(web: Web, role: Role = Role.SUPPLIER, note: str = "") -> tuple[str, html.HtmlElement]:
    here = f"/submissions/{web.submitted(web.supplier(), enclosing(*FILES, note=note))['id']}"
    options = {"supplier": "Muster GmbH"} if role is Role.SUPPLIER else {}
    client = web.signed_in(role, **options)
    return here, html.document_fromstring(client.get(here).text)


def test_they_are_listed_with_kind_size_hash_and_warnings(web: Web) -> None:
    _, page = page_of(web)
    first, second = page.xpath("//ol[@class='files']/li")
    assert "PDF-Dokument" in first.text_content()
    assert first.xpath(".//*[@class='badge']") == []
    assert second.get("class") == "warning"
    assert "Programm" in second.xpath("string(.//*[@class='badge'])")
    assert len(second.xpath("string(.//*[@class='mono'])")) == 64


def test_each_can_be_saved_from_there(web: Web) -> None:
    here, page = page_of(web)
    links = page.xpath("//ol[@class='files']//a/@href")
    assert links == [f"{here}/enclosures/1", f"{here}/enclosures/2"]
    client = web.signed_in(Role.SUPPLIER, supplier="Muster GmbH")
    answers = [client.get(link) for link in links]
    assert [answer.content for answer in answers] == [PDF, EXE]
    assert all(answer.headers["content-disposition"].startswith("attachment; ") for answer in answers)
    assert all("sandbox" in answer.headers["content-security-policy"] for answer in answers)


def test_a_name_is_never_part_of_the_page(web: Web) -> None:
    _, page = page_of(web)
    assert page.xpath("//script[contains(., 'alert')]") == []
    assert "<script>alert(1)</script>.exe" in page.xpath("string(//ol[@class='files']/li[2])")


def test_what_is_quarantined_has_no_links(web: Web) -> None:
    here, page = page_of(web, Role.OPERATOR, "virus")
    assert page.xpath("//a[contains(@href, '/enclosures/')]") == []
    assert web.signed_in(Role.OPERATOR).get(f"{here}/enclosures/1").status_code == 409


def test_the_report_that_is_saved_has_no_links_to_them(web: Web) -> None:
    here, _ = page_of(web)
    saved = web.signed_in(Role.SUPPLIER, supplier="Muster GmbH").get(f"{here}/report.html").text
    assert "lv.pdf" in saved
    assert "/enclosures/" not in saved
