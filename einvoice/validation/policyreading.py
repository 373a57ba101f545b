"""Reads a policy from its file, strictly: whatever is not known here is refused, so nothing is silently not checked.

Taken are schema, title, p, ns, let, pattern (abstract and is-a with param too), rule, assert and report with value-of,
name and emph, of ISO Schematron (ISO/IEC 19757-3:2020).
"""

import re
from collections.abc import Iterator, Mapping

from lxml import etree

from einvoice.model.xml import hardened_parser
from einvoice.validation.policyschema import Assertion, Expression, Let, Pattern, PolicyRefused, Rule, Schema
from einvoice.validation.policyxpath import XML_SCHEMA, objection, with_values

_SCH = "{http://purl.oclc.org/dsdl/schematron}"
_XML = "{http://www.w3.org/XML/"
_BINDINGS = ("xslt2", "xslt3", "xpath2", "xpath3", "xpath31")  # XPath 1.0 would mean other things by the same words
_RESERVED = ("xml", "xmlns", "xsl", "svrl")
_ID = re.compile(r"POLICY-[A-Z0-9]+(?:-[A-Z0-9]+)*")  # never mistaken for an official rule
_NAME = re.compile(r"[A-Za-z_][\w.\-]*")

# element: (attributes it must have, attributes it may have, elements in it)
_GRAMMAR: Mapping[str, tuple[frozenset[str], frozenset[str], frozenset[str]]] = {
    name: (frozenset(needed.split()), frozenset(allowed.split()), frozenset(inner.split()))
    for name, needed, allowed, inner in (
        ("schema", "queryBinding", "id schemaVersion", "title p ns let pattern"),
        ("title", "", "", ""),
        ("p", "", "", "emph"),
        ("ns", "prefix uri", "", ""),
        ("let", "name value", "", ""),
        ("pattern", "", "id abstract is-a", "title p let rule param"),
        ("param", "name value", "", ""),
        ("rule", "context", "id", "p let assert report"),
        ("assert", "id test", "role flag see", "value-of name emph"),
        ("report", "id test", "role flag see", "value-of name emph"),
        ("value-of", "select", "", ""),
        ("name", "", "path", ""),
        ("emph", "", "", ""),
    )
}


def read_schema(data: bytes) -> Schema:
    """The policy in a file. Raises PolicyRefused."""
    try:
        root = etree.fromstring(data, hardened_parser())
    except etree.XMLSyntaxError as error:
        raise PolicyRefused(error.lineno or 1, f"not well-formed XML: {error.msg}") from None
    if root.getroottree().docinfo.doctype:
        raise PolicyRefused(1, "a document type declaration is not allowed")
    _check_form(root)
    return _Reader(root).schema()


def _check_form(root: etree._Element) -> None:
    """Known elements at their places with known attributes, and no id twice."""
    if root.tag != f"{_SCH}schema":
        raise PolicyRefused(_line(root), f"the root element is {_shown(root)}, not sch:schema")
    ids: set[str] = set()
    for element in root.iter(etree.Element):
        needed, allowed, inner = _GRAMMAR[etree.QName(element).localname]
        present = {str(name) for name in element.attrib if not str(name).startswith(_XML)}
        if wrong := sorted(needed - present):
            raise PolicyRefused(_line(element), f"{_shown(element)} has no {wrong[0]}")
        if wrong := sorted(present - needed - allowed):
            raise PolicyRefused(
                _line(element), f"{_shown(element)} has an attribute that is not known here: {wrong[0]}"
            )
        for child in element.iterchildren(etree.Element):
            name = etree.QName(child)
            if name.namespace != _SCH[1:-1] or name.localname not in inner:
                raise PolicyRefused(_line(child), f"{_shown(child)} is not allowed in {_shown(element)}")
        known = element.get("id")
        if known in ids:
            raise PolicyRefused(_line(element), f"the id {known} is there twice")
        if known is not None:
            ids.add(known)


