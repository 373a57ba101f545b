"""The sentences of a report."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from einvoice.explain import Lang
from einvoice.model.assessment import Assessment
from einvoice.model.document import Container, Syntax
from einvoice.model.examination import DocumentFacts, Examination
from einvoice.model.finding import Finding, Level, Source
from einvoice.model.invoice import Group, Invoice, Term
from einvoice.model.trouble import FaultNotice, RefusalNotice
from einvoice.reports import ReportView
from einvoice.reports.words import words

MakeFinding = Callable[..., Finding]
MakeExamination = Callable[..., Examination]


def test_an_accepted_invoice_needs_nothing_more(examination: MakeExamination) -> None:
    view = ReportView.of(examination(), "de")
    assert view.headline.startswith("Angenommen")
    assert view.summary == "Es wurden keine Fehler gefunden."
    assert view.next_steps == "Sie müssen nichts ändern."
    assert view.title == "Rechnung R-17"


def test_warnings_alone_leave_an_invoice_accepted_and_are_told(
    examination: MakeExamination, finding: MakeFinding
) -> None:
    view = ReportView.of(examination(finding(level=Level.WARNING)), "de")
    assert view.headline.startswith("Angenommen")
    assert view.summary == "Gefunden: 1 Warnung."
    assert (len(view.problems), len(view.remarks)) == (0, 1)


def test_a_rejected_invoice_says_how_many_problems_to_solve(examination: MakeExamination, finding: MakeFinding) -> None:
    found = [finding("BR-01"), finding("BR-02"), finding("BR-02"), finding("BR-DE-21", level=Level.WARNING)]
    view = ReportView.of(examination(*found, finding(level=Level.INFORMATION)), "de")
    assert view.headline.startswith("Abgelehnt")
    assert view.summary == "Gefunden: 3 Fehler, 1 Warnung und 1 Hinweis."
    assert "die 2 unten beschriebenen Probleme" in view.next_steps


def test_a_refusal_says_what_was_found_and_the_remedy(examination: MakeExamination) -> None:
    refused = Assessment.refused(RefusalNotice("pdf-encrypted"))
    view = ReportView.of(examination(assessment=refused, document=None, invoice=None), "de")
    assert view.headline == "Abgelehnt: Das PDF ist verschlüsselt oder mit einem Kennwort geschützt"
    assert "können wir die Datei" in view.summary
    assert view.next_steps
    assert view.title == view.name
    assert (view.sheet, view.glance) == ((), ())


@pytest.mark.parametrize("lang", ["de", "en"])
def test_a_fault_is_no_verdict_and_tells_nothing_of_our_insides(examination: MakeExamination, lang: Lang) -> None:
    undecided = Assessment.undecided(FaultNotice("engine-abort", "XPTY0004 at /srv/secret.xsl", True))
    view = ReportView.of(examination(assessment=undecided), lang)
    assert view.headline == words(lang)["undecided"]
    assert "secret" not in repr(view)


def test_only_a_kept_invoice_is_said_to_be_with_us(examination: MakeExamination) -> None:
    undecided = examination(assessment=Assessment.undecided(FaultNotice("timeout", "", False)))
    assert "liegt sicher vor" in ReportView.of(undecided, "de", kept=True).summary
    assert "liegt sicher vor" not in ReportView.of(undecided, "de").summary


def test_the_proof_names_file_rules_and_engine(examination: MakeExamination) -> None:
    view = ReportView.of(examination(), "de")
    proof = {pair.label: pair.value.replace("\u00a0", " ") for pair in view.proof}
    assert proof["Prüfsumme der Datei (SHA-256)"] == "a" * 64
    assert proof["Größe"] == "12,3 kB"
    assert proof["Regelpaket"] == "xrechnung-3.0.2+2026-08-31"
    assert proof["Prüfszenario"] == "EN16931 XRechnung (UBL Invoice)"
    assert proof["Kennung der Spezifikation (BT-24)"] == "urn:cen.eu:en16931:2017"
    assert proof["Prüfprogramme"] == "saxonche 13.1"
    assert proof["Geprüft am"] == "22.11.2026, 13:30:00 Uhr (CET)"
    assert [(pair.label, pair.value) for pair in view.artefacts] == [("en16931-ubl", "b" * 64)]


def test_the_proof_names_the_xml_inside_a_pdf(examination: MakeExamination) -> None:
    facts = DocumentFacts(
        syntax=Syntax.CII, customization=None, container=Container.PDF, attachment="factur-x.xml", xml_sha256="c" * 64
    )
    proof = {pair.label: pair.value for pair in ReportView.of(examination(document=facts), "de").proof}
    assert proof["Eingebettete Rechnungsdatei"] == "factur-x.xml"
    assert proof["Prüfsumme des Rechnungs-XML (SHA-256)"] == "c" * 64
    assert proof["Dateiformat"] == "UN/CEFACT-CII-Rechnung in einer PDF-Datei"


def test_a_hostile_file_name_is_shown_harmless(examination: MakeExamination) -> None:
    view = ReportView.of(examination(name="rechnung\u202elmx.exe\x1b[2J\udc80"), "de")
    assert view.name == "rechnung⟨U+202E⟩lmx.exe⟨U+001B⟩[2J⟨U+DC80⟩"


def test_every_word_exists_in_both_languages() -> None:
    assert words("de").keys() == words("en").keys()
    assert all(words("de").values())
    assert all(words("en").values())


@pytest.mark.parametrize("syntax", Syntax)
@pytest.mark.parametrize("lang", ["de", "en"])
def test_every_file_format_has_a_name(syntax: Syntax, lang: Lang) -> None:
    assert words(lang)[f"kind_{syntax}"]


def test_notes_that_ask_for_nothing_leave_nothing_to_heed(examination: MakeExamination, finding: MakeFinding) -> None:
    allowed = finding("UBL-CR-646", level=Level.INFORMATION, own_level=Level.WARNING)
    assert ReportView.of(examination(allowed), "de").next_steps == "Sie müssen nichts ändern."
    other = finding("BR-DE-21", level=Level.WARNING)
    assert "Prüfen Sie trotzdem jetzt" in ReportView.of(examination(allowed, other), "de").next_steps


def test_only_what_was_examined_is_said_to_be(examination: MakeExamination) -> None:
    whole = examination()
    structure = examination(assessment=replace(whole.assessment, xsd_valid=False))
    refused = examination(assessment=Assessment.refused(RefusalNotice("doctype")), document=None, invoice=None)
    shown = [ReportView.of(one, "de").disclaimer for one in (whole, structure, refused)]
    assert shown[0].startswith("Geprüft wurden Aufbau und Geschäftsregeln")
    assert shown[1].startswith("Geprüft wurde der Aufbau")
    assert shown[2] == ""


def test_the_headline_names_the_cause(examination: MakeExamination, finding: MakeFinding) -> None:
    one, two, many = (
        ReportView.of(examination(*map(finding, rules)), "de").headline
        for rules in (["BR-DE-15"], ["BR-DE-15", "BR-02"], ["BR-DE-15", "BR-02", "BR-03", "BR-04"])
    )
    assert one == "Abgelehnt: Leitweg-ID fehlt"
    assert two == "Abgelehnt: Leitweg-ID fehlt und Rechnungsnummer fehlt"
    assert many == "Abgelehnt: Leitweg-ID fehlt, Rechnungsnummer fehlt und 2 weitere Ursachen"


def test_what_only_follows_is_not_counted_as_a_problem(examination: MakeExamination, finding: MakeFinding) -> None:
    view = ReportView.of(examination(finding("BR-CL-04"), *[finding("BR-CL-03")] * 2), "de")
    assert [problem.rule for problem in view.problems] == ["BR-CL-04"]
    assert view.summary == "Gefunden: 3 Fehler. Sie gehen auf eine Ursache zurück."
    assert "den unten beschriebenen Fehler" in view.next_steps


def test_wrong_check_digits_of_the_leitweg_id_are_noted(examination: MakeExamination) -> None:
    def addressed_to(leitweg_id: str) -> str:
        invoice = Invoice(Syntax.UBL_INVOICE, Group("", (Term("BT-10", leitweg_id),)))
        return ReportView.of(examination(invoice=invoice), "de").note

    assert "richtig wäre vermutlich die Prüfziffer 06" in addressed_to("04011000-1234512345-60")
    assert addressed_to("04011000-1234512345-06") == ""
    assert addressed_to("Abteilung 4") == ""


def test_a_wrong_structure_is_said_to_hide_what_else_may_be_wrong(
    examination: MakeExamination, finding: MakeFinding
) -> None:
    broken = finding("xsd-wrong-value", source=Source.XSD)
    usual = examination(broken).assessment
    view = ReportView.of(examination(broken, assessment=replace(usual, xsd_valid=False)), "de")
    assert view.summary.endswith("Danach können weitere Fehler erscheinen.")
    assert "weitere Fehler" not in ReportView.of(examination(finding()), "de").summary


def test_the_causes_counted_are_those_to_be_corrected(examination: MakeExamination, finding: MakeFinding) -> None:
    findings = (finding("BR-22"), finding("BR-23"), finding("BR-DE-21", level=Level.WARNING))
    view = ReportView.of(examination(*findings), "de")
    assert view.summary == "Gefunden: 2 Fehler und 1 Warnung. Die Fehler gehen auf eine Ursache zurück."
    assert [one.label for one in view.classes] == ["Inhaltsfehler", "Geschäftsregelfehler (als Folge)"]
