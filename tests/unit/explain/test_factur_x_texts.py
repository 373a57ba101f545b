"""Factur-X / ZUGFeRD: rules whose id says nothing, FX-…, are told by their message and their place."""

import re
from importlib.resources import files

import pytest

from einvoice.explain import KindClass, Lang, explain
from einvoice.explain.wording import entries
from einvoice.model.finding import Finding, Level, Source
from einvoice.model.terms import TERMS, term_name

LANGUAGES: tuple[Lang, ...] = ("de", "en")
PROFILES = ("factur-x-basic", "factur-x-en16931", "factur-x-extended")
ROOT = "/rsm:CrossIndustryInvoice/rsm:SupplyChainTradeTransaction"
LINE = f"{ROOT}/ram:IncludedSupplyChainTradeLineItem[2]"


def rows() -> list[list[str]]:
    lines = files("einvoice.explain").joinpath("rules-more.tsv").read_text(encoding="utf-8").splitlines()
    return [row for row in (line.split("\t") for line in lines) if row[1] in PROFILES]


def finding(rule: str, message: str, xpath: str = "", **more: object) -> Finding:
    values: dict[str, object] = {
        "rule": rule,
        "ruleset": "factur-x-extended",
        "message": message,
        "level": Level.ERROR,
        "source": Source.SCHEMATRON,
        "xpath": xpath,
        "line": None,
        "terms": (),
    }
    return Finding(**(values | more))  # type: ignore[arg-type]


def nameless(message: str, xpath: str, **more: object) -> Finding:
    return finding("FX-NOT-USED", message, xpath, **more)


def test_the_rule_table_carries_every_id_of_the_three_profiles() -> None:
    counts = {profile: len({row[0] for row in rows() if row[1] == profile}) for profile in PROFILES}
    assert counts == {"factur-x-basic": 285, "factur-x-en16931": 434, "factur-x-extended": 944}
    assert {term for row in rows() for term in row[4].split(",") if term} <= set(TERMS)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_rule_of_the_standard_has_the_same_words_in_every_profile(profile: str) -> None:
    shown = explain(finding("BR-02", "[BR-02]-An Invoice shall have …", ruleset=profile), "de")
    assert shown.title == "Rechnungsnummer fehlt"
    assert shown.kind_class is KindClass.CONTENT


def test_a_vat_category_is_named_in_the_rules_of_the_extended_profile_too() -> None:
    assert "K – innergemeinschaftliche Lieferung" in explain(finding("BR-FXEXT-IC-01", ""), "de").what
    assert "AE – reverse charge" in explain(finding("BR-FXEXT-AE-08b", ""), "en").what


def test_a_missing_element_is_named_as_the_business_term_it_is() -> None:
    demand = finding(
        "FX-SCH-A-000030",
        "Element 'ram:Name' must occur exactly 1 times.",
        f"{ROOT}/ram:ApplicableHeaderTradeAgreement/ram:SellerTradeParty",
        ruleset="factur-x-basic",
        place=(("BG-4", None),),
    )
    shown = explain(demand, "de")
    assert shown.title == "Fehlt oder steht mehrfach da: Name des Verkäufers (BT-27)"
    assert shown.terms == (("BT-27", "Name des Verkäufers"),)
    assert "Stelle in der Rechnung: Verkäufer › Name." in shown.what
    assert shown.kind_class is KindClass.FORMAT


def test_one_number_at_many_places_speaks_of_the_place_it_fired_at() -> None:
    for place, name in (("BG-7", "Name des Käufers (BT-44)"), ("BG-10", "Name des Zahlungsempfängers (BT-59)")):
        demand = finding(
            "FX-SCH-A-000030",
            "Element 'ram:Name' must occur exactly 1 times.",
            ruleset="factur-x-basic",
            place=((place, None),),
        )
        assert name in explain(demand, "de").title


def test_what_only_the_extended_profile_has_is_named_in_everyday_words_with_its_place() -> None:
    xpath = f"{LINE}/ram:SpecifiedLineTradeDelivery/ram:ShipToTradeParty/ram:PostalTradeAddress"
    shown = explain(finding("FX-SCH-A-001099", "Element 'ram:CountryID' must occur exactly 1 times.", xpath), "de")
    assert shown.title == "Fehlt oder steht mehrfach da: Anschrift › Ländercode"
    assert "Position 2 › Lieferempfänger › Anschrift › Ländercode" in shown.what


def test_a_report_without_id_tells_what_the_profile_does_not_provide_for() -> None:
    fax = f"{ROOT}/ram:ApplicableHeaderTradeAgreement/ram:SellerTradeParty/ram:DefinedTradeContact"
    message = "Element 'ram:FaxUniversalCommunication' is marked as not used in the given context."
    shown = explain(nameless(message, f"{fax}/ram:FaxUniversalCommunication"), "de")
    assert shown.title == "Im Profil nicht vorgesehen: Ansprechpartner › Faxnummer"
    assert "größeres Profil" in shown.fix
    assert shown.kind_class is KindClass.FORMAT


