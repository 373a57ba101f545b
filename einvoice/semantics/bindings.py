"""The table that binds terms to elements and attributes, compiled into one tree of steps for each syntax.

`bindings.tsv` has for each term its path in UBL (Invoice; CreditNote where it differs) and CII, `-` if there is none:
- relative to the element of the group the term stands in, or of the term a component belongs to;
- from the root element with a leading `/`, where the syntax keeps the term away from its group;
- `.` for the same element; `..` one up; ` | ` between alternatives, the better first;
- tests in brackets are XPath 1.0; `$BT-5` is the value of that term in this document.
`zugferd1.tsv` has the same for ZUGFeRD 1.0, for the terms a report shows: such an invoice is never taken.
"""

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from lxml import etree

from einvoice.model.document import Syntax
from einvoice.model.namespaces import PREFIXES
from einvoice.model.terms import DOCUMENT, TERMS, TermInfo
from einvoice.semantics.values import Reader, reader

Known = Mapping[str, str]  # values of the terms that tests ask for, by id
Test = Callable[[etree._Element, Known], bool]

RANK_STEP = 1 << 32  # room to number what is read for one rank
_NAMESPACES = {**PREFIXES, "xsi": "http://www.w3.org/2001/XMLSchema-instance"}
KNOWN_TERMS = ("BT-5", "BT-6")
_STEP = re.compile(r"/?([^/\[]+)(?:\[([^\]]*)\])?")
_COLUMNS = {Syntax.UBL_INVOICE: "ubl", Syntax.UBL_CREDITNOTE: "creditnote", Syntax.CII: "cii"}


class Binding(NamedTuple):
    """What an element or attribute says."""

    id: str
    home: str  # the group the term stands in
    rank: int  # place among the terms of its group, in steps of RANK_STEP; of alternatives the better comes first
    read: Reader | None  # None: the text as it is, without white space around it


@dataclass(slots=True, eq=False)
class Node:
    """A place of the syntax: what is read there and where to go on."""

    tag: str  # {namespace}name
    test_text: str = ""  # XPath the element must satisfy; "" none
    parent: "Node | None" = field(default=None, repr=False)
    test: Test | None = None
    group: TermInfo | None = None  # the group that opens here
    home: str = DOCUMENT  # the group that one stands in
    terms: list[Binding] = field(default_factory=list)  # said by the text
    attributes: list[tuple[str, Binding]] = field(default_factory=list)  # terms said by attributes
    components: list[tuple[str, str]] = field(default_factory=list)  # (attribute, id): belong to each of `terms`
    completes: list[tuple[str, Binding]] = field(default_factory=list)  # (term id, component): belong to a sibling
    children: dict[str, list["Node"]] = field(default_factory=dict)  # by tag; more than one: they have tests
    inner: list["Node"] = field(default_factory=list)  # groups that open on the same element
    leaf: Binding | None = None  # the one term, if nothing else is read here: most nodes

    def below(self, name: str, test: str) -> "Node":
        """The child node of a step, made if need be."""
        tag = qualified(name)
        nodes = self.children.setdefault(tag, [])
        found = next((node for node in nodes if node.test_text == test), None)
        if found is None:
            found = Node(tag, test, self, _compiled(test))
            nodes.append(found)
        return found

    def within(self, test: str) -> "Node":
        """A new node for the same element."""
        node = Node(self.tag, test, self, _compiled(test))
        self.inner.append(node)
        return node


def qualified(name: str) -> str:
    """`cbc:ID` → `{urn:…}ID`; names without a prefix of ours stay."""
    prefix, _, local = name.partition(":")
    uri = _NAMESPACES.get(prefix)
    return f"{{{uri}}}{local}" if uri and local else name


def _compiled(test: str) -> Test | None:
    if not test:
        return None
    xpath = etree.XPath(f"boolean({test})", namespaces=PREFIXES)
    if "$" in test:
        return lambda element, known: bool(xpath(element, **known))
    return lambda element, _: bool(xpath(element))


