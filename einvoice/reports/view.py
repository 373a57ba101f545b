"""One examination as its reader sees it: every sentence made, every finding placed and grouped, nothing laid out yet.

The text report and the HTML report print a view; they add no knowledge of their own.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from einvoice import __version__
from einvoice.explain import Lang, fault_text, refusal_text
from einvoice.model.assessment import Assessment, Verdict
from einvoice.model.examination import Examination
from einvoice.model.finding import Level
from einvoice.model.invoice import Invoice
from einvoice.reports.beside import BesideView
from einvoice.reports.blocks import Pair
from einvoice.reports.classes import ClassCount, classes_of
from einvoice.reports.excerpt import SHOWN_ENTRIES, excerpt
from einvoice.reports.formats import visible
from einvoice.reports.forms import remarks
from einvoice.reports.policy import PolicyView
from einvoice.reports.problem import Problem
from einvoice.reports.problems import problems_of
from einvoice.reports.proof import artefacts_of, proof_of
from einvoice.reports.sheet import Part, glance, sheet
from einvoice.reports.words import words

_NAMED_CAUSES = 2  # in the headline
_COUNTED = ((Level.ERROR, "errors"), (Level.WARNING, "warnings"), (Level.INFORMATION, "informations"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """All that a report says, in one language, as plain text: whoever renders it escapes it."""

    lang: Lang
    verdict: Verdict
    tone: Verdict  # how it looks: the verdict, but rejected where the authority's policies turn an accepted one down
    title: str  # what was examined: "Rechnung R-2026-17"
    name: str  # of the file, harmless to look at
    headline: str  # the verdict and its cause: "Abgelehnt: Leitweg-ID fehlt"
    summary: str  # how much was found, or more on why it was refused
    classes: tuple[ClassCount, ...]  # errors by the classes of the Federal Ministry of Finance, those that occur
    note: str  # what struck us about the Leitweg-ID, though no rule asks; ""
    next_steps: str  # what the sender does now
    problems: tuple[Problem, ...]  # causes that are errors: they decide; what follows stands under its cause
    remarks: tuple[Problem, ...]  # warnings and notes
    beside: BesideView | None  # the PDF around it and the files enclosed, which decide nothing; None: nothing
    policy: PolicyView | None  # what the authority asks beyond the rules; None: nothing
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
        note = _note(invoice, spoken) if invoice else ""
        headline, summary, next_steps = _verdict_in_words(assessment, problems, lang, note=note, kept=kept)
        policy = PolicyView.of(assessment, lang, invoice)
        if policy and policy.headline:
            headline, summary, next_steps = policy.headline, policy.summary or summary, policy.next_steps
        return cls(
            lang=lang,
            verdict=assessment.verdict,
            tone=Verdict.REJECTED if assessment.declined else assessment.verdict,
            title=_title(examination, number, spoken),
            name=visible(examination.name),
            headline=headline,
            summary=visible(summary),
            classes=classes_of(assessment.findings, lang, _folded(problems)),
            note=note,
            next_steps=visible(next_steps),
            problems=tuple(one for one in problems if one.level is Level.ERROR),
            remarks=tuple(one for one in problems if one.level is not Level.ERROR),
            beside=BesideView.of(examination, lang),
            policy=policy,
            glance=glance(invoice, lang) if invoice else (),
            sheet=excerpt(sheet(invoice, lang, SHOWN_ENTRIES), lang) if invoice else (),
            proof=proof_of(examination, lang),
            artefacts=artefacts_of(examination) + (policy.artefacts if policy else ()),
            disclaimer=_disclaimer(assessment, spoken),
            software=spoken["software"].format(version=__version__),
        )


def _title(examination: Examination, number: str | None, spoken: Mapping[str, str]) -> str:
    """The invoice's number; a file in which no invoice was found goes by its own name."""
    if number:
        return f"{spoken['invoice']} {visible(number)}"
    return spoken["without_number"] if examination.document else visible(examination.name) or spoken["without_number"]


