"""Which scenario judges a document: exact root element and BT-24, exactly one, official ones first."""

from datetime import date

import pytest

from einvoice.errors import Fault
from einvoice.extraction import Limits, extract
from einvoice.model import Basis, InvoiceDocument
from einvoice.rules import Registry, load_packs
from einvoice.settings import Settings

TODAY = date(2026, 11, 1)
XRECHNUNG = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
EXTENSION = XRECHNUNG + "#conformant#urn:xeinkauf.de:kosit:extension:xrechnung_3.0"
CVD = XRECHNUNG + "#compliant#urn:xeinkauf.de:kosit:xrechnung:cvd_0.9"
PLAIN = "urn:cen.eu:en16931:2017"

UBL = """<{root} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{root}-2"
  xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">{ids}</{root}>"""
CII = """<r:CrossIndustryInvoice xmlns:r="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
  xmlns:a="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
  ><r:ExchangedDocumentContext><a:GuidelineSpecifiedDocumentContextParameter><a:ID>{id}</a:ID
  ></a:GuidelineSpecifiedDocumentContextParameter></r:ExchangedDocumentContext></r:CrossIndustryInvoice>"""


@pytest.fixture(scope="module")
def registry() -> Registry:
    return Registry(load_packs(Settings().schematron_dir))


def _ubl(*ids: str, root: str = "Invoice") -> InvoiceDocument:
    text = "".join(f"<cbc:CustomizationID>{one}</cbc:CustomizationID>" for one in ids)
    return extract(UBL.format(root=root, ids=text).encode(), Limits())


def _name(registry: Registry, document: InvoiceDocument) -> str | None:
    matches = registry.matches(document, Basis(on=TODAY))
    return matches[0].scenario.name if matches else None


@pytest.mark.parametrize(
    ("document", "name"),
    [
        (_ubl(XRECHNUNG), "EN16931 XRechnung (UBL Invoice)"),
        (_ubl(EXTENSION), "EN16931 XRechnung Extension (UBL Invoice)"),
        (_ubl(CVD), "EN16931 XRechnung CVD (UBL Invoice)"),
        (_ubl(PLAIN), "EN16931 (UBL Invoice)"),
        (_ubl(XRECHNUNG, root="CreditNote"), "EN16931 XRechnung (UBL CreditNote)"),
        (_ubl(EXTENSION, root="CreditNote"), None),
        (_ubl(CVD, root="CreditNote"), "EN16931 XRechnung CVD (UBL CreditNote)"),
        (_ubl(PLAIN, root="CreditNote"), "EN16931 (UBL CreditNote)"),
        (extract(CII.format(id=XRECHNUNG).encode(), Limits()), "EN16931 XRechnung (CII)"),
        (extract(CII.format(id=EXTENSION).encode(), Limits()), "EN16931 XRechnung Extension (CII)"),
        (extract(CII.format(id=CVD).encode(), Limits()), "EN16931 XRechnung CVD (CII)"),
        (extract(CII.format(id=PLAIN).encode(), Limits()), "EN16931 (CII)"),
    ],
)
def test_root_element_and_bt24_choose_the_scenario(
    registry: Registry, document: InvoiceDocument, name: str | None
) -> None:
    assert _name(registry, document) == name


# What KoSIT 1.6.3 does with odd identifiers, asked once.
@pytest.mark.parametrize(
    ("ids", "name"),
    [
        ([f" {XRECHNUNG} "], None),
        ([XRECHNUNG.upper()], None),
        (["urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_1.2"], None),
        ([], None),
        ([XRECHNUNG.replace("#", "<!--x-->#", 1)], None),  # fits the plain scenario by its first text, too
        ([XRECHNUNG.replace("cen", "cen<!--x-->", 1)], "EN16931 XRechnung (UBL Invoice)"),
        ([PLAIN.replace("cen", "cen<!--x-->", 1)], None),
        ([f"{PLAIN}<!--x-->#more"], "EN16931 (UBL Invoice)"),
        ([f"{XRECHNUNG}<!--x-->#more"], None),
        ([f"<!--x-->{XRECHNUNG}"], "EN16931 XRechnung (UBL Invoice)"),
        ([f"<![CDATA[{XRECHNUNG}]]>"], "EN16931 XRechnung (UBL Invoice)"),
        (["urn:cen.eu:<![CDATA[en16931]]>:2017"], "EN16931 (UBL Invoice)"),
        (["urn:other", XRECHNUNG], "EN16931 XRechnung (UBL Invoice)"),
        ([XRECHNUNG, XRECHNUNG], "EN16931 XRechnung (UBL Invoice)"),
        ([XRECHNUNG, PLAIN], None),
    ],
)
def test_odd_identifiers_match_as_they_do_for_kosit(registry: Registry, ids: list[str], name: str | None) -> None:
    assert _name(registry, _ubl(*ids)) == name


@pytest.mark.parametrize(
    ("identifier", "name"),
    [
        (XRECHNUNG.replace("cen", "cen<!--x-->", 1), None),
        (f"{XRECHNUNG}<!--x-->#more", "EN16931 XRechnung (CII)"),
        (f"{PLAIN}<!--x-->#more", "EN16931 (CII)"),
    ],
)
def test_in_cii_each_text_of_the_identifier_is_compared(registry: Registry, identifier: str, name: str | None) -> None:
    assert _name(registry, extract(CII.format(id=identifier).encode(), Limits())) == name


def test_without_an_official_pack_in_force_nothing_is_judged(registry: Registry) -> None:
    with pytest.raises(Fault, match="no official rule pack is in force on 2020-01-01"):
        registry.matches(_ubl(XRECHNUNG), Basis(on=date(2020, 1, 1)))


def test_two_packs_in_force_with_the_same_scenario_are_a_fault_and_no_verdict(registry: Registry) -> None:
    later = [pack.model_copy(update={"version": "2027-01-31"}) for pack in registry.packs]
    with pytest.raises(Fault, match="2027-01-31"):
        Registry([*registry.packs, *later]).matches(_ubl(XRECHNUNG), Basis(on=TODAY))


def test_every_manifest_names_levels_only_of_rules_once(registry: Registry) -> None:
    for pack in registry.packs:
        for scenario in pack.scenarios:
            rules = [rule for names in scenario.levels.values() for rule in names]
            assert len(rules) == len(set(rules))
