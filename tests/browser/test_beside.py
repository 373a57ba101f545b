"""What stands beside the invoice, in a real browser: a PDF with findings and enclosed files, on any screen."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader, PdfWriter

from einvoice.explain import Lang
from einvoice.extraction import Limits, extract
from einvoice.inspection import inspect
from einvoice.model.assessment import Assessment, Verdict
from einvoice.model.enclosed import Agreement, Compared
from einvoice.model.examination import DocumentFacts, Examination
from einvoice.reports import html_report
from einvoice.semantics import read_invoice
from einvoice.settings import Settings
from tests.browser.test_report_page import SAMPLES, show

OpenPage = Callable[..., Page]
Judge = Callable[[Page], list[str]]
LANGUAGES: tuple[Lang, ...] = ("de", "en")
NASTY = "<img src=x onerror=alert(1)>" + "x" * 200 + ".exe"


def crafted(sample: Path) -> bytes:
    """A hybrid PDF of ours, with a program, a page and a picture beside the invoice."""
    writer, target = PdfWriter(clone_from=PdfReader(sample)), io.BytesIO()
    writer.add_attachment(NASTY, b"MZ" + b"\0" * 100)
    writer.add_attachment("Hinweise.html", b"<html><script>x</script></html>")
    writer.add_attachment("Foto.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 30_000)
    writer.write(target)
    return target.getvalue()


@pytest.fixture(scope="module")
def examined() -> Examination:
    """The report on it, with one fact on its page that contradicts."""
    (sample,) = SAMPLES.glob("06-*")
    data = crafted(sample)
    document = extract(data, Limits.of(Settings()))
    invoice = read_invoice(document)
    seen = inspect(data, document, invoice)
    assert seen is not None
    wrong = Compared(term="BT-112", invoice="119.00", shown=("1.190,00 €",), agreement=Agreement.CONTRADICTS)
    return Examination(
        name=sample.name,
        sha256="a" * 64,
        size=len(data),
        examined_at=datetime(2026, 11, 22, 12, 30, tzinfo=UTC),
        document=DocumentFacts.of(document),
        invoice=invoice,
        assessment=Assessment(verdict=Verdict.ACCEPTED, xsd_valid=True),
        inspection=type(seen)(
            findings=seen.findings,
            picture=seen.picture,
            compared=(*seen.compared, wrong),
            enclosures=seen.enclosures,
        ),
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_is_accessible(
    open_page: OpenPage, violations: Judge, examined: Examination, lang: Lang, scheme: str
) -> None:
    page = show(open_page(color_scheme=scheme), html_report(examined, lang))
    page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    assert violations(page) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_on_a_phone_nobody_scrolls_sideways(
    open_page: OpenPage, phone: dict[str, int], violations: Judge, too_small: Judge, examined: Examination, lang: Lang
) -> None:
    page = show(open_page(viewport=phone), html_report(examined, lang))
    assert page.evaluate("document.documentElement.scrollWidth") <= phone["width"]
    assert violations(page) == []
    assert too_small(page) == []


def test_the_warning_at_the_top_leads_there(browser_page: Page, examined: Examination) -> None:
    page = show(browser_page, html_report(examined, "de"))
    page.get_by_role("link", name="Auf den PDF-Seiten steht etwas anderes").click()
    expect(page.get_by_role("heading", name="PDF und Anlagen")).to_be_in_viewport()


def test_screen_readers_find_the_comparison_and_each_file(browser_page: Page, examined: Examination) -> None:
    page = show(browser_page, html_report(examined, "de"))
    region = page.get_by_role("region", name="PDF und Anlagen")
    expect(region.get_by_role("columnheader", name="Auf der Seite (PDF)")).to_be_visible()
    expect(region.get_by_role("row").filter(has_text="weicht ab")).to_contain_text("1.190,00 €")
    expect(region.get_by_role("region", name="Beiliegende Dateien").get_by_role("listitem")).to_have_count(3)


def test_a_file_name_is_only_ever_text(browser_page: Page, examined: Examination) -> None:
    page = show(browser_page, html_report(examined, "de"))
    assert page.locator(".report img").count() == 0
    expect(page.get_by_text("<img src=x onerror=alert(1)>").last).to_be_visible()


def test_on_paper_it_is_there(browser_page: Page, examined: Examination) -> None:
    page = show(browser_page, html_report(examined, "de"))
    paper = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    text = " ".join(sheet.extract_text() for sheet in paper.pages)
    assert "PDF und Anlagen" in text
    assert "Foto.png" in text
