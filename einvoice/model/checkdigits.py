"""Check digits: what tells a number from any other row of digits.

Sources: ISO 13616 and its register (IBAN, lengths by country), ISO 7064 (mod 97-10, mod 11,10), the VAT identification
number of § 27a UStG, KoSIT Formatspezifikation Leitweg-ID 2.0.2.
"""

import re

_LENGTHS = (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 "
    "EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 "
    "KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 "
    "PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 "
    "UA29 VA22 VG24 XK20 YE30"
)
IBAN_LENGTHS = {entry[:2]: int(entry[2:]) for entry in _LENGTHS.split()}

_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]+", re.ASCII)
_LEITWEG = re.compile(r"\d{2,12}-(?:[0-9A-Za-z]{1,30}-)?\d{2}", re.ASCII)
_GERMAN_VAT_ID = re.compile(r"DE[1-9]\d{8}", re.ASCII)


def is_iban(text: str) -> bool:
    """Form, length for the country, check digits; without spaces."""
    return has_iban_form(text) and len(text) == IBAN_LENGTHS.get(text[:2]) and has_iban_check(text)


def has_iban_form(text: str) -> bool:
    """Letters and digits where they belong."""
    return _IBAN.fullmatch(text) is not None


def has_iban_check(text: str) -> bool:
    """The check digits of what has the form."""
    return remainder(text[4:] + text[:4]) == 1


def is_leitweg_id(text: str) -> bool:
    """Form and check digits."""
    return has_leitweg_form(text) and remainder(text) == 1


def has_leitweg_form(text: str) -> bool:
    """Coarse address (2 to 12 digits), fine address (up to 30 letters and digits, may be missing), two check digits."""
    return _LEITWEG.fullmatch(text) is not None


def is_german_vat_id(text: str) -> bool:
    """Form and check digit, ISO 7064 mod 11,10; without spaces."""
    if not _GERMAN_VAT_ID.fullmatch(text):
        return False
    product = 10
    for digit in text[2:-1]:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == int(text[-1])


def remainder(text: str) -> int:
    """ISO 7064 mod 97-10: letters count as 10 to 35, hyphens not at all; 1 where the check digits are right."""
    return int("".join(str(int(sign, 36)) for sign in text if sign != "-")) % 97
