"""XML against picture: same, contradicting, or not shown; never a guess."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from einvoice.inspection.picture import FACTS
from einvoice.model.enclosed import Agreement, Picture
from einvoice.model.finding import Level
from tests.support.hybrids import compared, facts, inspected

TERMS = {
    "BT-1": "R-2026-001",
    "BT-2": "2026-01-05",
    "BT-5": "EUR",
    "BT-10": "04011000-12345-03",
    "BT-31": "DE136695976",
    "BT-84": "DE89370400440532013000",
    "BT-112": "1190.00",
    "BT-115": "1190.00",
}
PAGE = """Muster GmbH
Rechnung
Rechnungsnummer: R-2026-001   Rechnungsdatum: 05.01.2026
Leitweg-ID: 04011000-12345-03
1 Beratung 1.000,00
zzgl. 19% MwSt. 190,00
Gesamtbetrag: 1.190,00 €
USt-IdNr.: DE136695976
IBAN: DE89 3704 0044 0532 0130 00  BIC: COBADEFFXXX
"""
OTHERS = {
    "BT-1": ("R-2026-001", "R-2026-009"),
    "BT-2": ("05.01.2026", "06.02.2026"),
    "BT-112": ("1.190,00 €", "11.900,00 €"),
    "BT-10": ("04011000-12345-03", "05711-06001-79"),
    "BT-31": ("DE136695976", "DE129273398"),
    "BT-84": ("DE89 3704 0044 0532 0130 00", "DE75 5121 0800 1245 1261 99"),
}


def test_a_page_that_shows_what_the_invoice_says_agrees_in_everything() -> None:
    found = compared(TERMS, PAGE)
    assert {one.agreement for one in found.values()} == {Agreement.SAME}
    assert set(found) == set(TERMS) - {"BT-5", "BT-115"}  # the amount due is the total
    assert found["BT-84"].shown == ("DE89370400440532013000",)
    assert found["BT-112"].shown == ("1.190,00",)


@pytest.mark.parametrize("term", OTHERS)
def test_another_value_in_the_place_of_ours_is_a_contradiction_that_names_both(term: str) -> None:
    ours, other = OTHERS[term]
    found = inspected(TERMS, facts(text=PAGE.replace(ours, other)))
    (finding,) = found.findings
    assert finding.rule == f"PICTURE-{term}"
    assert finding.level is Level.WARNING
    assert finding.terms == (term,)
    assert finding.line == 7
    assert re.sub(r"\s", "", finding.found or "") == re.sub(r"\s", "", other)
    (contradicting,) = [one for one in found.compared if one.agreement is Agreement.CONTRADICTS]
    assert contradicting.term == term
    assert contradicting.invoice == TERMS[term]


@pytest.mark.parametrize("term", OTHERS)
def test_a_page_that_leaves_a_fact_out_contradicts_nothing(term: str) -> None:
    found = inspected(TERMS, facts(text=PAGE.replace(OTHERS[term][0], "")))
    assert found.findings == ()
    assert {one.term: one.agreement for one in found.compared}[term] is Agreement.NOT_SHOWN


def test_the_sentence_shows_both_amounts_as_the_page_writes_them() -> None:
    (found,) = inspected(TERMS | {"BT-112": "119.00", "BT-115": "119.00"}, facts(text=PAGE)).findings
    assert found.message == "The PDF shows 1.190,00 €, the XML says 119,00 € (BT-112)."
    assert dict(found.details)["stated"] == "119,00 €"


def test_a_value_the_xml_has_in_another_field_is_no_contradiction() -> None:
    page = PAGE.replace("R-2026-001", "R-2025-999").replace("05.01.2026", "01.12.2025").replace("1.190,00", "500,00")
    more = {"BT-25": "R-2025-999", "BT-26": "20251201", "BT-113": "500.0"}
    assert inspected(TERMS | more, facts(text=page)).findings == ()


def test_two_other_values_are_too_many_to_tell_which_is_meant() -> None:
    page = PAGE.replace("R-2026-001", "R-2026-008") + "Rechnungsnummer: R-2026-009\n"
    assert inspected(TERMS, facts(text=page)).findings == ()


def test_of_several_accounts_it_is_enough_to_show_one() -> None:
    found = compared(TERMS, PAGE + "IBAN: DE75 5121 0800 1245 1261 99\n")
    assert found["BT-84"].agreement is Agreement.SAME


def test_an_account_that_is_no_iban_is_never_contradicted() -> None:
    assert compared(TERMS | {"BT-84": "1234567"}, PAGE)["BT-84"].agreement is Agreement.NOT_SHOWN


def test_the_amount_due_is_compared_where_something_was_prepaid() -> None:
    terms = TERMS | {"BT-115": "190.00"}
    assert compared(terms, PAGE + "Zahlbetrag 190,00 €\n")["BT-115"].agreement is Agreement.SAME
    found = compared(terms | {"BT-115": "90.00"}, PAGE + "Zahlbetrag 95,00 €\n")["BT-115"]
    assert (found.agreement, found.shown) == (Agreement.CONTRADICTS, ("95,00 €",))


def test_a_page_that_shows_only_what_is_due_need_not_show_the_total() -> None:
    page = PAGE.replace("Gesamtbetrag: 1.190,00 €", "Rechnungsbetrag: 600,00 €\nZahlbetrag: 90,00 €")
    assert compared(TERMS | {"BT-115": "90.00"}, page)["BT-112"].agreement is Agreement.NOT_SHOWN


def test_where_the_total_is_due_a_label_of_either_kind_contradicts() -> None:
    page = PAGE.replace("Gesamtbetrag: 1.190,00", "Zu zahlen: 1.191,00")
    assert compared(TERMS, page)["BT-112"].shown == ("1.191,00 €",)


def test_another_vat_id_is_the_sellers_only_where_nothing_else_can_be() -> None:
    page = PAGE.replace("DE136695976", "DE129273398")
    assert compared(TERMS, page)["BT-31"].agreement is Agreement.CONTRADICTS
    with_tax_number = compared(TERMS | {"BT-32": "201/113/40209"}, page + "St.-Nr. 201/113/40209")
    assert with_tax_number["BT-31"].agreement is Agreement.NOT_SHOWN
    with_buyers = compared(TERMS | {"BT-48": "ATU12345675"}, page)
    assert with_buyers["BT-31"].agreement is Agreement.NOT_SHOWN


def test_a_reference_that_is_no_leitweg_id_is_not_compared() -> None:
    assert "BT-10" not in compared(TERMS | {"BT-10": "Frau Muster"}, PAGE)


def test_a_total_in_another_currency_is_left_alone() -> None:
    page = PAGE.replace("1.190,00 €", "1.290,00 USD")
    assert compared(TERMS, page)["BT-112"].agreement is Agreement.NOT_SHOWN


def test_an_invoice_without_valid_values_is_never_contradicted() -> None:
    terms = {"BT-1": "-", "BT-2": "05.01.2026", "BT-112": "viel", "BT-84": "x"}
    assert inspected(terms, facts(text=PAGE)).findings[0:] == ()


@pytest.mark.parametrize(
    ("text", "picture", "rule"),
    [("", Picture.NO_TEXT, "PICTURE-NO-TEXT"), (" \n\f", Picture.NO_TEXT, "PICTURE-NO-TEXT"),
     (None, Picture.UNREAD, "PICTURE-UNREAD"), ("a" * 600_000, Picture.UNREAD, "PICTURE-UNREAD")],
)  # fmt: skip
def test_pages_that_cannot_be_read_are_a_note_and_nothing_is_compared(text: str, picture: Picture, rule: str) -> None:
    found = inspected(TERMS, facts(text=text))
    assert found.picture is picture
    assert found.compared == ()
    assert [(one.rule, one.level) for one in found.findings] == [(rule, Level.INFORMATION)]


@settings(deadline=None)
@given(st.text(max_size=400))
def test_any_page_can_be_compared(text: str) -> None:
    found = inspected(TERMS, facts(text=text))
    for one in found.compared:
        assert bool(one.shown) is (one.agreement is not Agreement.NOT_SHOWN)


def squeezed_line(line: str) -> str:
    return " ".join(line.replace(" ", ""))


def test_letters_spaced_apart_do_not_hide_that_a_page_agrees() -> None:
    spaced = "\n".join(map(squeezed_line, PAGE.splitlines()))
    assert {one.agreement for one in compared(TERMS, spaced).values()} == {Agreement.SAME}


def test_each_term_is_compared_once() -> None:
    assert len({fact.term for fact in FACTS}) == len(FACTS)
