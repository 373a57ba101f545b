"""The report for programs: one JSON object, or one line of JSON a document."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic_core import to_json

from einvoice.explain import Lang, explain, fault_text, refusal_text
from einvoice.model.assessment import Assessment
from einvoice.model.examination import Examination
from einvoice.model.finding import Finding
from einvoice.model.invoice import Invoice
from einvoice.reports.beside import beside_facts, beside_findings
from einvoice.reports.classes import class_counts
from einvoice.reports.envelope import envelope_facts
from einvoice.reports.evidence import evidence_of
from einvoice.reports.insight import Snippet
from einvoice.reports.places import place_in_words
from einvoice.reports.policy import policy_facts, policy_findings
from einvoice.reports.problems import SHOWN_PLACES, ProblemMaker


def jsonl_line(examination: Examination, path: str, lang: Lang) -> str:
    """One line, without its line end. ASCII only: it survives any terminal, locale and file name."""
    assessment = examination.assessment
    findings = [_brief(finding, lang) for finding in (*assessment.findings, *policy_findings(assessment))]
    asked = {"policy": policy_facts(assessment)} if assessment.policy else {}
    seen = beside_facts(examination, [_brief(finding, lang) for finding in beside_findings(examination)], lang)
    beside = {"inspection": seen} if examination.inspection and not examination.inspection.is_empty else {}
    envelope = envelope_facts(examination, lang)
    around = {"envelope": envelope} if envelope else {}
    return json.dumps({"path": path, **_core(examination, findings, lang), **asked, **beside, **around})


def jsonl_report(examination: Examination, lang: Lang) -> bytes:
    """The same line for a document that has no path but its name, with its line end."""
    return f"{jsonl_line(examination, examination.name, lang)}\n".encode()


def json_report(examination: Examination, lang: Lang, *, kept: bool = False) -> bytes:
    """Everything known of the document, UTF-8: the fields of `jsonl_line` but the path, and more.

    Attachments are described (`bytes`), not included. `kept`: the file is stored, it was not just checked on trial.
    """
    document, assessment, invoice = examination.document, examination.assessment, examination.invoice
    made = ProblemMaker(assessment.findings, lang, invoice)
    findings = [
        _full(finding, lang) | insight
        for finding, insight in zip(assessment.findings, _insights(assessment.findings, made), strict=True)
    ]
    return to_json(
        {
            "name": examination.name.encode("utf-8", "replace").decode(),
            "size": examination.size,
            "examined_at": examination.examined_at.isoformat(),
            "lang": lang,
            **_core(examination, [*findings, *_demanded(assessment, lang, invoice)], lang, kept=kept),
            "policy": policy_facts(assessment),
            "inspection": beside_facts(examination, list(_beside(examination, lang)), lang),
            "classes": {kind.value: count for kind, count in class_counts(assessment.findings).items()},
            "causes": [
                {"title": made.title(group), "findings": sorted((*group.own, *group.follow))} for group in made.groups
            ],
            "container": document.container if document else None,
            "attachment": document.attachment if document else None,
            "envelope": envelope_facts(examination, lang),
            "xml_sha256": document.xml_sha256 if document else None,
            "artefacts": [{"name": one.name, "sha256": one.sha256} for one in assessment.artefacts],
            "engine": assessment.engine,
            "invoice": invoice.to_dict(attachments=False) if invoice else None,
        }
    )


def _core(examination: Examination, findings: list[Any], lang: Lang, *, kept: bool = False) -> dict[str, Any]:
    """What both forms say."""
    document, assessment = examination.document, examination.assessment
    return {
        "sha256": examination.sha256,
        "kind": document.syntax if document else None,
        "customization": document.customization if document else None,
        "scenario": assessment.scenario,
        "pack": assessment.pack,
        "verdict": assessment.verdict,
        "xsd_valid": assessment.xsd_valid,
        "refusal": _refusal(assessment, lang),
        "fault": _fault(assessment, lang, kept=kept),
        "findings": findings,
    }


def _brief(finding: Finding, lang: Lang) -> dict[str, Any]:
    meaning = explain(finding, lang)
    return {
        "rule": finding.rule,
        "level": finding.level,
        "source": finding.source,
        "xpath": finding.xpath,
        "line": finding.line,
        "terms": [term for term, _ in meaning.terms],
        "message": finding.message,
        "fix": meaning.fix,
        **({"demanded_by": finding.demanded_by} if finding.demanded_by else {}),
    }


def _full(finding: Finding, lang: Lang) -> dict[str, Any]:
    meaning = explain(finding, lang)
    return {
        "rule": finding.rule,
        "level": finding.level,
        "source": finding.source,
        "ruleset": finding.ruleset,
        "class": meaning.kind_class,
        "xpath": finding.xpath,
        "line": finding.line,
        "place": place_in_words(finding, lang),
        "found": finding.found,
        "terms": [term for term, _ in meaning.terms],
        "term_names": [name for _, name in meaning.terms],
        "message": finding.message,
        "title": meaning.title,
        "what": meaning.what,
        "why": meaning.why,
        "fix": meaning.fix,
        "demanded_by": finding.demanded_by,
    }


def _demanded(assessment: Assessment, lang: Lang, invoice: Invoice | None) -> Iterator[dict[str, Any]]:
    """What an authority asks, after the formal findings. The Federal Ministry of Finance has no class for it."""
    findings = policy_findings(assessment)
    made = ProblemMaker(findings, lang, invoice)
    for finding, insight in zip(findings, _insights(findings, made), strict=True):
        yield _full(finding, lang) | insight | {"class": None, "caused_by": None}


def _beside(examination: Examination, lang: Lang) -> Iterator[dict[str, Any]]:
    """What was found about the PDF and the files enclosed. No part of the verdict, hence of no class either."""
    for finding in beside_findings(examination):
        yield _full(finding, lang) | {"class": None, "details": dict(finding.details)}


def _insights(findings: Sequence[Finding], made: ProblemMaker) -> Iterator[dict[str, Any]]:
    """What lies behind each finding. Snippets of the first places of a rule only: they are alike."""
    seen: Counter[str] = Counter()
    for index, finding in enumerate(findings):
        seen[finding.rule] += 1
        details = dict(finding.details)
        snippet = made.snippets.of(finding) if seen[finding.rule] <= SHOWN_PLACES else None
        yield {
            "caused_by": made.causes.caused_by[index],
            "value": details.get("value", finding.found),
            "nearest": details["nearest"].split(", ") if "nearest" in details else [],
            "likely": details.get("likely"),
            "evidence": _evidence(index, made),
            "snippet": _snippet(snippet) if snippet else None,
        }


def _evidence(index: int, made: ProblemMaker) -> dict[str, str | None] | None:
    equation = made.causes.equations.get(index)
    if equation is None:
        return None
    found = evidence_of(equation, made.reader)
    return {
        "term": found.term,
        "computed": found.computed,
        "stated": found.stated or None,
        "difference": found.difference,
        "likely": found.kind or None,
        "text": f"{found.sentence} {found.likely}".rstrip(),
    }


def _snippet(snippet: Snippet) -> dict[str, Any]:
    return {
        "xml": snippet.xml,
        "into": snippet.into,
        "after": snippet.after or None,
        "attribute": snippet.attribute,
        "replaces": snippet.replaces,
    }


def _refusal(assessment: Assessment, lang: Lang) -> dict[str, str] | None:
    if assessment.refusal is None:
        return None
    text = refusal_text(assessment.refusal, lang)
    return {"code": assessment.refusal.code, "message": text.sentence, "remedy": text.remedy}


def _fault(assessment: Assessment, lang: Lang, *, kept: bool) -> dict[str, Any] | None:
    """The cause, not its detail: that is for the operator alone."""
    if assessment.fault is None:
        return None
    text = fault_text(assessment.fault, lang, kept=kept)
    return {
        "cause": assessment.fault.cause,
        "message": text.sentence,
        "deterministic": assessment.fault.deterministic,
    }
