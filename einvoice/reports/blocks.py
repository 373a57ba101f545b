"""The shapes an invoice is laid out in: pairs of label and value, blocks of pairs, tables. Plain text, not yet HTML."""

from dataclasses import dataclass
from typing import NamedTuple


class Pair(NamedTuple):
    """A label and what it says; `term` is the BT or BG id, "" if there is none."""

    label: str
    value: str
    term: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A titled part with an address or name on top, pairs, and parts of its own."""

    title: str
    lead: tuple[str, ...] = ()  # lines of text on top: name and address
    pairs: tuple[Pair, ...] = ()
    inner: tuple["Block", ...] = ()
    more: str = ""  # how much of it is not shown, in words

    @property
    def empty(self) -> bool:
        """Nothing to show."""
        return not (self.lead or self.pairs or self.inner)


class Column(NamedTuple):
    """A heading; numbers stand to the right."""

    label: str
    numeric: bool = False


class Row(NamedTuple):
    """One row: a text for each column, and what else belongs to it, shown below the cell `Table.main`."""

    cells: tuple[str, ...]
    details: tuple[Pair, ...] = ()
    depth: int = 0  # sub invoice lines are deeper
    strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A titled table; columns that are empty in every row are left out."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    main: int = 0  # the column that names the row
    left_out: int = 0  # rows not laid out
    more: str = ""  # how many rows are not shown, in words

    def compact(self) -> "Table":
        """The same table without empty columns; the main one stays."""
        kept = [
            index
            for index in range(len(self.columns))
            if index == self.main or any(row.cells[index] for row in self.rows)
        ]
        return Table(
            title=self.title,
            columns=tuple(self.columns[index] for index in kept),
            rows=tuple(row._replace(cells=tuple(row.cells[index] for index in kept)) for row in self.rows),
            main=kept.index(self.main),
            left_out=self.left_out,
            more=self.more,
        )
