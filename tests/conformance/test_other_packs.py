"""Factur-X and Peppol BIS: what is right passes, what is wrong is rejected for the right rule, and nothing of it speaks
where KoSIT's scenarios alone are asked.
"""

import csv
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from einvoice.extraction import Limits, extract
from einvoice.model import Assessment, Basis, InvoiceDocument, Level, Verdict
from einvoice.rules import ArtefactStore, Registry
from einvoice.validation import Judge
from einvoice.validation.saxon import SaxonEngine
from tests.conformance import other_packs
from tests.support.profiles import (
    Change,
    after,
    attribute,
    basic,
    basic_wl,
    cii,
    extended,
    minimum,
    peppol,
    text,
    without,
    zugferd_1,
)

EN16931 = "urn:cen.eu:en16931:2017"
_TOTAL = "//ram:SpecifiedTradeSettlementHeaderMonetarySummation"
_LINE = "//ram:IncludedSupplyChainTradeLineItem"
_ENDPOINT = "//cac:AccountingSupplierParty//cbc:EndpointID"

Judged = Callable[[InvoiceDocument], Assessment]


@pytest.fixture(scope="module")
def basis(today: date) -> Basis:
    return Basis(on=today)


@pytest.fixture(scope="module")
def judge(registry: Registry, artefacts: ArtefactStore, engine: SaxonEngine) -> Judge:
    return Judge(registry, artefacts, engine)


@pytest.fixture(scope="module")
def judged(judge: Judge, basis: Basis) -> Judged:
    return lambda document: judge.assess(document, basis)


def _read(data: bytes) -> InvoiceDocument:
    return extract(data, Limits())


def _fired(assessment: Assessment, level: Level) -> set[str]:
    return {finding.rule for finding in assessment.findings if finding.level is level}


@pytest.mark.parametrize(
    ("data", "scenario", "profile"),
    [
        (basic(), "ZUGFeRD/Factur-X BASIC", "factur-x-basic"),
        (extended(), "ZUGFeRD/Factur-X EXTENDED", "factur-x-extended"),
        (peppol(), "Peppol BIS Billing 3.0 (UBL Invoice)", "peppol-bis"),
        (peppol(credit=True), "Peppol BIS Billing 3.0 (UBL CreditNote)", "peppol-bis"),
    ],
)
def test_a_right_invoice_is_accepted_without_a_word(judged: Judged, data: bytes, scenario: str, profile: str) -> None:
    assessment = judged(_read(data))
    assert (assessment.verdict, assessment.scenario, assessment.profile) == (Verdict.ACCEPTED, scenario, profile)
    assert assessment.findings == ()


@pytest.mark.parametrize(
    ("change", "rules"),
    [
        (text("//ram:GrandTotalAmount", "1.00"), {"BR-CO-15", "BR-CO-16"}),
        (text(f"{_TOTAL}/ram:LineTotalAmount", "1.00"), {"BR-CO-10", "BR-CO-13"}),
        (text("//ram:CalculatedAmount", "1.00"), {"BR-CO-14", "BR-CO-17", "BR-S-09"}),
        (without("//ram:PayeePartyCreditorFinancialAccount"), {"BR-CO-27"}),
        (text("//rsm:ExchangedDocument/ram:TypeCode", "999"), {"FX-SCH-A-000023"}),
        (attribute("//ram:BilledQuantity", "unitCode", "Stck"), {"FX-SCH-A-000275"}),
        (attribute("//ram:GrandTotalAmount", "currencyID", "EUR"), {"FX-NOT-USED"}),
        (after("//ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID", "ram:Name", "x"), {"xsd-unexpected-element"}),
        (after("//ram:SpecifiedTradeProduct/ram:Name", "ram:Description", "x"), {"xsd-unexpected-element"}),
        (without("//ram:IssueDateTime"), {"xsd-missing-element"}),
    ],
)
def test_a_wrong_basic_invoice_is_rejected_for_the_right_rules(judged: Judged, change: Change, rules: set[str]) -> None:
    assessment = judged(_read(basic(change)))
    assert (assessment.verdict, _fired(assessment, Level.ERROR)) == (Verdict.REJECTED, rules)


