"""Keeps the page of a very long invoice readable: of anything that repeats, the first ones and how many more there are.

The JSON report leaves nothing out.
"""

from collections.abc import Iterable
from dataclasses import replace

from einvoice.explain import Lang
from einvoice.reports.blocks import Block, Pair, Row, Table
from einvoice.reports.sheet import Part
from einvoice.reports.words import words

SHOWN_ENTRIES = 500  # rows of a table, pairs or parts of a block, parts of the invoice
SHOWN_DETAILS = 50  # what else belongs to one row


def excerpt(parts: Iterable[Part], lang: Lang) -> tuple[Part, ...]:
    """The parts, each cut to what is read; what was cut says so itself."""
    every = tuple(parts)
    shown = tuple(_part(part, lang) for part in every[:SHOWN_ENTRIES])
    note = _more(len(every) - len(shown), lang)
    return (*shown, Block(title=words(lang)["more_parts"], more=note)) if note else shown


def _part(part: Part, lang: Lang) -> Part:
    if isinstance(part, tuple):
        return tuple(_block(one, lang) for one in part[:SHOWN_ENTRIES])
    return _table(part, lang) if isinstance(part, Table) else _block(part, lang)


def _table(table: Table, lang: Lang) -> Table:
    rows = tuple(_row(row, lang) for row in table.rows[:SHOWN_ENTRIES])
    return replace(table, rows=rows, more=_more(table.left_out + len(table.rows) - len(rows), lang))


def _row(row: Row, lang: Lang) -> Row:
    hidden = _more(len(row.details) - SHOWN_DETAILS, lang)
    return row._replace(details=(*row.details[:SHOWN_DETAILS], Pair("", hidden))) if hidden else row


def _block(block: Block, lang: Lang) -> Block:
    pairs, inner = block.pairs[:SHOWN_ENTRIES], tuple(_block(one, lang) for one in block.inner[:SHOWN_ENTRIES])
    hidden = len(block.pairs) - len(pairs) + len(block.inner) - len(inner)
    return replace(block, pairs=pairs, inner=inner, more=_more(hidden, lang))


def _more(hidden: int, lang: Lang) -> str:
    return words(lang).count("more_entries", hidden) if hidden > 0 else ""
