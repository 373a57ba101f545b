"""The report as a page."""

import itertools
import re
from collections.abc import Callable

import pytest
from lxml import html

from einvoice.explain import Lang
from einvoice.model.assessment import Assessment
from einvoice.model.examination import Examination
from einvoice.model.finding import Finding, Level
from einvoice.model.invoice import Invoice
from einvoice.model.trouble import FaultNotice, RefusalNotice
from einvoice.reports import html_fragment, html_report, report_css

MakeFinding = Callable[..., Finding]
MakeExamination = Callable[..., Examination]


@pytest.fixture
def page(examination: MakeExamination, finding: MakeFinding) -> html.HtmlElement:
    found = [finding("BR-02", found="<b>x</b>"), finding("BR-DE-21", level=Level.WARNING)]
    return html.document_fromstring(html_report(examination(*found), "de"))


def test_it_needs_nothing_from_anywhere(page: html.HtmlElement) -> None:
    assert not page.xpath("//script | //link | //img | //iframe | //object | //form | //@src | //@style | //@onclick")
    assert all(link.startswith("#") for link in page.xpath("//@href"))
    assert not re.search(r"url\(|@import", page.xpath("string(//style)"))


def test_it_forbids_itself_to_load_anything(page: html.HtmlElement) -> None:
    (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")


def test_every_link_within_the_page_leads_somewhere(page: html.HtmlElement) -> None:
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in page.xpath("//@href")} <= set(ids)
    assert set(page.xpath("//@aria-labelledby")) <= set(ids)


def test_headings_never_skip_a_level(page: html.HtmlElement) -> None:
    levels = [int(heading.tag[1]) for heading in page.xpath("//*[self::h1 or self::h2 or self::h3 or self::h4]")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(levels))


def test_the_page_says_its_language(examination: MakeExamination) -> None:
    for lang in ("de", "en"):
        assert html.document_fromstring(html_report(examination(), lang)).get("lang") == lang


def test_an_official_message_in_another_language_says_so(examination: MakeExamination, finding: MakeFinding) -> None:
    page = html.document_fromstring(html_report(examination(finding("BR-02", message="An Invoice shall …")), "de"))
    assert page.xpath("//dd[@lang='en']/text()") == ["An Invoice shall …"]


def test_whatever_comes_from_the_file_is_text(examination: MakeExamination, finding: MakeFinding) -> None:
    hostile = finding("BR-02", found="<script>1</script>", xpath="/<i>", message="</style><script>2</script>")
    page = html.document_fromstring(html_report(examination(hostile, name="<img src=x onerror=3>.xml"), "de"))
    assert not page.xpath("//script | //img | //i")
    assert "<script>1</script>" in page.text_content()
    assert "<img src=x onerror=3>.xml" in page.text_content()


def test_verdict_and_levels_are_words_not_just_colours(page: html.HtmlElement) -> None:
    assert "Abgelehnt" in page.xpath("string(//section[contains(@class, 'rejected')]//h2)")
    assert page.xpath("//article//span[@class='badge']//text()") == ["Fehler", "Warnung"]


def test_every_column_of_a_table_has_a_heading_that_says_what_it_heads(page: html.HtmlElement) -> None:
    assert page.xpath("//table")
    assert not page.xpath("//thead//th[not(@scope='col')] | //tbody//th[not(@scope='row')]")
    for table in page.xpath("//table"):
        columns = len(table.xpath("./thead/tr/th"))
        assert all(len(row) == columns for row in table.xpath("./tbody/tr"))


def test_very_many_findings_stay_a_small_page(examination: MakeExamination, finding: MakeFinding) -> None:
    page = html_report(examination(*[finding("BR-21", line=number) for number in range(10_000)]), "de")
    assert len(page) < 100_000
    assert "und 9.990 weitere" in page


@pytest.mark.parametrize("lang", ["de", "en"])
def test_every_sample_invoice_has_a_page(examination: MakeExamination, sample: Invoice, lang: Lang) -> None:
    page = html_report(examination(invoice=sample), lang)
    assert sample.number is not None
    assert sample.number in page


@pytest.mark.parametrize("lang", ["de", "en"])
@pytest.mark.parametrize(
    "assessment",
    [
        Assessment.refused(RefusalNotice("not-xml", {"line": "1"})),
        Assessment.undecided(FaultNotice("engine-abort", "secret", True)),
    ],
)
def test_refused_and_undecided_files_have_a_page(
    examination: MakeExamination, assessment: Assessment, lang: Lang
) -> None:
    page = html_report(examination(assessment=assessment, document=None, invoice=None), lang)
    assert "secret" not in page
    assert 'id="invoice"' not in page


def test_the_fragment_fits_into_another_page(examination: MakeExamination) -> None:
    fragment = html_fragment(examination(), "de")
    assert fragment.lstrip().startswith('<div class="report" lang="de">')
    assert "<main" not in fragment
    assert "<h1>" in fragment


def test_the_style_sheet_touches_the_report_alone() -> None:
    rules = re.sub(r"/\*.*?\*/", "", report_css(), flags=re.DOTALL)
    selectors = [part.strip() for group in re.findall(r"([^{}]+)\{", rules) for part in group.split(",")]
    assert all(one.startswith((".report", "@")) or "(" in one for one in selectors)


def test_a_file_that_goes_by_its_own_name_is_named_once_at_the_top(examination: MakeExamination) -> None:
    refused = Assessment.refused(RefusalNotice("doctype"))
    page = html.document_fromstring(html_report(examination(assessment=refused, document=None, invoice=None), "de"))
    assert page.xpath("string(//header)").split().count("rechnung.xml") == 1


def test_a_note_about_what_the_format_permits_speaks_of_no_problem(
    examination: MakeExamination, finding: MakeFinding
) -> None:
    allowed = finding("UBL-CR-646", level=Level.INFORMATION, own_level=Level.WARNING)
    text = html.document_fromstring(html_report(examination(allowed), "de")).xpath("string(//article)")
    assert "Worum geht es?" in text
    assert not [word for word in ("Problem", "Formatfehler", "beheben") if word in text]


def test_what_follows_from_a_cause_stands_under_it_and_nothing_is_lost(
    examination: MakeExamination, finding: MakeFinding
) -> None:
    found = [finding("BR-CL-04"), *[finding("BR-CL-03", message="[BR-CL-03] amounts")] * 3]
    page = html.document_fromstring(html_report(examination(*found), "de"))
    (card,) = page.xpath("//article")
    assert card.xpath("string(.//div[@class='consequences'])").count("BR-CL-03") == 2  # id and official message
    assert "an 3 Stellen" in card.text_content()
    assert "Gefunden: 4 Fehler. Sie gehen auf eine Ursache zurück." in page.text_content()


def test_the_classes_of_errors_stand_at_the_top(page: html.HtmlElement) -> None:
    assert page.xpath("//section[contains(@class, 'verdict')]//strong/text()") == ["1 Inhaltsfehler"]


def test_the_xml_that_is_missing_is_shown_as_text(examination: MakeExamination, finding: MakeFinding) -> None:
    page = html.document_fromstring(html_report(examination(finding("BR-DE-1")), "de"))
    (shown,) = page.xpath("//pre")
    assert shown.text_content().startswith("<cac:PaymentMeans>")
    assert not page.xpath("//paymentmeans")


def test_a_file_without_a_name_is_not_announced(examination: MakeExamination) -> None:
    assert "Datei:" in html_report(examination(name="rechnung.xml"), "de")
    assert "Datei:" not in html_report(examination(name=""), "de")
