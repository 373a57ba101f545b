"""BR-HYBRID-*: each rule speaks where it should, and only there."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from einvoice.inspection import inspect
from einvoice.inspection.hybrid import RULES, hybrid_findings
from einvoice.model.document import Syntax
from einvoice.model.enclosed import HybridFacts, XmpState
from einvoice.model.finding import Finding, Level
from tests.support.hybrids import XRECHNUNG, document_of, facts, invoice_of

GERMAN = {"BT-40": "DE", "BT-55": "DE"}
ZUGFERD_1 = facts(
    xmp={
        "namespace": "urn:ferd:pdfa:CrossIndustryDocument:invoice:1p0#",
        "prefix": "zf",
        "document_file_name": "ZUGFeRD-invoice.xml",
        "conformance_level": "COMFORT",
    },
    invoice=dict.fromkeys(("name", "unicode_name", "plain_name"), "ZUGFeRD-invoice.xml"),
)
ZUGFERD_2 = facts(
    xmp={
        "namespace": "urn:zugferd:pdfa:CrossIndustryDocument:invoice:2p0#",
        "document_file_name": "zugferd-invoice.xml",
        "version": "2p0",
    },
    invoice=dict.fromkeys(("name", "unicode_name", "plain_name"), "zugferd-invoice.xml"),
)


def named(name: str, **xmp: Any) -> HybridFacts:
    """A sound file whose embedded XML has another name, and says so."""
    return facts(
        xmp={"document_file_name": name, **xmp}, invoice=dict.fromkeys(("name", "unicode_name", "plain_name"), name)
    )


def findings(
    hybrid: HybridFacts, terms: dict[str, str] | None = None, verapdf: str | None = None, **more: Any
) -> list[Finding]:
    stated = GERMAN if terms is None else terms
    return list(hybrid_findings(document_of(stated, hybrid, **more), invoice_of(stated), hybrid, verapdf))


def rules(hybrid: HybridFacts, terms: dict[str, str] | None = None, **more: Any) -> list[str]:
    return [finding.rule for finding in findings(hybrid, terms, **more)]


def test_a_sound_file_breaks_no_rule() -> None:
    assert rules(facts()) == []


@pytest.mark.parametrize(
    ("rule", "hybrid"),
    [
        ("BR-HYBRID-01", facts(pages=0)),
        ("BR-HYBRID-02", facts(xmp={"pdfa_part": None, "pdfa_conformance": None})),
        ("BR-HYBRID-02", facts(xmp={"pdfa_part": "1"})),
        ("BR-HYBRID-02", facts(xmp={"pdfa_conformance": "X"})),
        ("BR-HYBRID-02", facts(xmp={"pdfa_part": "4", "pdfa_conformance": "E"})),
        ("BR-HYBRID-03", facts(xmp={"extension_schema": False})),
        ("BR-HYBRID-04", facts(xmp={"namespace": "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0"})),
        ("BR-HYBRID-04", facts(xmp={"namespace": "urn:ferd:pdfa:CrossIndustryDocument:invoice:1p0#"})),
        ("BR-HYBRID-05", facts(xmp={"prefix": "ns1"})),
        ("BR-HYBRID-06", facts(xmp={"document_type": "Invoice"})),
        ("BR-HYBRID-06", facts(xmp={"document_type": None})),
        ("BR-HYBRID-07", facts(xmp={"conformance_level": "EN16931"})),
        ("BR-HYBRID-07", facts(xmp={"conformance_level": None})),
        ("BR-HYBRID-09", facts(xmp={"version": "3.0"})),
        ("BR-HYBRID-09", facts(xmp={"version": None})),
        ("BR-HYBRID-10", facts(xmp={"version": "1p0"})),
        ("BR-HYBRID-11", facts(invoice={"relationship": "Data"})),
        ("BR-HYBRID-11", facts(invoice={"relationship": "Source"})),
        ("BR-HYBRID-11", facts(invoice={"relationship": None})),
        ("BR-HYBRID-12", facts(invoice={"in_names": False})),
        ("BR-HYBRID-12", facts(invoice={"in_associated": False})),
        ("BR-HYBRID-12", facts(invoice={"mime": "application/octet-stream"})),
        ("BR-HYBRID-12", facts(invoice={"mime": None})),
        ("BR-HYBRID-12", facts(invoice={"modified": False})),
        ("BR-HYBRID-12", facts(invoices=2)),
        ("BR-HYBRID-13", facts(invoice={"plain_name": "factur-x.XML"})),
        ("BR-HYBRID-15", facts(xmp={"conformance_level": "EXTENDED"})),
        ("BR-FX-DE-03", facts(fonts_embedded=False)),
    ],
)
def test_one_fault_breaks_one_rule(rule: str, hybrid: HybridFacts) -> None:
    assert rules(hybrid) == [rule]


@pytest.mark.parametrize("state", [XmpState.ABSENT, XmpState.BROKEN])
def test_metadata_that_cannot_be_read_are_told_once_and_not_property_by_property(state: XmpState) -> None:
    nothing = dict.fromkeys(
        ("pdfa_part", "pdfa_conformance", "namespace", "prefix", "document_type", "document_file_name", "version",
         "conformance_level")
    )  # fmt: skip
    assert rules(facts(xmp={**nothing, "state": state, "extension_schema": False})) == ["BR-HYBRID-02", "BR-HYBRID-03"]


def test_a_name_of_its_own_is_told_for_file_and_metadata() -> None:
    assert rules(named("invoice.xml")) == ["BR-HYBRID-08", "BR-HYBRID-13"]


def test_two_allowed_names_that_differ_are_told() -> None:
    assert rules(facts(xmp={"document_file_name": "xrechnung.xml"}), profile=XRECHNUNG)[-2:] == [
        "BR-HYBRID-14",
        "BR-HYBRID-15",
    ]


def test_only_an_xrechnung_is_called_xrechnung() -> None:
    assert rules(named("xrechnung.xml", conformance_level="XRECHNUNG"), profile=XRECHNUNG) == []
    assert rules(named("factur-x.xml", conformance_level="XRECHNUNG"), profile=XRECHNUNG) == []
    assert rules(named("xrechnung.xml")) == ["BR-HYBRID-08", "BR-HYBRID-13"]


@pytest.mark.parametrize("part", [("3", "A"), ("3", "b"), ("3", "U"), ("4", "F")])
def test_every_form_of_pdfa_that_may_hold_files_is_right(part: tuple[str, str]) -> None:
    assert rules(facts(xmp={"pdfa_part": part[0], "pdfa_conformance": part[1]})) == []


@pytest.mark.parametrize("relationship", ["Alternative", "Source", "Data"])
def test_outside_germany_the_relationship_may_be_any_of_three(relationship: str) -> None:
    assert rules(facts(invoice={"relationship": relationship}), {"BT-40": "FR", "BT-55": "FR"}) == []
    assert rules(facts(invoice={"relationship": relationship}), {"BT-40": "DE", "BT-55": "FR"}) == []
    assert rules(facts(invoice={"relationship": "Supplement"}), {"BT-40": "FR", "BT-55": "FR"}) == ["BR-HYBRID-11"]


@pytest.mark.parametrize(
    ("level", "profile", "rule"),
    [
        ("MINIMUM", "urn:factur-x.eu:1p0:minimum", "BR-HYBRID-DE-01"),
        ("BASIC WL", "urn:factur-x.eu:1p0:basicwl", "BR-HYBRID-DE-02"),
    ],
)
def test_a_profile_without_lines_is_data_and_in_germany_no_invoice(level: str, profile: str, rule: str) -> None:
    hybrid = facts(xmp={"conformance_level": level}, invoice={"relationship": "Data"})
    assert rules(hybrid, profile=profile) == [rule]
    assert rules(hybrid, {"BT-40": "DE"}, profile=profile) == [rule]  # MINIMUM has no buyer's country
    assert rules(hybrid, {"BT-40": "FR", "BT-55": "DE"}, profile=profile) == []
    assert rules(facts(xmp={"conformance_level": level}), {"BT-40": "FR"}, profile=profile) == ["BR-HYBRID-11"]


def test_files_of_older_editions_are_right_as_those_had_it() -> None:
    assert rules(ZUGFERD_1, profile="urn:ferd:CrossIndustryDocument:invoice:1p0:comfort", syntax=Syntax.ZUGFERD_1) == []
    assert rules(ZUGFERD_2) == []
    basic = "urn:cen.eu:en16931:2017#compliant#urn:zugferd.de:2p0:basic"
    assert rules(ZUGFERD_2, profile=basic) == ["BR-HYBRID-15"]


def test_nothing_is_asked_of_the_metadata_of_a_release_candidate() -> None:
    hybrid = facts(
        xmp={"namespace": None, "version": "RC", "document_type": None, "extension_schema": False},
        invoice=dict.fromkeys(("name", "unicode_name", "plain_name"), "ZUGFeRD-invoice.xml"),
    )
    assert rules(hybrid, profile="urn:ferd:invoice:rc:comfort", syntax=Syntax.ZUGFERD_1) == []


def test_the_profile_decides_nothing_where_it_belongs_to_no_conformance_level() -> None:
    assert rules(facts(), profile="urn:fdc:peppol.eu:2017:poacc:billing:3.0") == []


def test_a_fault_of_pdfa_found_by_verapdf_is_tolerated_between_germans_and_told_to_others() -> None:
    assert rules(facts(), verapdf="not-compliant") == ["BR-FX-DE-03"]
    assert rules(facts(), {"BT-40": "FR", "BT-55": "DE"}, verapdf="not-compliant") == ["BR-HYBRID-02"]
    assert rules(facts(), verapdf="failed") == []
    assert rules(facts(), verapdf="compliant") == []


def test_a_finding_says_what_was_found_and_what_belongs_there() -> None:
    (found,) = findings(facts(xmp={"conformance_level": "COMFORT PLUS"}))[:1]
    assert found.found == "COMFORT PLUS"
    assert dict(found.details)["expected"] == "EN 16931"
    assert found.message == "ConformanceLevel is COMFORT PLUS instead of EN 16931."


def test_every_rule_is_a_warning_or_a_note_and_stands_in_the_table_once() -> None:
    assert {rule.level for rule in RULES} <= {Level.WARNING, Level.INFORMATION}
    assert len({rule.id for rule in RULES}) == len(RULES) == 15 + 2 + 1


TEXTS = st.none() | st.text(max_size=30)


@settings(deadline=None)
@given(
    xmp=st.fixed_dictionaries(
        {
            "state": st.sampled_from(XmpState),
            **dict.fromkeys(
                ("pdfa_part", "pdfa_conformance", "namespace", "prefix", "document_type", "document_file_name",
                 "version", "conformance_level"),
                TEXTS,
            ),
        }
    ),
    invoice=st.fixed_dictionaries(
        {"name": st.text(max_size=30), **dict.fromkeys(("unicode_name", "plain_name", "relationship", "mime"), TEXTS)}
    ),
    text=st.none() | st.text(max_size=200),
    profile=st.text(max_size=40),
)  # fmt: skip
def test_whatever_a_pdf_claims_there_is_an_answer(
    xmp: dict[str, Any], invoice: dict[str, Any], text: str | None, profile: str
) -> None:
    hybrid = facts(xmp=xmp, invoice=invoice, text=text)
    found = inspect(b"", document_of(GERMAN, hybrid, profile=profile), invoice_of(GERMAN))
    assert all("\n" not in finding.message for finding in found.findings)
