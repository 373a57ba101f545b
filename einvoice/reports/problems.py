"""Findings grouped for reading: one problem is one rule, however many places it fails at."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from einvoice.explain import Explanation, Lang, explain
from einvoice.model.finding import Finding, Level, Source
from einvoice.model.invoice import Invoice
from einvoice.model.terms import TERMS, way_to
from einvoice.reports.blocks import Pair
from einvoice.reports.formats import visible
from einvoice.reports.places import place_in_words
from einvoice.reports.values import Reader
from einvoice.reports.words import words

SHOWN_PLACES = 10  # of one problem; the JSON report has all of them
_WORST_FIRST = (Level.ERROR, Level.WARNING, Level.INFORMATION)
_GERMAN = re.compile(r"\b(?:muss|müssen|darf|dürfen|soll|sollen|sollte|wenn|das|der|die)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One place a rule fails at."""

    place: str  # "Rechnungsposition 2 › Nettopreis des Artikels"
    line: int | None  # in the invoice XML, from 1
    found: str | None  # the value there, "" if it is empty; None: it is no place that has one
    xpath: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One rule: what it means, what to do, and where it fails."""

    rule: str
    level: Level
    level_name: str  # "Fehler"
    kind: str  # class of the Federal Ministry of Finance: "Geschäftsregelfehler"; "" for what is no error
    allowed: bool  # the chosen format permits it: nothing is to be done
    anchor: str  # unique within the report
    title: str
    what_label: str  # "Was ist das Problem?"
    fix_label: str  # "So beheben Sie es"
    what: str
    why: str
    fix: str
    terms: tuple[Pair, ...]  # the terms concerned by name, each with what the invoice says, "" if that is unclear
    count: int  # places in all
    count_text: str  # "an 3 Stellen"
    spots: tuple[Spot, ...]  # the first SHOWN_PLACES
    more: str  # "und 9.990 weitere", or ""
    message: str  # the official one, in its own language
    message_label: str  # whose it is
    message_lang: Lang
    technical: tuple[Pair, ...]  # rule, rule set

    @property
    def all_said(self) -> bool:
        """Whether for every term concerned it is known what the invoice says."""
        return bool(self.terms) and all(term.value for term in self.terms)

    @property
    def has_values(self) -> bool:
        """Whether a value was found at any place shown."""
        return any(spot.found is not None for spot in self.spots)


def problems_of(findings: Iterable[Finding], lang: Lang, invoice: Invoice | None = None) -> tuple[Problem, ...]:
    """Worst first; within a level the structure (XSD) before the rules, then as the rules spoke."""
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for finding in findings:
        groups.setdefault(_key(finding), []).append(finding)
    ordered = sorted(groups.values(), key=_rank)
    return tuple(_problem(group, f"problem-{index}", lang, invoice) for index, group in enumerate(ordered, 1))


def _key(finding: Finding) -> tuple[object, ...]:
    """What makes findings one problem: the rule; for XSD also what the sentence is about, but for the value."""
    about = tuple(detail for detail in finding.details if detail[0] != "value")
    return finding.rule, finding.level, about


def _rank(group: list[Finding]) -> tuple[int, bool]:
    return _WORST_FIRST.index(group[0].level), group[0].source is not Source.XSD


def _problem(group: list[Finding], anchor: str, lang: Lang, invoice: Invoice | None) -> Problem:
    first, spoken = group[0], words(lang)
    meaning: Explanation = explain(first, lang)
    hidden = len(group) - SHOWN_PLACES
    rulesets = dict.fromkeys(finding.ruleset for finding in group)
    return Problem(
        rule=first.rule,
        level=first.level,
        level_name=spoken[f"level_{first.level}"],
        kind="" if first.level is Level.INFORMATION else meaning.kind_class.label(lang),
        allowed=meaning.allowed,
        what_label=spoken["what_note" if first.level is Level.INFORMATION else "what"],
        fix_label=spoken["fix_note" if meaning.allowed else "fix"],
        anchor=anchor,
        title=visible(meaning.title),
        what=visible(meaning.what),
        why=visible(meaning.why),
        fix=visible(meaning.fix),
        terms=tuple(Pair(name, said(invoice, term, lang), term) for term, name in meaning.terms),
        count=len(group),
        count_text=spoken.count("places", len(group)),
        spots=tuple(_spot(finding, lang) for finding in group[:SHOWN_PLACES]),
        more=spoken.count("more", hidden) if hidden > 0 else "",
        message=visible(first.message),
        message_label=spoken["message_xsd" if first.source is Source.XSD else "message"],
        message_lang="de" if _GERMAN.search(first.message) else "en",
        technical=(Pair(spoken["rule"], visible(first.rule)), Pair(spoken["ruleset"], ", ".join(rulesets))),
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
    return "; ".join(reader.full(term) for term in invoice.every(term_id)) or missing


def _spot(finding: Finding, lang: Lang) -> Spot:
    return Spot(
        place=place_in_words(finding, lang),
        line=finding.line,
        found=None if finding.found is None else visible(finding.found),
        xpath=visible(finding.xpath),
    )
