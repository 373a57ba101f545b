"""The errors by the classes of the Federal Ministry of Finance (letter of 15 October 2025), and what each means."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from einvoice.explain import KindClass, Lang, explain
from einvoice.model.finding import Finding, Level, Source
from einvoice.reports.words import words

_GRAVEST_FIRST = (KindClass.FORMAT, KindClass.CONTENT, KindClass.BUSINESS_RULE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassCount:
    """One class with at least one error in it."""

    kind: str  # "content"
    label: str  # "Inhaltsfehler", "content errors", "Inhaltsfehler (davon 1 als Folge)"
    count: int  # findings, not problems
    meaning: str  # for the deduction of input tax, where that is certain; ""


def class_counts(findings: Iterable[Finding]) -> dict[KindClass, int]:
    """How many errors each class has; all three are there. What an authority asks for is none of them."""
    counts = dict.fromkeys(KindClass, 0)
    for finding in findings:
        if finding.level is Level.ERROR and finding.source is not Source.POLICY:
            counts[explain(finding, "de").kind_class] += 1
    return counts


def classes_of(
    findings: Iterable[Finding], lang: Lang, folded: Mapping[str, int] | None = None
) -> tuple[ClassCount, ...]:
    """The classes that occur, the one with the gravest effect first.

    `folded`: how many errors of a class, by its label, follow from others and have no card of their own.
    """
    every = tuple(findings)
    counts = class_counts(every)
    structure = any(finding.source is Source.XSD for finding in every)
    return tuple(
        ClassCount(
            kind=kind.value,
            label=_label(kind, counts[kind], (folded or {}).get(kind.label(lang), 0), lang),
            count=counts[kind],
            # only a broken structure is certainly no e-invoice; a rule about its syntax may be stricter than the law
            meaning=words(lang)[
                "class_syntax" if kind is KindClass.FORMAT and not structure else f"class_{kind.value}"
            ],
        )
        for kind in _GRAVEST_FIRST
        if counts[kind]
    )


def _label(kind: KindClass, count: int, folded: int, lang: Lang) -> str:
    name = words(lang).count(f"errors_{kind.value}", count)
    if not folded:
        return name
    key = "class_all_folded" if folded >= count else "class_some_folded"
    return words(lang)[key].format(name=name, n=folded)
