"""A finding becomes what a bookkeeper can act on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from einvoice.explain import KindClass, Lang, explain
from einvoice.model.finding import Finding, Level, Source

LANGUAGES: tuple[Lang, ...] = ("de", "en")


def finding(rule: str, **more: object) -> Finding:
    values: dict[str, object] = {
        "rule": rule,
        "ruleset": "en16931-ubl",
        "message": "",
        "level": Level.ERROR,
        "source": Source.SCHEMATRON,
        "xpath": "",
        "line": None,
        "terms": (),
    }
    return Finding(**(values | more))  # type: ignore[arg-type]


def xsd(rule: str, **details: str) -> Finding:
    return finding(rule, source=Source.XSD, ruleset="ubl-2.1", details=tuple(details.items()))


def test_the_missing_leitweg_id_tells_where_to_enter_it() -> None:
    shown = explain(finding("BR-DE-15", ruleset="xrechnung-ubl"), "de")
    assert shown.title == "Leitweg-ID fehlt"
    assert "Stammdaten des Kunden" in shown.fix
    assert shown.terms == (("BT-10", "Käuferreferenz / Leitweg-ID"),)


def test_english_is_asked_for_and_given() -> None:
    shown = explain(finding("BR-02"), "en")
    assert "invoice number (BT-1)" in shown.what
    assert shown.terms == (("BT-1", "Invoice number"),)


def test_the_terms_of_the_finding_win_over_those_of_the_rule() -> None:
    shown = explain(finding("BR-DEC-01", terms=("BT-99",)), "de")
    assert shown.terms == (("BT-99", "Betrag des Zuschlags auf Rechnungsebene"),)
    assert "Betrag des Zuschlags auf Rechnungsebene (BT-99)" in shown.what


def test_a_wrong_code_is_quoted() -> None:
    assert "„EURO“" in explain(finding("BR-CL-04", found="EURO"), "de").what


def test_a_sentence_that_would_quote_nothing_is_left_out() -> None:
    shown = explain(finding("BR-CL-04"), "de").what
    assert shown == "Die Rechnungswährung (BT-5) ist kein gültiger Währungscode."


def test_content_outside_the_model_is_named_in_everyday_words_and_technically() -> None:
    shown = explain(finding("UBL-CR-190"), "de")
    assert shown.title == "Nicht vorgesehen: Verkäufer › Ansprechpartner › Faxnummer"
    assert "Technischer Name: AccountingSupplierParty/Party/Contact/Telefax." in shown.what
    assert "Ansprechpartner des Verkäufers (BG-6)" in shown.what


def test_content_outside_the_model_is_told_where_it_could_stand() -> None:
    assert explain(finding("UBL-CR-569"), "de").fix.endswith("gehört sie hierhin: Artikelmerkmal (BG-32).")
    assert explain(finding("UBL-CR-412"), "en").fix.endswith("it belongs here: Payment due date (BT-9).")
    assert "gehört sie hierhin" not in explain(finding("UBL-CR-005"), "de").fix  # a UUID helps nobody


def test_an_attribute_outside_the_model_leaves_its_field_as_it_is() -> None:
    shown = explain(finding("CII-DT-045", ruleset="en16931-cii"), "de")
    assert shown.title.startswith("Nicht vorgesehene Zusatzangabe: ")
    assert "Kennung der Codeliste" in shown.title
    assert "Code der Umsatzsteuerkategorie der Position (BT-151)" in shown.what
    assert shown.fix.startswith("Der Inhalt des Feldes selbst kann so bleiben.")


def test_the_path_is_what_the_rule_tests_even_where_its_message_names_another_element() -> None:
    message = "[CII-SR-177] - RequestedQuantity should not be present"
    shown = explain(finding("CII-SR-177", ruleset="en16931-cii", message=message), "en")
    assert shown.title == "Not provided for: Invoice line › reference to a packing list"


def test_content_a_rule_of_later_releases_forbids_is_named_as_its_message_names_it() -> None:
    message = "[UBL-CR-999]-A UBL invoice should not include the Whatever Thing"
    assert explain(finding("UBL-CR-999", message=message), "de").title == "Nicht vorgesehen: Whatever Thing"
    message = "[CII-SR-999] - ScenarioSpecified should not be present"
    assert "“ScenarioSpecified”" in explain(finding("CII-SR-999", ruleset="en16931-cii", message=message), "en").what


def test_what_may_stand_only_once_is_counted_in_its_part_of_the_invoice() -> None:
    assert "höchstens einmal je Rechnung." in explain(finding("UBL-SR-01"), "de").what
    assert "höchstens einmal je Position." in explain(finding("UBL-SR-34"), "de").what
    assert "once per supporting document at most." in explain(finding("UBL-SR-33"), "en").what
    assert "einmal je Nachlass oder Zuschlag." in explain(finding("CII-SR-473", ruleset="en16931-cii"), "de").what


def test_a_total_without_a_term_is_named_by_its_element() -> None:
    shown = explain(finding("CII-SR-489", ruleset="en16931-cii"), "de")
    assert shown.title == "Steht mehrfach da: Summen der Rechnung › Summe der Pfandbeträge"


@pytest.mark.parametrize(
    ("rule", "part"),
    [
        ("BR-E-02", "in einer Position (BG-25)"),
        ("BR-AE-03", "bei einem Nachlass auf Rechnungsebene (BG-20)"),
        ("BR-IC-04", "bei einem Zuschlag auf Rechnungsebene (BG-21)"),
        ("BR-O-11", "in der Umsatzsteueraufschlüsselung (BG-23)"),
    ],
)
def test_a_rule_of_a_vat_category_says_which_part_of_the_invoice_it_is_about(rule: str, part: str) -> None:
    assert part in explain(finding(rule), "de").what


@pytest.mark.parametrize(("rule", "code"), [("BR-AE-10", "VATEX-EU-AE"), ("BR-IC-10", "VATEX-EU-IC")])
def test_a_missing_reason_of_exemption_is_told_in_the_words_of_its_category(rule: str, code: str) -> None:
    for lang in LANGUAGES:
        assert code in explain(finding(rule), lang).fix


@pytest.mark.parametrize(
    ("rule", "word"),
    [
        ("CII-SR-470", "fehlt"),  # neither IBAN nor account number: the message reads as if there were two
        ("CII-SR-472", "mehrfach"),  # more than one VAT category: the message reads as if there were none
        ("CII-SR-090", "ohne Ländercode oder mit mehreren"),
    ],
)
def test_a_rule_whose_message_misleads_is_told_by_what_it_tests(rule: str, word: str) -> None:
    shown = explain(finding(rule, ruleset="en16931-cii"), "de")
    assert word in shown.title + shown.what


def test_what_occurs_too_often_is_told_apart_from_what_is_missing() -> None:
    assert "mehrfach" in explain(finding("UBL-SR-01"), "de").title
    assert "Vertragsnummer (BT-12)" in explain(finding("UBL-SR-01"), "de").what


def test_a_vat_category_is_named_by_the_letters_of_its_rule() -> None:
    assert "K – innergemeinschaftliche Lieferung" in explain(finding("BR-IC-05"), "de").what
    assert "AE – reverse charge" in explain(finding("BR-AE-10"), "en").what


def test_long_lists_of_terms_are_cut_in_sentences_but_kept_as_terms() -> None:
    terms = ("BT-92", "BT-93", "BT-99", "BT-100", "BT-106", "BT-107")
    shown = explain(finding("BR-DEC-99", terms=terms), "de")
    assert shown.what.endswith("und weitere.")
    assert len(shown.terms) == len(terms)


def test_an_unknown_rule_still_names_the_terms_of_its_finding() -> None:
    shown = explain(finding("BR-NEW-1", terms=("BT-1",)), "de")
    assert "Rechnungsnummer (BT-1)" in shown.what


def test_an_unknown_rule_is_explained_by_its_official_message() -> None:
    shown = explain(finding("XYZ-7", message="The sky must be blue."), "de")
    assert shown.title == "Prüfregel XYZ-7 nicht erfüllt"
    assert "The sky must be blue." in shown.what


@pytest.mark.parametrize(
    ("level", "rejects"), [(Level.ERROR, True), (Level.WARNING, False), (Level.INFORMATION, False)]
)
def test_only_what_rejects_is_left_without_the_word_that_it_does_not(level: Level, rejects: bool) -> None:
    shown = explain(finding("BR-DE-TMP-32", level=level), "de")
    assert ("führt nicht zur Ablehnung" not in shown.why) is rejects


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("BR-02", KindClass.CONTENT),  # § 14 (4) no. 4 UStG
        ("BR-S-02", KindClass.CONTENT),
        ("BR-DE-TMP-32", KindClass.CONTENT),
        ("BR-DE-15", KindClass.BUSINESS_RULE),
        ("BR-CO-10", KindClass.BUSINESS_RULE),
        ("UBL-CR-002", KindClass.FORMAT),
        ("CII-SR-461", KindClass.FORMAT),
        ("CII-SR-470", KindClass.BUSINESS_RULE),  # asks for content: the account to pay to
        ("XYZ-7", KindClass.BUSINESS_RULE),
    ],
)
def test_the_three_classes_of_the_ministry(rule: str, expected: KindClass) -> None:
    assert explain(finding(rule), "de").kind_class is expected


def test_every_xsd_violation_is_a_format_error() -> None:
    assert explain(xsd("xsd-missing-element"), "de").kind_class is KindClass.FORMAT


@pytest.mark.parametrize("own_level", [Level.ERROR, Level.WARNING])
@pytest.mark.parametrize("rule", ["UBL-CR-646", "BR-CL-13", "BR-CO-16"])
def test_a_rule_lowered_to_an_information_asks_for_no_change(rule: str, own_level: Level) -> None:
    shown = explain(finding(rule, level=Level.INFORMATION, own_level=own_level), "de")
    assert shown.allowed
    assert "kein Fehler" in shown.title
    assert shown.fix == "Wegen dieses Hinweises müssen Sie nichts tun."


@pytest.mark.parametrize(
    ("level", "own_level"),
    [(Level.INFORMATION, None), (Level.WARNING, Level.ERROR), (Level.ERROR, Level.INFORMATION)],
)
def test_any_other_level_keeps_the_words_of_the_rule(level: Level, own_level: Level | None) -> None:
    shown = explain(finding("BR-CO-16", level=level, own_level=own_level), "de")
    assert not shown.allowed
    assert shown.title == "Zahlbetrag stimmt nicht"


@pytest.mark.parametrize("rule", ["BR-DE-27", "BR-DE-28"])
def test_a_contact_that_is_missing_altogether_is_told_as_such(rule: str) -> None:
    assert "fehlt oder" in explain(finding(rule, ruleset="xrechnung-ubl"), "de").what


def test_a_gross_total_whose_sum_is_right_may_still_be_in_the_wrong_currency() -> None:
    assert "oder die Beträge tragen nicht die Währung der Rechnung (BT-5)" in explain(finding("BR-CO-15"), "de").what


def test_classes_have_their_german_names() -> None:
    assert [kind.label("de") for kind in KindClass] == ["Formatfehler", "Geschäftsregelfehler", "Inhaltsfehler"]


XSD = {
    "xsd-unexpected-element": {"element": "cbc:ID", "expected": "cbc:IssueDate"},
    "xsd-missing-element": {"element": "cac:Party", "expected": "cac:PartyName"},
    "xsd-wrong-value": {"element": "cbc:IssueDate", "value": "22.11.2026", "type": "date"},
    "xsd-unexpected-attribute": {"element": "cbc:ID", "attribute": "colour"},
    "xsd-missing-attribute": {"element": "cbc:Amount", "attribute": "currencyID"},
    "xsd-unexpected-text": {"element": "cac:Party", "value": "Hallo"},
    "xsd-other": {"element": "cac:Party"},
}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("rule", XSD)
def test_every_kind_of_xsd_violation_says_what_was_found(rule: str, lang: Lang) -> None:
    details = XSD[rule]
    shown = explain(xsd(rule, **details), lang)
    for name, value in details.items():
        if name != "type":
            assert value in shown.what


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("rule", XSD)
def test_every_kind_of_xsd_violation_can_be_told_without_details(rule: str, lang: Lang) -> None:
    shown = explain(xsd(rule), lang)
    assert shown.what
    assert "“”" not in shown.what + shown.title
    assert "„“" not in shown.what + shown.title


@pytest.mark.parametrize(
    ("rule", "term", "details", "title"),
    [
        ("xsd-missing-element", "BT-1", {"missing": "cbc:ID"}, "Rechnungsnummer fehlt"),
        ("xsd-missing-element", "BG-22", {"missing": "x"}, "Angaben fehlen: Gesamtbeträge der Rechnung"),
        ("xsd-wrong-value", "BT-2", {"notation": "29.10.2026"}, "Rechnungsdatum falsch geschrieben: „29.10.2026“"),
        ("xsd-wrong-value", "BT-146", {"comma": "60,00"}, "Nettopreis des Artikels „60,00“: Komma statt Punkt"),
    ],
)
def test_a_violation_about_one_term_is_headed_by_its_name(
    rule: str, term: str, details: dict[str, str], title: str
) -> None:
    found = finding(rule, source=Source.XSD, ruleset="ubl-invoice", terms=(term,), details=tuple(details.items()))
    assert explain(found, "de").title == title


def test_candidates_are_left_out_where_the_place_says_which_one_it_is() -> None:
    assert "In Frage kommen" in explain(finding("BR-CL-14"), "de").what
    placed = finding("BR-CL-14", place=(("BG-5", None), ("BT-40", None)))
    assert "In Frage kommen" not in explain(placed, "de").what
    assert "In Frage kommen" not in explain(finding("BR-CL-14", terms=("BT-40",)), "de").what


def test_an_invoice_type_in_a_credit_note_is_told_not_to_fit() -> None:
    shown = explain(finding("BR-CL-01", xpath="/cn:CreditNote/cbc:CreditNoteTypeCode", found="380"), "de")
    assert shown.title == "Rechnungsart 380 passt nicht zu einer Gutschrift"
    assert explain(finding("BR-CL-01", found="300"), "de").title == "Rechnungsart unbekannt"


def test_an_empty_unit_is_missing_and_another_is_unknown() -> None:
    empty = finding("BR-CL-23", found="3 (unitCode: )", details=(("absent", "@unitCode"),))
    assert explain(empty, "de").title == "Mengeneinheit fehlt"
    assert "unitCode" not in explain(empty, "de").what
    assert explain(finding("BR-CL-23", found="Stk"), "de").title == "Mengeneinheit unbekannt"


def test_the_content_of_an_attachment_is_never_quoted() -> None:
    path = "/ubl:Invoice/cac:Attachment/cbc:EmbeddedDocumentBinaryObject"
    assert "JVBERi0" not in explain(finding("BR-CL-24", xpath=path, found="JVBERi0xLjUN"), "de").what


def test_a_wrong_value_says_what_is_expected_in_words() -> None:
    shown = explain(xsd("xsd-wrong-value", value="22.11.2026", type="date"), "de")
    assert "ein Datum in der Form JJJJ-MM-TT" in shown.what


def test_a_type_nobody_has_words_for_is_not_mentioned() -> None:
    assert "Erwartet" not in explain(xsd("xsd-wrong-value", value="x", type="FancyType"), "de").what


def test_long_values_are_cut() -> None:
    assert len(explain(xsd("xsd-wrong-value", value="x" * 100_000), "de").what) < 1000


@given(
    rule=st.text(max_size=30),
    message=st.text(max_size=200),
    found=st.none() | st.text(max_size=50),
    value=st.text(max_size=300),
    terms=st.lists(st.sampled_from(["BT-1", "BG-25", "BT-99999", "BT-DEX-001"]), max_size=6),
    source=st.sampled_from(Source),
    level=st.sampled_from(Level),
)
def test_nothing_a_document_holds_breaks_an_explanation(
    rule: str, message: str, found: str | None, value: str, terms: list[str], source: Source, level: Level
) -> None:
    strange = finding(
        rule, message=message, found=found, terms=tuple(terms), source=source, level=level, details=(("value", value),)
    )
    for lang in LANGUAGES:
        shown = explain(strange, lang)
        assert all((shown.title, shown.what, shown.why, shown.fix))
        assert "\n" not in shown.title + shown.what
