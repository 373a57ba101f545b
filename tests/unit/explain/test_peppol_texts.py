"""Peppol BIS Billing 3.0: Peppol's own rules, those of single countries, and those of older CEN releases."""

import re
from importlib.resources import files

import pytest

from einvoice.explain import Lang, explain, kind_of, terms_of
from einvoice.explain.wording import key_for
from einvoice.model.finding import Finding, Level, Source
from einvoice.model.terms import TERMS

LANGUAGES: tuple[Lang, ...] = ("de", "en")
COUNTRIES = {  # how the country or its people are called in the texts
    "DK": ("dän", "danish|denmark"),
    "GR": ("griech", "greek|greece"),
    "IS": ("island|isländ", "iceland"),
    "IT": ("italien", "ital"),
    "NL": ("niederländ|niederlande", "dutch|netherlands"),
    "NO": ("norweg", "norw"),
    "SE": ("schwed", "swed"),
}


def rules(ruleset: str) -> list[str]:
    lines = files("einvoice.explain").joinpath("rules-more.tsv").read_text(encoding="utf-8").splitlines()
    return [row[0] for row in (line.split("\t") for line in lines) if row[1] == ruleset]


PEPPOL = rules("peppol-bis-ubl")
NATIONAL = [rule for rule in PEPPOL if rule[:2] in COUNTRIES]


def finding(rule: str, **more: object) -> Finding:
    values: dict[str, object] = {
        "rule": rule,
        "ruleset": "peppol-bis-ubl",
        "message": "An official message.",
        "level": Level.ERROR,
        "source": Source.SCHEMATRON,
        "xpath": "",
        "line": None,
        "terms": (),
    }
    return Finding(**(values | more))  # type: ignore[arg-type]


def test_the_rule_table_carries_every_rule_of_the_stylesheet_and_of_every_country() -> None:
    assert len(PEPPOL) == len(set(PEPPOL)) == 124
    assert {rule[:2] for rule in NATIONAL} == set(COUNTRIES)


def test_rules_of_older_cen_releases_are_known_too() -> None:
    assert {"BR-66", "BR-67", "BR-IG-01", "BR-IP-10", "UBL-CR-631"} <= set(rules("peppol-cen-ubl"))


@pytest.mark.parametrize("rule", PEPPOL)
def test_a_rule_has_words_of_its_own_and_not_those_of_a_family(rule: str) -> None:
    assert "*" not in key_for(rule, kind_of(rule, "peppol-bis-ubl"))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("rule", PEPPOL)
def test_a_text_names_a_field_by_its_id(rule: str, lang: Lang) -> None:
    if rule == "PEPPOL-EN16931-R008":  # speaks of any field
        return
    shown = explain(finding(rule), lang)
    assert re.search(r"\bB[TG]-\d+", shown.what), shown.what


@pytest.mark.parametrize("rule", PEPPOL)
def test_the_terms_of_a_rule_are_terms_of_the_standard(rule: str) -> None:
    assert set(terms_of(rule, "peppol-bis-ubl")) <= set(TERMS)
    assert terms_of(rule, "peppol-bis-ubl") or rule == "PEPPOL-EN16931-R008"


@pytest.mark.parametrize("rule", NATIONAL)
def test_a_national_rule_says_of_which_country_it_is(rule: str) -> None:
    for lang, country in zip(LANGUAGES, COUNTRIES[rule[:2]], strict=True):
        shown = explain(finding(rule), lang)
        assert re.search(country, " ".join((shown.title, shown.what, shown.why)), re.IGNORECASE), shown


def test_the_missing_reference_tells_that_authorities_need_the_leitweg_id() -> None:
    shown = explain(finding("PEPPOL-EN16931-R003"), "de")
    assert "Käuferreferenz / Leitweg-ID (BT-10) noch eine Bestellnummer (BT-13)" in shown.what
    assert "Stammdaten des Kunden" in shown.fix


def test_a_wrong_gln_is_quoted_and_its_check_digit_explained() -> None:
    shown = explain(finding("PEPPOL-COMMON-R040", found="4012345000002", terms=("BT-49",)), "de")
    assert "„4012345000002“" in shown.what
    assert "Elektronische Adresse des Käufers (BT-49)" in shown.what
    assert "Prüfziffer" in shown.why


def test_rules_xrechnung_has_adopted_speak_of_peppol_as_well() -> None:
    for rule in ("PEPPOL-EN16931-R001", "PEPPOL-EN16931-R010", "PEPPOL-EN16931-R020"):
        assert "Peppol" in explain(finding(rule), "de").why


def test_no_text_recommends_an_e_mail_address_for_the_peppol_network() -> None:
    assert "nur in XRechnung" in explain(finding("PEPPOL-EN16931-CL008"), "de").why
    assert "in Peppol Ihre Teilnehmerkennung" in explain(finding("PEPPOL-EN16931-R020"), "de").fix


def test_an_icelandic_number_is_told_by_the_side_it_is_missing_from() -> None:
    assert "Registernummer des Verkäufers (BT-30)" in explain(finding("IS-R-002"), "de").what
    assert "Registernummer des Käufers (BT-47)" in explain(finding("IS-R-004"), "de").what


def test_a_new_national_rule_is_told_as_such_with_its_official_message() -> None:
    shown = explain(finding("DE-R-099", message="Sellers must dance."), "de")
    assert "Land" in shown.title
    assert "Sellers must dance." in shown.what


@pytest.mark.parametrize(("old", "new"), [("BR-IG-05", "BR-AF-05"), ("BR-IP-10", "BR-AG-10")])
def test_an_older_name_of_a_vat_category_gets_the_words_of_todays(old: str, new: str) -> None:
    for lang in LANGUAGES:
        then, now = (explain(finding(rule, ruleset="peppol-cen-ubl"), lang) for rule in (old, new))
        assert (then.title, then.what, then.fix) == (now.title, now.what, now.fix)
