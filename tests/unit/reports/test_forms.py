"""What is wrong with the form of a value."""

import pytest

from einvoice.reports.forms import check_digits, remarks


@pytest.mark.parametrize(
    ("check", "value", "keys"),
    [
        ("iban", "DE89 3704 0044 0532 0130 00", []),
        ("iban", "DE89 3704 0044 0532 0130 0", ["hint_iban_length"]),
        ("iban", "DE89 3704 0044 0532 0130 01", ["hint_iban_check"]),
        ("iban", "12345", ["hint_iban_form"]),
        ("iban", "", []),
        ("telephone", "+49 30 12345", []),
        ("telephone", "n/a", ["hint_phone"]),
        ("mail", "a.b@muster.example", []),
        ("mail", "muster.example", ["hint_mail_at"]),
        ("mail", "a@muster.example", ["hint_mail_around"]),
        ("mail", "anna .b@muster.example", ["hint_mail_around"]),
        ("skonto", "#SKONTO#TAGE=14#PROZENT=2.00#\n", []),
        ("skonto", "#SKONTO#TAGE=14#PROZENT=2.00#", ["hint_skonto_end"]),
        ("skonto", "#SKONTO#TAGE=14#PROZENT=2,00#\n", ["hint_skonto_line"]),
        ("skonto", "Zahlbar sofort", []),
        ("decimals", "12.345", ["hint_decimals"]),
        ("decimals", "12.34", []),
        ("vat-id", "123456789", ["hint_vat_prefix"]),
        ("vat-id", "DE123456789", []),
        ("leitweg", "04011000-1234512345-06", []),
        ("leitweg", "04011000-1234512345-60", ["hint_leitweg_check"]),
        ("leitweg", "Abteilung 4", ["hint_leitweg_form"]),
        ("nothing", "x", []),
        ("iban", "x" * 10_000, []),
    ],
)
def test_what_can_be_told_about_a_value(check: str, value: str, keys: list[str]) -> None:
    assert [key for key, _ in remarks(check, value)] == keys


def test_the_right_check_digits_are_computed() -> None:
    assert check_digits("04011000-1234512345") == "06"
    ((_, parts),) = remarks("leitweg", "04011000-1234512345-60")
    assert parts == {"stated": "60", "right": "06"}
