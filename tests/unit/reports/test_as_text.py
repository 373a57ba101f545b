"""The report for a terminal."""

from collections.abc import Callable

import pytest

from einvoice.explain import Lang
from einvoice.model.assessment import Assessment
from einvoice.model.examination import Examination
from einvoice.model.finding import Finding, Level
from einvoice.model.trouble import FaultNotice, RefusalNotice
from einvoice.reports import text_report

MakeFinding = Callable[..., Finding]
MakeExamination = Callable[..., Examination]


@pytest.mark.parametrize("lang", ["de", "en"])
def test_it_fits_a_terminal_of_80_columns(examination: MakeExamination, finding: MakeFinding, lang: Lang) -> None:
    report = text_report(examination(finding(), finding("BR-S-08", xpath="/a/" + "b" * 300)), lang)
    assert max(map(len, report.splitlines())) <= 80


def test_it_begins_with_the_verdict_and_what_to_do(examination: MakeExamination, finding: MakeFinding) -> None:
    lines = text_report(examination(finding()), "de").splitlines()
    assert lines[0] == "rechnung.xml"
    assert lines[1].startswith("Abgelehnt")
    assert "Was jetzt zu tun ist" in lines[:6]


def test_the_worst_comes_first(examination: MakeExamination, finding: MakeFinding) -> None:
    report = text_report(examination(finding("BR-DE-21", level=Level.WARNING), finding("BR-02")), "de")
    assert report.index("[BR-02]") < report.index("[BR-DE-21]")


def test_a_problem_has_fix_place_value_and_official_message(examination: MakeExamination, finding: MakeFinding) -> None:
    found = finding("BR-02", xpath="/ubl:Invoice/cbc:ID", line=7, found="n/a", message="[BR-02] Say a number.")
    report = text_report(examination(found), "de")
    for expected in ("So beheben Sie es: ", "- ID, Zeile 7: n/a", "Amtliche Meldung: [BR-02] Say a number."):
        assert expected in report


def test_without_colour_there_are_no_escape_codes(examination: MakeExamination, finding: MakeFinding) -> None:
    hostile = examination(finding(found="\x1b[31mred"), name="\x1b]0;title\x07.xml")
    assert "\x1b" not in text_report(hostile, "de", color=False)


def test_colour_adds_codes_but_changes_no_word(examination: MakeExamination, finding: MakeFinding) -> None:
    from rich.text import Text

    made = examination(finding())
    coloured = text_report(made, "de", color=True)
    assert "\x1b[" in coloured
    assert [line.rstrip() for line in Text.from_ansi(coloured).plain.splitlines()] == text_report(
        made, "de"
    ).splitlines()


def test_words_that_look_like_markup_stay_words(examination: MakeExamination) -> None:
    assert "[bold]x[/bold].xml" in text_report(examination(name="[bold]x[/bold].xml"), "de")


def test_refused_and_undecided_files_have_a_report(examination: MakeExamination) -> None:
    refused = examination(assessment=Assessment.refused(RefusalNotice("empty")), document=None, invoice=None)
    undecided = examination(assessment=Assessment.undecided(FaultNotice("timeout", "", False)))
    assert "Abgelehnt" in text_report(refused, "de")
    assert "Noch nicht entschieden" in text_report(undecided, "de")


@pytest.mark.parametrize("before", range(40, 60))
def test_an_amount_and_its_currency_stand_in_one_line(
    examination: MakeExamination, finding: MakeFinding, before: int
) -> None:
    assert "180,00\xa0€" in text_report(examination(finding(message=f"{'x' * before} 180,00\xa0€")), "de")