@pytest.mark.parametrize(
    ("change", "rules"),
    [
        (text(f"{_LINE}[1]//ram:LineTotalAmount", "1.00"), {"BR-FXEXT-08"}),
        (text(f"{_LINE}[position() > 1]//ram:ParentLineID", "X"), {"BR-FXEXT-08", "BR-FXEXT-11"}),
        (without(f"{_LINE}[2]//ram:LineStatusReasonCode"), {"BR-FXEXT-06", "BR-FXEXT-08"}),
        (text("//ram:GrandTotalAmount", "1.00"), {"BR-FXEXT-CO-15", "BR-FXEXT-CO-16"}),
        (attribute("//ram:PayeePartyCreditorFinancialAccount/ram:IBANID", "schemeID", "X"), {"FX-NOT-USED"}),
        (text("//ram:InvoiceCurrencyCode", "EURO"), {"BR-FXEXT-CO-15", "FX-NOT-USED", "FX-SCH-A-000861"}),
    ],
)
def test_a_wrong_extended_invoice_is_rejected_for_the_right_rules(
    judged: Judged, change: Change, rules: set[str]
) -> None:
    assessment = judged(_read(extended(change)))
    assert (assessment.verdict, _fired(assessment, Level.ERROR)) == (Verdict.REJECTED, rules)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (after("//ram:SellerTradeParty//ram:PersonName", "ram:DepartmentName", "Einkauf"), "CII-SR-465"),
        (text("//ram:BuyerReference", " "), "PEPPOL-EN16931-R008"),
    ],
)
def test_what_the_cen_rules_or_the_authors_only_warn_of_does_not_reject(
    judged: Judged, change: Change, rule: str
) -> None:
    assessment = judged(_read(extended(change)))
    assert (assessment.verdict, _fired(assessment, Level.WARNING)) == (Verdict.ACCEPTED, {rule})


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ((without("//cbc:BuyerReference"), without("//cac:OrderReference")), {"PEPPOL-EN16931-R003"}),
        ((text("//cbc:ProfileID", "x"),), {"PEPPOL-EN16931-R007"}),
        ((without(_ENDPOINT),), {"PEPPOL-EN16931-R020"}),
        ((text("//cbc:TaxInclusiveAmount", "1.00"),), {"BR-CO-15", "BR-CO-16"}),
        ((attribute(_ENDPOINT, "schemeID", "XX"),), {"BR-CL-25"}),
    ],
)
def test_a_wrong_peppol_invoice_is_rejected_for_the_right_rules(
    judged: Judged, changes: tuple[Change, ...], rules: set[str]
) -> None:
    assessment = judged(_read(peppol(*changes)))
    assert (assessment.verdict, _fired(assessment, Level.ERROR)) == (Verdict.REJECTED, rules)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (attribute(_ENDPOINT, "schemeID", "EM"), "PEPPOL-EN16931-CL008"),
        (text("//cbc:InvoiceTypeCode", "326"), "PEPPOL-EN16931-P0100"),
        (after("//cbc:InvoiceTypeCode", "cbc:Note", "Noch ein Hinweis"), "PEPPOL-EN16931-R002"),
    ],
)
def test_what_later_peppol_releases_allow_does_not_reject(judged: Judged, change: Change, rule: str) -> None:
    assessment = judged(_read(peppol(change)))
    assert (assessment.verdict, _fired(assessment, Level.WARNING)) == (Verdict.ACCEPTED, {rule})


