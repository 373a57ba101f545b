"""Invoices whose sums are right, to be made wrong in one place; findings of the rules about them."""

from collections.abc import Callable

import pytest

from einvoice.model.document import Syntax
from einvoice.model.finding import Finding, Level, Source
from einvoice.model.invoice import Group, Invoice, Term

MakeInvoice = Callable[..., Invoice]
Found = Callable[..., Finding]

# Two lines, an allowance and a charge, all at 19 %.
RIGHT = {
    "line 1": "100.00", "line 2": "250.00", "BT-92": "20.00", "BT-99": "10.00", "BT-106": "350.00", "BT-107": "20.00",
    "BT-108": "10.00", "BT-109": "340.00", "BT-110": "64.60", "BT-112": "404.60", "BT-113": "4.60", "BT-115": "400.00",
    "BT-116": "340.00", "BT-117": "64.60", "BT-119": "19",
}  # fmt: skip


@pytest.fixture
def bill() -> MakeInvoice:
    """The invoice, with other figures where given: `bill(**{"BT-106": "530.00"})`; None leaves a term out."""

    def made(**wrong: str | None) -> Invoice:
        figures = RIGHT | wrong

        def terms(*ids: str) -> tuple[Term, ...]:
            return tuple(Term(one, value) for one in ids if (value := figures[one]) is not None)

        def line(number: int, quantity: str, price: str) -> Group:
            amount = figures[f"line {number}"]
            head = (Term("BT-126", str(number)), Term("BT-129", quantity))
            vat = Group("BG-30", (Term("BT-151", "S"), Term("BT-152", "19")))
            net = (Term("BT-131", amount),) if amount is not None else ()
            return Group("BG-25", (*head, *net), (Group("BG-29", (Term("BT-146", price),)), vat))

        totals = ("BT-106", "BT-107", "BT-108", "BT-109", "BT-110", "BT-112", "BT-113", "BT-115")
        groups = (
            Group("BG-20", (*terms("BT-92"), Term("BT-95", "S"), Term("BT-96", "19"))),
            Group("BG-21", (*terms("BT-99"), Term("BT-102", "S"), Term("BT-103", "19"))),
            Group("BG-22", terms(*totals)),
            Group("BG-23", (*terms("BT-116", "BT-117"), Term("BT-118", "S"), *terms("BT-119"))),
            line(1, "4", "25"),
            line(2, "1", "250"),
        )
        head = (Term("BT-1", "R-17"), Term("BT-5", "EUR"))
        return Invoice(Syntax.UBL_INVOICE, Group("", head, groups))

    return made


PLACES = {
    "BR-S-08": (("BG-23", 1),),
    "BR-S-09": (("BG-23", 1),),
    "BR-CO-17": (("BG-23", 1),),
    "BR-48": (("BG-23", 1),),
    "BR-DE-14": (("BG-23", 1),),
    "PEPPOL-EN16931-R120": (("BG-25", 1),),
}


@pytest.fixture
def found() -> Found:
    """A finding of a rule, at the place such a rule speaks of."""

    def made(rule: str, **more: object) -> Finding:
        ruleset = "xrechnung-ubl" if rule.startswith(("BR-DE", "PEPPOL")) else "en16931-ubl"
        values: dict[str, object] = {
            "level": Level.ERROR,
            "source": Source.SCHEMATRON,
            "ruleset": ruleset,
            "xpath": "/ubl:Invoice",
            "line": 1,
            "terms": (),
            "message": f"[{rule}]",
            "place": PLACES.get(rule, ()),
        }
        return Finding(rule=rule, **(values | more))  # type: ignore[arg-type]

    return made