def _verdict_in_words(
    assessment: Assessment, problems: tuple[Problem, ...], lang: Lang, *, note: str, kept: bool
) -> tuple[str, str, str]:
    """Headline, summary, and what to do now. The headline names the cause."""
    spoken = words(lang)
    if assessment.fault:
        trouble = fault_text(assessment.fault, lang, kept=kept)
        return spoken["undecided"], trouble.sentence, trouble.remedy
    if assessment.refusal:
        refusal = refusal_text(assessment.refusal, lang)
        cause, _, more = refusal.sentence.partition(". ")
        summary = " ".join(filter(None, (more, spoken["refused_summary"])))
        return spoken["refused"].format(cause=visible(cause.rstrip("."))), summary, refusal.remedy
    summary = _counts(assessment, problems, lang)
    if assessment.verdict is Verdict.REJECTED:
        titles = [problem.title for problem in problems if problem.level is Level.ERROR]
        headline = spoken["rejected"].format(causes=_named_causes(titles, lang))
        return headline, summary, spoken.count("next_rejected", len(titles))
    heed = "_remarks" if note or any(not problem.allowed for problem in problems) else ""
    return spoken[f"accepted{heed}"], summary, spoken[f"next_accepted{heed}"]


def _folded(problems: tuple[Problem, ...]) -> Counter[str]:
    """Errors that follow from others, by the label of their class."""
    folded: Counter[str] = Counter()
    for one in (one for problem in problems for one in problem.consequences if one.level is Level.ERROR):
        folded[one.kind] += one.count
    return folded


def _named_causes(titles: list[str], lang: Lang) -> str:
    """`Leitweg-ID fehlt, Rechnungsnummer fehlt und 3 weitere Ursachen`."""
    spoken, different = words(lang), list(dict.fromkeys(titles))
    shown, hidden = different[:_NAMED_CAUSES], len(different) - _NAMED_CAUSES
    if hidden > 0:
        return ", ".join(shown) + spoken.count("rejected_more", hidden)
    return spoken["listed_and"].join(shown)


def _note(invoice: Invoice, spoken: Mapping[str, str]) -> str:
    """A Leitweg-ID whose check digits are wrong: no rule rejects it, but the invoice will not find its way."""
    found = dict(remarks("leitweg", invoice.buyer_reference or ""))
    parts = found.get("hint_leitweg_check")
    if parts is None:
        return ""
    head = spoken["glance_BT-10"] + " „" + visible(invoice.buyer_reference or "") + "“: "
    return head + spoken["hint_leitweg_check"].format(**parts)


def _disclaimer(assessment: Assessment, spoken: Mapping[str, str]) -> str:
    """Rules are only applied by a scenario, and only to an invoice whose structure is right."""
    if assessment.scenario is None or assessment.fault:
        return ""
    return spoken["disclaimer_structure" if assessment.xsd_valid is False else "disclaimer"]


def _counts(assessment: Assessment, problems: tuple[Problem, ...], lang: Lang) -> str:
    """`Gefunden: 3 Fehler, 1 Warnung und 2 Hinweise. Die Fehler gehen auf 2 Ursachen zurück.`"""
    spoken = words(lang)
    counted = [(assessment.count(level), key) for level, key in _COUNTED]
    counts = [spoken.count(key, count) for count, key in counted if count]
    if not counts:
        return spoken["summary_clean"]
    *others, last = counts
    listed = f"{', '.join(others)}{spoken['listed_and']}{last}" if others else last
    errors = tuple(problem for problem in problems if problem.level is Level.ERROR)
    told = errors or problems  # the causes that are counted: those to be mended
    sentences = [spoken["summary_found"].format(counts=listed)]
    if len(told) == len(problems) and any(problem.consequences for problem in told):
        sentences.append(spoken.count("folded", len(told)))
    elif _folded(errors):
        sentences.append(spoken.count("folded_errors", len(errors)))
    if assessment.xsd_valid is False:
        sentences.append(spoken["structure_first"])
    return " ".join(sentences)
