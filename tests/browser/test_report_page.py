"""The report in a real browser: readable by everyone, on any screen, on paper, and without asking anyone anything."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect
from pypdf import PdfReader

from einvoice.explain import Lang
from einvoice.extraction import Limits, extract
from einvoice.model.assessment import ArtefactRef, Assessment, Verdict
from einvoice.model.examination import DocumentFacts, Examination
from einvoice.model.finding import Finding, Level, Source
from einvoice.model.trouble import FaultNotice, RefusalNotice
from einvoice.reports import html_report
from einvoice.semantics import read_invoice
from einvoice.settings import Settings

SAMPLES = Path(__file__).parents[2] / "inbox" / "samples"
ADDRESS = "http://report.test/"
POLICY = "default-src 'none'; style-src 'unsafe-inline'"

OpenPage = Callable[..., Page]
Judge = Callable[[Page], list[str]]
LANGUAGES: tuple[Lang, ...] = ("de", "en")


def finding(rule: str, level: Level, *terms: str, count: int = 1, found: str | None = None) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            rule=rule,
            level=level,
            source=Source.SCHEMATRON,
            ruleset="xrechnung-ubl",
            xpath=f"/ubl:Invoice/cac:InvoiceLine[{number}]/cac:Price/cbc:PriceAmount",
            line=20 * number,
            terms=terms,
            message=f"[{rule}] Das Element muss übermittelt werden.",
            found=found,
        )
        for number in range(1, count + 1)
    )


MANY = (
    *finding("BR-DE-15", Level.ERROR, "BT-10"),
    *finding("BR-27", Level.ERROR, "BG-29", "BT-146", count=40, found="-1.5"),
    *finding("BR-DE-21", Level.WARNING, "BT-24", found="urn:" + "x" * 200),
    *finding("UBL-CR-646", Level.INFORMATION),
)
ASSESSMENTS = {
    "rejected": Assessment(
        verdict=Verdict.REJECTED,
        scenario="EN16931 XRechnung (UBL Invoice)",
        pack="xrechnung-3.0.2+2026-08-31",
        artefacts=(ArtefactRef("en16931-ubl", "b" * 64),),
        engine="saxonche 13.1",
        xsd_valid=True,
        findings=MANY,
    ),
    "accepted": Assessment(verdict=Verdict.ACCEPTED, xsd_valid=True),
    "refused": Assessment.refused(RefusalNotice("pdf-no-xml")),
    "undecided": Assessment.undecided(FaultNotice("timeout", "", False)),
}


def report(outcome: str, lang: Lang, sample: str = "04-*", name: str | None = None) -> str:
    """The report on a sample invoice, as if it had come out like that."""
    (path,) = SAMPLES.glob(sample)
    data = path.read_bytes()
    document = extract(data, Limits.of(Settings()))
    refused = outcome == "refused"
    examination = Examination(
        name=name or path.name,
        sha256="a" * 64,
        size=len(data),
        examined_at=datetime(2026, 11, 22, 12, 30, tzinfo=UTC),
        document=None if refused else DocumentFacts.of(document),
        invoice=None if refused else read_invoice(document),
        assessment=ASSESSMENTS[outcome],
    )
    return html_report(examination, lang)


def show(page: Page, content: str) -> Page:
    """Serve the page under the strictest policy it is made for, and open it."""

    def answer(route: Route) -> None:
        route.fulfill(
            body=content, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": POLICY}
        )

    page.route(ADDRESS, answer)
    page.goto(ADDRESS)
    return page


@pytest.mark.parametrize("outcome", ASSESSMENTS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_is_accessible(open_page: OpenPage, violations: Judge, lang: Lang, scheme: str, outcome: str) -> None:
    page = show(open_page(color_scheme=scheme), report(outcome, lang))
    page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_is_accessible_on_a_phone(
    open_page: OpenPage, phone: dict[str, int], violations: Judge, too_small: Judge, lang: Lang, scheme: str
) -> None:
    page = show(open_page(viewport=phone, color_scheme=scheme), report("rejected", lang))
    assert violations(page) == []
    assert too_small(page) == []


@pytest.mark.parametrize("sample", ["01-*", "03-*", "04-*"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_nobody_scrolls_sideways_on_a_phone(
    open_page: OpenPage, phone: dict[str, int], lang: Lang, sample: str
) -> None:
    page = show(open_page(viewport=phone), report("rejected", lang, sample, name="r" * 300 + ".xml"))
    page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= phone["width"]
    cut_off = page.eval_on_selector_all(
        ".frame", "frames => frames.filter(one => one.scrollWidth > one.clientWidth).length"
    )
    assert cut_off == 0


def test_it_asks_nobody_for_anything_and_keeps_to_its_policy(open_page: OpenPage) -> None:
    page = open_page()
    requests: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    show(page, report("rejected", "de"))
    assert requests == [ADDRESS]
    assert complaints == []
    assert page.locator(".verdict").evaluate("node => getComputedStyle(node).borderLeftStyle") == "solid"


def test_it_works_without_script(open_page: OpenPage) -> None:
    page = show(open_page(java_script_enabled=False), report("rejected", "de"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Rechnung")
    details = page.locator("article").first.locator("details")
    expect(details.get_by_text("Amtliche Meldung")).to_be_hidden()
    details.locator("summary").click()
    expect(details.get_by_text("Amtliche Meldung")).to_be_visible()


def test_it_works_with_the_keyboard_alone_and_shows_where_one_is(browser_page: Page) -> None:
    page = show(browser_page, report("rejected", "de"))
    summary = page.locator("article summary").first
    for _ in range(20):
        page.keyboard.press("Tab")
        if summary.evaluate("node => node === document.activeElement"):
            break
    assert summary.evaluate("node => getComputedStyle(node).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.locator("article details").first).to_have_attribute("open", "")


def test_a_bookkeeper_sees_verdict_and_next_step_without_scrolling(browser_page: Page) -> None:
    page = show(browser_page, report("rejected", "de"))
    expect(page.get_by_role("heading", name="Abgelehnt")).to_be_in_viewport(ratio=1)
    expect(page.get_by_text("in Ihrem Rechnungsprogramm")).to_be_in_viewport(ratio=1)


def test_screen_readers_find_landmarks_and_the_parts_of_the_report(browser_page: Page) -> None:
    page = show(browser_page, report("rejected", "de"))
    expect(page.get_by_role("main")).to_have_count(1)
    expect(page.get_by_role("navigation", name="Auf dieser Seite")).to_have_count(1)
    for name in ("Was zu korrigieren ist", "Anmerkungen", "Die Rechnung", "Nachweis"):
        expect(page.get_by_role("region", name=name, exact=True)).to_have_count(1)
    expect(page.get_by_role("article", name="Leitweg-ID fehlt")).to_have_count(1)


def test_on_paper_everything_is_there(browser_page: Page) -> None:
    page = show(browser_page, report("rejected", "de"))
    paper = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    text = " ".join(sheet.extract_text() for sheet in paper.pages)
    width, height = (round(float(side) / 72 * 25.4) for side in paper.pages[0].mediabox[2:])
    assert (width, height) == (210, 297)
    assert "[BR-DE-15]" in text  # stands in the closed technical details
    assert "und 30 weitere" in text
    assert "b" * 20 in text  # hash of a rule artefact
    assert "Auf dieser Seite" not in text
