"""One wrong amount, several broken sums: the amount whose correction mends most of them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import islice
from typing import NamedTuple

from einvoice.reports.insight.arithmetic import Equation
from einvoice.reports.insight.groups import Place

_CENT = Decimal("0.01")
_MOST = 500  # sums compared with one another
_ROUNDING = Decimal("0.02")  # what rounding may add to a difference


class Culprit(NamedTuple):
    """One amount of the invoice and what has to be added to it."""

    term: str
    place: Place  # of the group it stands in
    stated: Decimal
    correction: Decimal

    @property
    def right(self) -> Decimal:
        """What it should be."""
        return self.stated + self.correction


class Explained(NamedTuple):
    """Findings that one wrong amount explains together, at least two; first the one nearest to that amount."""

    findings: list[int]
    culprit: Culprit | None  # None: several amounts would explain them


def common_culprits(equations: Mapping[int, Equation], fits: Callable[[Culprit], bool]) -> Iterator[Explained]:
    """Broken sums by what explains most of them at once. `equations`: by the index of the finding.

    `fits`: whether an amount can be corrected and no other sum breaks. Only the first of very many sums are
    compared; the others stay causes of their own.
    """
    known = dict(islice(equations.items(), _MOST))
    suspects = _several(_suspects(known), known)
    while suspects:
        most = max(map(len, suspects.values()))
        best = [culprit for culprit, mended in suspects.items() if len(mended) == most]
        mended = suspects[best[0]]
        same = [culprit for culprit in best if suspects[culprit] == mended]
        culprit = same[0] if len(same) == 1 and fits(same[0]) else None
        yield Explained(sorted(mended, key=lambda index: _distance(known[index], culprit)), culprit)
        suspects = _several(((one, indices - mended) for one, indices in suspects.items()), known)


def _distance(equation: Equation, culprit: Culprit | None) -> tuple[bool, int]:
    """The sum that has the amount for its result comes first, then as `formulas.tsv` has them."""
    own = culprit is not None and (equation.term, equation.place) == culprit[:2]
    return not own, equation.rank


def _suspects(equations: Mapping[int, Equation]) -> Iterable[tuple[Culprit, set[int]]]:
    """Amounts whose correction would mend sums, with these sums."""
    found: defaultdict[Culprit, set[int]] = defaultdict(set)
    for index, equation in equations.items():
        for suspect in _of(equation):
            found[suspect].add(index)
    by_amount: defaultdict[tuple[str, Place], list[Culprit]] = defaultdict(list)
    for suspect in found:
        by_amount[suspect.term, suspect.place].append(suspect)
    for index, equation in equations.items():
        if equation.stated is not None and equation.factors and not equation.rest:
            for suspect in by_amount[equation.factors[0][0], equation.place]:
                if _mends_product(suspect, equation):
                    found[suspect].add(index)
    return found.items()


def _several(suspects: Iterable[tuple[Culprit, set[int]]], known: Mapping[int, Equation]) -> dict[Culprit, set[int]]:
    """Those that mend more than one sum; two rules about the same sum prove no more than one."""
    return {suspect: indices for suspect, indices in suspects if len({known[index][:4] for index in indices}) > 1}


def _of(equation: Equation) -> Iterator[Culprit]:
    if equation.stated is None:
        return
    difference = equation.difference.quantize(_CENT)
    yield Culprit(equation.term, equation.place, equation.stated, -difference)
    for addend in equation.addends:
        yield Culprit(addend.term, addend.place, addend.amount, difference * addend.sign)


def _mends_product(suspect: Culprit, equation: Equation) -> bool:
    """Whether the correction of the base of a percentage gives the result stated."""
    assert equation.stated is not None
    (_, base), (_, rate) = equation.factors[:2]
    return abs((base + suspect.correction) * rate / 100 - equation.stated) <= _ROUNDING
