"""Identifiers on a page."""

import pytest

from einvoice.inspection.numbers import (
    ibans,
    leitweg_ids,
    other_numbers,
    sellers_vat_ids,
    shown_code,
    shown_iban,
    shown_leitweg_id,
    shown_number,
)
from einvoice.inspection.page import Page

IBAN = "DE89370400440532013000"


@pytest.mark.parametrize(
    "text", ["RE-2026/001", "re-2026/001", "R E - 2 0 2 6 / 0 0 1", "RE-2026/\n001", "RE‑2026/001"]
)
def test_a_number_is_found_however_it_is_set(text: str) -> None:
    assert shown_number(Page.of(f"Nr. {text}, bitte angeben"), "RE-2026/001")


@pytest.mark.parametrize("text", ["RE-2026/0011", "XRE-2026/001", "RE-2026/002", ""])
def test_a_longer_or_another_number_is_not_taken_for_it(text: str) -> None:
    assert shown_number(Page.of(f"Nr. {text}, bitte angeben"), "RE-2026/001") is None


def test_a_short_number_counts_only_behind_its_label() -> None:
    assert shown_number(Page.of("Rechnung Nr. 42"), "42") == "42"
    assert shown_number(Page.of("Rechnungsnummer: 42"), "42") == "42"
    assert shown_number(Page.of("Menge 42"), "42") is None


@pytest.mark.parametrize(
    "text",
    ["Rechnungsnummer: R-1002", "Rechnungs-Nr. R-1002 vom 1.2.2026", "Invoice no. R-1002", "Rechnung # R-1002",
     "Kunde 77 Rechnungsnummer R-1002", "Rechnungsnummer:\nR-1002\nDanke", "Belegnummer R-1002"],
)  # fmt: skip
def test_another_number_behind_its_label_is_read(text: str) -> None:
    assert list(other_numbers(Page.of(text), "R-1001")) == ["R-1002"]


@pytest.mark.parametrize(
    "text",
    [
        "Rechnungsnummer Datum Kunde",
        "Rechnungsnummer: 31.12.2025",
        "Rechnungsnummer/Datum: 4711 / 1.1.2026",
        "Gutschrift zu Rechnungsnummer R-0999",
        "Rechnungsnummer: 2",
        "Rechnungsnummer: 1001",  # ours without its letter
        "Rechnungsnummer: 00R1001-2026",  # ours with something around it
        "Rechnungsnummer: R-1OOI",  # ours, read off a scan
        "Lieferscheinnummer: R-1002",
        "Rechnungsnummern 1002 bis 1009",
    ],
)
def test_what_may_be_something_else_is_no_other_number(text: str) -> None:
    assert list(other_numbers(Page.of(text), "R-1001")) == []


@pytest.mark.parametrize(
    "text",
    [
        IBAN,
        "DE89 3704 0044 0532 0130 00",
        "DE89 3704 0044\n0532 0130 00",
        " ".join(IBAN),
        f"IBAN{IBAN}",
        f"IBAN:{IBAN}.",
    ],
)
def test_an_iban_is_found_in_one_piece_in_groups_and_letter_by_letter(text: str) -> None:
    page = Page.of(f"Konto {text}, BIC COBADEFFXXX")
    assert list(ibans(page)) == [IBAN]
    assert shown_iban(page, IBAN)


@pytest.mark.parametrize(
    "text",
    [
        "DE88 3704 0044 0532 0130 00",  # check digits
        f"{IBAN}1",
        f"X{IBAN}",
        "USt-IdNr. DE893704004 40532013000",  # two numbers that happen to make one
        f"Der Betrag wird von Ihrem Konto per Lastschrift eingezogen: {IBAN}",
    ],
)
def test_what_may_be_something_else_is_no_iban(text: str) -> None:
    assert list(ibans(Page.of(text))) == []


def test_only_the_sellers_vat_id_with_its_check_digit_is_read() -> None:
    assert list(sellers_vat_ids(Page.of("USt-IdNr.: DE136695976"))) == ["DE136695976"]
    assert list(sellers_vat_ids(Page.of("USt.-Id.-Nr. : DE 136 695 976"))) == ["DE136695976"]
    assert list(sellers_vat_ids(Page.of("VAT ID DE136695976"))) == ["DE136695976"]
    assert list(sellers_vat_ids(Page.of("USt-IdNr.: DE136695977"))) == []
    assert list(sellers_vat_ids(Page.of("Ihre USt-IdNr.: DE136695976"))) == []
    assert list(sellers_vat_ids(Page.of("WEEE-Reg.-Nr. DE136695976"))) == []


def test_a_code_is_found_however_it_is_spaced() -> None:
    assert shown_code(Page.of("USt-IdNr. DE 136 695 976"), "DE136695976")
    assert shown_code(Page.of("St.-Nr. 201/113/40209"), "201/113/40209")
    assert shown_code(Page.of("USt-IdNr. DE1366959761"), "DE136695976") is None
    assert shown_code(Page.of("A1"), "A1") is None


def test_a_leitweg_id_is_read_behind_its_label_alone() -> None:
    assert list(leitweg_ids(Page.of("Leitweg-ID: 04011000-12345-03"))) == ["04011000-12345-03"]
    assert list(leitweg_ids(Page.of("Leitweg-ID: 04011000-12345-04"))) == []
    assert list(leitweg_ids(Page.of("Telefon 04011000-12345-03"))) == []
    assert shown_leitweg_id(Page.of("an 04011000 - 12345 - 03"), "04011000-12345-03")
