"""Where in the invoice a finding is, in words: `Rechnungsposition 2 › Nettopreis des Artikels`."""

import re

from einvoice.explain import Lang
from einvoice.model.finding import Finding
from einvoice.model.terms import term_name
from einvoice.reports.formats import visible
from einvoice.reports.words import words

_BETWEEN = " › "
_STEP = re.compile(r"/@?(?:[^/:\[\]]*:)?([^/\[\]]+)(?:\[(\d+)\])?")


def place_in_words(finding: Finding, lang: Lang) -> str:
    """The place by the names of its terms; where none is known, by the names in the XML."""
    if finding.place is None:
        return _elements(finding.xpath) or words(lang)["whole_document"]
    steps = [f"{term_name(term, lang)} {number or ''}".rstrip() for term, number in finding.place]
    return _BETWEEN.join(steps) or words(lang)["whole_document"]


def _elements(xpath: str) -> str:
    """The elements below the root by their bare names: `InvoiceLine 2 › Price › PriceAmount`."""
    steps = _STEP.findall(xpath)[1:]
    return visible(_BETWEEN.join(f"{name} {number}".rstrip() for name, number in steps))
