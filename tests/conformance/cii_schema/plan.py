"""Which mutants there are: every part of every type broken, and every built-in type tried at its edges."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from random import Random

from lxml import etree

from .documents import document
from .mutants import Mutant, find
from .structure import ROOT, Attribute, Type, types

TEXTS = tomllib.loads(Path(__file__).with_name("values.toml").read_text(encoding="utf-8"))
DEVIATIONS: dict[str, str] = TEXTS["deviations"]
SEEDS = range(1, 121)
# where a value of a built-in type stands: document, operation, markup around it
CARRIERS = {
    "decimal": ("udt:AmountType", "content", "{}"),
    "boolean": ("udt:IndicatorType", "content", "<udt:Indicator>{}</udt:Indicator>"),
    "date": ("udt:DateType", "content", "<udt:Date>{}</udt:Date>"),
    "dateTime": ("udt:DateTimeType", "content", "<udt:DateTime>{}</udt:DateTime>"),
    "base64Binary": ("udt:BinaryObjectType", "content", "{}"),
    "anyURI": ("udt:CodeType", "attributes", 'listURI="{}"'),
}
# elements whose type is built in, where xsi:type and xsi:nil meet no complex type
PLAIN = {
    "udt:IndicatorType": ("udt:Indicator", "xs:boolean", "true"),
    "udt:DateType": ("udt:Date", "xs:date", "2024-01-01"),
    "udt:DateTimeType": ("udt:DateTime", "xs:dateTime", "2024-01-01T00:00:00"),
}


def mutants() -> list[Mutant]:
    """All of them, each once, in a lasting order."""
    complex_types = [entry for entry in types().values() if entry.is_complex]
    found = [
        *_untouched(),
        *(mutant for entry in complex_types for mutant in _structure(entry)),
        *(mutant for entry in complex_types for mutant in _start_tags(entry)),
        *(mutant for entry in complex_types if entry.base for mutant in _values(entry)),
        *_lexical(),
        *_plain(),
        *_roots(complex_types),
        *(mutant for seed in SEEDS for mutant in _random(seed)),
    ]
    return list(dict.fromkeys(found))


def _untouched() -> Iterator[Mutant]:
    for name in ("least", "full", *types()):
        if name not in types() or types()[name].is_complex:
            yield Mutant(name, "keep")


def _structure(entry: Type) -> Iterator[Mutant]:
    for child in entry.children:
        if entry.content == "sequence":
            yield Mutant(entry.name, "drop", child.name)
            yield Mutant(entry.name, "double", child.name)
            if child is not entry.children[-1]:
                yield Mutant(entry.name, "swap", child.name)
            if "." not in child.type:  # only its own type may be named: no type is derived from another
                yield Mutant(entry.name, "attributes", child.name, f"xsi:type='{child.type}'")
    if entry.children:
        first = entry.children[0].name
        yield Mutant(entry.name, "rename", first, "Unknown")
        yield Mutant(entry.name, "move", first, "urn:example:other")
        yield Mutant(entry.name, "nest", first)
        yield Mutant(entry.name, "content", "", "")
        yield Mutant(entry.name, "prepend", "", "<ram:Unknown/>")
        for markup in TEXTS["between_elements"]:
            yield Mutant(entry.name, "append", "", markup)


def _start_tags(entry: Type) -> Iterator[Mutant]:
    for markup in TEXTS["start_tag"]:
        yield Mutant(entry.name, "attributes", "", markup.format(type=entry.name), DEVIATIONS.get(markup, ""))
    for attribute in entry.attributes:
        for value in _attribute_values(attribute):
            yield Mutant(entry.name, "attributes", "", f"{attribute.name}='{value}'")
        yield Mutant(entry.name, "attributes", "", f"{entry.prefix}:{attribute.name}='{attribute.fixed or 'A1'}'")


def _attribute_values(attribute: Attribute) -> Iterator[str]:
    yield from ("", "A1", "http://[")
    if attribute.fixed:
        yield attribute.fixed
        yield f" {attribute.fixed.replace(' ', '  ')}&#10;"
        yield f"0{attribute.fixed}"


def _values(entry: Type) -> Iterator[Mutant]:
    for markup in TEXTS["as_value"]:
        yield Mutant(entry.name, "content", "", markup)


def _lexical() -> Iterator[Mutant]:
    for name, (start, operation, around) in CARRIERS.items():
        for value in TEXTS[name]:
            yield Mutant(start, operation, "", around.format(value), DEVIATIONS.get(value, ""))
    for entry in types().values():
        for attribute in entry.attributes:
            if attribute.type.endswith("MeasureUnitCodeContentType"):
                for value in TEXTS["length"]:
                    markup = f"{attribute.name}='{value}'"
                    yield Mutant(entry.name, "attributes", "", markup, DEVIATIONS.get(value, ""))


def _plain() -> Iterator[Mutant]:
    for start, (element, own, value) in PLAIN.items():
        for markup in (*TEXTS["start_tag"], *TEXTS["start_tag_rare"]):
            opened = f"<{element} {markup.format(type=own)}>"
            for content in (value, ""):
                made = f"{opened}{content}</{element}>"
                yield Mutant(start, "content", "", made, _deviation(markup, made, content))


def _deviation(markup: str, made: str, content: str) -> str:
    """Why libxml2 differs, if the mutant is otherwise valid."""
    return (DEVIATIONS.get(made) or DEVIATIONS.get(markup, "")) if content else ""


def _roots(complex_types: list[Type]) -> Iterator[Mutant]:
    for entry in complex_types:
        yield Mutant(entry.name, "root")
    for name in TEXTS["names"]:
        yield Mutant("least", "rename", "", name)
    for namespace in TEXTS["namespaces"]:
        yield Mutant("least", "move", "", namespace)
    for start in ("least", "udt:AmountType", "ram:TradePartyType"):
        own = ROOT if start == "least" else start
        for markup in TEXTS["start_tag_rare"]:
            yield Mutant(start, "attributes", "", markup.format(type=own), DEVIATIONS.get(markup, ""))


def _random(seed: int) -> Iterator[Mutant]:
    """A random document and four changes at random places of it."""
    name = f"random-{seed}"
    yield Mutant(name, "keep")
    draw = Random(seed).random
    root = document(name).root
    elements = list(root.iter())[1:]
    for operation in ("drop", "double", "swap", "nest"):
        place = _place(elements[int(draw() * len(elements))])
        if operation != "swap" or find(root, place).getnext() is not None:
            yield Mutant(name, operation, place)


def _place(element: etree._Element) -> str:
    ways = [etree.QName(step).localname for step in (element, *element.iterancestors())]
    return "/".join(reversed(ways[:-1]))
