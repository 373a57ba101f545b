"""What is missing, as XML to put in: in the syntax of the invoice, in the order of its schema, with example values.

Made from the tables of bindings, `order.tsv` (children of an element in schema order: UBL 2.1, CII D16B),
`companions.tsv` (what must stand beside a term) and `examples.tsv` (values of ours).
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from xml.sax.saxutils import escape, quoteattr

from einvoice.model.document import Syntax
from einvoice.model.finding import Finding, Source
from einvoice.model.invoice import Invoice
from einvoice.model.terms import TERMS
from einvoice.reports.insight.asked import asked_terms
from einvoice.reports.insight.paths import ROOTS, Filled, Ground, Path, plain, way

_INDENT = "  "
_CURRENCY_IN_CII = ("ram:TaxTotalAmount",)  # the only amount there that must name its currency


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """A piece of XML and where it goes."""

    xml: str  # with the usual prefixes, not declared; for an attribute `name="value"`
    into: str  # path of the element that takes it in
    after: str  # name of the child whose last occurrence it follows; "" at the beginning
    attribute: bool = False
    replaces: bool = False  # the element is there, but empty: this one replaces it


@dataclass(slots=True)
class _Node:
    name: str
    text: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    children: dict[str, "_Node"] = field(default_factory=dict)  # by step, with its test

    def below(self, step: str) -> "_Node":
        return self.children.setdefault(step, _Node(plain(step)))

    def lines(self, depth: int = 0) -> Iterator[str]:
        head = self.name + "".join(f" {name}={quoteattr(value)}" for name, value in self.attributes.items())
        margin = _INDENT * depth
        if not self.children:
            yield f"{margin}<{head}>{escape(self.text)}</{self.name}>"
            return
        yield f"{margin}<{head}>"
        order = schema_order().get(self.name, ())
        for child in sorted(self.children.values(), key=lambda one: _rank(order, one.name)):
            yield from child.lines(depth + 1)
        yield f"{margin}</{self.name}>"


class Snippets:
    """Makes the snippets of one invoice. `findings`: all of them; they know of elements that are there, but empty."""

    def __init__(self, invoice: Invoice | None, findings: Sequence[Finding]) -> None:
        known = invoice is not None and invoice.syntax in ROOTS and any(map(asked_terms, findings))
        self._ground = Ground(invoice, findings) if known and invoice else None

    def of(self, finding: Finding) -> Snippet | None:
        """What to put in so that the rule holds; None where it asks for nothing, or more than that is wrong."""
        if self._ground is None or finding.source is not Source.SCHEMATRON:
            return None
        syntax = self._ground.invoice.syntax
        asked = [term for term in asked_terms(finding) if way(term, syntax)]
        if not asked:
            return None
        filled = Filled(self._ground, finding)
        wanted = [term for term in asked if _is_wanted(way(term, syntax), filled)]
        return _snippet(wanted, filled, self._ground.invoice) if wanted else None


def _snippet(wanted: Sequence[str], filled: Filled, invoice: Invoice) -> Snippet | None:
    path = way(wanted[0], invoice.syntax)
    if path[-1].startswith("@"):
        return _attribute(wanted[0], path, filled, invoice.syntax)
    depth = max(length for length in range(len(path)) if length == 0 or filled.has(path[:length]))
    terms = [
        term
        for one in wanted
        if way(one, invoice.syntax)[: depth + 1] == path[: depth + 1]
        for term in _with_what_belongs_to_it(one)
        if _is_wanted(way(term, invoice.syntax), filled)
    ]
    return _element(terms, path[:depth], filled, invoice)


def _is_wanted(path: Path, filled: Filled) -> bool:
    return not filled.has(path) or filled.is_empty(path)


def _element(terms: Iterable[str], parent: Path, filled: Filled, invoice: Invoice) -> Snippet | None:
    root = _Node("")
    for term in dict.fromkeys(terms):
        _plant(root, term, parent, invoice)
    if len(root.children) != 1:
        return None
    ((step, node),) = root.children.items()
    order = schema_order().get(plain(parent[-1]) if parent else ROOTS[invoice.syntax], ())
    children = filled.children(parent) | set(_beside_by_nature(parent))
    before = [name for name in children if _rank(order, name) <= _rank(order, node.name)]
    return Snippet(
        xml="\n".join(node.lines()),
        into=_readable(parent, filled, invoice.syntax),
        after=max(before, key=lambda name: _rank(order, name), default=""),
        replaces=filled.is_empty((*parent, step)),
    )


def _beside_by_nature(path: Path) -> Iterator[str]:
    """What stands in an element without being a term: `ram:TypeCode` of a tax."""
    for step in {path[-1], plain(path[-1])} if path else ():
        yield from (rule.partition("=")[0].partition("/")[0] for rule in _companions().get(step, ()))


def _attribute(term: str, path: Path, filled: Filled, syntax: Syntax) -> Snippet | None:
    element = path[:-1]
    if not filled.has(element):
        return None
    xml = f"{path[-1][1:]}={quoteattr(_examples()[term])}"
    return Snippet(xml=xml, into=_readable(element, filled, syntax), after="", attribute=True)


def _with_what_belongs_to_it(term: str) -> Iterator[str]:
    """A term with its obligatory components and companions; of a group all that it must have."""
    if TERMS[term].is_group:
        for info in TERMS.values():
            if info.parent == term and (info.min or info.xrechnung_min) and info.id in (*_examples(), *_groups()):
                yield from _with_what_belongs_to_it(info.id)
        return
    yield term
    yield from (info.id for info in TERMS.values() if info.parent == term and info.min)
    for other in _beside().get(term, ()):
        yield from _with_what_belongs_to_it(other)


def _plant(root: _Node, term: str, parent: Path, invoice: Invoice) -> None:
    """Put one term with its example value into the tree that grows below `parent`."""
    path = way(term, invoice.syntax)
    if path[: len(parent)] != parent or not path[len(parent) :]:
        return
    node = root
    for step in path[len(parent) :]:
        if step.startswith("@"):
            node.attributes[step[1:]] = _examples()[term]
            return
        node = node.below(step)
        _accompany(node, step)
    info, node.text = TERMS[term], _examples()[term]
    if info.datatype == "Date" and invoice.syntax is Syntax.CII:
        node.text, node.attributes["format"] = node.text.replace("-", ""), "102"
    if info.datatype in ("Amount", "UnitPriceAmount") and (
        invoice.syntax is not Syntax.CII or node.name in _CURRENCY_IN_CII
    ):
        node.attributes["currencyID"] = invoice.currency or "EUR"


def _accompany(node: _Node, step: str) -> None:
    for row in (step, plain(step)):
        for rule in _companions().get(row, ()):
            where, _, value = rule.partition("=")
            target = node
            for part in where.split("/"):
                if part.startswith("@"):
                    target.attributes[part[1:]] = value
                else:
                    target = target.below(part)
                    target.text = value


def _readable(path: Path, filled: Filled, syntax: Syntax) -> str:
    return "/" + "/".join((ROOTS[syntax], *filled.numbered(path)))


def _rank(order: tuple[str, ...], name: str) -> int:
    return order.index(name) if name in order else len(order)


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = files("einvoice.reports.insight").joinpath(name).read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)


@cache
def schema_order() -> Mapping[str, tuple[str, ...]]:
    """Element → the names it may contain, in the order of its schema; those alone that bindings know."""
    return {row["element"]: tuple(row["children"].split()) for row in _rows("order.tsv")}


@cache
def _examples() -> Mapping[str, str]:
    return {row["id"]: row["example"] for row in _rows("examples.tsv")}


@cache
def _beside() -> Mapping[str, tuple[str, ...]]:
    return {row["id"]: tuple((row["with"] or "").split()) for row in _rows("examples.tsv")}


@cache
def _groups() -> frozenset[str]:
    return frozenset(info.id for info in TERMS.values() if info.is_group and not info.extension)


@cache
def _companions() -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in _rows("companions.tsv"):
        found.setdefault(row["step"], []).append(row["with"])
    return found
