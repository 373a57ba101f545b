"""Only what explains a difference to the cent is said."""

from decimal import Decimal

import pytest

from einvoice.reports.insight import Addend, Equation, likely

LINES = (Decimal("100.00"), Decimal("250.00"), Decimal("884.50"))


def sum_of(stated: str, *amounts: Decimal) -> Equation:
    addends = tuple(Addend("BT-131", (("BG-25", number),), one, 1) for number, one in enumerate(amounts or LINES, 1))
    total = sum((one.amount for one in addends), Decimal(0))
    return Equation("BT-106", (), Decimal(stated), total, addends)


def tax(stated: str, base: str = "100.00", rate: str = "19") -> Equation:
    factors = (("BT-116", Decimal(base)), ("BT-119", Decimal(rate)))
    exact = Decimal(base) * Decimal(rate) / 100
    return Equation("BT-117", (), Decimal(stated), exact.quantize(Decimal("0.01")), factors=factors)


@pytest.mark.parametrize(
    ("equation", "kind"),
    [
        (sum_of("1234.05"), "transposed"),
        (sum_of("-1234.50"), "sign"),
        (sum_of("12345.00"), "shift"),
        (sum_of("1134.50"), "left-out"),
        (sum_of("1334.50"), "twice"),
        (sum_of("734.50"), "wrong-sign"),
        (tax("7.00"), "rate"),
        (tax("19.07", base="100.40"), "rounding"),
        (tax("16.90", base="103.16"), "transposed"),
    ],
)
def test_a_mistake_that_gives_exactly_this_figure_is_named(equation: Equation, kind: str) -> None:
    found = likely(equation)
    assert found is not None
    assert found.kind == kind


@pytest.mark.parametrize("equation", [sum_of("1234.49"), sum_of("0"), sum_of("1300.00"), tax("50.00"), tax("0")])
def test_what_nothing_explains_stays_unexplained(equation: Equation) -> None:
    assert likely(equation) is None


def test_the_line_that_was_left_out_is_named() -> None:
    found = likely(sum_of("984.50"))
    assert found is not None
    assert found.addend is not None
    assert found.addend.place == (("BG-25", 2),)


def test_an_amount_of_another_category_is_named() -> None:
    stray = Addend("BT-131", (("BG-25", 4),), Decimal("65.50"), 1)
    found = likely(sum_of("1300.00")._replace(strays=(stray,)))
    assert found == ("elsewhere", stray, None)


def test_a_price_that_was_not_multiplied_is_known() -> None:
    line = Equation("BT-131", (), Decimal("25.00"), Decimal("100.00"), rest=Decimal("100.00"),
                    others=(("without-quantity", Decimal(25)),))  # fmt: skip
    assert likely(line) == ("without-quantity", None, None)
