"""The sums of EN 16931 computed anew."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from einvoice.model.finding import Finding
from einvoice.model.invoice import Invoice
from einvoice.reports.insight import Equation, causes_of, likely
from einvoice.reports.insight.arithmetic import Arithmetic
from einvoice.reports.insight.groups import Groups

MakeInvoice = Callable[..., Invoice]
Found = Callable[..., Finding]


def computed(invoice: Invoice, finding: Finding) -> Equation | None:
    return Arithmetic(Groups(invoice.root)).equation(finding)


@pytest.mark.parametrize(
    ("rule", "wrong", "right"),
    [
        ("BR-CO-10", "BT-106", "350.00"),
        ("BR-CO-11", "BT-107", "20.00"),
        ("BR-CO-12", "BT-108", "10.00"),
        ("BR-CO-13", "BT-109", "340.00"),
        ("BR-CO-14", "BT-110", "64.60"),
        ("BR-CO-15", "BT-112", "404.60"),
        ("BR-CO-16", "BT-115", "400.00"),
        ("BR-CO-17", "BT-117", "64.60"),
        ("BR-S-09", "BT-117", "64.60"),
        ("BR-S-08", "BT-116", "340.00"),
        ("PEPPOL-EN16931-R120", "line 1", "100.00"),
    ],
)
def test_a_wrong_figure_is_set_against_what_it_should_be(
    bill: MakeInvoice, found: Found, rule: str, wrong: str, right: str
) -> None:
    equation = computed(bill(**{wrong: "77.00"}), found(rule))
    assert equation is not None
    assert (equation.stated, equation.computed) == (Decimal("77.00"), Decimal(right))
    assert equation.difference == Decimal("77.00") - Decimal(right)


def test_a_sum_that_we_find_right_says_nothing(bill: MakeInvoice, found: Found) -> None:
    assert computed(bill(), found("BR-CO-10")) is None


def test_a_difference_the_rule_lets_pass_says_nothing(bill: MakeInvoice, found: Found) -> None:
    assert computed(bill(**{"BT-117": "64.99"}), found("BR-CO-17")) is None


def test_a_sum_of_nothing_says_nothing(bill: MakeInvoice, found: Found) -> None:
    assert computed(bill(**{"line 1": None, "line 2": None}), found("BR-CO-10")) is None
    assert computed(bill(**{"BT-119": None}), found("BR-CO-17")) is None


def test_a_missing_result_is_computed_all_the_same(bill: MakeInvoice, found: Found) -> None:
    equation = computed(bill(**{"BT-107": None}), found("BR-CO-11"))
    assert equation is not None
    assert (equation.stated, equation.computed) == (None, Decimal("20.00"))


def test_what_is_booked_elsewhere_is_known(bill: MakeInvoice, found: Found) -> None:
    equation = computed(bill(**{"BT-119": "7"}), found("BR-S-08"))
    assert equation is not None
    assert equation.addends == ()
    assert [stray.place for stray in equation.strays] == [
        (("BG-25", 1),), (("BG-25", 2),), (("BG-20", 1),), (("BG-21", 1),)
    ]  # fmt: skip


def test_a_place_that_is_not_there_says_nothing(bill: MakeInvoice, found: Found) -> None:
    assert computed(bill(), found("PEPPOL-EN16931-R120", place=(("BG-25", 9),))) is None


@pytest.mark.parametrize("figure", ["9" * 60, "0." + "1" * 60, "-0", "00000012.50"])
def test_no_figure_however_odd_stops_the_report(bill: MakeInvoice, found: Found, figure: str) -> None:
    for wrong in ("BT-106", "BT-109", "BT-117", "BT-116", "line 1"):
        for rule in ("BR-CO-10", "BR-CO-13", "BR-CO-17", "BR-S-08", "PEPPOL-EN16931-R120"):
            invoice = bill(**{wrong: figure})
            equation = computed(invoice, found(rule))
            if equation is not None:
                likely(equation)
            assert causes_of([found(rule), found("BR-CO-15")], invoice).roots()
