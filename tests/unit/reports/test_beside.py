"""What stands beside the invoice, in every form of the report: the PDF around it, its pages, the files enclosed."""

import io
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from lxml import html
from pypdf import PdfReader

from einvoice.explain import Lang
from einvoice.model.enclosed import Agreement, Compared, Danger, Enclosure, Inspection, Origin, Picture
from einvoice.model.examination import Examination
from einvoice.model.finding import Finding, Level, Source
from einvoice.reports import html_report, json_report, jsonl_line, kosit_report, pdf_report, text_report
from einvoice.reports.beside import BesideView
from einvoice.reports.view import ReportView
from tests.unit.reports.conftest import MakeExamination, MakeFinding

LANGUAGES: tuple[Lang, ...] = ("de", "en")
NASTY = "<img src=x onerror=alert(1)>\u202e.exe"
Inspected = Callable[..., Examination]


def file(number: int = 1, name: str = "lv.pdf", **more: object) -> Enclosure:
    values = {"origin": Origin.XML, "mime": "application/pdf", "kind": "pdf", "size": 1234, "sha256": "c" * 64}
    return Enclosure(number=number, name=name, **(values | more))  # type: ignore[arg-type]


FILES = (
    file(reference="Beleg 1"),
    file(2, NASTY, origin=Origin.PDF, mime=None, kind="exe", dangers=(Danger.EXECUTABLE, Danger.DISGUISED)),
    file(3, "a.bin", kind="neu", intact=False),
)
COMPARED = (
    Compared(term="BT-2", invoice="2026-11-22", shown=("22.11.2026",), agreement=Agreement.SAME),
    Compared(term="BT-10", invoice="04011000-12345-03", shown=(), agreement=Agreement.NOT_SHOWN),
    Compared(term="BT-112", invoice="119.00", shown=("1.190,00 €", "<b>"), agreement=Agreement.CONTRADICTS),
)


@pytest.fixture
def noted(finding: MakeFinding) -> Callable[..., Finding]:
    def made(rule: str = "BR-HYBRID-01", level: Level = Level.WARNING, **more: object) -> Finding:
        usual = {"source": Source.CONTAINER, "ruleset": "hybrid", "xpath": "", "line": None, "message": "Odd <pdf>."}
        return finding(rule, level=level, **(usual | more))

    return made


@pytest.fixture
def inspected(examination: MakeExamination, noted: Callable[..., Finding]) -> Inspected:
    """An accepted invoice in a PDF with everything there is to say about it; what is given replaces that."""

    def made(**more: object) -> Examination:
        usual = {"findings": (noted(),), "picture": Picture.COMPARED, "compared": COMPARED, "enclosures": FILES}
        return examination(inspection=Inspection(**(usual | more)))  # type: ignore[arg-type]

    return made


def section(examination: Examination, lang: Lang = "de") -> html.HtmlElement:
    found: list[html.HtmlElement] = html.document_fromstring(html_report(examination, lang)).xpath(
        "//section[@id='beside']"
    )
    assert len(found) == 1
    return found[0]


def test_verdict_headline_and_counts_stay_as_they_are(examination: MakeExamination, inspected: Inspected) -> None:
    plain, with_it = (ReportView.of(one, "de") for one in (examination(), inspected()))
    assert replace(with_it, beside=None) == plain


def test_it_says_itself_that_it_changes_nothing(inspected: Inspected) -> None:
    assert (
        "allein bestimmt das Prüfergebnis. Was hier steht, ändert daran nichts" in section(inspected()).text_content()
    )
    assert "it alone decides the verdict" in section(inspected(), "en").text_content()


