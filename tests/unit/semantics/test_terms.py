"""The table of terms."""

from einvoice.model.terms import TERMS, term_name, way_to


def test_names_in_german_and_english():
    assert term_name("BT-1", "de") == "Rechnungsnummer"
    assert term_name("BT-1", "en") == "Invoice number"
    assert term_name("BG-25") == "Rechnungsposition"


def test_an_unknown_id_is_its_own_name():
    assert term_name("BT-999", "de") == "BT-999"


def test_en16931_is_complete():
    terms = {f"BT-{number}" for number in range(1, 166)} - {"BT-4"}  # the standard has no BT-4
    groups = {f"BG-{number}" for number in range(1, 33)}
    assert terms | groups <= set(TERMS)


def test_every_parent_and_every_likeness_is_in_the_table():
    for info in TERMS.values():
        assert not info.parent or info.parent in TERMS
        assert not info.like or TERMS[info.like].is_group


def test_names_are_unique_and_can_be_followed_by_an_id_in_brackets():
    for language in ("de", "en"):
        names = [term_name(term, language) for term in TERMS]
        assert len(set(names)) == len(names)
        assert not [name for name in names if "(" in name or name != name.strip()]


def test_the_way_to_a_term():
    assert way_to("BT-1") == ()
    assert way_to("BT-37") == ("BG-4", "BG-5")
    assert way_to("BT-29-1") == ("BG-4", "BT-29")
