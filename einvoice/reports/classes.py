"""The errors by the classes of the Federal Ministry of Finance (letter of 15 October 2025), and what each means."""

from collections.abc import Iterable
from dataclasses import dataclass

from einvoice.explain import KindClass, Lang, explain
from einvoice.model.finding import Finding, Level, Source
from einvoice.reports.words import words

_GRAVEST_FIRST = (KindClass.FORMAT, KindClass.CONTENT, KindClass.BUSINESS_RULE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassCount:
    """One class with at least one error in it."""

    kind: str  # "content"
    label: str  # "Inhaltsfehler"
    count: int  # findings, not problems
    meaning: str  # for the deduction of input tax, where that is certain; ""


def class_counts(findings: Iterable[Finding]) -> dict[KindClass, int]:
    """How many errors each class has; all three are there. What an authority asks for is none of them."""
    counts = dict.fromkeys(KindClass, 0)
    for finding in findings:
        if finding.level is Level.ERROR and finding.source is not Source.POLICY:
            counts[explain(finding, "de").kind_class] += 1
    return counts


def classes_of(findings: Iterable[Finding], lang: Lang) -> tuple[ClassCount, ...]:
    """The classes that occur, the one with the gravest effect first."""
    every = tuple(findings)
    counts = class_counts(every)
    structure = any(finding.source is Source.XSD for finding in every)
    return tuple(
        ClassCount(
            kind=kind.value,
            label=kind.label(lang),
            count=counts[kind],
            # only a broken structure is certainly no e-invoice; a rule about its syntax may be stricter than the law
            meaning="" if kind is KindClass.FORMAT and not structure else words(lang)[f"class_{kind.value}"],
        )
        for kind in _GRAVEST_FIRST
        if counts[kind]
    )
