"""What the value of a business term looks like."""

import pytest

from einvoice.model.invoice import Term
from einvoice.reports.values import Reader, byte_count, code_names

GERMAN = Reader("de", "EUR", "SEK")
ENGLISH = Reader("en", "EUR", "SEK")


@pytest.mark.parametrize(
    ("term", "german", "english"),
    [
        (Term("BT-115", "1234.50"), "1.234,50 €", "€1,234.50"),
        (Term("BT-146", "0.12345"), "0,12345 €", "€0.12345"),
        (Term("BT-119", "19.00"), "19 %", "19 %"),
        (Term("BT-129", "10.0"), "10", "10"),
        (Term("BT-2", "2026-11-22"), "22.11.2026", "22 November 2026"),
        (Term("BT-3", "380"), "Rechnung (380)", "Invoice (380)"),
        (Term("BT-130", "HUR"), "Stunde (HUR)", "hour (HUR)"),
        (Term("BT-125", "QUJD"), "3 Byte", "3 Byte"),
    ],
)
def test_each_data_type_has_its_form(term: Term, german: str, english: str) -> None:
    assert GERMAN.value(term).replace("\u00a0", " ") == german
    assert ENGLISH.value(term).replace("\u00a0", " ") == english


@pytest.mark.parametrize("term", [Term("BT-115", "1.234,50"), Term("BT-2", "22.11.2026"), Term("BT-3", "999")])
def test_a_value_that_is_not_of_its_type_is_shown_as_written(term: Term) -> None:
    assert GERMAN.value(term) == term.value


def test_the_vat_total_in_accounting_currency_has_that_currency() -> None:
    assert GERMAN.value(Term("BT-111", "10")).endswith("SEK")
    assert Reader("de", "EUR", None).value(Term("BT-111", "10")).endswith("€")


def test_components_stand_behind_the_value_with_their_name() -> None:
    assert GERMAN.full(Term("BT-34", "a@b.example", (Term("BT-34-1", "EM"),))) == "a@b.example (E-Mail, EM)"
    assert GERMAN.full(Term("BT-34", "4711", (Term("BT-34-1", "9999"),))) == "4711 (9999)"


def test_a_value_from_outside_cannot_hide_anything() -> None:
    assert "\u202e" not in GERMAN.full(Term("BT-27", "GmbH\u202eevil", ()))
    assert "\u202e" not in Reader("de", "\u202e", None).value(Term("BT-115", "1"))


@pytest.mark.parametrize("content", [b"", b"1", b"12", b"123", b"1234"])
def test_the_size_of_an_attachment_is_that_of_its_content(content: bytes) -> None:
    import base64

    assert byte_count(base64.encodebytes(content).decode()) == len(content)


def test_every_code_has_a_name_in_both_languages() -> None:
    assert all(names["de"] and names["en"] for names in code_names().values())
