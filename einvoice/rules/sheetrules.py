"""What a Schematron compiled to XSLT asserts, read from its text: rule by rule, where, what, how severe."""

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from einvoice.model import Level
from einvoice.model.xml import reparse
from einvoice.rules.manifest import Stylesheet

_SVRL = "{http://purl.oclc.org/dsdl/svrl}"
_XSL = "{http://www.w3.org/1999/XSL/Transform}"
_ASSERTIONS = (f"{_SVRL}failed-assert", f"{_SVRL}successful-report")
_DEFINING = tuple(_XSL + name for name in ("variable", "param", "function"))
_OF_THE_COMPILER = ("schxslt", "archive", "axsl")  # names that the Schematron compilers use themselves


@dataclass(frozen=True, slots=True, order=True)
class Assertion:
    """One assert or report. All texts with single blanks."""

    context: str  # which nodes it is about
    test: str  # with the variables of its rule
    level: Level  # its own, before a scenario's custom levels
    message: str


@dataclass(frozen=True, slots=True)
class SheetRules:
    """A whole stylesheet."""

    rules: dict[str, tuple[Assertion, ...]]  # by rule id, in the order of the stylesheet
    definitions: dict[str, str]  # variables and functions of the whole stylesheet, by name


def read_rules(data: bytes, sheet: Stylesheet) -> SheetRules:
    """The rules of a stylesheet whose bytes were checked by hash; `sheet` knows what a report will call them."""
    root = reparse(data)
    rules: dict[str, tuple[Assertion, ...]] = {}
    for element in root.iter(*_ASSERTIONS):
        message = _canonical(element.find(f"{_SVRL}text"))
        rule = sheet.name_of(_said(element, "id"), message)
        rules[rule] = (*rules.get(rule, ()), _assertion(element, message, rule, sheet))
    return SheetRules(rules, dict(_definitions(root)))


def _assertion(element: etree._Element, message: str, rule: str, sheet: Stylesheet) -> Assertion:
    template = next(element.iterancestors(_XSL + "template"), None)
    variables = [] if template is None else [f"${name} = {text}" for name, text in _definitions(template)]
    test = _said(element, "test") or ""
    return Assertion(
        context="" if template is None else _plain(template.get("match", "")),
        test=" ; ".join([*variables, test if element.tag == _ASSERTIONS[0] else f"report: {test}"]),
        level=sheet.level_said(_said(element, "flag"), _said(element, "role"), rule),
        message=message,
    )


def _definitions(parent: etree._Element) -> Iterator[tuple[str, str]]:
    for element in parent.iterchildren(*_DEFINING):
        name = element.get("name", "")
        if not name.startswith(_OF_THE_COMPILER):
            yield name, _canonical(element)


def _said(element: etree._Element, name: str) -> str | None:
    """An attribute of what the stylesheet writes: literal, or by xsl:attribute; None if it writes none."""
    written = element.find(f"{_XSL}attribute[@name='{name}']")
    said = element.get(name) if written is None else "".join(written.itertext())
    return None if said is None else _plain(said)


def _canonical(element: etree._Element | None) -> str:
    """Text and instructions in one line, the same for the same meaning: no prefixes, no layout."""
    if element is None:
        return ""
    parts = [element.text or ""]
    for child in element.iterchildren(etree.Element):
        words = [etree.QName(child).localname, *(f"{name}={_plain(value)}" for name, value in sorted(child.items()))]
        parts += [f"<{' '.join(map(str, words))}>", _canonical(child), child.tail or ""]
    text = _plain(" ".join(parts))
    return f"{_plain(element.get('select', ''))}{text}" if element.tag in _DEFINING else text


def _plain(text: str) -> str:
    return " ".join(text.split())
