"""The business terms of EN 16931-1 and of the XRechnung extension: names, data types, how often, where they stand.

The facts are in `terms.tsv`, one row a term (BT), group (BG) or component (BT-29-1), in the order people read them.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

NUMERIC = frozenset({"Amount", "UnitPriceAmount", "Quantity", "Percentage"})  # data types whose values are decimals
DOCUMENT = ""  # the group that everything without a group of its own stands in


@dataclass(frozen=True, slots=True, kw_only=True)
class TermInfo:
    """One row of the table."""

    id: str  # BT-1, BG-25, BT-29-1, BT-DEX-001
    parent: str  # group it stands in, "" at document level; the term a component belongs to
    extension: bool  # true: XRechnung extension only
    name_en: str
    name_de: str
    datatype: str  # Text, Identifier, Code, Date, Amount, …; "group"
    min: int  # EN 16931, within one occurrence of the parent
    max: int | None  # None: any number
    xrechnung_min: int  # XRechnung 3.0
    like: str  # a group that holds the same terms as this one: sub invoice lines are like invoice lines; or ""
    notes: str  # code list, rule that asks for it
    rank: int  # place in the table, from 1: the order of reading
    repeats: bool  # may stand more than once in its parent: no maximum

    @property
    def is_group(self) -> bool:
        """A BG row."""
        return self.datatype == "group"

    @property
    def is_component(self) -> bool:
        """Belongs to a term, not to a group: a scheme identifier, a file name."""
        return self.parent.startswith("BT-")


def _info(rank: int, row: dict[str, str]) -> TermInfo:
    return TermInfo(
        id=row["id"],
        parent=row["parent"],
        extension=row["scope"] == "extension",
        name_en=row["name_en"],
        name_de=row["name_de"],
        datatype=row["datatype"],
        min=int(row["min"]),
        max=None if row["max"] == "n" else int(row["max"]),
        xrechnung_min=int(row["xrechnung_min"]),
        like=row["like"],
        notes=row["notes"],
        rank=rank,
        repeats=row["max"] == "n",
    )


def _load() -> Mapping[str, TermInfo]:
    text = files("einvoice.model").joinpath("terms.tsv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return MappingProxyType({row["id"]: _info(rank, row) for rank, row in enumerate(rows, 1)})


TERMS = _load()
DOCUMENT_INFO = TermInfo(
    id=DOCUMENT,
    parent="",
    extension=False,
    name_en="Invoice",
    name_de="Rechnung",
    datatype="group",
    min=1,
    max=1,
    xrechnung_min=1,
    like="",
    notes="",
    rank=0,
    repeats=False,
)


def term_name(term_id: str, language: str = "de") -> str:
    """What people call a term: `term_name("BT-1")` is "Rechnungsnummer". An id we do not know is its own name."""
    info = TERMS.get(term_id)
    if info is None:
        return term_id
    return info.name_de if language == "de" else info.name_en


@cache
def way_to(term_id: str) -> tuple[str, ...]:
    """The groups from the document down to a term or group, outermost first, without itself: BT-37 → BG-4, BG-5."""
    way: list[str] = []
    parent = TERMS[term_id].parent
    while parent:
        way.append(parent)
        parent = TERMS[parent].parent
    return tuple(reversed(way))
