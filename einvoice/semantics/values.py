"""What the syntaxes write differently, brought to one form: dates, note subjects, tax point codes."""

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache

from einvoice.model.document import Syntax
from einvoice.model.terms import TermInfo

Reader = Callable[[str], str | None]  # text as written → value; None: the term is not there

WHITE = " \t\r\n"  # XML white space; a no-break space is text
_DATE = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:Z|[+-]\d\d:\d\d)?")
_NOTE = re.compile(r"\s*#([A-Z0-9]{3})#(.*)", re.DOTALL)
_TAX_POINT = {"5": "3", "29": "35", "72": "432"}  # UNTDID 2475 (CII) → UNTDID 2005 (EN 16931, UBL)


def plain(text: str) -> str | None:
    """The text without white space around it."""
    return text.strip(WHITE) or None


def as_written(text: str) -> str | None:
    """The text as it is, line ends and all, unless it is only white space."""
    return text if text.strip(WHITE) else None


def iso_date(text: str) -> str | None:
    """yyyy-mm-dd of an xs:date (with or without time zone) or a date of format 102; as written if it is no date."""
    text = text.strip(WHITE)
    return _iso_date(text) if len(text) <= len("2024-02-29+01:00") else text


@lru_cache(maxsize=1024)  # the lines of an invoice say the same few dates
def _iso_date(text: str) -> str | None:
    found = _DATE.fullmatch(text)
    if not found:
        return text or None
    try:
        return date(*map(int, found.groups())).isoformat()
    except ValueError:
        return text


def note_subject(text: str) -> str | None:
    """BT-21 of a UBL note `#AAI#text`: the code."""
    found = _NOTE.match(text)
    return found[1] if found else None


def note_text(text: str) -> str | None:
    """BT-22 of a UBL note: what stands after the code, or all of it."""
    found = _NOTE.match(text)
    return plain(found[2] if found else text)


def tax_point(text: str) -> str | None:
    """BT-8 of CII as the code EN 16931 has for it; any other code as written."""
    code = text.strip(WHITE)
    return _TAX_POINT.get(code, code) or None


def reader(info: TermInfo, syntax: Syntax) -> Reader | None:
    """How the value of a term is read in a syntax; None: as `plain` does."""
    if info.datatype == "Date":
        return iso_date
    if info.id == "BT-20":  # a Skonto line ends with a line feed (XRechnung, BR-DE-18)
        return as_written
    is_cii = syntax in (Syntax.CII, Syntax.ZUGFERD_1)
    special = {"BT-8": tax_point} if is_cii else {"BT-21": note_subject, "BT-22": note_text}
    return special.get(info.id)
