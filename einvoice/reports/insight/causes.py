"""Which findings only follow from another one, so that a reader sees the few causes and not their many effects.

Four ways a finding follows from another, each certain or not used:
1. both ask for the same term, or the one asks for a term of a group that the other misses as a whole;
2. a sum fails because a term in it is missing, or has fractions of a cent;
3. one wrong amount explains the difference of several sums to the cent;
4. `follows.tsv` says so: a wrong code, and the rules that add up by that code.
Nothing follows from what is less grave than itself: an error is never hidden under a warning.
"""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from einvoice.explain.factur_x import told_as
from einvoice.model.finding import Finding, Source
from einvoice.model.invoice import Invoice
from einvoice.model.terms import way_to
from einvoice.reports.insight.arithmetic import Arithmetic, Equation
from einvoice.reports.insight.asked import asked_terms
from einvoice.reports.insight.culprits import Culprit, common_culprits
from einvoice.reports.insight.graph import Graph
from einvoice.reports.insight.groups import Groups, Place
from einvoice.reports.insight.likely import likely
from einvoice.reports.insight.missing import follow_the_missing
from einvoice.reports.insight.trial import Trial

_CENT = Decimal("0.01")
_ON_THEIR_OWN = ("unknown", "misspelt")  # such a name is wrong wherever it stands
_AMOUNTS = 100_000  # added up for one report


class Causes(NamedTuple):
    """For each finding, by its index, the one it follows from in the end, None for a cause; and groups amiss."""

    caused_by: tuple[int | None, ...]
    amiss: Mapping[int, Place]  # cause → the group that is missing or empty as a whole, if that is why
    culprits: Mapping[int, Culprit]  # cause → the one amount whose correction mends it and all that follows
    equations: Mapping[int, Equation]  # finding → the sum it is about, where both sides are known

    def roots(self) -> list[int]:
        """The causes, in their order."""
        return [index for index, cause in enumerate(self.caused_by) if cause is None]


def causes_of(findings: Sequence[Finding], invoice: Invoice | None) -> Causes:
    """What follows from what. Without an invoice only the rules speak."""
    graph = Graph(findings)
    groups = Groups(invoice.root) if invoice else None
    equations = _equations(findings, Arithmetic(groups)) if groups else {}
    amiss = follow_the_missing(findings, groups, graph) if groups else {}
    _sums_of_missing(findings, graph)
    _sums_of_fractions(findings, equations, graph)
    culprits: dict[int, Culprit] = {}
    for explained in common_culprits(equations, Trial(groups).fits) if groups else ():
        graph.follow_all(explained.findings)
        if explained.culprit:
            culprits[graph.root(explained.findings[0])] = explained.culprit
    _table(findings, equations, graph)
    _structure(findings, graph)
    caused_by = tuple(graph.root(index) for index in range(len(findings)))
    return Causes(
        tuple(None if root == index else root for index, root in enumerate(caused_by)),
        {cause: place for cause, place in amiss.items() if caused_by[cause] == cause},
        {cause: culprit for cause, culprit in culprits.items() if caused_by[cause] == cause},
        equations,
    )


def _equations(findings: Sequence[Finding], arithmetic: Arithmetic) -> dict[int, Equation]:
    """The sums computed anew, until that gets too much: a hostile invoice has thousands of sums of thousands."""
    found: dict[int, Equation] = {}
    left = _AMOUNTS
    for index, finding in enumerate(findings):
        equation = arithmetic.equation(finding) if left > 0 else None
        if equation is not None:
            found[index] = equation
            left -= 1 + len(equation.addends) + len(equation.strays)
    return found


def _sums_of_missing(findings: Sequence[Finding], graph: Graph) -> None:
    """(2) A sum with a term that is asked for elsewhere."""
    asked: dict[str, int] = {}
    for index, finding in enumerate(findings):
        for term in asked_terms(finding)[:1]:
            asked.setdefault(term, index)
    if not asked:
        return
    for index, finding in enumerate(findings):
        terms = Arithmetic.terms_in(told_as(finding))
        causes = [asked[one] for term in terms for one in (*way_to(term), term) if one in asked]
        if causes and causes[0] != index:
            graph.follow(index, causes[0])


