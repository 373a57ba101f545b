"""What is wrong with the form of a value, where it can be told: IBAN, telephone, e-mail, Skonto, Leitweg-ID, decimals.

Sources: ISO 13616 (IBAN), XRechnung 3.0 (BR-DE-18, 27, 28), EN 16931-1 (BR-DEC-*), KoSIT Formatspezifikation
Leitweg-ID.
"""

import re
from collections.abc import Callable, Iterator

from einvoice.model.checkdigits import IBAN_LENGTHS, has_iban_check, has_iban_form, remainder
from einvoice.routing import LeitwegProblem, leitweg_problem

Remark = tuple[str, dict[str, str]]  # key of words.toml and what fills it

_SKONTO = re.compile(r"#SKONTO#TAGE=\d+#PROZENT=\d+\.\d{2}(#BASISBETRAG=-?\d+\.\d{2})?#")
_LINE = 80  # characters of a Skonto line shown
_LONGEST = 100  # characters of a value looked at


def iban(value: str) -> Iterator[Remark]:
    """Form, length for the country, check digits."""
    text = "".join(value.split()).upper()
    if not has_iban_form(text):
        yield "hint_iban_form", {}
        return
    length = IBAN_LENGTHS.get(text[:2])
    if length and len(text) != length:
        yield "hint_iban_length", {"n": str(len(text)), "country": text[:2], "length": str(length)}
    elif not has_iban_check(text):
        yield "hint_iban_check", {}


def telephone(value: str) -> Iterator[Remark]:
    """At least three digits."""
    digits = sum(sign.isdigit() for sign in value)
    if digits < 3:
        yield "hint_phone", {"n": str(digits)}


def mail(value: str) -> Iterator[Remark]:
    """One @ with something before and after it."""
    parts = value.strip().split("@")
    if len(parts) != 2:
        yield "hint_mail_at", {}
    elif any(len(part) < 2 or part != part.strip(".") or re.search(r"\s", part) for part in parts):
        yield "hint_mail_around", {}


def skonto(value: str) -> Iterator[Remark]:
    """The first line that is not as prescribed; else the line end after the last one."""
    lines = value.splitlines()
    for line in lines:
        if line.strip().startswith("#") and not _SKONTO.fullmatch(line.strip()):
            yield "hint_skonto_line", {"line": line.strip()[:_LINE]}
            return
    if lines and lines[-1].strip().startswith("#") and not value.rstrip(" ").endswith(("\n", "\r")):
        yield "hint_skonto_end", {}


def decimals(value: str) -> Iterator[Remark]:
    """More than two places."""
    places = len(value.strip().partition(".")[2])
    if places > 2:
        yield "hint_decimals", {"n": str(places)}


def vat_id(value: str) -> Iterator[Remark]:
    """The country code in front."""
    if not value[:2].isalpha():
        yield "hint_vat_prefix", {"prefix": value[:2]}


def leitweg(value: str) -> Iterator[Remark]:
    """Form and check digits; a look-alike only, whatever is no Leitweg-ID may be another reference."""
    problem = leitweg_problem(value.strip())
    if problem is LeitwegProblem.FORMAT:
        yield "hint_leitweg_form", {}
    elif problem is LeitwegProblem.CHECK_DIGIT:
        head, _, stated = value.strip().rpartition("-")
        yield "hint_leitweg_check", {"stated": stated, "right": check_digits(head)}


def check_digits(head: str) -> str:
    """The two check digits of a Leitweg-ID without them (ISO 7064 mod 97-10)."""
    return f"{98 - remainder(head + '00'):02d}"


CHECKS: dict[str, Callable[[str], Iterator[Remark]]] = {
    "iban": iban,
    "telephone": telephone,
    "mail": mail,
    "skonto": skonto,
    "decimals": decimals,
    "vat-id": vat_id,
    "leitweg": leitweg,
}


def remarks(check: str, value: str) -> list[Remark]:
    """What a check has to say about a value; very long ones are left alone."""
    if check not in CHECKS or not value or (len(value) > _LONGEST and check != "skonto"):
        return []
    return list(CHECKS[check](value))
