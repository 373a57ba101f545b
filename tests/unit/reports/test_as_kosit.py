"""The KoSIT report: what stands where, and that nothing can be read out of it that is not so."""

from base64 import b64decode
from dataclasses import replace

import pytest
from lxml import etree

from einvoice.model.assessment import ArtefactRef, Assessment, Verdict
from einvoice.model.examination import Examination
from einvoice.model.finding import Level, Source
from einvoice.model.trouble import FaultNotice, RefusalNotice
from einvoice.reports import kosit_report

from .conftest import MakeExamination, MakeFinding

REP = "{http://www.xoev.de/de/validator/varl/1}"
S = "{http://www.xoev.de/de/validator/framework/1/scenarios}"
ARTEFACTS = (
    ArtefactRef("ubl-invoice", "a" * 64, "XML Schema for UBL", "ubl.xsd"),
    ArtefactRef("en16931-ubl", "b" * 64, "Rules of EN 16931", "cen.xsl"),
    ArtefactRef("xrechnung-ubl", "c" * 64, "Rules of XRechnung", "xr.xsl"),
)


@pytest.fixture
def judged(examination: MakeExamination) -> Examination:
    """An accepted invoice, with all that a judge notes."""
    usual = examination()
    assessment = replace(
        usual.assessment,
        artefacts=ARTEFACTS,
        custom_levels=((Level.WARNING, ("BR-CL-23", "BR-CL-21")), (Level.ERROR, ("UBL-CR-646",))),
    )
    return replace(usual, assessment=assessment)


def rejected(judged: Examination, **more: object) -> Examination:
    return replace(judged, assessment=replace(judged.assessment, verdict=Verdict.REJECTED, **more))


def report(examination: Examination) -> etree._Element:
    return etree.fromstring(kosit_report(examination))


def steps(root: etree._Element) -> dict[str | None, str | None]:
    return {step.get("id"): step.get("valid") for step in root.iter(f"{REP}validationStepResult")}


def recommended(root: etree._Element) -> list[str]:
    return [etree.QName(found).localname for found in root.iterfind(f"{REP}assessment/*")]


def test_it_names_document_hash_time_and_what_judged(judged: Examination) -> None:
    root = report(judged)
    assert root.findtext(f".//{REP}documentReference") == "rechnung.xml"
    assert b64decode(root.findtext(f".//{REP}hashValue") or "").hex() == "a" * 64
    assert root.findtext(f"{REP}timestamp") == "2026-11-22T12:30:00.000Z"
    facts = {fact.get("key"): fact.text for fact in root.iter(f"{REP}info")}
    assert facts["pack"] == "xrechnung-3.0.2+2026-08-31"
    assert facts["sha256.xrechnung-ubl"] == "c" * 64


def test_the_hash_of_an_invoice_out_of_a_pdf_is_that_of_its_xml(judged: Examination) -> None:
    assert judged.document is not None
    found = replace(judged, sha256="f" * 64, document=replace(judged.document, xml_sha256="e" * 64))
    assert b64decode(report(found).findtext(f".//{REP}hashValue") or "").hex() == "e" * 64


def test_an_accepted_document_has_all_steps_valid(judged: Examination) -> None:
    root = report(judged)
    assert (root.get("valid"), recommended(root)) == ("true", ["accept"])
    assert steps(root) == {"val-xsd": "true", "val-sch.1": "true", "val-sch.2": "true", "val-xml": "true"}
    assert root.findtext(f".//{S}validateWithXmlSchema/{S}resource/{S}location") == "ubl.xsd"
    assert [(one.get("level"), one.text) for one in root.iter(f"{S}customLevel")] == [
        ("warning", "BR-CL-23"),
        ("warning", "BR-CL-21"),
        ("error", "UBL-CR-646"),
    ]


def test_content_is_repeated_as_kosit_does(judged: Examination) -> None:
    data = report(judged).find(f".//{REP}documentData")
    assert data is not None
    assert [(one.tag, one.text) for one in data] == [
        ("seller", "Möbelwerk & Söhne"),
        ("id", "R-17"),
        ("issueDate", "2026-11-22"),
    ]


def test_messages_stand_in_their_steps_with_the_rules_own_levels(judged: Examination, finding: MakeFinding) -> None:
    lowered = finding("BR-CL-23", ruleset="en16931-ubl", level=Level.WARNING, own_level=Level.ERROR)
    error = finding("BR-DE-15", xpath="/ubl:Invoice/cac:InvoiceLine[2]")
    root = report(rejected(judged, findings=(lowered, error)))
    found = [(one.get("id"), one.get("code"), one.get("level")) for one in root.iter(f"{REP}message")]
    assert found == [("val-sch.1.1", "BR-CL-23", "error"), ("val-sch.2.1", "BR-DE-15", "error")]
    assert (root.get("valid"), recommended(root)) == ("false", ["reject"])
    last = list(root.iter(f"{REP}message"))[-1]
    assert last.get("xpathLocation", "").endswith("CommonAggregateComponents-2}InvoiceLine[2]")


def test_a_place_the_readable_path_cannot_say_is_the_engines_own(judged: Examination, finding: MakeFinding) -> None:
    root = report(rejected(judged, findings=(finding(location="/Q{urn:x/y}A[1]"),)))
    assert next(root.iter(f"{REP}message")).get("xpathLocation") == "/Q{urn:x/y}A[1]"


def test_a_step_with_informations_alone_is_valid(judged: Examination, finding: MakeFinding) -> None:
    note = finding("BR-DE-TMP-32", level=Level.INFORMATION)
    root = report(replace(judged, assessment=replace(judged.assessment, findings=(note,))))
    assert (steps(root)["val-sch.2"], root.get("valid")) == ("true", "true")


