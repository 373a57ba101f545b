"""What probably went wrong with a sum: only what explains the difference to the cent is said."""

from collections.abc import Callable, Iterator
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_UP, Decimal
from typing import NamedTuple

from einvoice.reports.insight.arithmetic import Addend, Equation

_SHIFTS = (Decimal(10), Decimal(100), Decimal(1000))
_RATES = (Decimal(19), Decimal(7), Decimal(16), Decimal(5), Decimal(0))  # German VAT, today's and of 2020
_CENT = Decimal("0.01")
_MOST = 5000  # addends looked through


class Likely(NamedTuple):
    """A mistake that gives exactly the figure stated. Kinds: see `likely_*` in words.toml."""

    kind: str
    addend: Addend | None = None  # the amount it is about
    figure: Decimal | None = None  # the factor, or the rate used


def likely(equation: Equation) -> Likely | None:
    """The first mistake that fits, the most telling kind first; None: nothing fits."""
    if equation.stated is None or not equation.stated or not equation.computed:
        return None
    try:
        return next((found for look in _LOOKS for found in look(equation)), None)
    except ArithmeticError:  # figures of dozens of digits
        return None


def _known(equation: Equation) -> Iterator[Likely]:
    """A mistake the formula itself knows: price without quantity, base quantity forgotten."""
    for name, result in equation.others:
        if result.quantize(_CENT) == equation.stated:
            yield Likely(name)


def _sign(equation: Equation) -> Iterator[Likely]:
    if equation.stated == -equation.computed:
        yield Likely("sign")


def _addends(equation: Equation) -> Iterator[Likely]:
    """One amount left out, counted twice, or with the wrong sign; if several could be meant, the first is named."""
    difference = equation.difference
    if len(equation.addends) + bool(equation.rest) < 2 or len(equation.addends) > _MOST:
        return
    for kind, factor in (("left-out", -1), ("twice", 1), ("wrong-sign", -2)):
        for addend in equation.addends:
            if addend.amount and addend.signed * factor == difference:
                yield Likely(kind, addend)


def _strays(equation: Equation) -> Iterator[Likely]:
    """What is missing is booked under another VAT category or rate."""
    for addend in equation.strays[:_MOST]:
        if addend.amount and addend.signed == equation.difference:
            yield Likely("elsewhere", addend)


def _rate(equation: Equation) -> Iterator[Likely]:
    """Another tax rate, or cents cut off or rounded the wrong way."""
    if len(equation.factors) != 2 or equation.factors[1][0] != "BT-119":
        return
    base, rate = equation.factors[0][1], equation.factors[1][1]
    for other in _RATES:
        if other != rate and base * other / 100 == equation.stated:
            yield Likely("rate", None, other)


def _rounding(equation: Equation) -> Iterator[Likely]:
    exact = sum((one.signed for one in equation.addends), equation.rest)
    if equation.factors and not equation.rest:
        exact = equation.factors[0][1] * equation.factors[1][1] / 100
    if exact != equation.computed and equation.stated in {
        exact.quantize(_CENT, way) for way in (ROUND_DOWN, ROUND_UP, ROUND_HALF_EVEN)
    }:
        yield Likely("rounding")


def _shift(equation: Equation) -> Iterator[Likely]:
    for factor in _SHIFTS:
        if equation.stated in (equation.computed * factor, equation.computed / factor):
            yield Likely("shift", None, factor)


def _transposed(equation: Equation) -> Iterator[Likely]:
    """Two digits exchanged."""
    assert equation.stated is not None
    if equation.stated * equation.computed < 0:
        return
    one, other = (str(int(abs(value) * 100)) for value in (equation.stated, equation.computed))
    if len(one) != len(other):
        return
    differing = [index for index in range(len(one)) if one[index] != other[index]]
    if len(differing) == 2 and sorted(one) == sorted(other):
        yield Likely("transposed")


_LOOKS: tuple[Callable[[Equation], Iterator[Likely]], ...] = (
    _sign, _known, _addends, _strays, _rate, _rounding, _shift, _transposed,
)  # fmt: skip
