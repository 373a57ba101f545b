"""Which message answers what: every result has its rows, every row a code its message knows and a source."""

from dataclasses import replace

import pytest

from einvoice.model.assessment import Assessment, Verdict
from einvoice.model.finding import Finding, Level, Source
from einvoice.model.policy import Outcome, PolicyOutcome
from einvoice.model.submission import Door, Hold, HumanDecision, Submission
from einvoice.model.trouble import MALWARE, FaultNotice, RefusalNotice
from einvoice.responses import ACTIONS, REASONS, Kind, Result, due, result_of
from einvoice.responses.codes import FAILING, codes
from tests.unit.responses.making import ACCEPTED, SENDING, examination, invoice

SETTINGS = [Kind.MLS, Kind.MLR]
SILENT = (Result.UNDECIDED, Result.DUPLICATE, Result.A_RESPONSE)
GOOD = (Result.ACCEPTED, Result.WARNINGS, Result.PASSED_ON)
RETURNED = (
    Result.UNROUTABLE,
    Result.UNROUTABLE_FOR_GOOD,
    Result.UNADDRESSED,
    Result.UNADDRESSED_FOR_GOOD,
    Result.DECLINED,
)
SUBMISSION = Submission(
    id="1", received_at=SENDING.at, door=Door.FOLDER, sender="folder:a", name="r.xml", sha256="0" * 64, size=1
)
SENT_BACK = HumanDecision.SENT_BACK


def by_kind(result: Result, setting: Kind, *, asked: bool = True) -> dict[Kind, str]:
    return {row.kind: row.code for row in due(result, setting, asked=asked)}


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("result", Result)
def test_every_row_has_codes_its_message_knows_a_text_and_a_source(result: Result, setting: Kind) -> None:
    for row in due(result, setting, asked=True):
        of_clerk = row.kind is Kind.INVOICE_RESPONSE
        assert row.code in codes("status" if of_clerk else "message")
        assert row.reason in ((*codes(REASONS),) if of_clerk else (None, *FAILING))
        assert row.action in ((None, *codes(ACTIONS)) if of_clerk else (None,))
        assert row.text.endswith((".", "{declined}"))
        assert row.source


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("result", Result)
def test_at_most_one_message_of_a_kind_answers_a_result(result: Result, setting: Kind) -> None:
    kinds = [row.kind for row in due(result, setting, asked=True)]
    assert len(kinds) == len(set(kinds))
    assert set(kinds) <= {setting, Kind.INVOICE_RESPONSE}


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("result", Result)
def test_rejections_have_a_failing_reason_and_nothing_else_has(result: Result, setting: Kind) -> None:
    for row in due(result, setting, asked=True):
        if row.kind is not Kind.INVOICE_RESPONSE:
            assert (row.code == "RE") == (row.reason in FAILING)


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("result", SILENT)
def test_nothing_answers_what_has_no_answer_yet_or_had_one_before(result: Result, setting: Kind) -> None:
    assert by_kind(result, setting) == {}


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("result", GOOD)
def test_good_news_goes_only_to_who_asked_for_it(result: Result, setting: Kind) -> None:
    assert by_kind(result, setting, asked=False) == {}
    assert set(by_kind(result, setting)) == {setting}


@pytest.mark.parametrize("setting", SETTINGS)
def test_warnings_alone_never_reject(setting: Kind) -> None:
    assert by_kind(Result.WARNINGS, setting) == {setting: "AP"}


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("result", RETURNED)
def test_what_is_returned_is_formally_accepted(result: Result, setting: Kind) -> None:
    assert by_kind(result, setting)[setting] == "AP"
    assert set(by_kind(result, setting, asked=False)) == {Kind.INVOICE_RESPONSE}


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize(
    "result", [Result.XSD, Result.RULES, Result.NO_SCENARIO, Result.TOO_LARGE, Result.MALWARE, Result.REFUSED]
)
def test_a_rejection_is_told_unasked(result: Result, setting: Kind) -> None:
    assert by_kind(result, setting, asked=False) == {setting: "RE"}