def test_warnings_are_announced_at_the_top(inspected: Inspected, noted: Callable[..., Finding]) -> None:
    two = inspected(findings=(noted(), noted("BR-HYBRID-02")), compared=COMPARED[:2])
    page = html.document_fromstring(html_report(two, "de"))
    (note,) = page.xpath("//p[@class='note']/a[@href='#beside']")
    assert note.text.startswith("Zum PDF oder zu den Anlagen gibt es 2 Warnungen. Am Prüfergebnis ändern sie nichts;")
    one = inspected(findings=(noted(level=Level.INFORMATION),), compared=COMPARED[:2])
    assert html.document_fromstring(html_report(one, "de")).xpath("//p[@class='note']") == []


def test_a_contradiction_is_announced_before_any_other(inspected: Inspected) -> None:
    view = BesideView.of(inspected(), "de")
    assert view is not None
    assert view.heed.startswith("Auf den PDF-Seiten steht etwas anderes als in den Rechnungsdaten.")


def test_a_contradiction_stands_first_with_both_values_as_people_write_them(inspected: Inspected) -> None:
    first, *others = section(inspected()).xpath(".//table[@class='stack']/tbody/tr")
    assert first.get("class") == "total"
    assert [cell.text_content().strip() for cell in first] == [
        "Rechnungsbetrag mit Umsatzsteuer (BT-112)",
        "119,00\u00a0€",
        "1.190,00 € / <b>",
        "≠ weicht ab",
    ]
    assert [row[3].text for row in others] == ["= stimmt überein", "? nicht gefunden"]


@pytest.mark.parametrize(
    ("agreements", "said"),
    [
        ((Agreement.CONTRADICTS, Agreement.CONTRADICTS), "2 Angaben auf den PDF-Seiten weichen"),
        ((Agreement.SAME, Agreement.NOT_SHOWN), "stimmt mit den Rechnungsdaten überein"),
        ((Agreement.NOT_SHOWN,), "Keine dieser Angaben ließ sich"),
    ],
)
def test_what_came_of_comparing_is_told(inspected: Inspected, agreements: tuple[Agreement, ...], said: str) -> None:
    compared = tuple(replace(COMPARED[0], agreement=one) for one in agreements)
    assert said in section(inspected(compared=compared)).text_content()


def test_pages_without_text_are_told_not_to_be_comparable(inspected: Inspected) -> None:
    text = section(inspected(picture=Picture.NO_TEXT, compared=())).text_content()
    assert "Ein Vergleich mit den Rechnungsdaten ist nicht möglich" in text


def test_that_is_not_said_twice(inspected: Inspected, noted: Callable[..., Finding]) -> None:
    told = noted("PICTURE-NO-TEXT", Level.INFORMATION, ruleset="picture")
    view = BesideView.of(inspected(picture=Picture.NO_TEXT, compared=(), findings=(told,)), "de")
    assert view is not None
    assert view.comparing == ""


def test_files_are_told_with_kind_size_hash_and_warnings(inspected: Inspected) -> None:
    first, second, third = section(inspected()).xpath(".//ol[@class='files']/li")
    assert "PDF-Dokument, 1,2\u00a0kB" in first.text_content()
    assert "in den Rechnungsdaten (XML), zu Beleg Beleg 1" in first.text_content()
    assert "c" * 64 in first.text_content()
    assert (first.get("class"), second.get("class"), third.get("class")) == (None, "warning", "warning")
    badges = second.xpath(".//*[@class='badge']")
    assert [one.text_content().strip() for one in badges] == ["Programm", "Anderer Inhalt, als der Name sagt"]
    assert "beschädigt" in third.text_content()
    assert "neu, 1,2" in third.text_content()  # a kind of a later version


def test_several_files_with_the_same_trouble_are_named(inspected: Inspected, noted: Callable[..., Finding]) -> None:
    findings = tuple(
        noted("ENCLOSURE-MACROS", ruleset="enclosures", found=name, details=(("number", number), ("kind", "xlsx")))
        for number, name in (("1", "a.xlsm"), ("4", "b.xlsm"))
    )
    text = section(inspected(findings=findings)).text_content()
    assert "Im Einzelnen: Anlage 1: a.xlsm; Anlage 4: b.xlsm." in text
    assert "Wo in der Rechnung?" not in text


