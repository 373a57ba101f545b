"""What is known of every rule."""

from einvoice.explain import kind_of, terms_of


def test_a_rule_is_found_in_its_rule_set() -> None:
    assert terms_of("BR-44", "en16931-ubl") == ("BT-144", "BT-145")
    assert terms_of("BR-44", "en16931-cii") == ("BG-28", "BT-144", "BT-145")


def test_without_a_rule_set_or_with_a_strange_one_the_id_is_enough() -> None:
    assert terms_of("BR-DE-15") == terms_of("BR-DE-15", "somebody-elses") == ("BT-10",)


def test_a_rule_about_the_whole_document_has_no_terms() -> None:
    assert terms_of("PEPPOL-EN16931-R008", "xrechnung-ubl") == ()
    assert kind_of("PEPPOL-EN16931-R008", "xrechnung-ubl") == "format"


def test_an_unknown_rule_has_neither_terms_nor_kind() -> None:
    assert terms_of("XYZ-7") == ()
    assert kind_of("XYZ-7", "en16931-ubl") is None
