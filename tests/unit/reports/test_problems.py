"""Findings grouped for reading."""

from collections.abc import Callable

from einvoice.model.finding import Finding, Level, Source
from einvoice.model.invoice import Group, Invoice, Term
from einvoice.reports.problems import SHOWN_PLACES, problems_of

MakeFinding = Callable[..., Finding]


def test_one_rule_is_one_problem_with_all_its_places(finding: MakeFinding) -> None:
    (problem,) = problems_of([finding("BR-21", line=4), finding("BR-21", line=9)], "de")
    assert problem.count == 2
    assert [spot.line for spot in problem.spots] == [4, 9]
    assert problem.count_text == "an 2 Stellen"


def test_errors_come_first_and_the_structure_before_the_rules(finding: MakeFinding) -> None:
    found = [
        finding("BR-DE-21", level=Level.WARNING),
        finding("UBL-CR-646", level=Level.INFORMATION),
        finding("BR-02"),
        finding("xsd-missing-element", source=Source.XSD),
    ]
    shown = [problem.rule for problem in problems_of(found, "de")]
    assert shown == ["xsd-missing-element", "BR-02", "BR-DE-21", "UBL-CR-646"]


def test_a_rule_that_rejects_here_and_warns_there_is_two_problems(finding: MakeFinding) -> None:
    found = [finding("BR-02", level=Level.WARNING), finding("BR-02")]
    assert [problem.level for problem in problems_of(found, "de")] == [Level.ERROR, Level.WARNING]


def test_very_many_places_are_counted_and_only_the_first_shown(finding: MakeFinding) -> None:
    (problem,) = problems_of([finding("BR-21")] * 10_000, "de")
    assert len(problem.spots) == SHOWN_PLACES
    assert problem.count_text == "an 10.000 Stellen"
    assert problem.more == "und 9.990 weitere"


def test_wrong_structure_at_different_elements_is_different_problems(finding: MakeFinding) -> None:
    def unexpected(element: str, value: str) -> Finding:
        details = (("element", element), ("value", value))
        return finding("xsd-wrong-value", source=Source.XSD, details=details)

    found = [unexpected("cbc:IssueDate", "x"), unexpected("cbc:DueDate", "y"), unexpected("cbc:IssueDate", "z")]
    assert [problem.count for problem in problems_of(found, "de")] == [2, 1]


def test_each_problem_has_an_anchor_of_its_own(finding: MakeFinding) -> None:
    problems = problems_of([finding("BR-01"), finding("BR-02"), finding("BR-02", level=Level.WARNING)], "de")
    assert len({problem.anchor for problem in problems}) == 3


def test_a_problem_names_its_terms_its_kind_and_how_to_fix_it(finding: MakeFinding) -> None:
    (problem,) = problems_of([finding("BR-02", terms=("BT-1",))], "de")
    assert [(term.label, term.term) for term in problem.terms] == [("Rechnungsnummer", "BT-1")]
    assert problem.level_name == "Fehler"
    assert problem.kind == "Inhaltsfehler"
    assert problem.title
    assert problem.what
    assert problem.fix


def test_the_language_of_the_official_message_is_known(finding: MakeFinding) -> None:
    german = finding(message='[BR-DE-15] Das Element "Buyer reference" (BT-10) muss übermittelt werden.')
    english = finding("BR-02", message="[BR-02]-An Invoice shall have an Invoice number (BT-1).")
    assert [problem.message_lang for problem in problems_of([german, english], "de")] == ["de", "en"]


def test_an_empty_value_and_no_value_are_told_apart(finding: MakeFinding) -> None:
    empty, none = problems_of([finding("BR-01", found=""), finding("BR-02", found=None)], "de")
    assert (empty.has_values, none.has_values) == (True, False)


def test_text_of_the_invoice_in_a_problem_cannot_hide_anything(finding: MakeFinding) -> None:
    hostile = finding("NEW-1", message="a\u202eb", found="c\x1b[2Jd", xpath="/x/\u202ey", ruleset="r")
    (problem,) = problems_of([hostile], "de")
    assert "\u202e" not in problem.message + problem.what + problem.spots[0].xpath + problem.spots[0].place
    assert "\x1b" not in (problem.spots[0].found or "")


def test_a_problem_says_what_the_invoice_says_about_its_terms(finding: MakeFinding, invoice: Invoice) -> None:
    found = finding("BR-CO-25", terms=("BT-115", "BT-9", "BT-131", "BG-6"))
    (problem,) = problems_of([found], "de", invoice)
    assert {term.term: term.value.replace("\u00a0", " ") for term in problem.terms} == {
        "BT-115": "1.234,50 €",
        "BT-9": "nicht angegeben",
        "BT-131": "",  # once a line: which one is meant, the places say
        "BG-6": "nicht angegeben",
    }


def test_without_an_invoice_nothing_is_said_about_its_terms(finding: MakeFinding) -> None:
    (problem,) = problems_of([finding(terms=("BT-10",))], "de", None)
    assert problem.concerns == problem.terms
    assert problem.said == ()


def test_beside_a_note_nothing_is_called_an_error(finding: MakeFinding) -> None:
    note, warning = finding("BR-02", level=Level.INFORMATION), finding("BR-03", level=Level.WARNING)
    assert [problem.kind for problem in problems_of([note, warning], "de")] == ["Inhaltsfehler", ""]


def test_the_one_wrong_amount_gives_title_place_and_advice(finding: MakeFinding, invoice: Invoice) -> None:
    lines = tuple(
        group._replace(
            terms=tuple(term._replace(value="380.00") if term.id == "BT-131" else term for term in group.terms)
        )
        if group.text("BT-126") == "2"
        else group
        for group in invoice.groups("BG-25")
    )
    totals = Group("BG-22", (Term("BT-106", "400.00"),))
    wrong = Invoice(invoice.syntax, Group("", invoice.root.terms, (*lines, totals)))
    findings = [finding("PEPPOL-EN16931-R120", level=Level.WARNING, place=(("BG-25", 2),)), finding("BR-CO-10")]
    (problem,) = problems_of(findings, "de", wrong)
    assert problem.rule == "BR-CO-10"
    assert problem.title.startswith("Nettobetrag der Position 2 stimmt nicht (380,00")
    assert problem.spots[0].place == "Rechnungsposition 2 › Nettobetrag der Position (BT-131)"
    assert problem.fix.startswith("Prüfen Sie Rechnungsposition 2")


def test_of_many_terms_the_first_three_are_named_and_all_in_the_details(finding: MakeFinding) -> None:
    (problem,) = problems_of([finding(terms=("BT-1", "BT-2", "BT-3", "BT-5", "BT-9"))], "de", None)
    assert [term.term for term in problem.concerns] == ["BT-1", "BT-2", "BT-3"]
    assert problem.concerns_more == "und 2 weitere"
    assert "(BT-9)" in problem.technical[-1].value