@pytest.mark.parametrize(
    ("data", "code", "profile"),
    [
        (minimum(), "booking-aid", "ZUGFeRD/Factur-X MINIMUM"),
        (basic_wl(), "booking-aid", "ZUGFeRD/Factur-X BASIC WL"),
        (cii("urn:zugferd.de:2p0:minimum"), "booking-aid", "ZUGFeRD 2.0 MINIMUM"),
        (cii("urn:zugferd.de:2p0:basicwl"), "booking-aid", "ZUGFeRD 2.0 BASIC WL"),
        (cii(f"{EN16931}#compliant#urn:zugferd.de:2p0:basic"), "zugferd-legacy", "ZUGFeRD 2.0 BASIC"),
        (cii(f"{EN16931}#conformant#urn:zugferd.de:2p0:extended"), "zugferd-legacy", "ZUGFeRD 2.0 EXTENDED"),
        (cii(f"{EN16931}:compliant:factur-x.eu:1p0:basic"), "zugferd-legacy", "Factur-X BASIC (2018)"),
        (cii(f"{EN16931}:conformant:factur-x.eu:1p0:extended"), "zugferd-legacy", "Factur-X EXTENDED (2018)"),
        (zugferd_1(), "zugferd-legacy", "ZUGFeRD 1.0"),
        (zugferd_1("urn:ferd:invoice:rc:comfort"), "zugferd-legacy", "ZUGFeRD 1.0"),
    ],
)
def test_what_is_no_invoice_or_out_of_date_is_held_against_its_schema_and_refused(
    judged: Judged, data: bytes, code: str, profile: str
) -> None:
    assessment = judged(_read(data))
    assert assessment.refusal is not None
    assert (assessment.refusal.code, assessment.refusal.details) == (code, {"profile": profile})
    assert (assessment.verdict, assessment.xsd_valid, assessment.scenario) == (Verdict.REJECTED, True, profile)


def test_xrechnung_and_en_16931_in_a_pdf_are_kosits_own(judged: Judged) -> None:
    samples = Path(__file__).parents[2] / "inbox" / "samples"
    shown = [judged(_read(path.read_bytes())) for path in sorted(samples.glob("*.pdf"))]
    assert [(one.scenario, one.official) for one in shown] == [
        ("EN16931 XRechnung (CII)", True),
        ("EN16931 (CII)", True),
    ]


@pytest.mark.parametrize("data", [basic(), extended(), peppol(), minimum(), zugferd_1()])
def test_asked_for_kosits_scenarios_alone_other_packs_do_not_speak(judge: Judge, basis: Basis, data: bytes) -> None:
    assessment = judge.assess(_read(data), replace(basis, official_only=True))
    assert (assessment.verdict, assessment.scenario, assessment.pack) == (Verdict.REJECTED, None, None)
    assert assessment.refusal is not None
    assert assessment.refusal.code == "no-scenario"


def test_the_corpus_is_judged_as_in_the_table(corpus: Path, here: Path, judged: Judged) -> None:
    with (here / "other_packs.tsv").open(encoding="utf-8", newline="") as file:
        header, *expected = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
    assert tuple(header) == other_packs.COLUMNS
    found = list(other_packs.rows(corpus, judged))
    assert found == [tuple(row) for row in expected]
    assert Counter(row[1] for row in found) == {"-": 30, "BASIC": 3, "EXTENDED": 106, "PEPPOL": 33}


def test_every_pdf_of_the_corpus_gets_a_verdict_or_a_refusal_with_its_reason(corpus: Path, judged: Judged) -> None:
    pdfs = sorted((corpus / "zugferd-pdf").rglob("*.pdf"))
    shown = [judged(_read(path.read_bytes())) for path in pdfs]
    said = Counter((one.verdict.value, one.refusal.code if one.refusal else "") for one in shown)
    assert said == {
        ("accepted", ""): 17,
        ("rejected", ""): 3,
        ("rejected", "zugferd-legacy"): 29,
        ("rejected", "booking-aid"): 1,
    }
    assert all(one.findings or one.refusal for one in shown if one.verdict is Verdict.REJECTED)
