"""A sum computed anew, in words: both sides, the difference, and what probably went wrong."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from einvoice.explain import Lang
from einvoice.model.invoice import Term
from einvoice.model.terms import term_name
from einvoice.reports.blocks import Pair
from einvoice.reports.formats import number
from einvoice.reports.insight import Addend, Culprit, Equation, Likely, likely
from einvoice.reports.values import Reader
from einvoice.reports.words import words

_SIGNS = {1: "+ ", -1: "− "}  # a minus sign
_BETWEEN = " › "


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One sum."""

    rows: tuple[Pair, ...]  # what goes in, computed, stated, difference
    sentence: str  # "Berechnet 1.234,50 €, angegeben 1.234,05 €, Differenz 0,45 €."
    likely: str  # "Vermutlich ein Zahlendreher.", "" if nothing fits to the cent
    kind: str  # the same for programs: "transposed"; ""
    term: str  # the result
    computed: str  # decimal numbers as in XML
    stated: str  # "" if it is not stated
    difference: str  # stated minus computed


def evidence_of(equation: Equation, reader: Reader) -> Evidence:
    """The sum in the reader's language."""
    spoken, guess = words(reader.lang), likely(equation)
    computed = _amount(equation.term, equation.computed, reader)
    stated = spoken["missing"] if equation.stated is None else _amount(equation.term, equation.stated, reader)
    difference = _amount(equation.term, abs(equation.difference), reader)
    rows = (
        *_inputs(equation, reader),
        Pair(spoken["computed"], computed),
        Pair(spoken["stated"].format(name=_named(equation.term, reader.lang)), stated, equation.term),
        Pair(spoken["difference"], difference),
    )
    return Evidence(
        rows=rows,
        sentence=spoken["both_sides"].format(computed=computed, stated=stated, difference=difference),
        likely=_likely(guess, reader) if guess else "",
        kind=guess.kind if guess else "",
        term=equation.term,
        computed=str(equation.computed),
        stated="" if equation.stated is None else str(equation.stated),
        difference=str(equation.difference),
    )


def culprit_in_words(culprit: Culprit, reader: Reader, key: str = "one_amount") -> str:
    """That one wrong amount explains several errors, and what it should be; `culprit_fix`: what to do about it."""
    return words(reader.lang)[key].format(
        what=_place(culprit.term, culprit.place, reader.lang),
        stated=_amount(culprit.term, culprit.stated, reader),
        right=_amount(culprit.term, culprit.right, reader),
    )


def culprit_title(culprit: Culprit, reader: Reader) -> str:
    """The wrong amount in a few words: `Nettobetrag der Position 2 stimmt nicht (3.570,00 € statt 3.750,00 €)`."""
    spoken, (group, index) = words(reader.lang), culprit.place[-1] if culprit.place else ("", None)
    guess = likely(Equation(culprit.term, culprit.place, culprit.stated, culprit.right))
    kind = f"culprit_{guess.kind}" if guess else ""
    name = term_name(group if kind == "culprit_sign" and index else culprit.term, reader.lang)
    return spoken["culprit_sign" if kind == "culprit_sign" else "culprit_title"].format(
        name=spoken["numbered"].format(name=name, n=index) if index else name,
        why=spoken.get(kind, ""),
        stated=_amount(culprit.term, culprit.stated, reader),
        right=_amount(culprit.term, culprit.right, reader),
    )


def culprit_place(culprit: Culprit, reader: Reader) -> tuple[str, str]:
    """Where the wrong amount stands, and what stands there."""
    return _place(culprit.term, culprit.place, reader.lang), _amount(culprit.term, culprit.stated, reader)


def _inputs(equation: Equation, reader: Reader) -> Iterator[Pair]:
    for index, (term, value) in enumerate(equation.factors):
        sign = ("", "× ", ": ")[index] if equation.term == "BT-131" else ("", "× ")[index]
        yield Pair(sign + _named(term, reader.lang), _amount(term, value, reader), term)
    started = bool(equation.factors)
    for (term, sign), same in groupby(equation.addends, key=lambda one: (one.term, one.sign)):
        amounts = [one.amount for one in same]
        head = _SIGNS[sign] if started or sign < 0 else ""
        name = _named(term, reader.lang)
        if len(amounts) > 1:
            name = words(reader.lang)["sum_of"].format(n=number(len(amounts), reader.lang), name=name)
        yield Pair(f"{head}{name}", _amount(term, sum(amounts, Decimal(0)), reader), term)
        started = True


def _likely(guess: Likely, reader: Reader) -> str:
    spoken = words(reader.lang)
    figure = reader.value(Term("BT-129", str(guess.figure))) if guess.figure is not None else ""
    return spoken[f"likely_{guess.kind}"].format(
        what=_addend(guess.addend, reader.lang) if guess.addend else "",
        amount=_amount(guess.addend.term, guess.addend.amount, reader) if guess.addend else "",
        figure=figure,
    )


def _addend(addend: Addend, lang: Lang) -> str:
    return _place(addend.term, addend.place, lang)


def _place(term: str, place: tuple[tuple[str, int | None], ...], lang: Lang) -> str:
    """`Rechnungsposition 3 › Nettobetrag der Position (BT-131)`."""
    numbered = [f"{term_name(name, lang)} {number}" for name, number in place if number]
    return _BETWEEN.join((*numbered, _named(term, lang)))


def _named(term: str, lang: Lang) -> str:
    return f"{term_name(term, lang)} ({term})"


def _amount(term: str, value: Decimal, reader: Reader) -> str:
    return reader.value(Term(term, f"{value:f}"))
