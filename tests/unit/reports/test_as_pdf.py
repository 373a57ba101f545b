"""The report as PDF."""

import io
import itertools
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from einvoice.errors import Fault
from einvoice.model.examination import Examination
from einvoice.model.finding import Finding
from einvoice.model.invoice import Group, Invoice, Term
from einvoice.model.trouble import FaultNotice
from einvoice.reports import ReportView, as_pdf, pdf_report

MakeFinding = Callable[..., Finding]
MakeExamination = Callable[..., Examination]

HOSTILE = (
    "#read(\"/etc/passwd\") $x^2$ \\ @ref <label> *b* _i_ `raw` ```c``` // no /* no */ = no #{1+1} [x] {y} ~ 'q' --"
)


@pytest.fixture
def pdf(examination: MakeExamination, finding: MakeFinding) -> PdfReader:
    return read(pdf_report(examination(finding("BR-02", found="XYZ"), name="märz.xml"), "de"))


def read(data: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(data))


def text(reader: PdfReader) -> str:
    return "\n".join(page.extract_text() for page in reader.pages)


def squeezed(words: str) -> str:
    """Without blanks: lines break elsewhere on paper."""
    return re.sub(r"[\s\u00a0]", "", words)


def roles(element: Any) -> Iterator[str]:
    """The structure elements in reading order."""
    element = element.get_object()
    if isinstance(element, list):
        for one in element:
            yield from roles(one)
    elif "/S" in getattr(element, "keys", dict)():
        yield element["/S"]
        if "/K" in element:
            yield from roles(element["/K"])


def test_it_begins_with_the_verdict_in_words_and_names_the_first_cause(pdf: PdfReader) -> None:
    first = pdf.pages[0].extract_text()
    order = ("Abgelehnt: Rechnungsnummer fehlt", "1 Inhaltsfehler", "Was jetzt zu tun ist", "So beheben Sie es")
    assert [first.index(words) for words in order] == sorted(first.index(words) for words in order)


def test_every_page_names_the_file_its_hash_and_the_number_of_pages(pdf: PdfReader) -> None:
    for number, page in enumerate(pdf.pages, 1):
        words = page.extract_text()
        assert "märz.xml" in words
        assert "a" * 64 in words
        assert f"Seite {number} von {len(pdf.pages)}" in words


def test_it_is_a_page_of_a4(pdf: PdfReader) -> None:
    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in pdf.pages} == {(595, 842)}


@pytest.mark.parametrize(("lang", "word"), [("de", "Prüfbericht"), ("en", "report")])
def test_it_is_tagged_and_says_title_and_language(examination: MakeExamination, lang: Any, word: str) -> None:
    reader = read(pdf_report(examination(), lang))
    root: Any = reader.trailer["/Root"]
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == (lang, True)
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata
    assert (
        reader.metadata.title
        == f"{ReportView.of(examination(), lang).headline} – {'Rechnung R-17' if lang == 'de' else 'Invoice R-17'}"
    )
    assert word in text(reader)
    described = root["/Metadata"].get_data().decode()
    assert "pdfuaid:part>1<" in described
    assert "pdfaid:part>2<" in described


def test_headings_never_skip_a_level_and_tables_have_heads(pdf: PdfReader) -> None:
    root: Any = pdf.trailer["/Root"]
    found = list(roles(root["/StructTreeRoot"]["/K"]))
    levels = [int(role[2]) for role in found if re.fullmatch(r"/H\d", role)]
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(levels))
    assert found.count("/Table") == found.count("/THead") >= 2
    assert "/Figure" not in found  # signs are passed over: words say the same


def test_it_says_all_that_the_view_says(examination: MakeExamination, finding: MakeFinding, sample: Invoice) -> None:
    findings = (finding("BR-02", found="XYZ"), finding("BR-DE-21")) * 2
    whole = examination(*findings, invoice=sample)
    view = ReportView.of(whole, "de")
    reader = read(pdf_report(whole, "de"))
    footer = re.compile(r"rechnung\.xml\s+Seite \d+ von \d+\s+SHA-256 a{64}\s*")
    printed = squeezed("".join(footer.sub("", page.extract_text()) for page in reader.pages))
    assert {one for one in strings(view) if squeezed(one) not in printed} == set()


# Not meant to be read: names for programs, and in a sum and a snippet what the sentences beside them say.
INNER = {"lang", "verdict", "tone", "level", "rule", "anchor", "term", "message_lang"}
INNER_OF = {
    "ClassCount": {"kind"},
    "Evidence": {"sentence", "kind", "computed", "stated", "difference"},
    "Snippet": {"into", "after"},
}


