"""Findings grouped for reading: one problem is one rule, however many places it fails at, and all that follows."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from einvoice.explain import Explanation, Lang, explain
from einvoice.model.finding import Finding, Level, Source
from einvoice.model.invoice import Invoice
from einvoice.model.terms import TERMS, term_name, way_to
from einvoice.reports.blocks import Pair
from einvoice.reports.evidence import Evidence, culprit_in_words, culprit_place, culprit_title, evidence_of
from einvoice.reports.formats import visible
from einvoice.reports.hints import hints_of
from einvoice.reports.insight import Causes, Culprit, Snippet, Snippets, causes_of
from einvoice.reports.insight.groups import Groups
from einvoice.reports.places import place_in_words
from einvoice.reports.problem import Consequence, Problem, Spot
from einvoice.reports.values import Reader
from einvoice.reports.words import words

__all__ = ["SHOWN_PLACES", "Consequence", "Problem", "ProblemMaker", "Spot", "grouped", "problems_of", "said"]

SHOWN_PLACES = 10  # of one problem; the JSON report has all of them
_SHOWN_SUMS = 3  # computed anew for one problem
_SHOWN_TERMS = 3  # named as concerned; the others are told in the technical details
_WORST_FIRST = (Level.ERROR, Level.WARNING, Level.INFORMATION)
_ONE_ID_FOR_MANY = "FX-"  # Factur-X: FX-NOT-USED, and numbers that stand at several elements
_NUMBERS = re.compile(r"\[\d+\]")
_GERMAN = re.compile(r"\b(?:muss|müssen|darf|dürfen|soll|sollen|sollte|wenn|das|der|die)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Group:
    """The findings of one problem by their indices, and those that follow from them."""

    own: tuple[int, ...]
    follow: tuple[int, ...]


def problems_of(findings: Sequence[Finding], lang: Lang, invoice: Invoice | None = None) -> tuple[Problem, ...]:
    """Worst first; within a level the structure (XSD) before the rules, then as the rules spoke."""
    made = ProblemMaker(findings, lang, invoice)
    return tuple(made.problem(group, f"problem-{index}") for index, group in enumerate(made.groups, 1))


def grouped(findings: Sequence[Finding], causes: Causes) -> tuple[Group, ...]:
    """What becomes one problem each, worst first."""
    key_of = [_key(finding) for finding in findings]
    own: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
    for index in causes.roots():
        own[key_of[index]].append(index)
    follow: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
    for index, cause in enumerate(causes.caused_by):
        if cause is not None:
            same = key_of[index] == key_of[cause]
            (own if same else follow)[key_of[cause]].append(index)
    groups = [Group(tuple(sorted(indices)), tuple(follow[key])) for key, indices in own.items()]
    return tuple(sorted(groups, key=lambda group: _rank(findings[group.own[0]])))


def _key(finding: Finding) -> tuple[object, ...]:
    """What makes findings one problem: the rule; where one id serves many demands also what this one is about."""
    if finding.source is Source.XSD:
        about = tuple(detail for detail in finding.details if detail[0] not in ("value", "corrected"))
        return finding.rule, finding.level, about
    if finding.rule.startswith(_ONE_ID_FOR_MANY):
        return finding.rule, finding.level, finding.message, _NUMBERS.sub("", finding.xpath)
    return finding.rule, finding.level


def _rank(first: Finding) -> tuple[int, bool]:
    return _WORST_FIRST.index(first.level), first.source is not Source.XSD


class ProblemMaker:
    """Makes the problems of one invoice."""

    def __init__(self, findings: Sequence[Finding], lang: Lang, invoice: Invoice | None) -> None:
        self._findings, self._lang, self._invoice = findings, lang, invoice
        self._words = words(lang)
        self.causes = causes_of(findings, invoice)
        self.groups = grouped(findings, self.causes)
        self.snippets = Snippets(invoice, findings)
        self.reader = Reader.of(invoice, lang) if invoice else Reader(lang, None, None)

    def title(self, group: Group) -> str:
        """The cause in a few words."""
        findings = [self._findings[index] for index in group.own]
        return visible(self._amiss(group) or self._elsewhere(group) or explain(_in_common(findings), self._lang).title)

    def problem(self, group: Group, anchor: str) -> Problem:
        """All about one group."""
        findings = [self._findings[index] for index in group.own]
        first, spoken, lang = findings[0], self._words, self._lang
        meaning: Explanation = explain(_in_common(findings), lang)
        rulesets = dict.fromkeys(finding.ruleset for finding in findings)
        snippet = self.snippets.of(first)
        evidence = tuple(self._evidence(group))
        terms = tuple(Pair(name, said(self._invoice, term, lang), term) for term, name in meaning.terms)
        named = terms if any(not term.value for term in terms) else ()
        shown = {row.term for sum_ in evidence for row in sum_.rows}
        return Problem(
            rule=first.rule,
            level=first.level,
            level_name=spoken[f"level_{first.level}"],
            kind=_kind(first, meaning, lang),
            allowed=meaning.allowed,
            what_label=spoken["what_note" if first.level is Level.INFORMATION else "what"],
            fix_label=spoken["fix_note" if meaning.allowed else "fix"],
            anchor=anchor,
            title=visible(self._amiss(group) or self._elsewhere(group) or meaning.title),
            what=visible(" ".join(filter(None, (self._amiss(group, "amiss_what"), meaning.what)))),
            why=visible(meaning.why),
            fix=visible(
                self._elsewhere(group, "culprit_fix")
                or " ".join(filter(None, (self._amiss(group, "amiss_fix"), meaning.fix)))
            ),
            terms=terms,
            concerns=named[:_SHOWN_TERMS],
            concerns_more=_more(len(named) - _SHOWN_TERMS, lang),
            said=tuple(term for term in terms if term.value and term.term not in shown),
            count=len(findings),
            count_text=spoken.count("places", len(findings)),
            spots=(*self._culprit_spot(group), *(_spot(finding, lang) for finding in findings[:SHOWN_PLACES])),
            more=_more(len(findings) - SHOWN_PLACES, lang),
            message=visible(first.message),
            message_label=spoken["message_xsd" if first.source is Source.XSD else "message"],
            message_lang=_language(first.message),
            technical=(
                Pair(spoken["rule"], visible(first.rule)),
                Pair(spoken["ruleset"], ", ".join(rulesets)),
                *_all_terms(named, lang),
            ),
            evidence=evidence,
            culprit=self._culprit(group),
            hints=hints_of(findings, self._invoice, self.reader),
            snippet=snippet,
            snippet_text=_where_to(snippet, lang) if snippet else "",
            consequences=tuple(self._consequences(group)),
        )

    def _amiss(self, group: Group, key: str = "") -> str:
        """Where a whole group is missing or empty, words about that, usually the title; "" elsewhere."""
        place = next((self.causes.amiss[index] for index in group.own if index in self.causes.amiss), None)
        if place is None:
            return ""
        name, number = place[-1]
        title = "group_empty" if number else "group_missing"
        return self._words[key or title].format(name=f"{term_name(name, self._lang)} {number or ''}".rstrip())

    def _evidence(self, group: Group) -> Iterator[Evidence]:
        known = self.causes.equations
        for index in [index for index in group.own if index in known][:_SHOWN_SUMS]:
            yield evidence_of(known[index], self.reader)

    def _culprit(self, group: Group) -> str:
        culprits = [self.causes.culprits[index] for index in group.own if index in self.causes.culprits]
        return culprit_in_words(culprits[0], self.reader) if len(culprits) == 1 else ""

    def _wrong_elsewhere(self, group: Group) -> Culprit | None:
        """The wrong amount, where it is not the result of the sum that the problem is about."""
        (only, *others) = group.own
        culprit, equation = self.causes.culprits.get(only), self.causes.equations.get(only)
        own = equation is not None and culprit is not None and culprit[:2] == equation[:2]
        return None if others or own else culprit

    def _elsewhere(self, group: Group, key: str = "") -> str:
        """Words about that amount, usually the title; "" if there is none."""
        culprit = self._wrong_elsewhere(group)
        if culprit is None:
            return ""
        return culprit_in_words(culprit, self.reader, key) if key else culprit_title(culprit, self.reader)

    def _culprit_spot(self, group: Group) -> Iterator[Spot]:
        """Where that amount stands."""
        culprit = self._wrong_elsewhere(group)
        holder = Groups(self._invoice.root).at(culprit.place) if culprit and self._invoice else None
        if culprit is None or holder is None:
            return
        place, found = culprit_place(culprit, self.reader)
        there = (one for one in map(self._findings.__getitem__, group.follow) if one.place == culprit.place)
        xpath = next((one.xpath for one in there), "")
        line = next((term.line for term in holder.terms if term.id == culprit.term), None)
        yield Spot(place=place, line=line, found=found, xpath=visible(xpath))

    def _consequences(self, group: Group) -> Iterator[Consequence]:
        findings = sorted(
            (self._findings[index] for index in group.follow), key=lambda one: (_rank(one), str(_key(one)))
        )
        for _, same in groupby(findings, key=_key):
            yield self._consequence(list(same))

    def _consequence(self, findings: list[Finding]) -> Consequence:
        first, lang = findings[0], self._lang
        meaning = explain(_in_common(findings), lang)
        return Consequence(
            rule=visible(first.rule),
            level=first.level,
            level_name=self._words[f"level_{first.level}"],
            kind=_kind(first, meaning, lang),
            title=visible(meaning.title),
            count=len(findings),
            count_text=self._words.count("places", len(findings)),
            message=visible(first.message),
            message_lang=_language(first.message),
            spots=tuple(_spot(finding, lang) for finding in findings[:SHOWN_PLACES]),
            more=_more(len(findings) - SHOWN_PLACES, lang),
        )


def said(invoice: Invoice | None, term_id: str, lang: Lang) -> str:
    """What the invoice says for a term that can stand in it once; "" for others, and if there is no invoice."""
    info = TERMS.get(term_id)
    if invoice is None or info is None or any(TERMS[one].repeats for one in (*way_to(term_id), term_id)):
        return ""
    missing = words(lang)["missing"]
    if info.is_group:
        return "" if invoice.groups(term_id) else missing
    reader = Reader.of(invoice, lang)
    return "; ".join(reader.full(term).strip() for term in invoice.every(term_id)) or missing


def _all_terms(terms: Sequence[Pair], lang: Lang) -> Iterator[Pair]:
    """All terms concerned, where not all of them are named above."""
    if len(terms) > _SHOWN_TERMS:
        yield Pair(words(lang)["terms"], ", ".join(f"{term.label} ({term.term})" for term in terms))


def _in_common(findings: Sequence[Finding]) -> Finding:
    """The first one, without what does not hold for all: a sentence about several places must be true of each."""
    first = findings[0]
    if len(findings) == 1:
        return first
    shared = set(first.details).intersection(*(one.details for one in findings))
    found = first.found if all(one.found == first.found for one in findings) else None
    return replace(first, details=tuple(part for part in first.details if part in shared), found=found)


def _kind(finding: Finding, meaning: Explanation, lang: Lang) -> str:
    silent = finding.level is Level.INFORMATION or finding.source is Source.POLICY
    return "" if silent else meaning.kind_class.label(lang)


def _language(message: str) -> Lang:
    return "de" if _GERMAN.search(message) else "en"


def _more(hidden: int, lang: Lang) -> str:
    return words(lang).count("more", hidden) if hidden > 0 else ""


def _where_to(snippet: Snippet, lang: Lang) -> str:
    kinds: Mapping[str, bool] = {
        "attribute": snippet.attribute,
        "replaces": snippet.replaces,
        "first": not snippet.after,
    }
    key = next((kind for kind, holds in kinds.items() if holds), "element")
    return words(lang)[f"snippet_{key}"].format(into=snippet.into, after=f"<{snippet.after}>")


def _spot(finding: Finding, lang: Lang) -> Spot:
    return Spot(
        place=place_in_words(finding, lang),
        line=finding.line,
        found=None if finding.found is None else visible(finding.found),
        xpath=visible(finding.xpath),
    )