def test_an_error_lowered_to_a_warning_is_accepted_though_the_step_is_not_valid(
    judged: Examination, finding: MakeFinding
) -> None:
    lowered = finding("BR-CL-23", level=Level.WARNING, own_level=Level.ERROR)
    root = report(replace(judged, assessment=replace(judged.assessment, findings=(lowered,))))
    assert (steps(root)["val-sch.2"], root.get("valid"), recommended(root)) == ("false", "false", ["accept"])


def test_a_violated_schema_is_told_in_the_codes_of_xerces(judged: Examination, finding: MakeFinding) -> None:
    wrong = finding("xsd-wrong-value", source=Source.XSD, ruleset="ubl-invoice", line=17)
    root = report(rejected(judged, findings=(wrong,), artefacts=ARTEFACTS[:1], xsd_valid=False))
    found = [(one.get("id"), one.get("code"), one.get("lineNumber")) for one in root.iter(f"{REP}message")]
    assert found == [
        ("val-xsd.1", "cvc-datatype-valid.1.2.1", "17"),
        ("val-xsd.2", "cvc-complex-type.2.2", "17"),
    ]
    assert steps(root) == {"val-xsd": "false", "val-xml": "true"}


@pytest.mark.parametrize(
    ("code", "valid"),
    [
        ("malformed", "false"),
        ("doctype", "false"),
        ("too-deep", "true"),
        ("too-many-nodes", "true"),
        ("not-an-invoice", "true"),
        ("sbdh-no-payload", "true"),
    ],
)
def test_a_refused_file_matched_no_scenario_and_is_an_invalid_step_only_if_it_is_no_xml(
    examination: MakeExamination, code: str, valid: str
) -> None:
    root = report(examination(assessment=Assessment.refused(RefusalNotice(code)), document=None, invoice=None))
    assert (steps(root), recommended(root)) == ({"val-xml": valid}, ["reject"])
    assert root.find(f"{REP}noScenarioMatched") is not None


def test_a_limit_that_refused_readable_xml_is_named_in_the_reasons(examination: MakeExamination) -> None:
    refused = Assessment.refused(RefusalNotice("too-deep", {"limit": "100"}))
    page = report(examination(assessment=refused, document=None, invoice=None)).find(f"{REP}assessment")
    assert page is not None
    assert "100" in "".join(page.itertext())


@pytest.mark.parametrize("verdict", [Verdict.ACCEPTED, Verdict.REJECTED])
def test_what_only_a_pack_of_ours_judged_matched_no_scenario(judged: Examination, verdict: Verdict) -> None:
    ours = replace(judged.assessment, official=False, verdict=verdict, scenario="Factur-X BASIC", pack="factur-x-1.09")
    text = kosit_report(replace(judged, assessment=ours))
    root = etree.fromstring(text)
    assert (root.get("valid"), steps(root), recommended(root)) == ("false", {"val-xml": "true"}, ["reject"])
    assert b"Factur-X" not in text
    assert b"factur-x" not in text


@pytest.mark.parametrize("ruleset", ["en16931-ubl", None])
def test_an_undecided_document_has_no_assessment_in_either_direction(judged: Examination, ruleset: str | None) -> None:
    fault = FaultNotice("engine-abort", "quotes the invoice", True, ruleset=ruleset)
    undecided = replace(judged, assessment=replace(judged.assessment, verdict=Verdict.UNDECIDED, fault=fault))
    text = kosit_report(undecided)
    root = etree.fromstring(text)
    assert (root.get("valid"), root.find(f"{REP}assessment")) == ("false", None)
    assert b"quotes the invoice" not in text
    assert b"accept" not in text


def test_trouble_before_a_scenario_was_known_says_only_that(examination: MakeExamination) -> None:
    undecided = examination(assessment=Assessment.undecided(FaultNotice("timeout", "secret", False)), invoice=None)
    root = report(undecided)
    assert (root.get("valid"), steps(root), recommended(root)) == ("false", {}, [])
    assert [(one.get("key"), one.text) for one in root.iter(f"{REP}info")] == [("undecided", "timeout")]
    assert root.find(f"{REP}noScenarioMatched") is None


def test_thousands_of_messages_are_all_in_the_steps_and_the_page_stays_short(
    judged: Examination, finding: MakeFinding
) -> None:
    root = report(rejected(judged, findings=(finding(),) * 1000))
    assert len(list(root.iter(f"{REP}message"))) == 1000
    assert len(list(root.iter("{http://www.w3.org/1999/xhtml}tr"))) < 250


def test_nothing_of_the_document_becomes_markup(judged: Examination, finding: MakeFinding) -> None:
    evil = "<script>alert(1)</script>&\x00\x1b\ufffe\ud800"
    hostile = finding(evil, message=evil, found=evil, xpath=f"/{evil}")
    root = report(rejected(replace(judged, name=evil), findings=(hostile,), scenario=evil))
    assert not [one for one in root.iter() if etree.QName(one).localname == "script"]
    assert "<script>" in (root.findtext(f".//{REP}documentReference") or "")


@pytest.mark.parametrize(("lang", "word"), [("de", "Abgelehnt"), ("en", "Rejected")])
def test_the_reasons_are_in_the_language_asked_for(
    judged: Examination, finding: MakeFinding, lang: str, word: str
) -> None:
    text = kosit_report(rejected(judged, findings=(finding(),)), lang)  # type: ignore[arg-type]
    page = etree.fromstring(text).find(".//{http://www.w3.org/1999/xhtml}html")
    assert page is not None
    assert (page.get("lang"), page.get("data-report-type")) == (lang, "report")
    assert word in "".join(page.itertext())
