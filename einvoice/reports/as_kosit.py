"""The report in the form the KoSIT validator gives it (namespace varl/1), for programs that read that one.

It says what KoSIT's scenarios say and nothing else: a document that only a pack of ours can judge matched none, and
what an authority asks beyond the rules is left out. KoSIT knows no third outcome beside accept and reject; the report
of an undecided document therefore has no assessment at all, and nobody can read a verdict out of it.
"""

import re
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC

from lxml import etree

from einvoice import __version__
from einvoice.explain import Lang
from einvoice.model.assessment import Verdict
from einvoice.model.document import Syntax
from einvoice.model.examination import Examination
from einvoice.model.namespaces import PREFIXES
from einvoice.reports.kosit_reasons import reasons
from einvoice.reports.kosit_steps import REPORT, Resource, Step, resources_of, scenario_of, steps_of, xml_text

_SCENARIOS = "http://www.xoev.de/de/validator/framework/1/scenarios"
_ROOT_PREFIXES = {"rep": REPORT, "s": _SCENARIOS}
_ACCEPT = "/rep:report/rep:assessment[1]/rep:accept[1]"
_OURS = Resource("KoSIT report of einvoice", "urn:einvoice:report:kosit")  # stands where KoSIT names its stylesheet

_BT24 = {  # where a scenario looks for its identifier
    Syntax.UBL_INVOICE: "/ubl:Invoice/cbc:CustomizationID",
    Syntax.UBL_CREDITNOTE: "/cn:CreditNote/cbc:CustomizationID",
    Syntax.CII: "/rsm:CrossIndustryInvoice/rsm:ExchangedDocumentContext"
    "/ram:GuidelineSpecifiedDocumentContextParameter/ram:ID",
}
_EXTRACTED = (("seller", "BT-27"), ("id", "BT-1"), ("issueDate", "BT-2"))  # the content KoSIT's report repeats


