"""Two assessments of one document: which verdicts flip, which rules appear, vanish or change their level."""

from einvoice.model import Assessment, FaultNotice, Finding, Level, RefusalNotice, Source, Verdict
from einvoice.model.comparison import Comparison, RuleDifference


def _finding(rule: str, level: Level = Level.ERROR) -> Finding:
    return Finding(
        rule=rule, level=level, source=Source.SCHEMATRON, ruleset="", xpath="", line=None, terms=(), message=""
    )


def _side(*findings: Finding, verdict: Verdict = Verdict.REJECTED) -> Assessment:
    return Assessment(verdict=verdict, findings=findings)


def _compare(before: Assessment, after: Assessment) -> Comparison:
    return Comparison(name="a.xml", invoice_number=None, before=before, after=after)


ACCEPTED = _side(verdict=Verdict.ACCEPTED)
UNDECIDED = Assessment.undecided(FaultNotice("timeout", "", deterministic=False))


def test_accepted_and_rejected_flip() -> None:
    assert _compare(ACCEPTED, _side(_finding("BR-1"))).flips
    assert not _compare(ACCEPTED, ACCEPTED).flips


def test_undecided_is_no_flip_but_told() -> None:
    found = _compare(ACCEPTED, UNDECIDED)
    assert (found.flips, found.undecided, found.same) == (False, True, False)


def test_rules_appear_vanish_and_change_level() -> None:
    before = _side(_finding("BR-1"), _finding("BR-2", Level.WARNING), _finding("BR-3"))
    after = _side(_finding("BR-2"), _finding("BR-3"), _finding("BR-4"))
    error = ((Level.ERROR, 1),)
    assert _compare(before, after).rules() == (
        RuleDifference(rule="BR-1", before=error, after=()),
        RuleDifference(rule="BR-2", before=((Level.WARNING, 1),), after=error),
        RuleDifference(rule="BR-4", before=(), after=error),
    )


def test_how_often_a_rule_speaks_is_a_difference() -> None:
    found = _compare(_side(_finding("BR-1")), _side(_finding("BR-1"), _finding("BR-1")))
    assert (found.flips, found.same) == (False, False)


def test_another_refusal_is_a_difference() -> None:
    one, other = (Assessment.refused(RefusalNotice(code, {})) for code in ("no-scenario", "empty"))
    assert not _compare(one, other).same
    assert _compare(one, one).same
