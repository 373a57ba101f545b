"""What the invoice XML says anywhere, whichever field it says it in: none of it on a page is a contradiction."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from lxml import etree

_LONGEST = 100  # characters; what is longer is prose or an attachment
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,10})?", re.ASCII)
_DATE = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})", re.ASCII)


@dataclass(frozen=True)
class Stated:
    """The values of an invoice XML, read only when a page seems to contradict."""

    root: etree._Element

    @cached_property
    def texts(self) -> frozenset[str]:
        """Every short text of an element or attribute, without white space around it."""
        return frozenset(self._texts())

    @cached_property
    def amounts(self) -> frozenset[Decimal]:
        """Every number, without its sign, to the cent."""
        found = (Decimal(text) for text in self.texts if _NUMBER.fullmatch(text))
        return frozenset(cents(number) for number in found)

    @cached_property
    def dates(self) -> frozenset[date]:
        """Every day."""
        found = (_DATE.match(text) for text in self.texts)
        return frozenset(day for match in found if match and (day := day_of(*match.groups())))

    @cached_property
    def codes(self) -> frozenset[str]:
        """Every text as `code` makes it."""
        return frozenset(map(code, self.texts))

    def _texts(self) -> Iterator[str]:
        for element in self.root.iter("*"):
            for text in (element.text, *element.attrib.values()):
                if text and len(text) <= _LONGEST and (kept := str(text).strip()):
                    yield kept


def cents(number: Decimal) -> Decimal:
    """Without sign, to the cent."""
    return abs(number).quantize(Decimal("0.01"))


def code(text: str) -> str:
    """Letters and digits alone, capitals: RE-2025/001 and re 2025 001 are the same."""
    return "".join(sign for sign in text.upper() if sign.isalnum())


def day_of(year: str | int, month: str | int, day: str | int) -> date | None:
    """The day, if there is one."""
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
