"""Refusals and faults in plain words."""

import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from einvoice.explain import Lang, fault_text, refusal_text
from einvoice.model.trouble import FaultNotice, RefusalNotice

LANGUAGES: tuple[Lang, ...] = ("de", "en")
CODES: dict[str, dict[str, str]] = {
    "empty": {},
    "not-xml": {"line": "3"},
    "malformed": {"line": "17", "reason": "Premature end"},
    "encoding": {"reason": "unknown encoding"},
    "doctype": {},
    "too-large": {"size": "20000001", "limit": "15000000"},
    "too-deep": {"limit": "100"},
    "too-many-nodes": {"limit": "5000000"},
    "too-many-names": {"limit": "10000"},
    "name-too-long": {"limit": "1000"},
    "unknown-type": {"found": "ZIP"},
    "pdf-no-xml": {},
    "pdf-encrypted": {},
    "pdf-broken": {"reason": "PdfReadError"},
    "pdf-limits": {"limit": "20 s"},
    "pdf-several-invoices": {"names": "factur-x.xml, xrechnung.xml"},
    "sbdh-unreadable": {"line": "7", "reason": "mismatched tag"},
    "sbdh-no-header": {},
    "sbdh-two-headers": {},
    "sbdh-header-too-large": {"limit": "100000"},
    "sbdh-value-too-long": {"name": "InstanceIdentifier", "limit": "500"},
    "sbdh-no-payload": {},
    "sbdh-two-payloads": {"names": "Invoice, CreditNote"},
    "sbdh-nested": {},
    "sbdh-content": {"reason": "base64"},
    "not-an-invoice": {"root": "{urn:oasis:names:specification:ubl:schema:xsd:Order-2}Order"},
    "not-a-response": {"root": "Invoice"},
    "response-incomplete": {"missing": "cbc:ResponseCode"},
    "no-scenario": {"customization": "urn:example", "root": "{urn:x}Invoice"},
    "booking-aid": {"profile": "ZUGFeRD/Factur-X MINIMUM"},
    "zugferd-legacy": {"profile": "ZUGFeRD 1.0"},
    "wrong-root": {"root": "{urn:oasis:names:specification:ubl:schema:xsd:Order-2}Order"},
    "read-timeout": {"limit": "60 s"},
    "enclosure-refused": {"name": "aufmaß.xlsm", "danger": "macros", "kind": "xlsx"},
    "too-many-enclosures": {"limit": "200", "count": "4711"},
}


def refusal(code: str, details: dict[str, str], lang: Lang = "de") -> str:
    shown = refusal_text(RefusalNotice(code, details), lang)
    return f"{shown.sentence} {shown.remedy}"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("code", CODES)
def test_every_code_has_its_own_sentence_and_remedy(code: str, lang: Lang) -> None:
    shown = refusal_text(RefusalNotice(code, CODES[code]), lang)
    assert shown != refusal_text(RefusalNotice("nobody knows", {}), lang)
    assert shown.sentence
    assert shown.remedy
    assert "{" not in shown.sentence + shown.remedy


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("code", CODES)
def test_every_code_can_be_told_without_its_details(code: str, lang: Lang) -> None:
    shown = refusal_text(RefusalNotice(code, {}), lang)
    assert shown.sentence
    assert "“”" not in shown.sentence


@pytest.mark.parametrize("name", ["refusals.toml", "faults.toml"])
def test_every_table_has_both_languages_with_the_same_gaps(name: str) -> None:
    texts = tomllib.loads(files("einvoice.explain").joinpath(name).read_text(encoding="utf-8"))
    for key, languages in texts.items():
        assert set(languages) == {"de", "en"}, key
        assert set(languages["de"]) == set(languages["en"]) == {"sentence", "remedy"}, key
        assert str(languages["de"]).count("{") == str(languages["en"]).count("{"), key


def test_sizes_are_told_in_megabytes_as_the_language_writes_them() -> None:
    assert "20,1 MB" in refusal("too-large", CODES["too-large"])
    assert "höchstens 15 MB" in refusal("too-large", CODES["too-large"])
    assert "20.1 MB" in refusal("too-large", CODES["too-large"], "en")


def test_a_size_nobody_knows_is_left_out() -> None:
    assert "Sie hat" not in refusal("too-large", {"limit": "15000000"})


def test_large_counts_are_grouped() -> None:
    assert "5.000.000" in refusal("too-many-nodes", {"limit": "5000000"})
    assert "5,000,000" in refusal("too-many-nodes", {"limit": "5000000"}, "en")


def test_the_line_is_told_unless_it_is_unknown() -> None:
    assert "Zeile 17" in refusal("malformed", {"line": "17"})
    assert "Zeile" not in refusal("malformed", {"line": "0"})


def test_another_document_in_an_envelope_is_named_in_plain_words_where_there_are_any() -> None:
    order = {"root": "{urn:oasis:names:specification:ubl:schema:xsd:Order-2}Order"}
    assert "Gefunden wurde eine Bestellung. " in refusal("not-an-invoice", order)
    assert "Found was an order. " in refusal("not-an-invoice", order, "en")
    assert "der Art „Lageplan“" in refusal("not-an-invoice", {"root": "{urn:x}Lageplan"})


def test_a_file_of_a_known_kind_is_named_and_another_is_not() -> None:
    assert "ZIP-Archiv" in refusal("unknown-type", {"found": "ZIP"})
    assert "Es handelt sich" not in refusal("unknown-type", {"found": "?"})


def test_an_unknown_set_of_rules_is_quoted() -> None:
    assert "„urn:example“" in refusal("no-scenario", {"customization": "urn:example"})


def test_a_missing_identifier_is_told_apart_from_an_unknown_one() -> None:
    assert "(BT-24) fehlt" in refusal("no-scenario", {"customization": ""})


