"""The form of a Leitweg-ID (KoSIT, Formatspezifikation Leitweg-ID 2.0.2): `04011000-12345-03`.

A help for whoever enters one; invoices are routed by the text as it stands, well-formed or not.
"""

from enum import StrEnum

from einvoice.model.checkdigits import has_leitweg_form, is_leitweg_id


class LeitwegProblem(StrEnum):
    """What may be wrong with a Leitweg-ID."""

    FORMAT = "format"
    CHECK_DIGIT = "check-digit"


def leitweg_problem(text: str) -> LeitwegProblem | None:
    """What looks wrong about a Leitweg-ID; None: nothing."""
    if not has_leitweg_form(text):
        return LeitwegProblem.FORMAT
    return None if is_leitweg_id(text) else LeitwegProblem.CHECK_DIGIT
