"""An invoice as EN 16931-1 sees it: business terms in groups, the same whichever syntax it was written in.

Terms and groups are named tuples: an invoice of 1,000 lines has some 20,000 of them, and frozen dataclasses cost
twice the time to make.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from einvoice.model.document import Syntax
from einvoice.model.terms import DOCUMENT, TERMS, way_to

_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")  # xs:decimal


class Term(NamedTuple):
    """One occurrence of a business term.

    The value is as written, without white space around it, but for what the syntaxes write differently:
    dates are yyyy-mm-dd, BT-8 is a code of UNTDID 2005, BT-21 and BT-22 are apart. BT-20 keeps its line ends,
    which belong to the Skonto format (XRechnung, BR-DE-18). BT-125 is base64.
    """

    id: str  # BT-1
    value: str
    components: tuple["Term", ...] = ()  # BT-29-1 of a BT-29
    line: int | None = None  # in the invoice XML, from 1

    @property
    def decimal(self) -> Decimal | None:
        """The value as a number, so that 10 equals 10.00; None if it is none."""
        return Decimal(self.value) if _DECIMAL.fullmatch(self.value) else None


class Group(NamedTuple):
    """One occurrence of a group of terms, in the order of the table of terms; "" is the document itself."""

    id: str  # BG-25
    terms: tuple[Term, ...] = ()
    groups: tuple["Group", ...] = ()
    line: int | None = None

    def every(self, term_id: str) -> tuple[Term, ...]:
        """All occurrences of a term in this group and below; in a sub invoice line the terms of an invoice line."""
        path = self._path(term_id)
        if not path:
            return ()
        way = path[:-1]
        if TERMS[term_id].is_component:
            owner = way.pop()
            holders = (term for group in self._descend(way) for term in group.terms if term.id == owner)
            return tuple(part for term in holders for part in term.components if part.id == term_id)
        return tuple(term for group in self._descend(way) for term in group.terms if term.id == term_id)

    def term(self, term_id: str) -> Term | None:
        """The first occurrence of a term."""
        return next(iter(self.every(term_id)), None)

    def text(self, term_id: str) -> str | None:
        """The first value of a term: `line.text("BT-146")`, `invoice.text("BT-29-1")`."""
        term = self.term(term_id)
        return term.value if term else None

    def decimal(self, term_id: str) -> Decimal | None:
        """The first value of a term as a number."""
        term = self.term(term_id)
        return term.decimal if term else None

    def within(self, group_id: str) -> tuple["Group", ...]:
        """All occurrences of a group below this one: `line.within("BG-27")`."""
        return tuple(self._descend(self._path(group_id)))

    def to_dict(self, *, attachments: bool = True) -> dict[str, Any]:
        """Plain data for JSON, empty parts left out. Without attachments, BT-125 has its size in bytes instead."""
        found: dict[str, Any] = {"id": self.id}
        if self.line is not None:
            found["line"] = self.line
        if self.terms:
            found["terms"] = [_term_to_dict(term, attachments) for term in self.terms]
        if self.groups:
            found["groups"] = [group.to_dict(attachments=attachments) for group in self.groups]
        return found

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Group":
        """The group that `to_dict` wrote."""
        return cls(
            data["id"],
            tuple(_term_from_dict(term) for term in data.get("terms", ())),
            tuple(cls.from_dict(group) for group in data.get("groups", ())),
            data.get("line"),
        )

    def _path(self, wanted: str) -> list[str]:
        """The groups to go down from here to what is wanted, and itself; empty if it never stands in this group."""
        path = [*way_to(wanted), wanted]
        if self.id == DOCUMENT:
            return path
        for depth, step in enumerate(path[:-1], 1):
            if _is_a(self.id, step):
                return path[depth:]
        return []

    def _descend(self, way: list[str]) -> Iterator["Group"]:
        if not way:
            yield self
            return
        for group in self.groups:
            if _is_a(group.id, way[0]):
                yield from group._descend(way[1:])


def _is_a(group_id: str, wanted: str) -> bool:
    return group_id == wanted or TERMS[group_id].like == wanted


def _term_to_dict(term: Term, attachments: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"id": term.id}
    if attachments or TERMS[term.id].datatype != "BinaryObject":
        found["value"] = term.value
    else:
        found["bytes"] = len("".join(term.value.split()).rstrip("=")) * 3 // 4
    if term.components:
        found["components"] = [_term_to_dict(part, attachments) for part in term.components]
    if term.line is not None:
        found["line"] = term.line
    return found


def _term_from_dict(data: Mapping[str, Any]) -> Term:
    components = tuple(_term_from_dict(part) for part in data.get("components", ()))
    return Term(data["id"], data.get("value", ""), components, data.get("line"))


_NOTHING = Group(DOCUMENT)


@dataclass(frozen=True, slots=True)
class Invoice:
    """What could be read of an invoice; all of it for a valid one. To render it, go through `root`."""

    syntax: Syntax
    root: Group = _NOTHING

    def text(self, term_id: str) -> str | None:
        """The first value of a term: `invoice.text("BT-27")`."""
        return self.root.text(term_id)

    def decimal(self, term_id: str) -> Decimal | None:
        """The first value of a term as a number."""
        return self.root.decimal(term_id)

    def every(self, term_id: str) -> tuple[Term, ...]:
        """All occurrences of a term; those of sub invoice lines are reached through their lines."""
        return self.root.every(term_id)

    def groups(self, group_id: str) -> tuple[Group, ...]:
        """All occurrences of a group: `invoice.groups("BG-25")` are the lines."""
        return self.root.within(group_id)

    @property
    def number(self) -> str | None:
        """BT-1."""
        return self.text("BT-1")

    @property
    def issue_date(self) -> str | None:
        """BT-2, yyyy-mm-dd."""
        return self.text("BT-2")

    @property
    def buyer_reference(self) -> str | None:
        """BT-10, for German authorities the Leitweg-ID."""
        return self.text("BT-10")

    @property
    def seller_name(self) -> str | None:
        """BT-27."""
        return self.text("BT-27")

    @property
    def seller_id(self) -> str | None:
        """Who issued it, in one word: VAT id, tax number, register number or own id, whichever comes first."""
        for term_id in ("BT-31", "BT-32", "BT-30", "BT-29"):
            if found := "".join((self.text(term_id) or "").split()).upper():
                return f"{term_id}:{found}"
        return None

    @property
    def issue_year(self) -> int | None:
        """The year of BT-2."""
        year = (self.issue_date or "")[:4]
        return int(year) if len(year) == 4 and year.isascii() and year.isdigit() else None

    @property
    def buyer_name(self) -> str | None:
        """BT-44."""
        return self.text("BT-44")

    @property
    def currency(self) -> str | None:
        """BT-5."""
        return self.text("BT-5")

    @property
    def payable(self) -> Decimal | None:
        """BT-115, in the invoice currency; None if missing or no number."""
        return self.decimal("BT-115")

    def to_dict(self, *, attachments: bool = True) -> dict[str, Any]:
        """Plain data for JSON; see `Group.to_dict`."""
        return {"syntax": self.syntax.value, **self.root.to_dict(attachments=attachments)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Invoice":
        """The invoice that `to_dict` wrote."""
        return cls(Syntax(data["syntax"]), Group.from_dict(data))
