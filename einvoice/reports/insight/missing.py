"""Findings that ask for what is not there: which of them ask for the same, or for parts of one missing whole."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from einvoice.explain.factur_x import told_as
from einvoice.model.finding import Finding
from einvoice.model.terms import TERMS, way_to
from einvoice.reports.insight.asked import asked_terms
from einvoice.reports.insight.graph import Graph
from einvoice.reports.insight.groups import Groups, Place, says_nothing

_EMPTY = "PEPPOL-EN16931-R008"  # an element without content: what is asked for is there, but empty
_Asked = tuple[str, Place]  # a term, and the numbered groups around it
_Askers = Mapping[_Asked, Sequence[int]]


def follow_the_missing(findings: Sequence[Finding], groups: Groups, graph: Graph) -> dict[int, Place]:
    """Let what asks for the same, or for parts of the same hole, follow one another.

    Answers causes that are holes: the group that is missing or empty as a whole, where no rule asks for it itself.
    """
    by_term, by_hole = _askers(findings, groups)
    for same in by_term.values():
        graph.follow_all(same)
    amiss: dict[int, Place] = {}
    for (group, place), indices in by_hole.items():
        roots = sorted({graph.root(index) for index in indices})
        if len(roots) < 2:
            continue
        whole = [index for index in roots if asked_terms(findings[index])[:1] == (group,)]
        graph.follow_all([*whole, *(index for index in roots if index not in whole)])
        if not whole:
            amiss[graph.root(roots[0])] = place if place and place[-1][0] == group else (*place, (group, None))
    _follow_the_asked(findings, by_term, by_hole, graph)
    return amiss


def _askers(findings: Sequence[Finding], groups: Groups) -> tuple[_Askers, _Askers]:
    by_term: defaultdict[_Asked, list[int]] = defaultdict(list)
    by_hole: defaultdict[_Asked, list[int]] = defaultdict(list)
    holes: dict[_Asked, _Asked | None] = {}
    for index, finding in enumerate(findings):
        for term in asked_terms(finding)[:1]:
            asked = term, _around(term, finding.place or ())
            by_term[asked].append(index)
            if asked not in holes:
                holes[asked] = _hole(asked, groups)
            if hole := holes[asked]:
                by_hole[hole].append(index)
    return by_term, by_hole


def _follow_the_asked(findings: Sequence[Finding], by_term: _Askers, by_hole: _Askers, graph: Graph) -> None:
    """An empty element follows the finding that asks for its content."""
    for index, finding in enumerate(findings):
        if told_as(finding) == _EMPTY and finding.place:
            key = finding.place[-1][0], _around(finding.place[-1][0], finding.place)
            for asking in (by_term.get(key) or by_hole.get(key) or ())[:1]:
                graph.follow(index, asking)


def _hole(asked: _Asked, groups: Groups) -> _Asked | None:
    """The outermost group around a term, or itself, that says nothing; None: all of them say something."""
    term, place = asked
    numbers, group = dict(place), groups.root
    for step in (*way_to(term), term) if TERMS[term].is_group else way_to(term):
        inner = groups.step(group, step, numbers.get(step))
        if inner is None or says_nothing(inner):
            names = [name for name, _ in place]
            return step, place[: names.index(step) + 1 if step in names else len(place)]
        group = inner
    return None


def _around(term: str, place: Place) -> Place:
    """The numbered part of a finding's place that a term stands in."""
    way = (*way_to(term), term) if term in TERMS else ()
    return tuple(step for step in place if step[1] and step[0] in way)