def strings(value: object) -> Iterator[str]:
    """What people read in a view."""
    if isinstance(value, str):
        yield value
    elif is_dataclass(value):
        for field in fields(value):
            if field.name not in INNER | INNER_OF.get(type(value).__name__, set()):
                yield from strings(getattr(value, field.name))
    elif hasattr(value, "_asdict"):
        for name, part in value._asdict().items():
            if name not in INNER | INNER_OF.get(type(value).__name__, set()):
                yield from strings(part)
    elif isinstance(value, tuple):
        for part in value:
            yield from strings(part)


def test_whatever_comes_from_the_file_is_text(examination: MakeExamination, finding: MakeFinding) -> None:
    hostile = finding("X-1", found=HOSTILE, message=HOSTILE, xpath=HOSTILE)
    invoice = examination(hostile, name=HOSTILE).invoice
    assert invoice
    root = invoice.root
    noted = Invoice(
        invoice.syntax, Group("", (*root.terms, Term("BT-20", HOSTILE), Term("BT-1", HOSTILE)), root.groups)
    )
    reader = read(pdf_report(examination(hostile, name=HOSTILE, invoice=noted), "de"))
    assert squeezed(text(reader)).count(squeezed(HOSTILE)) >= 6


def test_endless_words_break_within_the_page(examination: MakeExamination, finding: MakeFinding) -> None:
    endless = finding("X-1", found="x1" * 5000, message="M" * 5000, xpath="/a:b" * 500)
    words = text(read(pdf_report(examination(endless), "de")))
    assert words.count("x1") == 5000
    assert max(map(len, words.splitlines())) < 200


def test_an_address_is_broken_without_a_hyphen(examination: MakeExamination, finding: MakeFinding) -> None:
    address = "buchhaltung.rechnungseingang@landesverwaltung.beispielhausen.example"
    words = text(read(pdf_report(examination(finding("X-1", found=address)), "de")))
    assert address in words.replace("\n", "")


def test_a_very_long_invoice_is_shown_as_an_excerpt(examination: MakeExamination, invoice: Invoice) -> None:
    lines = tuple(Group("BG-25", (Term("BT-126", str(number)),)) for number in range(5000))
    long = Invoice(invoice.syntax, Group("", invoice.root.terms, lines))
    reader = read(pdf_report(examination(invoice=long), "de"))
    assert squeezed("und 4.500 weitere Einträge") in squeezed(text(reader))
    assert len(reader.pages) < 50


def test_the_same_examination_gives_the_same_bytes(examination: MakeExamination) -> None:
    assert pdf_report(examination(), "en") == pdf_report(examination(), "en")


def test_a_kept_file_is_told_to_be_safe(examination: MakeExamination) -> None:
    usual = examination().assessment
    waiting = type(usual)(
        verdict="undecided", scenario=None, pack=None, artefacts=(), engine=None, xsd_valid=None, findings=(),
        fault=FaultNotice("engine-crash", "x", False),
    )  # fmt: skip
    words = text(read(pdf_report(examination(assessment=waiting), "de", kept=True)))
    assert "Noch nicht entschieden" in words
    assert "liegt sicher vor" in words


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=st.text(st.characters(exclude_categories=()) | st.sampled_from("aé́ש中😀\u0301\u0489\n\t⃝"), max_size=300),
)
def test_no_text_keeps_it_from_being_accessible(examination: MakeExamination, finding: MakeFinding, words: str) -> None:
    reader = read(pdf_report(examination(finding("X-1", found=words, message=words), name=words), "de"))
    assert "/StructTreeRoot" in reader.trailer["/Root"]  # type: ignore[operator]


def test_what_cannot_be_tagged_is_still_set(
    examination: MakeExamination, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    carry_out = as_pdf.set_pdf

    def only_plainly(template: str, content: Any, *, tags: bool, **more: Any) -> subprocess.CompletedProcess[bytes]:
        if tags:
            return subprocess.CompletedProcess([], 1, b"", "no glyph for `Müller GmbH`".encode())
        return carry_out(template, content, tags=tags, **more)

    monkeypatch.setattr(as_pdf, "set_pdf", only_plainly)
    assert "Angenommen" in text(read(pdf_report(examination(), "de")))
    assert "no glyph" in caplog.text
    assert "Müller" not in caplog.text


def test_a_setter_that_ends_badly_is_a_fault(examination: MakeExamination, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(as_pdf, "_LIMITS", {"memory_bytes": 40_000_000, "cpu_seconds": 30})
    with pytest.raises(Fault, match="report") as caught:
        pdf_report(examination(), "de")
    assert caught.value.notice.deterministic


def test_a_setter_that_gets_no_time_is_a_fault_that_may_pass(
    examination: MakeExamination, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(as_pdf, "_LIMITS", {"memory_bytes": 2_000_000_000, "cpu_seconds": 0})
    monkeypatch.setattr(as_pdf, "_GRACE", 0.0)
    with pytest.raises(Fault, match="in time") as caught:
        pdf_report(examination(), "de")
    assert not caught.value.notice.deterministic
