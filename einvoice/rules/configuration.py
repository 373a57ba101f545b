"""`scenarios.xml` of a KoSIT validator configuration (framework 1), read strictly: what is not known is refused.

Source: the schema of that format, src/main/model/xsd/scenarios.xsd in itplr-kosit/validator.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from lxml import etree

from einvoice.errors import Refusal
from einvoice.model import Level
from einvoice.rules.archive import ReleaseRefused
from einvoice.rules.bt24 import Matching, read_match
from einvoice.xmlparse import XmlLimits, parse

_NS = "{http://www.xoev.de/de/validator/framework/1/scenarios}"
_REPORT_NS = "http://www.xoev.de/de/validator/varl/1"
_UPDATE = "This version of the service can't judge by it as KoSIT would; look for an update, or ask its makers."

# Element: the attributes and the children it may have. A description says nothing about the verdict.
_KNOWN = {
    "scenarios": ("frameworkVersion", "name author date description scenario noScenarioReport"),
    "scenario": (
        "",
        "name description namespace match validateWithXmlSchema validateWithSchematron createReport acceptMatch",
    ),
    "validateWithXmlSchema": ("", "resource"),
    "validateWithSchematron": ("psvi", "resource"),
    "createReport": ("", "resource customLevel"),
    "noScenarioReport": ("", "resource"),
    "resource": ("", "name location"),
    "customLevel": ("level", ""),
    "namespace": ("prefix", ""),
    "name": ("", ""),
    "author": ("", ""),
    "date": ("", ""),
    "match": ("", ""),
    "acceptMatch": ("", ""),
    "location": ("", ""),
}
# Accepted is what the report stylesheet calls so: the one expression every configuration for XRechnung uses.
_ACCEPT = re.compile(r"/([\w.-]+):report/\1:assessment\[1\]/\1:accept\[1\]")


@dataclass(frozen=True, slots=True)
class Resource:
    """A file of the configuration and what it is called there."""

    title: str
    location: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfiguredScenario:
    """One scenario as the configuration words it."""

    name: str
    matching: Matching
    schema: Resource
    schematron: tuple[Resource, ...]
    report: Resource
    levels: dict[Level, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """A whole `scenarios.xml`."""

    name: str
    on: date
    scenarios: tuple[ConfiguredScenario, ...]


def read_configuration(data: bytes) -> Configuration:
    """Raises ReleaseRefused naming the element that is not known or not understood."""
    try:
        root = parse(data, XmlLimits())
    except Refusal as refusal:
        raise ReleaseRefused(f"scenarios.xml is not XML we take: {refusal.notice.code}") from None
    if root.tag != _NS + "scenarios" or not (root.get("frameworkVersion") or "").startswith("1."):
        raise ReleaseRefused("scenarios.xml is not of a KoSIT configuration for framework 1", _UPDATE)
    _check(root)
    scenarios = tuple(_scenario(element) for element in root.iterchildren(_NS + "scenario"))
    names = [scenario.name for scenario in scenarios]
    if not names or len(set(names)) < len(names):
        raise ReleaseRefused("scenarios.xml has no scenario, or two of one name")
    return Configuration(name=" ".join(_text(root, "name").split()), on=_date(_text(root, "date")), scenarios=scenarios)


def _check(element: etree._Element) -> None:
    """Refuse what is not in the table: it might change the verdict."""
    name = str(element.tag).removeprefix(_NS)
    attributes, children = (words.split() for words in _KNOWN[name])
    for attribute in element.attrib:
        if attribute not in attributes:
            raise _unknown(element, f"the attribute {attribute} of {name}")
    for child in element.iterchildren(etree.Element):
        kind = str(child.tag).removeprefix(_NS)
        if kind not in children:
            raise _unknown(child, f"the step {kind} in {name}")
        if kind != "description":
            _check(child)


def _unknown(element: etree._Element, what: str) -> ReleaseRefused:
    return ReleaseRefused(f"scenarios.xml, line {element.sourceline}: {what} is not known", _UPDATE)


def _scenario(element: etree._Element) -> ConfiguredScenario:
    name = " ".join(_text(element, "name").split())
    namespaces = {one.get("prefix", ""): _plain(one) for one in element.iterchildren(_NS + "namespace")}
    expression = _text(element, "match")
    matching = read_match(expression, namespaces)
    if matching is None:
        raise ReleaseRefused(f"{name}: the match is not understood: {expression}", _UPDATE)
    _check_accept(element, name, namespaces)
    schemas = list(_resources(element, "validateWithXmlSchema"))
    reports = list(_resources(element, "createReport"))
    if len(schemas) != 1 or len(reports) != 1:
        raise ReleaseRefused(f"{name}: there must be one XML Schema and one report", _UPDATE)
    if any(step.get("psvi") not in (None, "false") for step in element.iterchildren(_NS + "validateWithSchematron")):
        raise ReleaseRefused(f"{name}: Schematron on a schema-typed document (psvi) is not known", _UPDATE)
    return ConfiguredScenario(
        name=name,
        matching=matching,
        schema=schemas[0],
        schematron=tuple(_resources(element, "validateWithSchematron")),
        report=reports[0],
        levels=_levels(element, name),
    )


def _check_accept(element: etree._Element, name: str, namespaces: dict[str, str]) -> None:
    expression = re.sub(r"\s+", "", _text(element, "acceptMatch", "there must be an acceptMatch"))
    found = _ACCEPT.fullmatch(expression)
    if found is None or namespaces.get(found[1]) != _REPORT_NS:
        raise ReleaseRefused(f"{name}: the acceptMatch is not understood: {expression}", _UPDATE)


def _resources(element: etree._Element, step: str) -> Iterator[Resource]:
    for found in element.iterchildren(_NS + step):
        for resource in found.iterchildren(_NS + "resource"):
            yield Resource(" ".join(_text(resource, "name").split()), _text(resource, "location"))


def _levels(element: etree._Element, name: str) -> dict[Level, tuple[str, ...]]:
    """Custom levels; a rule that gets two of them is a mistake of the configuration."""
    levels: dict[Level, list[str]] = {}
    seen: set[str] = set()
    for custom in element.iterfind(f"{_NS}createReport/{_NS}customLevel"):
        try:
            level = Level(custom.get("level", ""))
        except ValueError:
            raise ReleaseRefused(f"{name}: the level {custom.get('level')} is not known", _UPDATE) from None
        rules = _plain(custom).split()
        if seen & set(rules):
            raise ReleaseRefused(f"{name}: {', '.join(sorted(seen & set(rules)))} has two custom levels", _UPDATE)
        seen |= set(rules)
        levels.setdefault(level, []).extend(rules)
    return {level: tuple(rules) for level, rules in levels.items()}


def _text(element: etree._Element, name: str, missing: str = "") -> str:
    """The text of the one child of that name, blanks at its ends cut off."""
    found = list(element.iterchildren(_NS + name))
    if len(found) != 1 or not _plain(found[0]):
        where = f"scenarios.xml, line {element.sourceline}"
        raise ReleaseRefused(f"{where}: {missing or f'there must be one {name}'}", _UPDATE)
    return _plain(found[0])


def _plain(element: etree._Element) -> str:
    return "".join(element.xpath("text()")).strip()


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ReleaseRefused(f"scenarios.xml: {text} is no date") from None
