"""Where a term stands in the XML, step by step from the root element; and which of these places an invoice fills."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files

from einvoice.model.document import Syntax
from einvoice.model.finding import Finding
from einvoice.model.invoice import Group, Invoice
from einvoice.model.terms import TERMS
from einvoice.reports.insight.groups import Groups

Path = tuple[str, ...]  # "cac:Party", "cbc:ID[@schemeID='SEPA']", at the end perhaps "@unitCode"

_COLUMNS = {Syntax.UBL_INVOICE: "ubl", Syntax.UBL_CREDITNOTE: "creditnote", Syntax.CII: "cii"}
ROOTS = {
    Syntax.UBL_INVOICE: "ubl:Invoice",
    Syntax.UBL_CREDITNOTE: "cn:CreditNote",
    Syntax.CII: "rsm:CrossIndustryInvoice",
}
_STEP = re.compile(r"(?:[^/\[]|\[[^\]]*\])+")


def plain(step: str) -> str:
    """The name of a step without its test."""
    return step.partition("[")[0]


@cache
def way(term: str, syntax: Syntax) -> Path:
    """From below the root element to the term, by the better of its places; () if the syntax has none."""
    bound = _bound(syntax).get(term, "").partition(" | ")[0]
    if not bound:
        return ()
    parent = TERMS[term].parent
    steps = list(way(parent, syntax)) if parent and not bound.startswith("/") else []
    for step in _STEP.findall(bound):
        if step == "..":
            steps.pop()
        elif plain(step) != ".":
            steps.append(step)
    return tuple(steps)


@cache
def _bound(syntax: Syntax) -> Mapping[str, str]:
    """The path of each term, as the table of bindings of the semantics has it."""
    text = files("einvoice.semantics").joinpath("bindings.tsv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    column = _COLUMNS.get(syntax)
    paths = {row["id"]: row[column] or row["ubl"] for row in rows} if column else {}
    return {term: path for term, path in paths.items() if path != "-"}


def bare(xpath: str) -> tuple[str, ...]:
    """`/ubl:Invoice/cac:InvoiceLine[2]/cbc:ID` → the numbered steps below the root."""
    return tuple(xpath.split("/")[2:])


class Ground:
    """What all snippets of one invoice are put into: its groups, the elements its terms and findings tell of."""

    def __init__(self, invoice: Invoice, findings: Iterable[Finding]) -> None:
        self.invoice = invoice
        self.groups = Groups(invoice.root)
        self.all = set(_prefixes(invoice.root, invoice.syntax))
        self.seen = {
            steps[:length] for one in findings for steps in [bare(one.xpath)] for length in range(len(steps) + 1)
        }


class Filled:
    """The elements that are there for one finding; inside its place, those of that place alone."""

    def __init__(self, ground: Ground, finding: Finding) -> None:
        syntax = ground.invoice.syntax
        self._all, self._seen, self._xpath = ground.all, ground.seen, bare(finding.xpath)
        self.place: Path = ()  # of the innermost numbered group; () is the document
        group = numbered = ground.groups.root
        outer: Path = ()
        for name, number in finding.place or ():
            inner = ground.groups.step(group, name, number) if name in TERMS and TERMS[name].is_group else None
            if inner is None:
                break
            group, here = inner, way(name, syntax)
            if number and here != outer:  # a group on the same element as the one around it has no path of its own
                numbered, self.place = group, here
            outer = here
        self._here = set(_prefixes(numbered, syntax)) if self.place else self._all

    def has(self, path: Path) -> bool:
        """Whether there is such an element, with something in it or empty."""
        return path in self._of(path) or self.place[: len(path)] == path or self.is_empty(path)

    def is_empty(self, path: Path) -> bool:
        """Whether a finding names such an element, and no term stands in it."""
        tested = any("[" in step for step in path[len(self.place) :])
        return not tested and self.numbered(path) in self._seen and path not in self._of(path)

    def children(self, path: Path) -> set[str]:
        """The names of the elements right below."""
        filled, depth = self._of(path), len(path)
        numbered = self.numbered(path)
        seen = {plain(one[depth]) for one in self._seen if len(one) > depth and one[:depth] == numbered}
        return seen | {plain(one[depth]) for one in filled if len(one) > depth and one[:depth] == path}

    def numbered(self, path: Path) -> tuple[str, ...]:
        """The steps of a path with the numbers the finding's own path has."""
        steps = list(map(plain, path))
        if self.place and path[: len(self.place)] == self.place:
            for index, (step, own) in enumerate(zip(steps, self._xpath, strict=False)):
                if plain(own) != step:
                    break
                steps[index] = own
        return tuple(steps)

    def _of(self, path: Path) -> set[Path]:
        inside = bool(self.place) and path[: len(self.place)] == self.place
        return self._here if inside else self._all


def _prefixes(group: Group, syntax: Syntax) -> Iterator[Path]:
    for term in group.terms:
        path = way(term.id, syntax)
        yield from (path[:length] for length in range(len(path) + 1))
    for inner in group.groups:
        yield from _prefixes(inner, syntax)
