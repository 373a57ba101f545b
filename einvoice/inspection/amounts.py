"""Amounts on a page: 1.190,00 and 1,190.00, 1190.00, 1 190,00 € and EUR 1'190.- are the same."""

import re
from collections.abc import Iterator
from decimal import Decimal

from einvoice.inspection.page import Page
from einvoice.inspection.stated import cents

_LARGEST = Decimal(10) ** 12
_AMOUNT = re.compile(
    r"(?<![\d.,])-?"
    r"(?:(?P<de>(?:\d{1,3}(?:[. ']\d{3}){1,3}|\d{1,12}),\d{2})|(?P<en>(?:\d{1,3}(?:[, ']\d{3}){1,3}|\d{1,12})\.\d{2}))"
    r"(?!\d|[.,]\d)",
    re.ASCII,
)
_GAP, _WITHIN = r"[ \n]?", r"[ \n]{0,2}"  # within a number, where its letters are spaced apart
_CURRENCIES = {"€": "EUR", "$": "USD", "£": "GBP"}
_KNOWN = frozenset(("EUR", "EURO", "USD", "GBP", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "JPY"))
_WORD = re.compile(r"[^\W\d_]{1,30}|[€$£]|\d{1,3}(?:[.,]\d{1,2})?\s?%|\d{1,30}")

# What may stand between such a label and its amount, or behind it; anything else makes it an amount of another kind.
_HARMLESS = frozenset(
    ("brutto", "gross", "inkl", "incl", "inklusive", "including", "include", "mit", "mwst", "ust", "umsatzsteuer",
     "mehrwertsteuer", "vat", "tax", "gesetzl", "gesetzlicher", "in", "total", "gesamt", "und")
)  # fmt: skip

GROSS = re.compile(
    r"(?:rechnungs(?:gesamt|end)?betrag|rechnungssumme|gesamtbetrag|gesamtsumme|brutto(?:betrag|summe)|"
    r"gesamt[ -]?brutto|endbetrag|endsumme|summe brutto|grand total|invoice (?:total|amount)|gross (?:total|amount)|"
    r"total (?:gross|amount|incl(?:uding|\.)? vat))\b(?! due)",
    re.IGNORECASE,
)
PAYABLE = re.compile(
    r"(?:zahl(?:ungs)?betrag|zu zahlen(?:der betrag)?|offener betrag|restbetrag|(?:total |net )?amount due|total due|"
    r"balance due|amount payable|payable amount)\b",
    re.IGNORECASE,
)


def shown_amount(page: Page, value: str) -> str | None:
    """The amount as it stands on the page, whatever its sign; None: it does not, or the value is no amount."""
    pattern = _pattern(value)
    found = pattern.search(page.text) if pattern else None
    return " ".join(found.group().split()) if found else None


def other_amounts(
    page: Page, labels: tuple[re.Pattern[str], ...], currency: str | None
) -> Iterator[tuple[str, Decimal]]:
    """The amounts behind such labels, as they stand there and as numbers; only where nothing else can be meant."""
    for label in labels:
        for rest in page.labelled(label, first=True):
            found = list(_AMOUNT.finditer(rest))
            if len(found) != 1:
                continue
            sign = _plain(rest[: found[0].start()] + " " + rest[found[0].end() :], currency)
            if sign is not None:
                yield f"{found[0].group()} {sign}".strip(), _number(found[0])


def like(shown: str, value: str) -> str:
    """An amount of the XML, written as the page writes its own: 119,00 € beside 1.190,00 €."""
    number, _, currency = shown.partition(" ")
    plain = f"{Decimal(value):,.2f}"
    german = plain.translate(str.maketrans(",.", ".,"))
    return f"{german if number[-3:-2] == ',' else plain} {currency}".strip()


def is_amount(value: str) -> bool:
    """Whether a term holds an amount of a size that can be compared."""
    return _amount(value) is not None


def equal(one: str, other: str) -> bool:
    """Whether two values of terms are the same amount, or no amounts and written alike."""
    numbers = _amount(one), _amount(other)
    return one == other if None in numbers else numbers[0] == numbers[1]


def _amount(value: str) -> Decimal | None:
    try:
        number = cents(Decimal(value))
        return number if number < _LARGEST else None
    except ArithmeticError:  # no number, or NaN
        return None


def _pattern(value: str) -> re.Pattern[str] | None:
    """Finds this amount in any notation."""
    number = _amount(value)
    if number is None:
        return None
    whole, places = f"{number:,}".split(".")
    between = rf"{_GAP}[., ']?{_GAP}"
    groups = between.join(_GAP.join(group) for group in whole.split(","))
    decimals = rf"{_WITHIN}[.,]{_WITHIN}{_GAP.join(places)}"
    if places == "00":
        decimals = rf"(?:{decimals}|[.,]-{{1,2}}|(?= ?(?:€|EUR\b)))"
    return re.compile(rf"(?<!\d)(?<!\d[.,]){groups}{decimals}(?!\d|[.,]\d)", re.ASCII)


def _number(found: re.Match[str]) -> Decimal:
    german = found["de"]
    if german:
        return Decimal(re.sub(r"[. ']", "", german).replace(",", "."))
    return Decimal(re.sub(r"[, ']", "", found["en"]))


def _plain(around: str, currency: str | None) -> str | None:
    """The sign of the invoice's currency if it stands there, "" if none does; None: something else stands there."""
    sign = ""
    for word in _WORD.findall(around):
        named = _CURRENCIES.get(word) or (word.upper() if word.upper() in _KNOWN else None)
        if named:
            if named.replace("EURO", "EUR") != currency:
                return None
            sign = sign or word
        elif not word.endswith("%") and word.casefold() not in _HARMLESS:
            return None
    return sign