@pytest.mark.parametrize(
    "inspection",
    [None, Inspection()],
    ids=["an earlier version or a refusal", "an XML without files"],
)
def test_where_there_is_nothing_there_is_no_section(
    examination: MakeExamination, inspection: Inspection | None
) -> None:
    page = html_report(examination(inspection=inspection), "de")
    assert 'id="beside"' not in page
    assert "Anlagen" not in text_report(examination(inspection=inspection), "de")


def test_an_xml_with_files_has_no_word_about_a_pdf(examination: MakeExamination) -> None:
    found = section(examination(inspection=Inspection(enclosures=(file(),))))
    assert found.xpath("string(.//h2)") == "Anlagen"
    assert "PDF darum" not in found.text_content()


def test_a_pdf_without_faults_is_told_so(inspected: Inspected) -> None:
    text = section(inspected(findings=(), enclosures=())).text_content()
    assert "Am PDF ist nichts Besonderes aufgefallen." in text


@pytest.mark.parametrize("said", ["compliant", "not-compliant", "failed"])
def test_what_verapdf_said_is_told(inspected: Inspected, said: str) -> None:
    assert "veraPDF" in section(inspected(verapdf=said)).text_content()
    assert json.loads(json_report(inspected(verapdf=said), "de"))["inspection"]["verapdf"] == said


def test_foreign_names_are_only_ever_text(inspected: Inspected) -> None:
    found = section(inspected())
    assert found.xpath(".//img | .//b | .//script") == []
    assert "<img src=x onerror=alert(1)>⟨U+202E⟩.exe" in found.text_content()
    assert "⟨U+202E⟩" in text_report(inspected(), "de")


def test_programs_read_it_apart_from_the_findings(inspected: Inspected) -> None:
    for read in (json.loads(json_report(inspected(), "de")), json.loads(jsonl_line(inspected(), "x.pdf", "de"))):
        assert read["findings"] == []
        seen = read["inspection"]
        assert [(one["rule"], one["level"], one["source"]) for one in seen["findings"]] == [
            ("BR-HYBRID-01", "warning", "container")
        ]
        assert seen["picture"] == "compared"
        assert seen["compared"][2] == {
            "term": "BT-112",
            "name": "Rechnungsbetrag mit Umsatzsteuer",
            "invoice": "119.00",
            "shown": ["1.190,00 €", "<b>"],
            "agreement": "contradicts",
        }
        assert seen["enclosures"][1]["dangers"] == ["executable", "disguised"]


def test_a_line_about_an_invoice_with_nothing_beside_it_is_as_it_ever_was(examination: MakeExamination) -> None:
    assert "inspection" not in json.loads(jsonl_line(examination(inspection=Inspection()), "x.xml", "de"))


def test_a_line_without_inspection_is_as_it_ever_was(examination: MakeExamination) -> None:
    assert "inspection" not in json.loads(jsonl_line(examination(), "x.xml", "de"))
    assert json.loads(json_report(examination(), "de"))["inspection"] is None


def test_the_kosit_report_never_speaks_of_it(examination: MakeExamination, inspected: Inspected) -> None:
    assert kosit_report(inspected(), "de") == kosit_report(examination(), "de")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_text_and_paper_tell_the_same(inspected: Inspected, lang: Lang) -> None:
    title = {"de": "PDF und Anlagen", "en": "PDF and enclosed files"}[lang]
    paper = PdfReader(io.BytesIO(pdf_report(inspected(), lang)))
    printed = " ".join("".join(page.extract_text() for page in paper.pages).split())
    for told in (text_report(inspected(), lang), printed):
        assert title in told
        assert "1.190,00 €" in told
        assert "lv.pdf" in told
        assert "c" * 64 in told
