"""The value itself beside what would be right."""

from collections.abc import Callable

from einvoice.model.document import Syntax
from einvoice.model.finding import Finding
from einvoice.model.invoice import Group, Invoice, Term
from einvoice.reports.blocks import Pair
from einvoice.reports.hints import hints_of
from einvoice.reports.values import Reader

MakeFinding = Callable[..., Finding]

GERMAN = Reader("de", "EUR", None)


def test_a_wrong_code_stands_beside_the_nearest_one_with_its_name(finding: MakeFinding) -> None:
    wrong = finding("BR-CL-23", terms=("BT-130",), details=(("value", "Stück"), ("nearest", "H87, C62")))
    (hint,) = hints_of([wrong], None, GERMAN)
    assert hint.label == "Statt „Stück“"
    assert hint.value == "vielleicht H87 (Stück) oder C62 (Einheit)"


def test_each_wrong_code_is_told_once_and_only_a_few_of_them(finding: MakeFinding) -> None:
    wrong = [finding("BR-CL-23", details=(("value", f"x{number % 50}"), ("nearest", "H87"))) for number in range(100)]
    assert len(hints_of(wrong, None, GERMAN)) == 5


def test_a_short_list_is_told_whole(finding: MakeFinding) -> None:
    wrong = finding("BR-CL-18", terms=("BT-151",), details=(("value", "19"), ("allowed", "S, Z")))
    assert hints_of([wrong], None, GERMAN)[-1].label == "Zulässig sind"


def test_a_wrong_form_comes_with_what_is_wrong_and_an_example(finding: MakeFinding) -> None:
    bank = Group("BG-16", (Term("BT-81", "58"),), (Group("BG-17", (Term("BT-84", "DE89 3704 0044 0532 0130 0"),)),))
    invoice = Invoice.from_dict({"syntax": "ubl-invoice", "id": "", "groups": [bank.to_dict()]})
    value, example = hints_of([finding("BR-DE-19", terms=("BT-84",))], invoice, GERMAN)
    assert value == Pair("Statt „DE89 3704 0044 0532 0130 0“", "21 Zeichen; eine IBAN aus DE hat 22.")
    assert example == Pair("Beispiel", "DE89 3704 0044 0532 0130 00")


def test_too_many_decimals_are_rounded(finding: MakeFinding) -> None:
    hints = hints_of([finding("BR-DEC-12", found="9888.005")], None, GERMAN)
    assert [hint.value for hint in hints] == ["3 Nachkommastellen; höchstens zwei sind erlaubt.", "9.888,01\xa0€"]


def test_amounts_of_other_lines_are_not_told(finding: MakeFinding) -> None:
    lines = tuple(Group("BG-25", (Term("BT-131", amount),)) for amount in ("825.00", "90.004", "1.005"))
    invoice = Invoice(Syntax.UBL_INVOICE, Group("", (), lines))
    wrong = finding("BR-DEC-23", terms=("BT-131",), place=(("BG-25", 2),))
    assert [hint.value for hint in hints_of([wrong], invoice, GERMAN)][1:] == ["90,00\xa0€"]


def test_a_value_that_hides_something_is_made_visible(finding: MakeFinding) -> None:
    wrong = finding("BR-CL-14", details=(("value", "D\u202eE"), ("nearest", "DE")))
    assert hints_of([wrong], None, GERMAN)[0].label == "Statt „D⟨U+202E⟩E“"


def test_other_rules_have_no_hints(finding: MakeFinding) -> None:
    assert hints_of([finding("BR-02")], None, GERMAN) == ()
