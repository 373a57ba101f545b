"""An assessment as the steps of the KoSIT validator with their messages: which ran, what each said, at which level."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from einvoice.explain import Lang, fault_text, refusal_text
from einvoice.model.assessment import Assessment, Verdict
from einvoice.model.examination import Examination
from einvoice.model.finding import Finding, Level, Source
from einvoice.model.paths import engine_path
from einvoice.model.trouble import RefusalNotice

REPORT = "http://www.xoev.de/de/validator/varl/1"
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML 1.0 has no way to write
_GENERIC = "generic-error"  # KoSIT's code for whatever the XML parser says
_OF_XML = frozenset({"no-scenario", "wrong-root", "not-an-invoice", "too-deep", "too-many-nodes"})  # refused, but XML
_OF_ENVELOPES = "sbdh-"  # refused, but XML, too

# What Xerces calls a violation (XML Schema part 1, appendix C), by our kind. It reports a wrong value twice: once
# for the value, once for the element that has it.
_XERCES: dict[str, tuple[str, ...]] = {
    "xsd-wrong-value": ("cvc-datatype-valid.1.2.1", "cvc-complex-type.2.2"),
    "xsd-unexpected-element": ("cvc-complex-type.2.4.a",),
    "xsd-missing-element": ("cvc-complex-type.2.4.b",),
    "xsd-missing-attribute": ("cvc-complex-type.4",),
    "xsd-unexpected-attribute": ("cvc-complex-type.3.2.2",),
    "xsd-unexpected-text": ("cvc-complex-type.2.3",),
}

_OF_ATTRIBUTE = ("cvc-datatype-valid.1.2.1", "cvc-attribute.3")


@dataclass(frozen=True, slots=True)
class Resource:
    """A schema, stylesheet or report as the configuration cites it."""

    name: str
    location: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a step."""

    code: str  # rule id, or what Xerces calls the violation
    level: Level  # the rule's own, before the scenario's custom levels
    effective: Level  # after them
    text: str
    line: int | None = None
    location: str | None = None
    finding: Finding | None = None  # what it was made from


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the validation."""

    id: str  # val-xsd, val-sch.1, …, val-xml
    resource: Resource | None = None
    messages: tuple[Message, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether nothing was said but informations; own levels count."""
        return all(message.level is Level.INFORMATION for message in self.messages)


def scenario_of(examination: Examination) -> str | None:
    """The KoSIT scenario that matched. A pack of ours judges only what KoSIT has none for."""
    return examination.assessment.scenario if examination.assessment.official else None


def is_xml(refusal: RefusalNotice) -> bool:
    """Whether the refused file is XML as far as we read it: KoSIT rejects such a file, instead of giving up on it."""
    return refusal.code in _OF_XML or refusal.code.startswith(_OF_ENVELOPES)


def resources_of(assessment: Assessment) -> tuple[Resource, ...]:
    """The schema, then the stylesheets."""
    return tuple(Resource(ref.title or ref.name, ref.location or ref.name) for ref in assessment.artefacts)


def xml_text(text: str) -> str:
    """Text that can stand in XML."""
    return _NO_XML.sub("\ufffd", text)


def steps_of(examination: Examination, lang: Lang) -> tuple[Step, ...]:
    """The steps in KoSIT's order: schema, stylesheets, and last whether the XML could be read at all."""
    if scenario_of(examination) is None:
        return tuple(_unmatched(examination, lang))
    return (*_matched(examination.assessment, lang), Step(id="val-xml"))


def _unmatched(examination: Examination, lang: Lang) -> Iterator[Step]:
    """One step, if anything is known: an unreadable file has a message there, other XML has none."""
    assessment = examination.assessment
    refusal = assessment.refusal
    if assessment.verdict is Verdict.UNDECIDED:
        return
    if examination.document or refusal is None or is_xml(refusal):
        yield Step(id="val-xml")
        return
    yield Step(id="val-xml", messages=(_refused(refusal, lang),))


def _matched(assessment: Assessment, lang: Lang) -> Iterator[Step]:
    """The schema step, then a step a stylesheet; where the engine failed, that one of them alone."""
    fault = assessment.fault
    for number, (artefact, resource) in enumerate(zip(assessment.artefacts, resources_of(assessment), strict=True)):
        spoken = [one for one in assessment.findings if one.ruleset == artefact.name]
        if number == 0:
            schema = [message for one in spoken if one.source is Source.XSD for message in _of_schema(one)]
            yield Step(id="val-xsd", resource=resource, messages=tuple(schema))
        elif fault is None:
            rules = [_of_rule(one) for one in spoken if one.source is Source.SCHEMATRON]
            yield Step(id=f"val-sch.{number}", resource=resource, messages=tuple(rules))
        elif fault.ruleset == artefact.name:
            text = f"{artefact.name}: {fault_text(fault, lang, kept=False).sentence}"
            failed = Message(code=fault.cause, level=Level.ERROR, effective=Level.ERROR, text=text)
            yield Step(id=f"val-sch.{number}", resource=resource, messages=(failed,))


def _of_rule(finding: Finding) -> Message:
    return Message(
        code=finding.rule,
        level=finding.own_level or finding.level,
        effective=finding.level,
        text=finding.message,
        location=finding.location or engine_path(finding.xpath),
        finding=finding,
    )


def _codes(finding: Finding) -> tuple[str, ...]:
    details = dict(finding.details)
    if finding.rule == "xsd-wrong-value" and "attribute" in details:
        return _OF_ATTRIBUTE
    if finding.rule == "xsd-missing-element" and details.get("likely") == "gap":  # Xerces blames what stands there
        return _XERCES["xsd-unexpected-element"]
    return _XERCES.get(finding.rule, (_GENERIC,))


def _of_schema(finding: Finding) -> Iterator[Message]:
    """What Xerces would report; it tells a line, no path."""
    for code in _codes(finding):
        yield Message(
            code=code, level=Level.ERROR, effective=Level.ERROR, text=finding.message, line=finding.line,
            finding=finding,
        )  # fmt: skip


def _refused(refusal: RefusalNotice, lang: Lang) -> Message:
    text = f"[{refusal.code}] {refusal_text(refusal, lang).sentence}"
    return Message(code=_GENERIC, level=Level.ERROR, effective=Level.ERROR, text=text)