def test_the_place_of_a_report_without_id_gives_its_term() -> None:
    message = "Element 'ram:BuyerReference' is marked as not used in the given context."
    xpath = f"{ROOT}/ram:ApplicableHeaderTradeAgreement/ram:BuyerReference"
    shown = explain(nameless(message, xpath, place=(("BT-10", None),)), "en")
    assert shown.terms == (("BT-10", term_name("BT-10", "en")),)


def test_a_needless_attribute_is_said_to_be_the_softwares_business() -> None:
    message = "Attribute @schemeID' marked as not used in the given context."
    shown = explain(nameless(message, "/rsm:CrossIndustryInvoice/rsm:ExchangedDocument/ram:ID"), "de")
    assert shown.title.startswith("Überflüssiger Zusatz")
    assert "Rechnungskopf › Kennung" in shown.what
    assert "Hersteller" in shown.fix


def test_a_missing_attribute_is_named() -> None:
    xpath = f"{LINE}/ram:SpecifiedLineTradeDelivery/ram:PackageQuantity"
    shown = explain(finding("FX-SCH-A-001092", "Attribute '@unitCode' is required in this context.", xpath), "de")
    assert shown.title == "Zusatz fehlt: Mengeneinheit"
    assert "Position 2 › Anzahl der Packstücke" in shown.what


def test_a_wrong_code_of_a_term_gets_the_words_of_the_standards_rule_for_it() -> None:
    message = "Value of 'ram:InvoiceCurrencyCode' is not allowed."
    shown = explain(finding("FX-SCH-A-000861", message, found="EURO"), "de")
    assert shown.title == explain(finding("BR-CL-04", ""), "de").title
    assert "„EURO“" in shown.what
    assert shown.kind_class is KindClass.BUSINESS_RULE


def test_a_wrong_code_outside_the_standard_is_told_by_its_element_and_place() -> None:
    xpath = f"{LINE}/ram:SpecifiedLineTradeDelivery/ram:UltimateShipToTradeParty/ram:PostalTradeAddress/ram:CountryID"
    shown = explain(finding("FX-SCH-A-001119", "Value of 'ram:CountryID' is not allowed.", xpath, found="D"), "de")
    assert shown.title == "Land unbekannt"
    assert "„D“" in shown.what
    assert "Position 2 › Endgültiger Lieferempfänger › Anschrift › Ländercode" in shown.what


def test_the_same_element_in_another_part_may_have_other_words() -> None:
    charge = f"{ROOT}/ram:ApplicableHeaderTradeSettlement/ram:SpecifiedLogisticsServiceCharge"
    message, xpath = "Value of 'ram:TypeCode' is not allowed.", f"{charge}/ram:AppliedTradeTax/ram:TypeCode"
    shown = explain(finding("FX-SCH-A-000965", message, xpath, place=()), "de")
    assert shown.title == "Steuerart nicht zulässig"


@pytest.mark.parametrize(
    ("element", "title"),
    [
        ('ram:SpecifiedTaxRegistration[ not(ram:ID/@schemeID="VA")]', "Art der Steuernummer unbekannt"),
        ("ram:SpecifiedTradeAllowanceCharge[ not(ram:ChargeIndicator)]", "Nachlass oder Zuschlag nicht unterschieden"),
        ("ram:TaxTotalAmount[ not(@currencyID)]", "Umsatzsteuerbetrag in einer anderen Währung"),
        ("ram:AdditionalReferencedDocument[ not(ram:TypeCode)]", "Art einer weiteren Unterlage unbekannt"),
    ],
)
def test_a_variant_that_is_none_of_the_permitted_ones_says_which_these_are(element: str, title: str) -> None:
    message = f"Element variant '{element}' is marked as not used in the given context."
    assert explain(nameless(message, ROOT), "de").title == title


def test_a_report_lowered_to_an_information_is_not_excused_as_a_rule_of_the_standard() -> None:
    message = "Attribute @currencyID' marked as not used in the given context."
    shown = explain(nameless(message, ROOT, level=Level.INFORMATION, own_level=Level.ERROR), "de")
    assert not shown.allowed
    assert "Zusatz" in shown.title


def test_another_rule_without_id_is_not_taken_for_one_of_factur_x() -> None:
    shown = explain(finding("UNSPECIFIC", "The order number is missing.", ruleset="policy"), "de")
    assert "The order number is missing." in shown.what


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("rule", sorted({row[0] for row in rows() if "FXEXT" in row[0]}))
def test_every_rule_of_the_extended_profile_has_words_of_its_own_that_name_a_field(rule: str, lang: Lang) -> None:
    assert rule in entries()
    if rule != "BR-FXEXT-CII-DT-097a":  # any date
        assert re.search(r"\bB[TG]-\d+", explain(finding(rule, ""), lang).what)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_number_reads_well_even_without_place_and_message(lang: Lang) -> None:
    for rule, ruleset, *_ in rows():
        shown = explain(finding(rule, "", ruleset=ruleset), lang)
        for part in (shown.title, shown.what, shown.why, shown.fix):
            assert part
            assert not re.search(r"[{}]|\bNone\b|  |›\s*\.", part), (rule, part)