class _Reader:
    """Reads a schema whose form is right."""

    def __init__(self, root: etree._Element) -> None:
        self._root = root
        self._namespaces: dict[str, str] = {"xs": XML_SCHEMA}
        self._abstract: dict[str, etree._Element] = {}

    def schema(self) -> Schema:
        root = self._root
        if root.get("queryBinding") not in _BINDINGS:
            raise PolicyRefused(_line(root), f"queryBinding is not one of {', '.join(_BINDINGS)}")
        for element in _all(root, "ns"):
            self._declare(element)
        patterns = _all(root, "pattern")
        self._abstract = {one.get("id", ""): one for one in patterns if one.get("abstract") == "true"}
        concrete = [one for one in patterns if one.get("abstract") != "true"]
        if not concrete:
            raise PolicyRefused(_line(root), "there is no pattern, so nothing would be looked at")
        return Schema(
            title=" ".join(map(_words, _all(root, "title")[:1])),
            about=" ".join(map(_words, _all(root, "p")[:1])),
            namespaces=self._namespaces,
            lets=self._lets(root, {}),
            patterns=tuple(self._pattern(one) for one in concrete),
        )

    def _declare(self, element: etree._Element) -> None:
        prefix, uri = element.attrib["prefix"], element.attrib["uri"]
        if not _NAME.fullmatch(prefix) or prefix in _RESERVED or not uri:
            raise PolicyRefused(_line(element), f"the prefix {prefix!r} can't be declared")
        if self._namespaces.get(prefix, uri) != uri:
            raise PolicyRefused(_line(element), f"the prefix {prefix} is declared twice")
        self._namespaces[prefix] = uri

    def _pattern(self, element: etree._Element) -> Pattern:
        """A pattern; one that is-a another is that other with its parameters filled in, as text."""
        model, values = element, {}
        if (name := element.get("is-a")) is not None:
            if name not in self._abstract:
                raise PolicyRefused(_line(element), f"there is no abstract pattern {name}")
            for misplaced in (*_all(element, "rule"), *_all(element, "let")):
                raise PolicyRefused(_line(misplaced), f"{_shown(misplaced)} is not allowed beside is-a")
            model = self._abstract[name]
            values = {one.attrib["name"]: one.attrib["value"] for one in _all(element, "param")}
        rules = tuple(self._rule(one, values) for one in _all(model, "rule"))
        if not rules:
            raise PolicyRefused(_line(model), "the pattern has no rule, so nothing would be looked at")
        return Pattern(self._lets(model, values), rules)

    def _rule(self, element: etree._Element, values: Mapping[str, str]) -> Rule:
        assertions = tuple(
            self._assertion(one, values) for one in element.iterchildren(_SCH + "assert", _SCH + "report")
        )
        if not assertions:
            raise PolicyRefused(_line(element), "the rule has no assertion, so nothing would be looked at")
        return Rule(self._expression(element, "context", values), self._lets(element, values), assertions)

    def _assertion(self, element: etree._Element, values: Mapping[str, str]) -> Assertion:
        known = element.attrib["id"]
        if not _ID.fullmatch(known):
            raise PolicyRefused(_line(element), f"the id {known} is not formed like POLICY-NAME-01")
        message = tuple(self._message(element, values))
        if not "".join(part if isinstance(part, str) else "…" for part in message).strip():
            raise PolicyRefused(_line(element), f"{_shown(element)} says nothing")
        return Assertion(
            id=known,
            test=self._expression(element, "test", values),
            fires_if_true=etree.QName(element).localname == "report",
            flag=element.get("flag", ""),
            role=element.get("role", ""),
            message=message,
        )

    def _message(self, element: etree._Element, values: Mapping[str, str]) -> Iterator[str | Expression]:
        """Text and expressions in their order; emphasis is not kept."""
        yield element.text or ""
        for child in element:
            match etree.QName(child).localname if isinstance(child.tag, str) else "":
                case "value-of":
                    yield self._expression(child, "select", values)
                case "name":
                    path = self._expression(child, "path", values) if "path" in child.attrib else None
                    yield Expression(f"name({path.text})" if path else "name()", _line(child))
                case "emph":
                    yield child.text or ""
            yield child.tail or ""

    def _lets(self, element: etree._Element, values: Mapping[str, str]) -> tuple[Let, ...]:
        lets: dict[str, Let] = {}
        for one in _all(element, "let"):
            name = one.attrib["name"]
            if not _NAME.fullmatch(name) or name in lets or name in values:
                raise PolicyRefused(_line(one), f"the name {name!r} can't be given here, or is given twice")
            lets[name] = Let(name, self._expression(one, "value", values))
        return tuple(lets.values())

    def _expression(self, element: etree._Element, attribute: str, values: Mapping[str, str]) -> Expression:
        text = with_values(element.attrib[attribute], values)
        if reason := objection(text, self._namespaces):
            raise PolicyRefused(_line(element), f"{attribute}: {reason}")
        return Expression(text, _line(element))


def _all(element: etree._Element, name: str) -> list[etree._Element]:
    return list(element.iterchildren(_SCH + name))


def _words(element: etree._Element) -> str:
    return " ".join("".join(element.itertext(etree.Element)).split())


def _line(element: etree._Element) -> int:
    return element.sourceline or 1


def _shown(element: etree._Element) -> str:
    """`sch:let`; another vocabulary's element with its namespace."""
    name = etree.QName(element)
    return f"sch:{name.localname}" if name.namespace == _SCH[1:-1] else f"{{{name.namespace or ''}}}{name.localname}"
