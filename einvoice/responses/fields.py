"""The forms single values must have."""

import re
from datetime import date, time

SPID_SCHEME = "0242"  # SPIS, the scheme of service provider ids

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME = re.compile(r"(\d\d):(\d\d):(\d\d)(?:\.\d{1,3})?(Z|[+-](?:0\d|1[0-4]):[0-5]\d)?", re.ASCII)
# Peppol MLS 1.1.0: the six digits of the provider's seat id, then what it likes to add.
_SPID = re.compile(r"[0-9]{6}(-[0-9A-Z_]{3,12}(\.[0-9A-Z\-._~]{3,24})?)?", re.ASCII | re.IGNORECASE)
_SCHEME = re.compile(r"[0-9]{4}", re.ASCII)
_WITHDRAWN = "9958"  # the old Leitweg-ID
_GLN = re.compile(r"\d{13}", re.ASCII)
_TYPE = re.compile(r"[0-9]{1,3}", re.ASCII)


def is_date(text: str) -> bool:
    """A day of the calendar as yyyy-mm-dd, without a time zone."""
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_time(text: str) -> bool:
    """A time as hh:mm:ss with at most three decimals, with or without a time zone."""
    found = _TIME.fullmatch(text)
    if not found:
        return False
    try:
        hour, minute, second = map(int, found.groups()[:3])
        time(hour, minute, second)
    except ValueError:
        return False
    return True


def is_zoned_time(text: str) -> bool:
    """The same with a time zone: Z or ±hh:mm."""
    found = _TIME.fullmatch(text)
    return is_time(text) and bool(found and found[4])


def is_spid(text: str) -> bool:
    """A service provider id without its scheme."""
    return _SPID.fullmatch(text) is not None


def is_address_scheme(text: str) -> bool:
    """The form of a code of Electronic Address Schemes that Peppol takes: four digits, no withdrawn one, no EM."""
    return _SCHEME.fullmatch(text) is not None and text != _WITHDRAWN


def is_gln(text: str) -> bool:
    """Thirteen digits with the check digit of GS1: weights 1 and 3 by turns, together a multiple of ten."""
    digits = list(map(int, text)) if _GLN.fullmatch(text) else []
    return bool(digits) and (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10 == 0


def is_type_code(text: str) -> bool:
    """The form of a code of UNCL 1001."""
    return _TYPE.fullmatch(text) is not None
