"""What a term's value looks like to a reader: amounts with currency, dates, codes by name, attachments by size.

The names of the most common codes are in `codes.tsv` (UNTDID 1001, 2005, 4461, 5305; UN/ECE Rec. 20 and 21; EAS;
ISO 3166). A code that is not there is shown as written.
"""

import csv
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from einvoice.explain import Lang
from einvoice.model.invoice import Invoice, Term
from einvoice.model.terms import TERMS
from einvoice.reports.formats import day, money, number, plain, size, visible

_CODE_LISTS = {
    "type": ("BT-3",),
    "due": ("BT-8",),
    "pay": ("BT-81",),
    "vat": ("BT-95", "BT-102", "BT-118", "BT-151"),
    "unit": ("BT-130", "BT-150"),
    "address": ("BT-29-1", "BT-34-1", "BT-46-1", "BT-49-1", "BT-71-1"),
    "country": ("BT-40", "BT-55", "BT-69", "BT-80", "BT-159"),
}
_LIST_OF = {term: name for name, terms in _CODE_LISTS.items() for term in terms}


class Reader(NamedTuple):
    """Who reads: the language, and the currency that amounts without one of their own are in."""

    lang: Lang
    currency: str | None
    vat_currency: str | None  # BT-6, for BT-111 alone

    @classmethod
    def of(cls, invoice: Invoice, lang: Lang) -> "Reader":
        """The reader of one invoice."""
        return cls(lang, invoice.currency, invoice.text("BT-6"))

    def value(self, term: Term) -> str:
        """One term's value without its components."""
        kind = TERMS[term.id].datatype
        if kind == "BinaryObject":
            return size(byte_count(term.value), self.lang)
        if kind == "Date":
            return _date(term.value, self.lang)
        if kind == "Code":
            return self._code(term)
        figure = term.decimal if kind in ("Amount", "UnitPriceAmount", "Percentage", "Quantity") else None
        if figure is None:
            return visible(term.value)
        if kind == "Percentage":
            return f"{number(plain(figure), self.lang)} %"
        if kind == "Quantity":
            return number(plain(figure), self.lang)
        currency = (self.vat_currency or self.currency) if term.id == "BT-111" else self.currency
        return money(plain(figure), visible(currency or ""), self.lang)

    def full(self, term: Term) -> str:
        """One term's value with its components: `4012345000009 (GLN, 0088)`."""
        parts = ", ".join(self._component(part) for part in term.components if part.value)
        return f"{self.value(term)} ({parts})" if parts else self.value(term)

    def name_of(self, term: Term) -> str:
        """The name of a code alone, or the code as written."""
        return self._known(term) or visible(term.value)

    def _code(self, term: Term) -> str:
        known = self._known(term)
        return f"{known} ({visible(term.value)})" if known else visible(term.value)

    def _component(self, part: Term) -> str:
        known = self._known(part)
        return f"{known}, {visible(part.value)}" if known else self.value(part)

    def _known(self, term: Term) -> str | None:
        names = code_names().get((_LIST_OF.get(term.id, ""), term.value))
        return names[self.lang] if names else None


def byte_count(base64: str) -> int:
    """How many bytes a base64 text stands for."""
    return len("".join(base64.split()).rstrip("=")) * 3 // 4


@cache
def code_names() -> Mapping[tuple[str, str], dict[Lang, str]]:
    """(list, code) → its names."""
    text = files("einvoice.reports").joinpath("codes.tsv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return {(row["list"], row["code"]): {"de": row["de"], "en": row["en"]} for row in rows}


def _date(text: str, lang: Lang) -> str:
    try:
        return day(date.fromisoformat(text), lang)
    except ValueError:
        return visible(text)
