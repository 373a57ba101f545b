"""What an authority's policies say, in every form of the report: beside the formal verdict, never within it."""

import io
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from pypdf import PdfReader

from einvoice.explain import Lang
from einvoice.model.examination import Examination
from einvoice.model.finding import Finding, Level, Source
from einvoice.model.policy import Demand, Outcome, PolicyAction, PolicyOutcome
from einvoice.reports import html_report, json_report, jsonl_line, pdf_report, text_report
from einvoice.reports.view import ReportView
from tests.unit.reports.conftest import MakeExamination, MakeFinding

STADT = "Stadt <Ö>"
Judged = Callable[..., Examination]


@pytest.fixture
def demanded(finding: MakeFinding) -> Callable[[Level], Finding]:
    def made(level: Level) -> Finding:
        return finding(
            "POLICY-ORDER-01",
            level=level,
            source=Source.POLICY,
            ruleset="order-number",
            terms=("BT-13",),
            message="The order is missing (BT-13).",
            demanded_by=STADT,
        )

    return made


@pytest.fixture
def judged(examination: MakeExamination, demanded: Callable[[Level], Finding]) -> Judged:
    """A formally accepted invoice, with what the authority's policies found."""

    def made(*levels: Level, formal: tuple[Finding, ...] = ()) -> Examination:
        usual = examination(*formal)
        said = PolicyOutcome(
            authority=STADT,
            outcome=Outcome.REJECTED if Level.ERROR in levels else Outcome.ACCEPTED,
            demands=(Demand("order-number", PolicyAction.REJECT), Demand("koeln-eigen", PolicyAction.WARN)),
            artefacts=(("order-number", "c" * 64), ("koeln-eigen", "d" * 64)),
            findings=tuple(map(demanded, levels)),
        )
        return replace(usual, assessment=replace(usual.assessment, policy=said))

    return made


def test_the_formal_verdict_and_its_counts_stay_formal(judged: Judged, finding: MakeFinding) -> None:
    warning = finding("BR-CL-23", level=Level.WARNING)
    report = json.loads(json_report(judged(Level.ERROR, formal=(warning,)), "de"))
    assert report["verdict"] == "accepted"
    assert [one["source"] for one in report["findings"]] == ["schematron", "policy"]
    assert sum(report["classes"].values()) == 0
    assert report["findings"][1]["class"] is None
    assert {index for cause in report["causes"] for index in cause["findings"]} == {0}


def test_programs_read_who_asks_what_and_what_came_of_it(judged: Judged) -> None:
    for text in (json_report(judged(Level.ERROR), "de"), jsonl_line(judged(Level.ERROR), "r.xml", "de")):
        report = json.loads(text)
        assert report["policy"] == {
            "outcome": "rejected",
            "authority": STADT,
            "demands": [
                {"policy": "order-number", "action": "reject", "sha256": "c" * 64},
                {"policy": "koeln-eigen", "action": "warn", "sha256": "d" * 64},
            ],
        }
        [found] = report["findings"]
        assert (found["rule"], found["demanded_by"]) == ("POLICY-ORDER-01", STADT)
        assert "Bestellschreiben" in found["fix"]


def test_where_nobody_asks_nothing_is_said_of_it(examination: MakeExamination) -> None:
    usual = examination()
    assert json.loads(json_report(usual, "de"))["policy"] is None
    assert ReportView.of(usual, "de").policy is None
    assert "Vorgaben der Behörde" not in text_report(usual, "de")


@pytest.mark.parametrize(
    ("lang", "headline"),
    [
        ("de", "Formal in Ordnung, aber zurückgewiesen nach Vorgaben der Behörde: Bestellnummer fehlt"),
        ("en", "Formally correct, but declined under the authority's requirements: Order number missing"),
    ],
)
def test_the_headline_says_that_it_is_turned_down_and_why(judged: Judged, lang: Lang, headline: str) -> None:
    view = ReportView.of(judged(Level.ERROR), lang)
    assert view.headline == headline
    assert (view.verdict, view.tone) == ("accepted", "rejected")
    assert STADT in view.summary
    assert view.problems == ()


def test_a_warning_leaves_the_invoice_accepted_and_points_at_it(judged: Judged) -> None:
    view = ReportView.of(judged(Level.WARNING), "de")
    assert view.headline.startswith("Angenommen")
    assert "Vorgaben der Behörde" in view.next_steps
    assert view.tone == "accepted"


def test_what_is_met_is_told_too(judged: Judged) -> None:
    view = ReportView.of(judged(), "de")
    assert view.policy is not None
    assert view.policy.intro == f"{STADT} macht eigene Vorgaben; sie sind alle eingehalten."
    assert [tuple(demand)[:2] for demand in view.policy.demands] == [
        ("Bestellnummer", "sonst Zurückweisung"),
        ("koeln-eigen", "sonst Warnung"),
    ]


@pytest.mark.parametrize("levels", [(Level.ERROR,), (Level.WARNING, Level.INFORMATION), ()])
def test_text_page_and_paper_say_the_same_of_it(judged: Judged, levels: tuple[Level, ...]) -> None:
    examined = judged(*levels)
    page = html_report(examined, "de")
    paper = "".join(part.extract_text() for part in PdfReader(io.BytesIO(pdf_report(examined, "de"))).pages)
    for told in (text_report(examined, "de"), page, paper):
        assert "Vorgaben der Behörde" in told
        assert ("Bestellschreiben" in told) is bool(levels)
        assert "c" * 20 in told.replace("\n", "")
    assert "Stadt &lt;Ö&gt;" in page
    assert STADT not in page
