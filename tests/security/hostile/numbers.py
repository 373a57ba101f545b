"""Amounts, dates and texts that blow up arithmetic, calendars or regular expressions."""

from tests.security.hostile.base import ACCEPTED, HELD, REJECTED, Hostile, attached, noted, put, put_text

_TOTAL = ">11766.72</cbc:PayableAmount>"
_SKONTO = "#SKONTO#TAGE=10#PROZENT=2.00#"


def total(text: str) -> bytes:
    """Another amount due for payment (BT-115)."""
    return put(_TOTAL, f">{text}</cbc:PayableAmount>")


def item(text: str) -> bytes:
    """Another quantity of the first line (BT-129)."""
    return put(">12</cbc:InvoicedQuantity>", f">{text}</cbc:InvoicedQuantity>")


ROWS = (
    Hostile("an exponent", REJECTED, lambda: total("1e400000000")),
    Hostile("an exponent in a quantity", REJECTED, lambda: item("1E9")),
    Hostile("infinity", REJECTED, lambda: total("INF")),
    Hostile("not a number", REJECTED, lambda: total("NaN")),
    Hostile("a hexadecimal number", REJECTED, lambda: total("0x10")),
    Hostile("an amount of a thousand digits", REJECTED, lambda: total("9" * 1_000)),
    Hostile("an amount of a million digits", HELD, lambda: total("9" * 1_000_000), endless=True),
    Hostile("a quantity of a hundred thousand digits", ACCEPTED, lambda: item("1" * 100_000)),
    Hostile("a price of a hundred thousand decimals", ACCEPTED, lambda: put(
        ">489.00</cbc:PriceAmount>", f">489.{'1' * 100_000}</cbc:PriceAmount>")),
    Hostile("a total of ten million zeros before it", ACCEPTED, lambda: total("0" * 10_000_000 + "11766.72")),
    Hostile("an amount of minus zero", REJECTED, lambda: total("-0.00")),
    Hostile("a percentage beyond all bounds", REJECTED, lambda: put(
        "<cbc:Percent>19<", f"<cbc:Percent>{'9' * 400}<")),
    Hostile("a quantity of nothing, to be divided by", REJECTED, lambda: put(
        '<cbc:PriceAmount currencyID="EUR">489.00</cbc:PriceAmount>',
        '<cbc:PriceAmount currencyID="EUR">489.00</cbc:PriceAmount>'
        '<cbc:BaseQuantity unitCode="H87">0</cbc:BaseQuantity>')),
    Hostile("a date in the year one billion", ACCEPTED, lambda: put("2026-10-29", "1000000000-10-29")),
    Hostile("a date before Christ", ACCEPTED, lambda: put("2026-10-29", "-0044-03-15")),
    Hostile("a year of a million digits", REJECTED, lambda: put("2026-10-29", f"{'2' * 1_000_000}-10-29")),
    Hostile("the 30th of February", REJECTED, lambda: put("2026-10-29", "2026-02-30")),
    Hostile("a date with a time zone out of this world", REJECTED, lambda: put("2026-10-29", "2026-10-29+99:99")),
    Hostile("a Skonto of a million numerals", ACCEPTED, lambda:
        put(_SKONTO, f"#SKONTO#TAGE={'1' * 1_000_000}#PROZENT=2.00#")),
    Hostile("a hundred thousand Skonto lines, each nearly right", REJECTED, lambda: put(
        _SKONTO, "#SKONTO#TAGE=10#PROZENT=2.0\n" * 100_000)),
    Hostile("an e-mail address that makes patterns climb back", ACCEPTED, lambda: put(
        "j.gruenwald@gruenwald.example", "a" * 200_000 + "@" + "b." * 100_000 + "c")),
    Hostile("a telephone number of a million digits", ACCEPTED, lambda: put("+49 30 23125 101", "0" * 1_000_000)),
    Hostile("an account of a million letters", ACCEPTED, lambda:
        put("DE96999999990000001111", "DE96" + "9" * 1_000_000)),
    Hostile("a Leitweg-ID of a million digits", ACCEPTED, lambda: put_text(
        "<cbc:BuyerReference>04011000-", f"<cbc:BuyerReference>{'0' * 1_000_000}-").encode()),
    Hostile("a VAT id of a million digits", ACCEPTED, lambda: put("DE999999901", "DE" + "9" * 1_000_000)),
    Hostile("a unit of a million letters", ACCEPTED, lambda: put('unitCode="H87"', f'unitCode="{"H" * 1_000_000}"')),
    Hostile("a note code that never closes", ACCEPTED, lambda: noted("#" * 1_000_000)),
    Hostile("blanks that make patterns climb back", ACCEPTED, lambda: noted("x" + " \t" * 1_000_000 + "x")),
    Hostile("brackets that make patterns climb back", ACCEPTED, lambda: noted("(" * 500_000 + "a" * 500_000)),
    Hostile("an attachment of blanks and Base64", ACCEPTED, lambda: attached(" Q U J D\n" * 500_000)),
    Hostile("an attachment of padding", REJECTED, lambda: attached("=" * 1_000_000)),
)  # fmt: skip
