"""Numbers, dates and foreign text as people read them."""

import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from einvoice.reports.formats import day, moment, money, number, plain, size, visible

DECIMALS = st.decimals(min_value=-(10**12), max_value=10**12, places=6)


def unspaced(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("amount", "currency", "german", "english"),
    [
        ("1234.56", "EUR", "1.234,56 €", "€1,234.56"),
        ("-5", "EUR", "−5,00 €", "−€5.00"),
        ("1234567.891", "CHF", "1.234.567,891 CHF", "CHF 1,234,567.891"),
        ("7", None, "7,00", "7.00"),
    ],
)
def test_amounts_are_written_as_in_the_language(amount: str, currency: str, german: str, english: str) -> None:
    assert unspaced(money(Decimal(amount), currency, "de")) == german
    assert unspaced(money(Decimal(amount), currency, "en")) == english


@given(DECIMALS)
def test_a_number_keeps_its_value(value: Decimal) -> None:
    assert Decimal(number(value, "en").replace(",", "").replace("−", "-")) == value


@given(DECIMALS)
def test_zeros_at_the_end_go_but_the_value_stays(value: Decimal) -> None:
    shown = plain(value)
    assert shown == value
    assert not ("." in f"{shown:f}" and f"{shown:f}".endswith("0"))


def test_a_number_of_absurd_size_is_not_written_out() -> None:
    assert len(number(Decimal("1E+999999"), "de")) < 20
    assert len(number(plain(Decimal("1E-999999")), "de")) < 20


def test_dates_are_written_as_in_the_language() -> None:
    assert day(date(2026, 3, 1), "de") == "01.03.2026"
    assert day(date(2026, 3, 1), "en") == "1 March 2026"


def test_times_are_german_local_time() -> None:
    assert moment(datetime(2026, 7, 1, 22, 30, tzinfo=UTC), "de") == "02.07.2026, 00:30:00 Uhr (CEST)"
    assert moment(datetime(2026, 1, 1, 11, 0, tzinfo=UTC), "en") == "1 January 2026, 12:00:00 (CET)"


@pytest.mark.parametrize(
    ("count", "shown"), [(0, "0 Byte"), (999, "999 Byte"), (1500, "1,5 kB"), (15_000_000, "15 MB"), (253_400, "253 kB")]
)
def test_sizes_have_the_unit_that_fits(count: int, shown: str) -> None:
    assert unspaced(size(count, "de")) == shown


def test_text_that_turns_its_direction_around_is_shown_as_it_is() -> None:
    assert visible("rechnung\u202egpj.xml") == "rechnung⟨U+202E⟩gpj.xml"


_SIGNS_OF_THEIR_OWN = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2"  # "format" only by category


@given(st.text())
def test_nothing_invisible_or_controlling_is_left(text: str) -> None:
    for sign in visible(text):
        unassigned = unicodedata.category(sign) == "Cn"  # shows as a box
        drawn = sign in _SIGNS_OF_THEIR_OWN or sign.isprintable() or sign.isspace() or unassigned
        assert sign in "\n\t" or drawn or ord(sign) > 0x2FFF
        assert sign not in "\x1b\x9b\x7f\u200b\u200f\u202e\u2066\ufeff"
        assert not 0xD800 <= ord(sign) <= 0xDFFF


@given(st.text(alphabet="abcäöüß 0123456789.,-–€„“\n"))
def test_ordinary_text_stays(text: str) -> None:
    assert visible(text) == text
