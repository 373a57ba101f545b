"""The form of a Leitweg-ID (KoSIT, Formatspezifikation Leitweg-ID 2.0.2): `04011000-12345-03`.

Coarse address (2 to 12 digits), fine address (up to 30 letters and digits, may be missing), two check digits.
A help for whoever enters one; invoices are routed by the text as it stands, well-formed or not.
"""

import re
from enum import StrEnum

_FORM = re.compile(r"[0-9]{2,12}-(?:[0-9A-Za-z]{1,30}-)?[0-9]{2}")


class LeitwegProblem(StrEnum):
    """What may be wrong with a Leitweg-ID."""

    FORMAT = "format"
    CHECK_DIGIT = "check-digit"


def leitweg_problem(text: str) -> LeitwegProblem | None:
    """What looks wrong about a Leitweg-ID; None: nothing."""
    if not _FORM.fullmatch(text):
        return LeitwegProblem.FORMAT
    # ISO 7064 mod 97-10: letters count as 10 to 35, the whole leaves 1
    digits = "".join(str(int(character, 36)) for character in text if character != "-")
    return None if int(digits) % 97 == 1 else LeitwegProblem.CHECK_DIGIT
