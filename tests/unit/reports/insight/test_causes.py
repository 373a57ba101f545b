"""Which finding only follows from another one."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from einvoice.model.document import Syntax
from einvoice.model.finding import Finding, Level, Source
from einvoice.model.invoice import Group, Invoice, Term
from einvoice.reports.insight import Causes, causes_of

MakeInvoice = Callable[..., Invoice]
Found = Callable[..., Finding]


def causes(findings: list[Finding], invoice: Invoice | None) -> dict[str, str | None]:
    """Each rule, and the rule it follows from."""
    caused_by = causes_of(findings, invoice).caused_by
    return {
        finding.rule: None if cause is None else findings[cause].rule
        for finding, cause in zip(findings, caused_by, strict=True)
    }


def test_what_has_nothing_to_do_with_one_another_stays_apart(bill: MakeInvoice, found: Found) -> None:
    findings = [found("BR-02"), found("BR-DE-15"), found("BR-CL-14")]
    assert causes_of(findings, bill()).roots() == [0, 1, 2]


def test_without_findings_there_is_nothing(bill: MakeInvoice) -> None:
    assert causes_of([], bill()) == Causes((), {}, {}, {})


def test_one_wrong_total_explains_the_sums_it_stands_in(bill: MakeInvoice, found: Found) -> None:
    findings = [found("BR-CO-15"), found("BR-CO-13")]
    invoice = bill(**{"BT-109": "304.00"})
    assert causes(findings, invoice) == {"BR-CO-15": "BR-CO-13", "BR-CO-13": None}
    culprit = causes_of(findings, invoice).culprits[1]
    assert (culprit.term, culprit.stated, culprit.correction) == ("BT-109", Decimal("304.00"), Decimal("36.00"))


def test_one_wrong_line_explains_total_and_breakdown(bill: MakeInvoice, found: Found) -> None:
    findings = [found("BR-S-08"), found("BR-CO-10"), found("PEPPOL-EN16931-R120")]
    invoice = bill(**{"line 1": "190.00"})
    assert set(causes(findings, invoice).values()) == {None, "PEPPOL-EN16931-R120"}
    assert causes_of(findings, invoice).culprits[2].place == (("BG-25", 1),)


def test_which_of_several_amounts_is_wrong_is_not_guessed(bill: MakeInvoice, found: Found) -> None:
    findings = [found("BR-CO-13"), found("BR-CO-10")]
    answer = causes_of(findings, bill(**{"BT-106": "440.00", "BT-109": "430.00"}))
    assert answer.culprits == {}


def test_two_rules_about_one_sum_are_no_two_proofs(bill: MakeInvoice, found: Found) -> None:
    answer = causes_of([found("BR-S-09"), found("BR-CO-17")], bill(**{"BT-117": "23.80", "BT-110": "23.80"}))
    assert answer.caused_by == (1, None)
    assert answer.culprits == {}


def test_an_amount_that_other_sums_need_as_it_is_is_not_called_wrong(bill: MakeInvoice, found: Found) -> None:
    findings = [found("BR-CO-10"), found("BR-S-08")]
    lines_and_their_prices_are_right = {"line 2": "250.00", "BT-106": "440.00", "BT-116": "430.00"}
    assert causes_of(findings, bill(**lines_and_their_prices_are_right)).culprits == {}


@pytest.mark.parametrize(("taxable", "cause"), [("340.00", "BR-32"), ("940.00", None)])
def test_a_breakdown_follows_from_an_amount_without_category_if_that_is_the_difference(
    bill: MakeInvoice, found: Found, taxable: str, cause: str | None
) -> None:
    invoice = bill(**{"BT-116": taxable})
    allowance = Group("BG-20", (Term("BT-92", "20.00"),))
    groups = (allowance, *(group for group in invoice.root.groups if group.id != "BG-20"))
    invoice = Invoice(Syntax.UBL_INVOICE, invoice.root._replace(groups=groups))
    assert causes([found("BR-S-08"), found("BR-32")], invoice)["BR-S-08"] == cause


def test_a_sum_of_factur_x_is_computed_like_that_of_the_standard(bill: MakeInvoice, found: Found) -> None:
    findings = [found("BR-FXEXT-CO-16"), found("BR-FXEXT-CO-15")]
    told = causes(findings, bill(**{"BT-112": "440.60"}))
    assert told == {"BR-FXEXT-CO-16": "BR-FXEXT-CO-15", "BR-FXEXT-CO-15": None}


@pytest.mark.parametrize(
    ("effect", "cause"),
    [("BR-27", "BR-26"), ("BR-23", "BR-22"), ("PEPPOL-EN16931-R120", "BR-22"), ("UBL-DT-01", "BR-DEC-23")],
)
def test_one_mistake_in_a_line_is_told_once(bill: MakeInvoice, found: Found, effect: str, cause: str) -> None:
    here, there = ((("BG-25", number),) for number in (1, 2))
    findings = [found(effect, place=here), found(cause, place=here), found(effect, place=there)]
    assert causes_of(findings, bill()).caused_by == (1, None, None)


def test_sums_that_are_wrong_by_different_amounts_are_different_mistakes(bill: MakeInvoice, found: Found) -> None:
    findings = [found("BR-CO-10"), found("BR-CO-16")]
    assert causes_of(findings, bill(**{"BT-106": "1.00", "BT-109": "-9.00", "BT-115": "7.77"})).roots() == [0, 1]


def test_a_tax_at_another_rate_explains_what_is_added_up_by_rate(bill: MakeInvoice, found: Found) -> None:
    findings = [found("BR-S-08"), found("BR-S-09"), found("BR-CO-17")]
    told = causes(findings, bill(**{"BT-119": "7"}))
    assert told == {"BR-S-08": "BR-CO-17", "BR-S-09": "BR-CO-17", "BR-CO-17": None}


def test_a_missing_term_explains_the_sums_it_is_missing_in(bill: MakeInvoice, found: Found) -> None:
    findings = [found("BR-CO-10"), found("BR-12", place=(("BG-22", None),)), found("BR-CO-13")]
    told = causes(findings, bill(**{"BT-106": None}))
    assert told == {"BR-CO-10": "BR-12", "BR-12": None, "BR-CO-13": "BR-12"}


def test_two_rules_that_ask_for_the_same_term_are_one(bill: MakeInvoice, found: Found) -> None:
    assert causes([found("BR-48"), found("BR-DE-14")], bill(**{"BT-119": None}))["BR-DE-14"] == "BR-48"


def test_a_missing_group_explains_what_is_missing_in_it(found: Found) -> None:
    seller = Group("BG-4", (Term("BT-27", "A"),))
    invoice = Invoice(Syntax.UBL_INVOICE, Group("", (), (seller,)))
    findings = [found("BR-09"), found("BR-DE-3"), found("BR-08")]
    assert causes(findings, invoice) == {"BR-09": "BR-08", "BR-DE-3": "BR-08", "BR-08": None}


def test_a_party_that_is_missing_as_a_whole_is_one_cause_with_a_name(found: Found) -> None:
    findings = [found("BR-06"), found("BR-08"), found("BR-CO-26"), found("BR-07")]
    answer = causes_of(findings, Invoice(Syntax.CII, Group("", (Term("BT-1", "1"),))))
    assert answer.caused_by == (None, 0, 0, None)
    assert answer.amiss == {0: (("BG-4", None),)}


def test_an_empty_line_is_one_cause_and_other_lines_are_not_touched(found: Found) -> None:
    good = Group("BG-25", (Term("BT-126", "1"),))
    invoice = Invoice(Syntax.CII, Group("", (), (good, Group("BG-25"))))
    findings = [found(rule, place=(("BG-25", 2),)) for rule in ("BR-21", "BR-22", "BR-25")]
    answer = causes_of([found("BR-22", place=(("BG-25", 1),)), *findings], invoice)
    assert answer.caused_by == (None, None, 1, 1)
    assert answer.amiss == {1: (("BG-25", 2),)}


def test_a_wrong_currency_explains_the_amounts_that_repeat_it(bill: MakeInvoice, found: Found) -> None:
    findings = [*[found("BR-CL-03")] * 3, found("BR-CL-04"), found("BR-CO-15")]
    assert causes_of(findings, bill()).caused_by == (3, 3, 3, None, 3)


def test_a_sum_that_is_wrong_itself_is_not_blamed_on_the_currency(bill: MakeInvoice, found: Found) -> None:
    findings = [found("BR-CL-04"), found("BR-CO-15")]
    assert causes_of(findings, bill(**{"BT-112": "1.00"})).roots() == [0, 1]


def test_an_error_never_follows_from_a_warning(bill: MakeInvoice, found: Found) -> None:
    findings = [found("BR-48", level=Level.WARNING), found("BR-DE-14")]
    assert causes(findings, bill(**{"BT-119": None})) == {"BR-48": "BR-DE-14", "BR-DE-14": None}


def test_a_wrong_order_explains_what_is_out_of_place_after_it(found: Found) -> None:
    def structure(rule: str, xpath: str, **details: str) -> Finding:
        return found(rule, source=Source.XSD, xpath=xpath, details=tuple(details.items()))

    findings = [
        structure("xsd-unexpected-element", "/ubl:Invoice/cbc:DueDate", likely="order"),
        structure("xsd-unexpected-element", "/ubl:Invoice/cbc:Note"),
        structure("xsd-missing-element", "/ubl:Invoice"),
        structure("xsd-wrong-value", "/ubl:Invoice/cbc:IssueDate"),
        structure("xsd-unexpected-element", "/ubl:Invoice/cbc:Kostenstelle", likely="unknown"),
        structure("xsd-unexpected-element", "/ubl:Invoice/cbc:Nte", likely="misspelt"),
    ]
    assert causes_of(findings, None).caused_by == (None, 0, 0, None, None, None)


@pytest.mark.parametrize("rule", ["BR-22", "BR-CL-23", "PEPPOL-EN16931-R120", "UBL-CR-001"])
def test_every_finding_is_a_cause_or_follows_from_one(bill: MakeInvoice, found: Found, rule: str) -> None:
    findings = [found(rule, place=(("BG-25", number),)) for number in range(1, 4)] + [found("BR-CO-10")]
    caused_by = causes_of(findings, bill(**{"line 2": None})).caused_by
    assert all(cause is None or caused_by[cause] is None for cause in caused_by)


def test_figures_of_dozens_of_digits_are_not_tried_out(bill: MakeInvoice, found: Found) -> None:
    findings = [found("BR-CO-15"), found("BR-CO-13")]
    assert causes_of(findings, bill(**{"BT-109": "304.00", "line 1": "9" * 60})).culprits == {}
