"""XML against picture: whether the pages show what the invoice says, fact by fact.

A person pays by the page, a program by the XML. Where the page clearly shows another value in the same role, both are
told; where it shows neither, nothing is claimed. A contradiction that is none would cost more trust than one missed.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from einvoice.explain.wording import shorten
from einvoice.inspection import amounts, dates, numbers
from einvoice.inspection.noted import PICTURE, noted
from einvoice.inspection.page import CHARACTERS, Page
from einvoice.inspection.stated import Stated, cents, code
from einvoice.model.checkdigits import is_german_vat_id, is_iban, is_leitweg_id
from einvoice.model.document import InvoiceDocument
from einvoice.model.enclosed import Agreement, Compared, HybridFacts, Picture
from einvoice.model.finding import Finding, Level
from einvoice.model.invoice import Invoice, Term

_SEVERAL = 3  # values of one term looked for, and others shown

NO_TEXT, UNREAD = "PICTURE-NO-TEXT", "PICTURE-UNREAD"


@dataclass(frozen=True, slots=True)
class Sight:
    """Both sides of the comparison of one value."""

    value: str
    page: Page
    invoice: Invoice
    stated: Stated

    def holds(self, term: str) -> bool:
        """Whether the page shows this identifier of the invoice."""
        value = self.invoice.text(term)
        return value is not None and numbers.shown_code(self.page, value) is not None


@dataclass(frozen=True, slots=True)
class Fact:
    """One term that is compared: how its value is looked for, what else stands in its place, how ours is written."""

    term: str
    shown: Callable[[Page, str], str | None]
    others: Callable[[Sight], list[str]] | None = None
    like: Callable[[str, str], str] | None = None
    when: Callable[[Invoice, str], bool] | None = None  # None: always

    def compared(self, sight: Sight) -> Compared:
        """What the page says of this value."""
        ours, shown = shorten(sight.value), self.shown(sight.page, sight.value)
        if shown is not None:
            return Compared(term=self.term, invoice=ours, shown=(shown,), agreement=Agreement.SAME)
        others = tuple(self.others(sight)[:_SEVERAL]) if self.others else ()
        agreement = Agreement.CONTRADICTS if others else Agreement.NOT_SHOWN
        return Compared(term=self.term, invoice=ours, shown=others, agreement=agreement)

    def values(self, invoice: Invoice) -> list[Term]:
        """Where the invoice has the term, each value once."""
        found = {term.value: term for term in reversed(invoice.every(self.term)) if term.value}
        return [term for term in reversed(found.values()) if not self.when or self.when(invoice, term.value)][:_SEVERAL]


def compare(
    document: InvoiceDocument, invoice: Invoice, facts: HybridFacts
) -> tuple[Picture, tuple[Compared, ...], tuple[Finding, ...]]:
    """Whether the pages could be compared, what came of it, and what there is to report."""
    if facts.text is None or len(facts.text) > CHARACTERS:
        return Picture.UNREAD, (), (noted(UNREAD, Level.INFORMATION, PICTURE, "The pages could not be read.", {}),)
    page = Page.of(facts.text)
    if not page.readable:
        return Picture.NO_TEXT, (), (noted(NO_TEXT, Level.INFORMATION, PICTURE, "The pages hold no text.", {}),)
    stated = Stated(document.root)
    compared: list[Compared] = []
    findings: list[Finding] = []
    for fact in FACTS:
        terms = fact.values(invoice)
        results = [fact.compared(Sight(term.value, page, invoice, stated)) for term in terms]
        if any(result.agreement is Agreement.SAME for result in results):  # of several accounts, one may be shown
            results = [_unclaimed(result) for result in results]
        compared += results
        findings += [
            _finding(fact, result, term)
            for result, term in zip(results, terms, strict=True)
            if result.agreement is Agreement.CONTRADICTS
        ]
    return Picture.COMPARED, tuple(compared), tuple(findings)


def _unclaimed(result: Compared) -> Compared:
    if result.agreement is not Agreement.CONTRADICTS:
        return result
    return Compared(term=result.term, invoice=result.invoice, shown=(), agreement=Agreement.NOT_SHOWN)


def _finding(fact: Fact, result: Compared, term: Term) -> Finding:
    shown = ", ".join(result.shown)
    details = {"value": shown, "stated": fact.like(result.shown[0], result.invoice) if fact.like else result.invoice}
    message = f"The PDF shows {{value}}, the XML says {{stated}} ({fact.term})."
    return noted(f"PICTURE-{fact.term}", Level.WARNING, PICTURE, message, details, terms=(fact.term,), line=term.line)


def _only(found: list[str]) -> list[str]:
    """What was found, if it is one thing only: of two it is not clear which is meant."""
    return found if len(found) == 1 else []


def _other_numbers(sight: Sight) -> list[str]:
    found = {code(shown): shown for shown in numbers.other_numbers(sight.page, sight.value)}
    return [] if sight.stated.codes & found.keys() else _only(list(found.values()))


def _other_dates(sight: Sight) -> list[str]:
    if not dates.is_day(sight.value):
        return []
    number = sight.invoice.number
    known = numbers.shown_number(sight.page, number) if number else None
    found = {meanings: shown for shown, meanings in dates.other_dates(sight.page, known)}
    return [] if any(sight.stated.dates & meanings for meanings in found) else _only(list(found.values()))


def _other_gross(sight: Sight) -> list[str]:
    """Where nothing was prepaid, what is due is the total, too; else a page that shows what is due may leave it out."""
    payable = sight.invoice.text("BT-115")
    if payable is None or not _prepaid(sight.invoice, payable):
        return _other_amounts(sight, amounts.GROSS, amounts.PAYABLE)
    return [] if amounts.shown_amount(sight.page, payable) else _other_amounts(sight, amounts.GROSS)


def _other_payable(sight: Sight) -> list[str]:
    return _other_amounts(sight, amounts.PAYABLE)


def _other_amounts(sight: Sight, *labels: re.Pattern[str]) -> list[str]:
    if not amounts.is_amount(sight.value):
        return []
    shown = amounts.other_amounts(sight.page, labels, sight.invoice.currency)
    found = {cents(number): text for text, number in shown}
    return [] if sight.stated.amounts & found.keys() else _only(list(found.values()))


def _other_ibans(sight: Sight) -> list[str]:
    found = dict.fromkeys(numbers.ibans(sight.page)) if is_iban(code(sight.value)) else {}
    return [] if sight.stated.codes & found.keys() else list(found)


def _other_leitweg_ids(sight: Sight) -> list[str]:
    return _only(list(dict.fromkeys(numbers.leitweg_ids(sight.page))))


def _other_sellers(sight: Sight) -> list[str]:
    """Another VAT id that can only be the seller's: the buyer's is there as well, or no tax number of the seller."""
    clear = sight.holds("BT-48") if sight.invoice.text("BT-48") else not sight.holds("BT-32")
    if not clear or not is_german_vat_id(code(sight.value)):
        return []
    return _only(
        [text for text in dict.fromkeys(numbers.sellers_vat_ids(sight.page)) if text not in sight.stated.codes]
    )


def _prepaid(invoice: Invoice, payable: str) -> bool:
    gross = invoice.text("BT-112")
    return gross is None or not amounts.equal(gross, payable)


def _routes(_: Invoice, reference: str) -> bool:
    return is_leitweg_id(reference)


FACTS = (
    Fact("BT-1", numbers.shown_number, _other_numbers),
    Fact("BT-2", dates.shown_date, _other_dates, dates.like),
    Fact("BT-112", amounts.shown_amount, _other_gross, amounts.like),
    Fact("BT-115", amounts.shown_amount, _other_payable, amounts.like, when=_prepaid),
    Fact("BT-84", numbers.shown_iban, _other_ibans),
    Fact("BT-31", numbers.shown_code, _other_sellers),
    Fact("BT-32", numbers.shown_code),
    Fact("BT-48", numbers.shown_code),
    Fact("BT-10", numbers.shown_leitweg_id, _other_leitweg_ids, when=_routes),
)
