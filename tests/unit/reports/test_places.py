"""Where a finding is, in words."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from einvoice.model.finding import Finding
from einvoice.reports.places import place_in_words


@pytest.mark.parametrize(
    ("xpath", "words"),
    [
        ("/ubl:Invoice/cac:InvoiceLine[2]/cac:Price/cbc:PriceAmount", "InvoiceLine 2 › Price › PriceAmount"),
        ("/ubl:Invoice/cac:TaxTotal/cbc:TaxAmount/@currencyID", "TaxTotal › TaxAmount › currencyID"),
        ("/ubl:Invoice", "Rechnung als Ganzes"),
        ("", "Rechnung als Ganzes"),
        ("/ubl:Invoice/\u202e[3]", "⟨U+202E⟩ 3"),
    ],
)
def test_a_path_reads_from_outer_to_inner(finding: Callable[..., Finding], xpath: str, words: str) -> None:
    assert place_in_words(finding(xpath=xpath), "de") == words


def test_in_english_the_whole_invoice_is_named_in_english(finding: Callable[..., Finding]) -> None:
    assert place_in_words(finding(xpath="/ubl:Invoice"), "en") == "Invoice as a whole"


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ((("BG-25", 2), ("BT-146", None)), "Rechnungsposition 2 › Nettopreis des Artikels"),
        ((("BT-1", None),), "Rechnungsnummer"),
        ((), "Rechnung als Ganzes"),
    ],
)
def test_a_place_in_business_terms_reads_by_their_names(place: object, words: str) -> None:
    located = SimpleNamespace(place=place, xpath="/ubl:Invoice/cac:InvoiceLine[2]/cac:Price/cbc:PriceAmount")
    assert place_in_words(located, "de") == words  # type: ignore[arg-type]
