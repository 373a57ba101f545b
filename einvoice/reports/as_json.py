"""The report for programs: one JSON object, or one line of JSON a document."""

import json
from typing import Any

from pydantic_core import to_json

from einvoice.explain import Lang, explain, fault_text, refusal_text
from einvoice.model.assessment import Assessment
from einvoice.model.examination import Examination
from einvoice.model.finding import Finding
from einvoice.reports.places import place_in_words


def jsonl_line(examination: Examination, path: str, lang: Lang) -> str:
    """One line, without its line end. ASCII only: it survives any terminal, locale and file name."""
    findings = [_brief(finding, lang) for finding in examination.assessment.findings]
    return json.dumps({"path": path, **_core(examination, findings, lang)})


def jsonl_report(examination: Examination, lang: Lang) -> bytes:
    """The same line for a document that has no path but its name, with its line end."""
    return f"{jsonl_line(examination, examination.name, lang)}\n".encode()


def json_report(examination: Examination, lang: Lang, *, kept: bool = False) -> bytes:
    """Everything known of the document, UTF-8: the fields of `jsonl_line` but the path, and more.

    Attachments are described (`bytes`), not included. `kept`: the file is stored, it was not just checked on trial.
    """
    document, assessment, invoice = examination.document, examination.assessment, examination.invoice
    findings = [_full(finding, lang) for finding in assessment.findings]
    return to_json(
        {
            "name": examination.name.encode("utf-8", "replace").decode(),
            "size": examination.size,
            "examined_at": examination.examined_at.isoformat(),
            "lang": lang,
            **_core(examination, findings, lang, kept=kept),
            "container": document.container if document else None,
            "attachment": document.attachment if document else None,
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