@cache
def tree(syntax: Syntax) -> Node:
    """The compiled bindings of a syntax; shared, not to be changed."""
    root = Node("")
    _grow(root, DOCUMENT, root, _paths(syntax), syntax)
    _mark_leaves(root)
    return root


@cache
def known_xpath(syntax: Syntax) -> tuple[tuple[str, etree.XPath], ...]:
    """How to find the values that tests ask for, from the root element."""
    paths = {term: path for term, path in _paths(syntax).items() if term in KNOWN_TERMS}
    return tuple((term, etree.XPath(f"normalize-space({path})", namespaces=PREFIXES)) for term, path in paths.items())


@cache
def _paths(syntax: Syntax) -> Mapping[str, str]:
    if syntax is Syntax.ZUGFERD_1:
        return {row["id"]: row["path"] for row in _rows("zugferd1.tsv")}
    column = _COLUMNS[syntax]
    paths = {row["id"]: row[column] or row["ubl"] for row in _rows("bindings.tsv")}
    return {term: path for term, path in paths.items() if path != "-"}


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = files("einvoice.semantics").joinpath(name).read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)


def _content(group_id: str) -> Iterator[TermInfo]:
    """What stands in a group: its own rows and the terms of the group it is like."""
    info = TERMS.get(group_id)
    like = info.like if info else None
    for row in TERMS.values():
        if row.parent == group_id or (like and row.parent == like and not row.is_group):
            yield row
    if (
        info and info.like and info.parent == info.like
    ):  # like the group it stands in, hence nests in itself: sub invoice lines
        yield info


def _grow(node: Node, group_id: str, root: Node, paths: Mapping[str, str], syntax: Syntax) -> None:
    """Put everything that stands in a group below its node."""
    for info in _content(group_id):
        if (
            info.id == group_id == node.home
        ):  # the nested form of a group that nests in itself: below it, it starts over
            node.children[node.tag] = [node]
            continue
        for choice, path in enumerate(paths[info.id].split(" | ") if info.id in paths else ()):
            target, attribute = _reach(root if path.startswith("/") else node, path, info.is_group)
            if info.is_group:
                if target.group is None:
                    target.group, target.home = info, group_id
                    _grow(target, info.id, root, paths, syntax)
                continue
            binding = Binding(info.id, group_id, (4 * info.rank + choice) * RANK_STEP, reader(info, syntax))
            if attribute:
                target.attributes.append((attribute, binding))
            else:
                target.terms.append(binding)
            _add_components(target, info, group_id, paths, syntax)


def _reach(node: Node, path: str, opens_group: bool) -> tuple[Node, str | None]:
    """The node a path leads to, and the attribute it ends with."""
    for name, test in _STEP.findall(path):
        if name.startswith("@"):
            return node, name[1:]
        if name == "..":
            assert node.parent is not None
            node = node.parent
        elif name == ".":
            node = node.within(test) if opens_group else node
        else:
            node = node.below(name, test)
    return node, None


def _mark_leaves(node: Node) -> None:
    more = node.group or node.attributes or node.components or node.completes or node.inner or node.children
    if len(node.terms) == 1 and not more:
        node.leaf = node.terms[0]
    for below in (*node.inner, *(child for nodes in node.children.values() for child in nodes)):
        if below is not node:
            _mark_leaves(below)


def _add_components(target: Node, owner: TermInfo, group_id: str, paths: Mapping[str, str], syntax: Syntax) -> None:
    for info in TERMS.values():
        if info.parent != owner.id or info.id not in paths:
            continue
        node, attribute = _reach(target, paths[info.id], False)
        if attribute:
            node.components.append((attribute, info.id))
        else:
            rank = 4 * owner.rank * RANK_STEP
            node.completes.append((owner.id, Binding(info.id, group_id, rank, reader(info, syntax))))
