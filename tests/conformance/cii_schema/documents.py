"""Documents of our own making, valid, written out of the structure alone: where every mutant starts.

- `least`: only what must be there.
- `full`: every type filled once with all it may hold, where it first occurs; elsewhere only what it must hold.
- `random-SEED`: any subset, some elements repeated.
- a type's name (`ram:TradeTaxType`): the shortest way down to that type, and there all it may hold. The element of
  that type is the document's focus; of the other documents it is the root.
"""

from collections import deque
from collections.abc import Callable
from functools import cache
from random import Random
from typing import NamedTuple

from lxml import etree

from .structure import NAMESPACES, ROOT, Attribute, Child, Type, builtin, types

NSMAP = NAMESPACES | {
    "xs": "http://www.w3.org/2001/XMLSchema",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
VALUES = {
    "xs:anyURI": "urn:example:list",
    "xs:base64Binary": "UmVjaG51bmc=",
    "xs:boolean": "true",
    "xs:date": "2024-02-29",
    "xs:dateTime": "2024-02-29T12:30:00Z",
    "xs:decimal": "12.50",
    "xs:string": "Text",
    "xs:token": "A1",
}


class Document(NamedTuple):
    """A document's root element and the element its mutants' places start from."""

    root: etree._Element
    focus: etree._Element


class Style(NamedTuple):
    """How much of what a type allows is written; `first` says whether the type occurs for the first time."""

    occurrences: Callable[[Child, bool], int]
    attributes: Callable[[Type, bool], list[Attribute]]
    alternative: Callable[[Type], Child]


@cache
def document(name: str) -> Document:
    """The document of that name. It is shared: copy it before changing it."""
    if name == "full":
        return _whole(FULL)
    if name == "least":
        return _whole(LEAST)
    if name.startswith("random-"):
        return _whole(_random(int(name.removeprefix("random-"))))
    return _focused(name)


LEAST = Style(
    occurrences=lambda child, _first: int(child.required),
    attributes=lambda _owner, _first: [],
    alternative=lambda owner: owner.children[0],
)
FULL = Style(
    occurrences=lambda child, first: int(first or child.required),
    attributes=lambda owner, first: owner.attributes if first else [],
    alternative=lambda owner: owner.children[0],
)


def _random(seed: int) -> Style:
    draw = Random(seed).random  # the one method whose sequence Python keeps from version to version

    def occurrences(child: Child, first: bool) -> int:
        wanted = int(child.required or draw() < (0.4 if first else 0.05))
        return wanted + int(draw() * 3) if wanted and child.many else wanted

    return Style(
        occurrences=occurrences,
        attributes=lambda owner, _first: [attribute for attribute in owner.attributes if draw() < 0.2],
        alternative=lambda owner: owner.children[int(draw() * len(owner.children))],
    )


def _whole(style: Style) -> Document:
    root = _root()
    _fill(root, ROOT, style, set())
    return Document(root, root)


def _focused(name: str) -> Document:
    root = focus = _root()
    owner = ROOT
    for step in _ways()[name]:
        focus = _fill(focus, owner, LEAST, set(), step)
        owner = step.type
    _fill(focus, name, FULL, set(types()) - {name})
    return Document(root, focus)


@cache
def _ways() -> dict[str, tuple[Child, ...]]:
    """The steps down from the root to every type, fewest first."""
    ways: dict[str, tuple[Child, ...]] = {ROOT: ()}
    waiting = deque([ROOT])
    while waiting:
        owner = waiting.popleft()
        for child in types()[owner].children:
            if child.type in types() and child.type not in ways:
                ways[child.type] = (*ways[owner], child)
                waiting.append(child.type)
    return ways


def _root() -> etree._Element:
    return etree.Element(f"{{{NAMESPACES['rsm']}}}CrossIndustryInvoice", nsmap=NSMAP)


def _fill(
    element: etree._Element, name: str, style: Style, seen: set[str], step: Child | None = None
) -> etree._Element:
    """Write the content of an element of that type; the element of `step` is written, left empty and returned."""
    if name not in types() or not types()[name].children:
        _fill_value(element, name, style, seen)
        return element
    owner, first = types()[name], name not in seen
    seen.add(name)
    stepped = element
    for child in owner.children if owner.content == "sequence" else [step or style.alternative(owner)]:
        tag = f"{{{NAMESPACES[owner.prefix]}}}{child.name}"
        if child == step:
            stepped = etree.SubElement(element, tag)
            continue
        for _ in range(1 if owner.content == "choice" else style.occurrences(child, first)):
            _fill(etree.SubElement(element, tag), child.type, style, seen)
    return stepped


def _fill_value(element: etree._Element, name: str, style: Style, seen: set[str]) -> None:
    element.text = VALUES[builtin(name)]
    if name in types():
        for attribute in style.attributes(types()[name], name not in seen):
            element.set(attribute.name, attribute.fixed or VALUES[builtin(attribute.type)])
        seen.add(name)