def test_what_is_not_well_formed_is_out_of_scope_of_mlr() -> None:
    assert by_kind(Result.UNREADABLE, Kind.MLR) == {}
    assert by_kind(Result.UNREADABLE, Kind.MLS) == {Kind.MLS: "RE"}


@pytest.mark.parametrize(
    ("code", "result"),
    [
        ("malformed", Result.UNREADABLE),
        ("too-many-nodes", Result.TOO_LARGE),
        ("not-an-invoice", Result.NOT_AN_INVOICE),
        ("no-scenario", Result.NO_SCENARIO),
        ("pdf-encrypted", Result.REFUSED),
        ("one we do not know", Result.REFUSED),
    ],
)
def test_a_refusal_has_the_result_its_code_stands_for(code: str, result: Result) -> None:
    assert Result.of(Assessment.refused(RefusalNotice(code))) is result


WARNING = Finding(
    rule="R", level=Level.WARNING, source=Source.SCHEMATRON, ruleset="", xpath="", line=1, terms=(), message=""
)
UNDECIDED = Assessment.undecided(FaultNotice("timeout", "", deterministic=True))
INFECTED = Assessment.undecided(FaultNotice(MALWARE, "Eicar", deterministic=True))
DECLINED = replace(ACCEPTED, policy=PolicyOutcome(authority="Stadt", outcome=Outcome.REJECTED))
CAME_OF_IT = {
    "accepted": (ACCEPTED, Hold.NONE, None, None, Result.ACCEPTED),
    "accepted, with warnings": (replace(ACCEPTED, findings=(WARNING,)), Hold.NONE, None, None, Result.WARNINGS),
    "rejected": (Assessment(verdict=Verdict.REJECTED, xsd_valid=True), Hold.NONE, None, None, Result.RULES),
    "schema": (Assessment(verdict=Verdict.REJECTED, xsd_valid=False), Hold.NONE, None, None, Result.XSD),
    "declined": (DECLINED, Hold.NONE, None, "a", Result.DECLINED),
    "held": (UNDECIDED, Hold.ENGINE, None, None, Result.UNDECIDED),
    "in quarantine": (INFECTED, Hold.QUARANTINE, None, None, Result.UNDECIDED),
    "quarantine ended": (INFECTED, Hold.NONE, SENT_BACK, None, Result.MALWARE),
    "held and sent back": (UNDECIDED, Hold.NONE, SENT_BACK, None, Result.ENDED_BY_HAND),
    "held and sent on": (UNDECIDED, Hold.NONE, HumanDecision.SENT_ON, "a", Result.PASSED_ON),
    "held as a second one": (ACCEPTED, Hold.CONFLICT, None, "a", Result.UNDECIDED),
    "a second one sent back": (ACCEPTED, Hold.NONE, SENT_BACK, "a", Result.DECLINED),
    "for nobody": (ACCEPTED, Hold.UNROUTABLE, None, None, Result.UNROUTABLE),
    "for nobody, sent back": (ACCEPTED, Hold.NONE, SENT_BACK, None, Result.UNROUTABLE_FOR_GOOD),
    "for nobody, sent on": (ACCEPTED, Hold.NONE, HumanDecision.SENT_ON, "a", Result.ACCEPTED),
    "handing over failed": (ACCEPTED, Hold.PARKED, None, "a", Result.ACCEPTED),
}


@pytest.mark.parametrize("case", CAME_OF_IT)
def test_what_came_of_a_submission(case: str) -> None:
    assessment, hold, human, authority, result = CAME_OF_IT[case]
    submission = replace(SUBMISSION, hold=hold, human_decision=human, authority_id=authority)
    assert result_of(submission, examination(assessment)) is result


def test_whoever_insists_has_an_invoice_for_nobody_returned_at_once() -> None:
    held = replace(SUBMISSION, hold=Hold.UNROUTABLE)
    assert result_of(held, examination(), insist=True) is Result.UNROUTABLE_FOR_GOOD


@pytest.mark.parametrize("reference", [None, " "])
def test_without_a_leitweg_id_it_is_not_addressed(reference: str | None) -> None:
    held = replace(SUBMISSION, hold=Hold.UNROUTABLE)
    assert result_of(held, examination(of=invoice(buyer_reference=reference))) is Result.UNADDRESSED
