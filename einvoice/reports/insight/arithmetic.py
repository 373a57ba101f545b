"""The sums of EN 16931-1 (6.4, rules BR-CO-10 to BR-CO-17 and the VAT category rules 08 and 09) computed anew.

`formulas.tsv` says for each rule which term must be the result of which others. Ways to get there:
sum (with signs; all occurrences), percent (base and percentage), taxable (lines, allowances and charges of the VAT
category), taxable-at-rate (also of its rate), line (quantity by price per base quantity, with charges and allowances),
zero.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from einvoice.explain.factur_x import told_as
from einvoice.model.finding import Finding
from einvoice.model.invoice import Group
from einvoice.model.terms import TERMS
from einvoice.reports.insight.groups import Groups, Place, is_a

_CENT = Decimal("0.01")
_LARGEST = Decimal(10) ** 18  # a larger difference is no amount
_SHARES = (("BG-25", "BT-131", "BT-151", "BT-152", 1), ("BG-20", "BT-92", "BT-95", "BT-96", -1),
           ("BG-21", "BT-99", "BT-102", "BT-103", 1))  # fmt: skip

_TAXED = ("S", "L", "M")  # VAT categories with a rate of their own; all others have no tax

_ADDED_UP = dict.fromkeys(("taxable", "taxable-at-rate"), tuple(share[1] for share in _SHARES))


class Formula(NamedTuple):
    """One row of `formulas.tsv`."""

    group: str  # the group it holds in, "" the document
    result: str
    way: str
    operands: tuple[str, ...]  # with their signs
    tolerance: Decimal  # a smaller difference does not break the rule
    rank: int  # place in the table: what comes first is nearer to the cause


class Addend(NamedTuple):
    """One amount that a sum is made of."""

    term: str
    place: Place  # of the group it stands in
    amount: Decimal  # as stated
    sign: int  # +1, −1

    @property
    def signed(self) -> Decimal:
        """What it adds."""
        return self.amount * self.sign


class Equation(NamedTuple):
    """A term and what it should be, for one place of one invoice."""

    term: str  # the result
    place: Place  # of the group it stands in
    stated: Decimal | None  # None: not stated
    computed: Decimal
    addends: tuple[Addend, ...] = ()
    rest: Decimal = Decimal(0)  # part of `computed` that is no addend: quantity by price
    factors: tuple[tuple[str, Decimal], ...] = ()  # terms multiplied, in their order
    others: tuple[tuple[str, Decimal], ...] = ()  # what comes out by a known mistake: name, result
    rank: int = 0  # of the formula
    strays: tuple[Addend, ...] = ()  # amounts of another VAT category or rate, which do not count here
    unassigned: Decimal = Decimal(0)  # the sum of those strays that have no VAT category at all

    @property
    def difference(self) -> Decimal:
        """Stated minus computed."""
        return (self.stated or Decimal(0)) - self.computed


class Arithmetic:
    """Computes the sums of one invoice."""

    def __init__(self, groups: Groups) -> None:
        self._root = groups.root
        self._groups = groups.within
        self._at_place = groups.at

    def equation(self, finding: Finding) -> Equation | None:
        """The sum a finding is about, if both sides can be had and differ by more than the rule lets pass."""
        for formula in _formulas().get(told_as(finding), ()):
            try:
                found = self._at(formula, finding.place or ())
            except ArithmeticError:  # figures of dozens of digits
                found = None
            if found is not None:
                return found
        return None

    def broken(self) -> set[tuple[str, Place]]:
        """The sums that do not hold, whatever rules were applied: the ways to their results, and where they stand."""
        return {
            (f"{formula.way} {' '.join(formula.operands)}", (*around, (formula.result, None)))
            for formula in _every_formula()
            for around in self._places(formula)
            if self._applies(formula, around) and self._at(formula, around) is not None
        }

    def _places(self, formula: Formula) -> Iterator[Place]:
        if not formula.group:
            yield ()
            return
        for number, _ in enumerate(self._groups(self._root, formula.group), 1):
            yield ((formula.group, number),)

    def _applies(self, formula: Formula, place: Place) -> bool:
        """Whether a way to tax and taxable amount is that of the VAT category."""
        group = self._at_place(place) if formula.way in ("taxable", "taxable-at-rate", "zero") else None
        return group is None or (group.text("BT-118") in _TAXED) is (formula.way == "taxable-at-rate")

    @staticmethod
    def terms_in(rule: str) -> tuple[str, ...]:
        """The terms that the sum of a rule is made of, its result first; empty for a rule that is no sum."""
        terms = [
            term
            for one in _formulas().get(rule, ())
            for term in (one.result, *(part.lstrip("+-") for part in one.operands or _ADDED_UP.get(one.way, ())))
        ]
        return tuple(dict.fromkeys(terms))

    def _at(self, formula: Formula, place: Place) -> Equation | None:
        around: Place = ()
        group = self._root
        if formula.group:
            steps = [index for index, (name, _) in enumerate(place) if is_a(name, formula.group)]
            if not steps and len(self._groups(self._root, formula.group)) != 1:
                return None
            around = place[: steps[0] + 1] if steps else ((formula.group, None),)
            inner = self._at_place(around)
            if inner is None:
                return None
            group = inner
        made = _WAYS[formula.way](self, formula, group, around)
        if made is None or abs(made.difference) <= formula.tolerance or abs(made.difference) > _LARGEST:
            return None
        return made

    def _sum(self, formula: Formula, group: Group, around: Place) -> Equation | None:
        addends = tuple(self._addends(formula.operands, group, around))
        if not addends:
            return None
        computed = sum((one.signed for one in addends), Decimal(0))
        return _equation(formula, group, around, computed, addends=addends)

    def _percent(self, formula: Formula, group: Group, around: Place) -> Equation | None:
        base, rate = (group.decimal(operand) for operand in formula.operands)
        if base is None or rate is None:
            return None
        factors = tuple(zip(formula.operands, (base, rate), strict=True))
        return _equation(formula, group, around, base * rate / 100, factors=factors)

    def _line(self, formula: Formula, group: Group, around: Place) -> Equation | None:
        quantity, price, base = (group.decimal(term) for term in ("BT-129", "BT-146", "BT-149"))
        if quantity is None or price is None:
            return None
        rest = quantity * price / (base or 1)
        addends = tuple(self._addends(formula.operands, group, around))
        extra = sum((one.signed for one in addends), Decimal(0))
        factors = [("BT-129", quantity), ("BT-146", price)]
        others = [("without-quantity", price)] if quantity != 1 else []
        if base not in (None, 0, 1):
            factors.append(("BT-149", base or Decimal(1)))
            others.append(("without-base-quantity", quantity * price + extra))
        return _equation(formula, group, around, rest + extra, addends, rest, tuple(factors), tuple(others))

    def _taxable(self, formula: Formula, group: Group, around: Place) -> Equation | None:
        category, rate = group.text("BT-118"), group.decimal("BT-119")
        by_rate = formula.way == "taxable-at-rate"
        if category is None or (by_rate and rate is None):
            return None
        addends: tuple[list[Addend], list[Addend]] = ([], [])  # of others, of this category (and rate)
        unassigned = Decimal(0)
        for holder, amount_id, category_id, rate_id, sign in _SHARES:
            for index, one in enumerate(self._groups(self._root, holder), 1):
                amount = one.decimal(amount_id)
                mine = one.text(category_id) == category and (not by_rate or one.decimal(rate_id) == rate)
                if amount is not None:
                    addends[mine].append(Addend(amount_id, ((holder, index),), amount, sign))
                    unassigned += 0 if one.text(category_id) else amount * sign
        computed = sum((one.signed for one in addends[True]), Decimal(0))
        made = _equation(formula, group, around, computed, addends=tuple(addends[True]))
        return made._replace(strays=tuple(addends[False]), unassigned=unassigned)

    def _zero(self, formula: Formula, group: Group, around: Place) -> Equation | None:
        return _equation(formula, group, around, Decimal(0))

    def _addends(self, operands: tuple[str, ...], group: Group, around: Place) -> Iterator[Addend]:
        for operand in operands:
            term, sign = operand[1:], -1 if operand[0] == "-" else 1
            for place, holder in self._holders(term, group, around):
                amount = holder.decimal(term)
                if amount is not None:
                    yield Addend(term, place, amount, sign)

    def _holders(self, term: str, group: Group, around: Place) -> Iterator[tuple[Place, Group]]:
        """The groups a term stands in, seen from `group`, with their places."""
        parent = TERMS[term].parent
        if not parent or is_a(group.id, parent):
            yield around, group
            return
        for index, holder in enumerate(self._groups(group, parent), 1):
            yield (*around, (parent, index if TERMS[parent].repeats else None)), holder


def _equation(
    formula: Formula,
    group: Group,
    around: Place,
    computed: Decimal,
    addends: tuple[Addend, ...] = (),
    rest: Decimal = Decimal(0),
    factors: tuple[tuple[str, Decimal], ...] = (),
    others: tuple[tuple[str, Decimal], ...] = (),
) -> Equation:
    exact = formula.result == "BT-146"  # a price may have any number of decimals
    rounded = computed if exact else computed.quantize(_CENT, ROUND_HALF_UP)
    parent = TERMS[formula.result].parent
    place = around if is_a(group.id, parent) else (*around, (parent, None))
    stated = group.decimal(formula.result)
    return Equation(formula.result, place, stated, rounded, addends, rest, factors, others, formula.rank)


_WAYS = {
    "sum": Arithmetic._sum,
    "percent": Arithmetic._percent,
    "line": Arithmetic._line,
    "taxable": Arithmetic._taxable,
    "taxable-at-rate": Arithmetic._taxable,
    "zero": Arithmetic._zero,
}


@cache
def _every_formula() -> tuple[Formula, ...]:
    """Each row once, without what only an extension adds up."""
    found = {formula.rank // 100: formula for formulas in _formulas().values() for formula in formulas}
    return tuple(formula for formula in found.values() if not any("BT-DEX" in one for one in formula.operands))


@cache
def _formulas() -> Mapping[str, list[Formula]]:
    text = files("einvoice.reports.insight").joinpath("formulas.tsv").read_text(encoding="utf-8")
    found: defaultdict[str, list[Formula]] = defaultdict(list)
    rows = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    for rank, row in enumerate(rows):
        operands = tuple(row["operands"].split())
        formula = Formula(row["group"], row["result"], row["way"], operands, Decimal(row["tolerance"]), rank)
        for place, rule in enumerate(row["rules"].split()):
            found[rule].append(formula._replace(rank=100 * rank + place))
    return found