def _sums_of_fractions(findings: Sequence[Finding], equations: Mapping[int, Equation], graph: Graph) -> None:
    """(2) A sum that is wrong by less than a cent, with a term in it that has too many decimals."""
    fractions = {
        term: index
        for index, finding in enumerate(findings)
        if told_as(finding).startswith("BR-DEC-")
        for term in finding.terms
    }
    for index, finding in enumerate(findings if fractions else ()):
        equation = equations.get(index)
        causes = [fractions[term] for term in Arithmetic.terms_in(told_as(finding)) if term in fractions]
        if causes and (equation is None or abs(equation.difference) < _CENT):
            graph.follow(index, causes[0])


def _table(findings: Sequence[Finding], equations: Mapping[int, Equation], graph: Graph) -> None:
    """(4) By `follows.tsv`, row by row."""
    by_rule: dict[str, list[int]] = defaultdict(list)
    for index, finding in enumerate(findings):
        by_rule[told_as(finding)].append(index)
    for row in _rows():
        causes = [index for pattern in row.causes for rule in _like(by_rule, pattern) for index in by_rule[rule]]
        if not causes:
            continue
        first = {_KEYS[row.where](findings[index]): index for index in reversed(causes)}
        for pattern in row.consequences:
            for effect in (index for rule in _like(by_rule, pattern) for index in by_rule[rule]):
                if row.where in _ONLY_IF and not _ONLY_IF[row.where](equations.get(effect)):
                    continue
                cause = first.get(_KEYS[row.where](findings[effect]))
                if cause is not None and cause != effect:
                    graph.follow(effect, cause)
    _other_rate(findings, equations, graph)


def _other_rate(findings: Sequence[Finding], equations: Mapping[int, Equation], graph: Graph) -> None:
    """A breakdown whose tax fits another rate: its lines carry that other rate."""
    rated = {
        _group(findings[index]): index
        for index, equation in equations.items()
        if (found := likely(equation)) and found.kind == "rate"
    }
    for index, finding in enumerate(findings):
        cause = rated.get(_group(finding))
        if cause is not None and cause != index and told_as(finding).endswith("-08"):
            graph.follow(index, cause)


def _structure(findings: Sequence[Finding], graph: Graph) -> None:
    """In a section whose order or names are wrong, what is missing or out of place after that follows from it."""
    first: dict[str, int] = {}
    for index, finding in enumerate(findings):
        if finding.source is not Source.XSD:
            continue
        details = dict(finding.details)
        parent = finding.xpath if finding.rule == "xsd-missing-element" else finding.xpath.rpartition("/")[0]
        if finding.rule == "xsd-unexpected-element":
            if parent in first and details.get("likely") not in _ON_THEIR_OWN:
                graph.follow(index, first[parent])
            elif details.get("likely"):
                first.setdefault(parent, index)
        elif finding.rule == "xsd-missing-element" and parent in first:
            graph.follow(index, first[parent])


def _group(finding: Finding) -> Place:
    """The numbered group a finding is in."""
    return tuple(step for step in finding.place or () if step[1] is not None)


def _code(finding: Finding) -> str:
    """The wrong code it is about."""
    return dict(finding.details).get("value", finding.found or "")


def _anywhere(_: Finding) -> str:
    return ""


_KEYS: Mapping[str, Callable[[Finding], object]] = {
    "": _anywhere,
    "no-sum": _anywhere,
    "unassigned": _anywhere,
    "same": _group,
    "same-code": _code,
}


_ONLY_IF: Mapping[str, Callable[[Equation | None], bool]] = {
    "no-sum": lambda equation: equation is None,  # the sum itself is right
    # the amounts without VAT category are what is missing in it
    "unassigned": lambda equation: equation is not None and equation.difference == equation.unassigned,
}


class _Row(NamedTuple):
    consequences: tuple[str, ...]
    causes: tuple[str, ...]
    where: str


def _like(rules: Mapping[str, list[int]], pattern: str) -> Iterator[str]:
    if "*" in pattern:
        yield from (rule for rule in rules if fnmatchcase(rule, pattern) and rule.count("-") == pattern.count("-"))
    elif pattern in rules:
        yield pattern


@cache
def _rows() -> tuple[_Row, ...]:
    text = files("einvoice.reports.insight").joinpath("follows.tsv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return tuple(_Row(tuple(row["consequences"].split()), tuple(row["causes"].split()), row["where"]) for row in rows)