def kosit_report(examination: Examination, lang: Lang = "de") -> bytes:
    """The report as XML, UTF-8. The document is the invoice XML, also where it came in a PDF.

    The explanation in it, a small page of XHTML, is in the language asked for.
    """
    steps = steps_of(examination, lang)
    report = etree.Element(f"{{{REPORT}}}report", nsmap=_ROOT_PREFIXES)
    scenario = scenario_of(examination)
    decided = examination.verdict is not Verdict.UNDECIDED
    valid = scenario is not None and decided and all(step.valid for step in steps)
    report.set("varlVersion", "1.0.0")
    report.set("valid", str(valid).lower())
    _engine(report, examination)
    moment = examination.examined_at.astimezone(UTC).isoformat(timespec="milliseconds")
    _add(report, "rep:timestamp", moment.replace("+00:00", "Z"))
    _identification(report, examination)
    if scenario is not None or decided:  # otherwise nothing is known about scenarios
        _outcome(report, scenario, examination, steps)
    _assessment(report, examination, steps, lang)
    return etree.tostring(report, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _engine(report: etree._Element, examination: Examination) -> None:
    """What judged, and by what: enough to repeat it years later."""
    engine = _add(report, "rep:engine")
    _add(engine, "rep:name", f"einvoice {__version__}")
    for key, value in _engine_facts(examination):
        _add(engine, "rep:info", value).set("key", key)


def _engine_facts(examination: Examination) -> Iterator[tuple[str, str]]:
    assessment = examination.assessment
    if assessment.verdict is Verdict.UNDECIDED and assessment.fault:
        yield "undecided", " in ".join(filter(None, (assessment.fault.cause, assessment.fault.ruleset)))
    if scenario_of(examination) is None:
        return
    yield "pack", assessment.pack or ""
    yield "engine", assessment.engine or ""
    for artefact in assessment.artefacts:
        yield f"sha256.{artefact.name}", artefact.sha256


def _identification(report: etree._Element, examination: Examination) -> None:
    """The document by its hash and its name."""
    document = examination.document
    sha256 = document.xml_sha256 if document else examination.sha256
    identification = _add(report, "rep:documentIdentification")
    hashed = _add(identification, "rep:documentHash")
    _add(hashed, "rep:hashAlgorithm", "SHA-256")
    _add(hashed, "rep:hashValue", b64encode(bytes.fromhex(sha256)).decode())
    _add(identification, "rep:documentReference", examination.name)


def _outcome(report: etree._Element, scenario: str | None, examination: Examination, steps: tuple[Step, ...]) -> None:
    """Which scenario matched, if any, and what each step said."""
    matched = _add(report, "rep:scenarioMatched" if scenario is not None else "rep:noScenarioMatched")
    if scenario is not None:
        _scenario(matched, scenario, examination)
        _document_data(matched, examination)
    for step in steps:
        _step(matched, step)


def _scenario(matched: etree._Element, name: str, examination: Examination) -> None:
    """What was applied, in the form of a scenario of the KoSIT configuration."""
    assessment, document = examination.assessment, examination.document
    scenario = _add(matched, "s:scenario")
    _add(scenario, "s:name", name)
    path = _BT24.get(document.syntax, "/*") if document else "/*"
    for prefix in dict.fromkeys(re.findall(r"(\w+):", path)):
        _add(scenario, "s:namespace", PREFIXES[prefix]).set("prefix", prefix)
    _add(scenario, "s:namespace", REPORT).set("prefix", "rep")
    identifier = (document.customization if document else None) or ""
    _add(scenario, "s:match", f"exists({path}[. = {_quoted(identifier)}])")
    for number, resource in enumerate(resources_of(assessment)):
        _resource(_add(scenario, "s:validateWithSchematron" if number else "s:validateWithXmlSchema"), resource)
    created = _add(scenario, "s:createReport")
    _resource(created, _OURS)
    for level, rules in assessment.custom_levels:
        for rule in rules:
            _add(created, "s:customLevel", rule).set("level", level.value)
    if assessment.verdict is not Verdict.UNDECIDED:
        _add(scenario, "s:acceptMatch", _ACCEPT)


def _quoted(text: str) -> str:
    """An XPath string literal."""
    return "'" + text.replace("'", "''") + "'"


def _document_data(matched: etree._Element, examination: Examination) -> None:
    """Seller, number and date as they stand in the document: a date in CII has no hyphens."""
    invoice = examination.invoice
    if invoice is None:
        return
    data = _add(matched, "rep:documentData")
    for name, term_id in _EXTRACTED:
        for term in invoice.every(term_id):
            value = term.value.replace("-", "") if (name, invoice.syntax) == ("issueDate", Syntax.CII) else term.value
            _add(data, name, value)


def _step(matched: etree._Element, step: Step) -> None:
    result = _add(matched, "rep:validationStepResult")
    result.set("id", step.id)
    result.set("valid", str(step.valid).lower())
    if step.resource:
        _resource(result, step.resource)
    for number, message in enumerate(step.messages, 1):
        said = _add(result, "rep:message", message.text)
        said.set("id", f"{step.id}.{number}")
        said.set("level", message.level.value)
        if message.line is not None:
            said.set("lineNumber", str(message.line))
        if message.location:
            said.set("xpathLocation", xml_text(message.location))
        said.set("code", xml_text(message.code))


def _assessment(report: etree._Element, examination: Examination, steps: tuple[Step, ...], lang: Lang) -> None:
    verdict = examination.assessment.verdict
    if verdict is Verdict.UNDECIDED:
        return
    accepted = verdict is Verdict.ACCEPTED and scenario_of(examination) is not None
    recommendation = _add(_add(report, "rep:assessment"), "rep:accept" if accepted else "rep:reject")
    _add(recommendation, "rep:explanation").append(reasons(examination, steps, lang, accepted=accepted))


def _resource(parent: etree._Element, resource: Resource) -> None:
    cited = _add(parent, "s:resource")
    _add(cited, "s:name", resource.name)
    _add(cited, "s:location", resource.location)


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    """A child; its name with one of the prefixes of the root, or without for none."""
    prefix, _, local = name.rpartition(":")
    child = etree.SubElement(parent, f"{{{_ROOT_PREFIXES[prefix]}}}{local}" if prefix else local)
    if text is not None:
        child.text = xml_text(text)
    return child
