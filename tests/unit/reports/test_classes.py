"""Errors by the classes of the Federal Ministry of Finance."""

from collections.abc import Callable

import pytest

from einvoice.explain import KindClass, Lang
from einvoice.model.finding import Finding, Level, Source
from einvoice.reports.classes import class_counts, classes_of

MakeFinding = Callable[..., Finding]


def test_errors_are_counted_by_class_and_nothing_else_is(finding: MakeFinding) -> None:
    findings = [
        finding("xsd-wrong-value", source=Source.XSD),
        finding("BR-02"),
        finding("BR-DE-15"),
        finding("BR-DE-21", level=Level.WARNING),
        finding("POLICY-X", source=Source.POLICY),
    ]
    assert class_counts(findings) == {KindClass.FORMAT: 1, KindClass.BUSINESS_RULE: 1, KindClass.CONTENT: 1}


@pytest.mark.parametrize("lang", ["de", "en"])
def test_the_gravest_comes_first_and_says_what_it_means(finding: MakeFinding, lang: Lang) -> None:
    findings = [finding("BR-DE-15"), finding("BR-02"), finding("xsd-wrong-value", source=Source.XSD)]
    assert [one.kind for one in classes_of(findings, lang)] == ["format", "content", "business-rule"]
    assert all(one.meaning for one in classes_of(findings, lang))


def test_a_rule_about_the_syntax_alone_is_not_said_to_make_it_no_invoice(finding: MakeFinding) -> None:
    (syntax,) = classes_of([finding("UBL-SR-01", ruleset="en16931-ubl")], "de")
    assert syntax.kind == "format"
    assert syntax.meaning.endswith("hängt vom Einzelfall ab.")


def test_errors_that_stand_below_another_are_said_to_follow_from_it(finding: MakeFinding) -> None:
    findings = [finding("BR-DE-15"), finding("BR-DE-15")]
    labels = [classes_of(findings, "en", {"Business rule error": folded})[0].label for folded in (0, 1, 2)]
    assert [label for label in labels if "consequence" in label] == labels[1:]
    assert labels[0] == "business rule errors"


def test_without_errors_there_is_none(finding: MakeFinding) -> None:
    assert classes_of([finding(level=Level.WARNING)], "de") == ()
