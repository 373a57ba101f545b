"""What of a document no term takes up, so that nothing a sender wrote is lost without a word."""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from itertools import chain, islice
from typing import NamedTuple

from lxml import etree

from einvoice.model.document import InvoiceDocument, Syntax
from einvoice.model.invoice import Invoice
from einvoice.model.namespaces import PREFIX_OF
from einvoice.model.terms import TERMS
from einvoice.semantics.bindings import Node, qualified
from einvoice.semantics.frames import Frame
from einvoice.semantics.reading import Reading, Seen, own_text
from einvoice.semantics.values import WHITE


class _Structural(NamedTuple):
    """Text that serves the syntax and says nothing a term does not say."""

    around: tuple[str, ...]  # tags, innermost first
    values: frozenset[
        str
    ]  # what it may say to count as structural, or terms whose value it may repeat; empty: anything


def unread(document: InvoiceDocument, limit: int = 1000) -> list[tuple[str, str]]:
    """(readable path, text) of texts and attributes that are neither a term nor structural, in document order.

    What is structural, and why, is in `structural.tsv`: the end of a path, the values it may have there (none: any;
    a term: that term's value in this invoice), the reason. At most `limit` are returned; a document that is no
    invoice has none.
    """
    if document.syntax is Syntax.OTHER:
        return []
    seen: Seen = {}
    invoice = Reading(document.root, document.syntax, seen).invoice()
    numbers = _Numbers()
    repeated = _Repeated(invoice)
    found: list[tuple[str, str]] = []
    for element in document.root.iter(etree.Element):
        text = (own_text(element) if len(element) else element.text or "").strip(WHITE)
        if not text and not element.attrib:
            continue
        read = _read_at(seen.get(element, ()), bool(text))
        for name, value in (("", text), *element.attrib.items()):
            if value and name not in read and not _is_structural(element, name, value, repeated):
                found.append((numbers.path(element) + (f"/@{_readable(name)}" if name else ""), value))
        if len(found) >= limit:
            return found[:limit]
    return found


def _read_at(entries: Iterable[tuple[Node, Frame]], has_text: bool) -> set[str]:
    """The attributes the bindings read at an element, and "" if they read its text."""
    read: set[str] = set()
    for node, _ in entries:
        read.update(name for name, _ in node.attributes)
        if has_text and node.terms:
            read.update(name for name, _ in node.components)
        if node.terms or node.completes:
            read.add("")
    return read


def _is_structural(element: etree._Element, attribute: str, text: str, repeated: "_Repeated") -> bool:
    for row in _structural().get(f"@{attribute}" if attribute else str(element.tag), ()):
        outwards = chain([element] if attribute else [], element.iterancestors())
        if tuple(node.tag for node in islice(outwards, len(row.around))) != row.around:
            continue
        if not row.values or text in row.values or any(text in repeated[value] for value in row.values):
            return True
    return False


class _Repeated(dict[str, frozenset[str]]):
    """The values of a term in this invoice, by its id."""

    def __init__(self, invoice: Invoice) -> None:
        self._invoice = invoice

    def __missing__(self, term_id: str) -> frozenset[str]:
        terms = self._invoice.every(term_id) if term_id in TERMS else ()
        self[term_id] = frozenset(term.value for term in terms)
        return self[term_id]


class _Numbers(dict[etree._Element, int]):
    """Which of its name an element is among its siblings; counted once a parent."""

    def __missing__(self, element: etree._Element) -> int:
        parent = element.getparent()
        counts: Counter[str] = Counter()
        for sibling in (element,) if parent is None else parent.iterchildren(etree.Element):
            counts[str(sibling.tag)] += 1
            self[sibling] = counts[str(sibling.tag)]
        return self[element]

    def path(self, element: etree._Element) -> str:
        """`/ubl:Invoice/cac:InvoiceLine[2]/cbc:ID`; the first of a name carries no number."""
        inwards = [element, *element.iterancestors()][::-1]
        return "".join(
            f"/{_readable(str(node.tag))}" + (f"[{self[node]}]" if self[node] > 1 else "") for node in inwards
        )


@cache
def _structural() -> Mapping[str, list[_Structural]]:
    """The rows of the table by the last step of their path: a tag, or an attribute with @."""
    text = files("einvoice.semantics").joinpath("structural.tsv").read_text(encoding="utf-8")
    rows: defaultdict[str, list[_Structural]] = defaultdict(list)
    for row in csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        *around, last = row["path"].split("/")
        last = f"@{qualified(last[1:])}" if last.startswith("@") else qualified(last)
        outwards = tuple(qualified(step) for step in reversed(around))
        rows[last].append(_Structural(outwards, frozenset(filter(None, row["values"].split(" | ")))))
    return rows


def _readable(name: str) -> str:
    qname = etree.QName(name)
    prefix = PREFIX_OF.get(qname.namespace or "")
    return f"{prefix}:{qname.localname}" if prefix else qname.localname
