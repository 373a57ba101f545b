"""The report for programs."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from einvoice.explain import Lang
from einvoice.model.assessment import Assessment
from einvoice.model.document import Syntax
from einvoice.model.examination import Examination
from einvoice.model.finding import Finding, Level
from einvoice.model.invoice import Group, Invoice, Term
from einvoice.model.trouble import FaultNotice, RefusalNotice
from einvoice.reports import json_report, jsonl_line, jsonl_report

MakeFinding = Callable[..., Finding]
MakeExamination = Callable[..., Examination]


def test_a_line_has_the_fields_that_programs_rely_on(examination: MakeExamination, finding: MakeFinding) -> None:
    found = finding("BR-02", xpath="/ubl:Invoice/cbc:ID", line=7, terms=("BT-1",), message="[BR-02] …")
    line = json.loads(jsonl_line(examination(found), "in/rechnung.xml", "de"))
    fix = line["findings"][0].pop("fix")
    assert "Rechnungsnummer" in fix
    assert line == {
        "path": "in/rechnung.xml",
        "sha256": "a" * 64,
        "kind": "ubl-invoice",
        "customization": "urn:cen.eu:en16931:2017",
        "scenario": "EN16931 XRechnung (UBL Invoice)",
        "pack": "xrechnung-3.0.2+2026-08-31",
        "verdict": "rejected",
        "xsd_valid": True,
        "refusal": None,
        "fault": None,
        "findings": [
            {
                "rule": "BR-02",
                "level": "error",
                "source": "schematron",
                "xpath": "/ubl:Invoice/cbc:ID",
                "line": 7,
                "terms": ["BT-1"],
                "message": "[BR-02] …",
            }
        ],
    }


def test_a_refused_file_has_no_kind_but_a_remedy(examination: MakeExamination) -> None:
    refused = examination(assessment=Assessment.refused(RefusalNotice("empty")), document=None, invoice=None)
    line = json.loads(jsonl_line(refused, "x", "de"))
    assert (line["kind"], line["customization"], line["verdict"]) == (None, None, "rejected")
    assert line["refusal"].keys() == {"code", "message", "remedy"}
    assert line["refusal"]["code"] == "empty"


@pytest.mark.parametrize("lang", ["de", "en"])
def test_a_fault_has_its_cause_but_not_its_detail(examination: MakeExamination, lang: Lang) -> None:
    undecided = examination(assessment=Assessment.undecided(FaultNotice("engine-abort", "at /srv/secret.xsl", True)))
    line = json.loads(jsonl_line(undecided, "x", lang))
    assert line["verdict"] == "undecided"
    assert line["fault"].keys() == {"cause", "message", "deterministic"}
    assert (line["fault"]["cause"], line["fault"]["deterministic"]) == ("engine-abort", True)
    assert b"secret" not in json_report(undecided, lang)
    assert "secret" not in json.dumps(line)


def test_a_line_is_one_line_of_ascii_whatever_the_file_is_called(examination: MakeExamination) -> None:
    name = "Ä\n\u2028\x1b\udc80.xml"
    line = jsonl_line(examination(name=name), name, "de")
    assert line.isascii()
    assert len(line.splitlines()) == 1
    assert json.loads(line)["path"] == name


def test_a_line_for_a_document_without_path_has_its_name(examination: MakeExamination) -> None:
    report = jsonl_report(examination(name="a.xml"), "de")
    assert report.endswith(b"}\n")
    assert json.loads(report)["path"] == "a.xml"


def test_the_report_says_all_the_line_says_and_more(examination: MakeExamination, finding: MakeFinding) -> None:
    made = examination(finding("BR-02", terms=("BT-1",), found=""))
    line, report = json.loads(jsonl_line(made, "x", "de")), json.loads(json_report(made, "de"))
    findings = zip(line.pop("findings"), report["findings"], strict=True)
    assert all(brief.items() <= full.items() for brief, full in findings)
    assert {key: report[key] for key in line if key != "path"} == {key: line[key] for key in line if key != "path"}
    assert report["findings"][0]["class"] == "content"
    assert report["findings"][0]["term_names"] == ["Rechnungsnummer"]
    assert report["engine"] == "saxonche 13.1"
    assert report["artefacts"] == [{"name": "en16931-ubl", "sha256": "b" * 64}]
    assert report["examined_at"] == "2026-11-22T12:30:00+00:00"


def test_the_report_holds_the_invoice_in_business_terms(examination: MakeExamination, invoice: Invoice) -> None:
    report = json.loads(json_report(examination(), "de"))
    assert Invoice.from_dict(report["invoice"]) == invoice


def test_attachments_are_described_not_included(examination: MakeExamination, invoice: Invoice) -> None:
    attached = Group("BG-24", (Term("BT-122", "1"), Term("BT-125", "QUJDREVG" * 100)))
    root = replace(invoice, root=invoice.root._replace(groups=(*invoice.root.groups, attached)))
    report = json_report(examination(invoice=root), "de")
    assert b"QUJDREVG" not in report
    assert b'"bytes":600' in report


def test_all_of_very_many_findings_are_in_the_report(examination: MakeExamination, finding: MakeFinding) -> None:
    found = [finding("BR-21", line=number, level=Level.WARNING) for number in range(10_000)]
    report = json.loads(json_report(examination(*found), "en"))
    assert [one["line"] for one in report["findings"]] == list(range(10_000))


def test_a_name_that_is_no_unicode_does_not_break_the_report(examination: MakeExamination) -> None:
    assert json.loads(json_report(examination(name="a\udc80.xml"), "de"))["name"] == "a?.xml"


def test_a_note_about_what_the_format_permits_asks_for_nothing(
    examination: MakeExamination, finding: MakeFinding
) -> None:
    allowed = finding("UBL-CR-646", level=Level.INFORMATION, own_level=Level.WARNING)
    line = json.loads(jsonl_line(examination(allowed), "x.xml", "de"))
    assert line["findings"][0]["fix"] == "Wegen dieses Hinweises müssen Sie nichts tun."


def test_it_says_what_follows_from_what_and_counts_all(examination: MakeExamination, finding: MakeFinding) -> None:
    findings = [finding("BR-CL-03"), finding("BR-CL-04"), finding("BR-02")]
    report = json.loads(json_report(examination(*findings), "de"))
    assert [one["caused_by"] for one in report["findings"]] == [1, None, None]
    assert [one["findings"] for one in report["causes"]] == [[0, 1], [2]]
    assert report["causes"][0]["title"] == "Währung der Rechnung unbekannt"
    assert sum(report["classes"].values()) == 3


def test_it_gives_both_sides_of_a_sum(examination: MakeExamination, finding: MakeFinding) -> None:
    totals = Group("BG-22", (Term("BT-106", "120.00"), Term("BT-109", "102.00")))
    invoice = Invoice(Syntax.UBL_INVOICE, Group("", (Term("BT-5", "EUR"),), (totals,)))
    report = json.loads(json_report(examination(finding("BR-CO-13"), invoice=invoice), "de"))
    evidence = report["findings"][0]["evidence"]
    assert (evidence["computed"], evidence["stated"], evidence["difference"]) == ("120.00", "102.00", "-18.00")
    assert evidence["likely"] == "transposed"


def test_it_gives_the_xml_that_is_missing_for_the_first_places_of_a_rule(
    examination: MakeExamination, finding: MakeFinding
) -> None:
    report = json.loads(json_report(examination(*[finding("BR-DE-1")] * 12), "de"))
    snippets = [one["snippet"] for one in report["findings"]]
    assert snippets[0]["into"] == "/ubl:Invoice"
    assert snippets[0]["xml"].startswith("<cac:PaymentMeans>")
    assert snippets[10:] == [None, None]


def test_it_names_the_wrong_code_and_the_nearest_ones(examination: MakeExamination, finding: MakeFinding) -> None:
    wrong = finding("BR-CL-23", found="1 (unitCode: Stk)", details=(("value", "Stk"), ("nearest", "H87, C62")))
    (told,) = json.loads(json_report(examination(wrong), "de"))["findings"]
    assert (told["value"], told["nearest"]) == ("Stk", ["H87", "C62"])