@pytest.mark.parametrize("version", ["xrechnung_1.2", "xrechnung_2.3"])
def test_a_former_version_of_xrechnung_is_told_as_outdated(version: str) -> None:
    shown = refusal("no-scenario", {"customization": f"urn:cen.eu:en16931:2017#compliant#urn:xoev-de:kosit:{version}"})
    assert "überholten Version" in shown
    assert "neuere Fassung des Programms" in shown


@pytest.mark.parametrize(
    "profile", ["#compliant#urn:factur-x.eu:1p0:en16931", "#conformant#urn:zugferd.de:2p1:extended"]
)
def test_an_unknown_zugferd_profile_is_told_which_one_to_choose(profile: str) -> None:
    shown = refusal("no-scenario", {"customization": f"urn:cen.eu:en16931:2017{profile}"})
    assert "ZUGFeRD" in shown
    assert "Profil EN 16931 (COMFORT)" in shown


def test_profiles_that_can_be_checked_are_not_told_to_be_insufficient() -> None:
    shown = refusal("no-scenario", {"customization": "urn:example"})
    assert "EN 16931 (COMFORT), BASIC und EXTENDED" in shown
    assert "MINIMUM und BASIC WL genügen nicht" in shown


def test_a_booking_aid_is_told_to_be_no_invoice() -> None:
    shown = refusal("booking-aid", {"profile": "ZUGFeRD/Factur-X MINIMUM"})
    assert shown.startswith("Die Rechnungsdaten der Datei sind eine Buchungshilfe, keine Rechnung. ")
    assert "„ZUGFeRD/Factur-X MINIMUM“" in shown


def test_an_outdated_zugferd_is_told_what_to_write_instead() -> None:
    assert "auf ZUGFeRD ab Version 2.1" in refusal("zugferd-legacy", {"profile": "ZUGFeRD 1.0"})


def test_a_web_page_is_told_to_be_no_invoice() -> None:
    assert "HTML-Seite" in refusal("doctype", {})


def test_a_wrong_root_is_named_without_its_namespace() -> None:
    shown = refusal("wrong-root", {"root": "{urn:oasis:names:specification:ubl:schema:xsd:Order-2}Order"})
    assert "„Order“" in shown
    assert "urn:" not in shown


def test_an_invoice_in_a_wrong_namespace_is_told_the_right_one_and_not_that_it_is_none() -> None:
    shown = refusal("wrong-root", {"root": "{urn:example:Invoice-3}Invoice"})
    assert "„urn:example:Invoice-3“" in shown
    assert "„urn:oasis:names:specification:ubl:schema:xsd:Invoice-2“ (UBL 2.1)" in shown
    assert "keine Rechnung" not in shown


def test_why_reading_stops_is_told_in_plain_words_where_the_reason_is_common() -> None:
    shown = refusal("malformed", {"line": "22", "reason": "xmlParseEntityRef: no name, line 22, column 33"})
    assert "in Zeile 22 ab: vermutlich steht ein „&“ unverändert im Text." in shown
    assert "xmlParse" not in shown


def test_a_rare_reason_is_quoted_as_a_sentence() -> None:
    shown = refusal("malformed", {"line": "22", "reason": "Something odd, line 22, column 33"})
    assert "in Zeile 22 ab. Technische Meldung: Something odd. " in shown


def test_an_unknown_code_never_breaks_a_report() -> None:
    assert "(Grund: brand-new)" in refusal("brand-new", {"surprise": "x"})


@given(code=st.text(max_size=300), details=st.dictionaries(st.text(max_size=10), st.text(max_size=500), max_size=4))
def test_hostile_codes_and_details_are_shortened_to_one_line(code: str, details: dict[str, str]) -> None:
    shown = refusal(code, details)
    assert len(shown) < 1000
    assert not set(shown) & set("\n\r\t\x00\u202e")


@pytest.mark.parametrize("code", CODES)
@given(value=st.text(max_size=2000))
def test_no_detail_of_any_code_breaks_its_sentence(code: str, value: str) -> None:
    shown = refusal(code, dict.fromkeys(CODES[code], value))
    assert len(shown) < 2000
    assert "\n" not in shown


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("deterministic", [True, False])
@pytest.mark.parametrize("kept", [True, False])
def test_a_fault_never_shows_our_insides(lang: Lang, deterministic: bool, kept: bool) -> None:
    notice = FaultNotice("engine-abort", "SaxonApiException at rule BR-06", deterministic)
    shown = fault_text(notice, lang, kept=kept)
    for inside in ("engine", "Saxon", "BR-06", "abort"):
        assert inside not in shown.sentence + shown.remedy


def test_a_kept_invoice_need_not_be_sent_again() -> None:
    shown = fault_text(FaultNotice("timeout", "", deterministic=False), "de")
    assert shown.sentence.startswith("Ihre Rechnung liegt sicher vor.")
    assert "Wir wiederholen die Prüfung; gelingt sie nicht, kümmert sich unser Betrieb darum." in shown.remedy
    assert "neu senden" in shown.remedy


def test_a_fault_that_a_retry_cannot_help_is_looked_into_by_a_person() -> None:
    by_nature = fault_text(FaultNotice("engine-abort", "", deterministic=True), "de")
    by_decision = fault_text(FaultNotice("timeout", "", deterministic=False), "de", held=True)
    assert by_nature == by_decision
    assert "kümmert sich" in by_nature.remedy


def test_a_trial_check_does_not_claim_that_the_invoice_is_kept() -> None:
    shown = fault_text(FaultNotice("timeout", "", deterministic=False), "de", kept=False)
    assert "liegt sicher vor" not in shown.sentence
