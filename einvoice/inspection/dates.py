"""Dates on a page: 31.12.2025, 2025-12-31, 12/31/2025, 31. Dezember 2025, Dec 31, 2025 are the same day."""

import re
from collections.abc import Iterator
from datetime import date
from itertools import chain

from einvoice.inspection.page import Page
from einvoice.inspection.stated import day_of

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan januar january jänner", "feb februar february feber", "mar mär mrz märz march", "apr april", "mai may",
         "jun juni june", "jul juli july", "aug august", "sep sept september", "okt oct oktober october",
         "nov november", "dez dec dezember december"), 1)
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DATE = re.compile(
    r"(?<![\d.,/])(?:"
    r"(?P<year>\d{4}) ?[-./] ?(?P<month>\d{1,2}) ?[-./] ?(?P<day>\d{1,2})"
    r"|(?P<one>\d{1,2}) ?(?P<mark>[-./]) ?(?P<two>\d{1,2}) ?[-./] ?(?P<three>\d{4}|\d{2})"
    rf"|(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\.?[ \n-]{{0,2}}(?P<m>{_MONTH})\.?,?[ \n-]{{0,2}}(?P<y>\d{{4}}|\d{{2}})"
    r")(?!\d|\.\d)"
    rf"|\b(?P<m2>{_MONTH})\.?[ \n]{{1,2}}(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,?[ \n]{{1,2}}(?P<y2>\d{{4}})(?!\d)",
    re.IGNORECASE | re.ASCII,
)
ISSUED = re.compile(
    r"(?:rechnungsdatum|belegdatum|ausstellungsdatum|datum der rechnung|invoice date|date of invoice|issue date|"
    r"date of issue)\b",
    re.IGNORECASE,
)

_DATED = re.compile(r" {0,3}(?:vom|von|dated|of) {1,3}(\d.{0,30})", re.IGNORECASE)


def shown_date(page: Page, value: str) -> str | None:
    """The day as it stands on the page; None: it does not, or the value is no day."""
    wanted = _day(value)
    if wanted is None:
        return None
    for found in _DATE.finditer(page.text):
        if wanted in _meanings(found):
            return " ".join(found.group().split())
    spaced = (f"{wanted:%d.%m.%Y}", f"{wanted:%Y-%m-%d}", f"{wanted.day}.{wanted.month}.{wanted.year}")
    return next(filter(None, map(page.find, spaced)), None)


def other_dates(page: Page, number: str | None) -> Iterator[tuple[str, frozenset[date]]]:
    """The dates of the invoice as the page has them, with all the days they may mean.

    Right behind a label that says so, or behind the number of the invoice as it stands there: R-1 vom 5.1.2026.
    """
    lines = (line.partition(number)[2] for line in page.lines) if number else ()
    behind = (found.group(1) for rest in lines if (found := _DATED.match(rest)))
    for rest in chain(page.labelled(ISSUED), behind):
        found = _DATE.match(rest)
        if found and (meanings := _meanings(found)):
            yield " ".join(found.group().split()), meanings


def is_day(value: str) -> bool:
    """Whether a term holds a day at all."""
    return _day(value) is not None


def like(shown: str, value: str) -> str:
    """A day of the XML, written as the page writes its own if that is the usual German way."""
    day = _day(value)
    return f"{day:%d.%m.%Y}" if day and re.fullmatch(r"\d{1,2}\.\d{1,2}\.\d{2,4}", shown) else value


def _day(value: str) -> date | None:
    """Of a term: yyyy-mm-dd."""
    found = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})(?:Z|[+-]\d\d:\d\d)?", value, re.ASCII)
    return day_of(*found.groups()) if found else None


def _meanings(found: re.Match[str]) -> frozenset[date]:
    """04/05/2025 may be April or May; 25-12-31 may begin with the year."""
    part = found.groupdict()
    if part["year"]:
        candidates = [(part["year"], part["month"], part["day"])]
    elif part["one"]:
        one, two, three = part["one"], part["two"], part["three"]
        candidates = [(_year(three), two, one)]
        if part["mark"] != ".":
            candidates += [(_year(three), one, two), (_year(one), two, three)]
    else:
        month = _MONTHS[(part["m"] or part["m2"]).lower()]
        candidates = [(_year(part["y"] or part["y2"]), str(month), part["d"] or part["d2"])]
    return frozenset(day for candidate in candidates if (day := day_of(*candidate)))


def _year(text: str) -> str:
    return text if len(text) == 4 else f"20{text:0>2}"
