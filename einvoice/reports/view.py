"""One examination as its reader sees it: every sentence made, every finding placed and grouped, nothing laid out yet.

The text report and the HTML report print a view; they add no knowledge of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from einvoice import __version__
from einvoice.explain import Lang, fault_text, refusal_text
from einvoice.model.assessment import Assessment, Verdict
from einvoice.model.examination import Examination
from einvoice.model.finding import Level
from einvoice.reports.blocks import Pair
from einvoice.reports.excerpt import SHOWN_ENTRIES, excerpt
from einvoice.reports.formats import visible
from einvoice.reports.problems import Problem, problems_of
from einvoice.reports.proof import artefacts_of, proof_of
from einvoice.reports.sheet import Part, glance, sheet
from einvoice.reports.words import words

_COUNTED = ((Level.ERROR, "errors"), (Level.WARNING, "warnings"), (Level.INFORMATION, "informations"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """All that a report says, in one language, as plain text: whoever renders it escapes it."""

    lang: Lang
    verdict: Verdict
    title: str  # what was examined: "Rechnung R-2026-17"
    name: str  # of the file, harmless to look at
    headline: str  # the verdict in a sentence
    summary: str  # what was found, or why it was refused
    next_steps: str  # what the sender does now
    problems: tuple[Problem, ...]  # errors: they decide
    remarks: tuple[Problem, ...]  # warnings and notes
    glance: tuple[Pair, ...]  # the invoice in a few facts
    sheet: tuple[Part, ...]  # the whole invoice; of a very long one an excerpt
    proof: tuple[Pair, ...]  # file, rules and engines
    artefacts: tuple[Pair, ...]  # rule artefacts with their SHA-256
    disclaimer: str  # what was examined and what was not; "" if nothing was
    software: str  # what made the report

    @classmethod
    def of(cls, examination: Examination, lang: Lang, *, kept: bool = False) -> "ReportView":
        """The view of an examination. `kept`: the file is stored with us, it was not just checked on trial."""
        assessment, invoice, spoken = examination.assessment, examination.invoice, words(lang)
        problems = problems_of(assessment.findings, lang, invoice)
        number = invoice.number if invoice else None
        headline, summary, next_steps = _verdict_in_words(assessment, problems, lang, kept=kept)
        return cls(
            lang=lang,
            verdict=assessment.verdict,
            title=_title(examination, number, spoken),
            name=visible(examination.name),
            headline=headline,
            summary=visible(summary),
            next_steps=visible(next_steps),
            problems=tuple(one for one in problems if one.level is Level.ERROR),
            remarks=tuple(one for one in problems if one.level is not Level.ERROR),
            glance=glance(invoice, lang) if invoice else (),
            sheet=excerpt(sheet(invoice, lang, SHOWN_ENTRIES), lang) if invoice else (),
            proof=proof_of(examination, lang),
            artefacts=artefacts_of(examination),
            disclaimer=_disclaimer(assessment, spoken),
            software=spoken["software"].format(version=__version__),
        )


def _title(examination: Examination, number: str | None, spoken: Mapping[str, str]) -> str:
    """The invoice's number; a file in which no invoice was found goes by its own name."""
    if number:
        return f"{spoken['invoice']} {visible(number)}"
    return spoken["without_number"] if examination.document else visible(examination.name) or spoken["without_number"]


def _verdict_in_words(
    assessment: Assessment, problems: tuple[Problem, ...], lang: Lang, *, kept: bool
) -> tuple[str, str, str]:
    """Headline, summary, and what to do now."""
    spoken = words(lang)
    if assessment.fault:
        trouble = fault_text(assessment.fault, lang, kept=kept)
        return spoken["undecided"], trouble.sentence, trouble.remedy
    if assessment.refusal:
        refusal = refusal_text(assessment.refusal, lang)
        return spoken["refused"], refusal.sentence, refusal.remedy
    summary = _counts(assessment, lang)
    if assessment.verdict is Verdict.REJECTED:
        errors = sum(problem.level is Level.ERROR for problem in problems)
        return spoken["rejected"], summary, spoken.count("next_rejected", errors)
    heed = any(not problem.allowed for problem in problems)
    return spoken["accepted"], summary, spoken["next_accepted_remarks" if heed else "next_accepted"]


def _disclaimer(assessment: Assessment, spoken: Mapping[str, str]) -> str:
    """Rules are only applied by a scenario, and only to an invoice whose structure is right."""
    if assessment.scenario is None or assessment.fault:
        return ""
    return spoken["disclaimer_structure" if assessment.xsd_valid is False else "disclaimer"]


def _counts(assessment: Assessment, lang: Lang) -> str:
    """`Gefunden: 3 Fehler, 1 Warnung und 2 Hinweise.`"""
    spoken = words(lang)
    counted = [(assessment.count(level), key) for level, key in _COUNTED]
    counts = [spoken.count(key, count) for count, key in counted if count]
    if not counts:
        return spoken["summary_clean"]
    *others, last = counts
    listed = f"{', '.join(others)}{spoken['listed_and']}{last}" if others else last
    return spoken["summary_found"].format(counts=listed)
