"""Amounts in any notation."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from einvoice.inspection.amounts import GROSS, equal, is_amount, like, other_amounts, shown_amount
from einvoice.inspection.page import Page

AMOUNTS = st.decimals(min_value=0, max_value=10**9, places=2, allow_nan=False)


def others(text: str, currency: str = "EUR") -> list[tuple[str, Decimal]]:
    return list(other_amounts(Page.of(text), (GROSS,), currency))


@pytest.mark.parametrize(
    "text",
    ["1.190,00", "1,190.00", "1190.00", "1190,00", "1 190,00", "1\u00a0190,00 €", "1'190.00", "EUR1.190,00", "1.190,-",
     "1190 €", "1 . 1 9 0 , 0 0", "1.190,\n00", "-1.190,00", "1.190,00-", "1.190 EUR", "(1.190,00)"],
)  # fmt: skip
def test_an_amount_is_found_in_any_notation(text: str) -> None:
    assert shown_amount(Page.of(f"Summe {text} zahlbar"), "1190.00")


@pytest.mark.parametrize(
    "text", ["11.190,00", "1.190,001", "1.190,01", "21190.00", "1.190,00.5", "1190", "119,00", "1,1.190,00"]
)
def test_another_amount_is_not_taken_for_it(text: str) -> None:
    assert shown_amount(Page.of(f"Summe {text} zahlbar"), "1190.00") is None


@settings(deadline=None)
@given(AMOUNTS)
def test_an_amount_is_found_as_english_and_as_germans_write_it(amount: Decimal) -> None:
    english = f"{amount:,.2f}"
    german = english.translate(str.maketrans(",.", ".,"))
    for text in (english, german, f"{amount:.2f}", german.replace(".", " ")):
        assert shown_amount(Page.of(f"Summe {text} EUR"), str(amount)), text


@pytest.mark.parametrize("value", ["", "abc", "NaN", "Infinity", "1e999999", "1" * 5000, "1,00"])
def test_what_is_no_amount_is_never_shown(value: str) -> None:
    assert shown_amount(Page.of("1,00 NaN abc"), value) is None
    assert not is_amount(value)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Gesamtbetrag: 1.190,00 €", "1.190,00 €"),
        ("Gesamtbetrag EUR 1.190,00", "1.190,00 EUR"),
        ("Rechnungsbetrag inkl. 19% MwSt. 1.190,00", "1.190,00"),
        ("Gesamtbetrag (brutto): 1.190,00 EUR", "1.190,00 EUR"),
        ("Grand total 1,190.00", "1,190.00"),
        ("Gesamtbetrag:\n1.190,00 €", "1.190,00 €"),
    ],
)
def test_an_amount_behind_its_label_is_read_with_its_currency(text: str, shown: str) -> None:
    assert others(text) == [(shown, Decimal("1190.00"))]


@pytest.mark.parametrize(
    "text",
    [
        "Gesamtbetrag netto 1.000,00",
        "Gesamtbetrag der Zuschläge 3,00",
        "Gesamtbetrag 1.000,00 190,00 1.190,00",
        "Rechnungsbetrag bei Zahlung bis 10.01. abzüglich 2% Skonto: 1.166,20",
        "Gesamtbetrag USD 1.190,00",
        "Gesamtbetrag 1.190,00 $",
        "Gesamtbetrag zzgl. MwSt. 1.000,00",
        "Bitte überweisen Sie den Gesamtbetrag 1.190,00",
        "Übertrag Gesamtbetrag 1.190,00",
        "Gesamtbetrag 1190",
        "Pos Menge Preis Gesamtbetrag\n1 2 595,00 1.190,00",
        "Gesamtbetrag 5 1.190,00",
        "Gesamtbetraege 1.190,00",
    ],
)
def test_an_amount_that_may_be_another_kind_is_left_alone(text: str) -> None:
    assert others(text) == []


def test_an_amount_of_the_xml_is_written_as_the_page_writes_its_own() -> None:
    assert like("1.190,00 €", "119") == "119,00 €"
    assert like("1,190.00", "11900.5") == "11,900.50"


def test_amounts_are_compared_as_numbers() -> None:
    assert equal("10", "10.00")
    assert equal("-10", "10.0")
    assert not equal("10", "10.01")
    assert not equal("10", "abc")
    assert equal("abc", "abc")
