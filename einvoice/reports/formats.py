"""Numbers, dates, sizes and foreign text as people read them: German (1.234,56 €; 22.11.2026) or English."""

import re
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from einvoice.explain import Lang

_TIED = "\u00a0"  # keeps a number and its unit on one line
_SEPARATORS = {"de": str.maketrans(",.", ".,"), "en": {}}
_SYMBOLS = {"EUR": "€"}
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_UNITS = ("Byte", "kB", "MB", "GB")
_DIGITS = 28  # more than these are no amount; they are shown as written
_HARMFUL = re.compile(  # control characters, invisible and direction-changing ones, lone surrogates, tags
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\ud800-\udfff\U000e0000-\U000e007f]"
)


def number(value: Decimal | int, lang: Lang, places: int = 0) -> str:
    """A decimal number with grouped thousands and at least that many decimal places; none is ever cut off."""
    value = Decimal(value)
    if not value.is_finite() or abs(value.adjusted()) >= _DIGITS:
        return str(value)
    exponent = value.as_tuple().exponent
    shown = max(places, -exponent if isinstance(exponent, int) else 0)
    return f"{value:,.{shown}f}".translate(_SEPARATORS[lang]).replace("-", "\u2212")


def money(value: Decimal, currency: str | None, lang: Lang) -> str:
    """An amount with its currency: `1.234,56 €`, `€1,234.56`, `1.234,56 CHF`, `CHF 1,234.56`."""
    digits = number(value, lang, 2)
    if not currency:
        return digits
    symbol = _SYMBOLS.get(currency, currency)
    if lang == "de":
        return f"{digits}{_TIED}{symbol}"
    sign, digits = ("\u2212", digits[1:]) if digits.startswith("\u2212") else ("", digits)
    return f"{sign}{symbol}{'' if currency in _SYMBOLS else _TIED}{digits}"


def day(value: date, lang: Lang) -> str:
    """A calendar date: `22.11.2026`, `22 November 2026`."""
    if lang == "de":
        return f"{value:%d.%m.}{value.year:04d}"
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def moment(value: datetime, lang: Lang) -> str:
    """A point in time in German local time, to the second, with its zone."""
    local = value.astimezone(_zone())
    clock = f"{local:%H:%M:%S}"
    return f"{day(local.date(), lang)}, {clock} {'Uhr ' if lang == 'de' else ''}({local.tzname()})"


def size(count: int, lang: Lang) -> str:
    """A number of bytes in decimal units: `12,3 kB`."""
    value, unit = Decimal(count), 0
    while value >= 1000 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    rounded = value.quantize(Decimal("0.1")) if unit and value < 100 else value.quantize(Decimal(1))
    return f"{number(plain(rounded), lang)}{_TIED}{_UNITS[unit]}"


def plain(value: Decimal) -> Decimal:
    """The same number without zeros at its end that say nothing: 1.5000 is 1.5."""
    if not value.is_finite() or len(value.as_tuple().digits) > _DIGITS or abs(value.adjusted()) >= _DIGITS:
        return value
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def visible(text: str) -> str:
    """Foreign text made harmless to look at: what would hide, reorder or control is shown as `⟨U+202E⟩`."""
    return _HARMFUL.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text)


def _zone() -> tzinfo:
    try:
        return ZoneInfo("Europe/Berlin")
    except ZoneInfoNotFoundError:  # no time zone data on this machine
        return UTC
