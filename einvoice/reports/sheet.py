"""The whole invoice laid out for reading: the same whichever syntax it was written in.

Built from its business terms alone. What has no place of its own here is listed under its name (see `layout`), so
nothing of an invoice is left out.
"""

from collections.abc import Iterator, Sequence
from itertools import islice

from einvoice.explain import Lang
from einvoice.model.invoice import Group, Invoice
from einvoice.reports.blocks import Block, Column, Pair, Row, Table
from einvoice.reports.formats import visible
from einvoice.reports.layout import Layout, Taker
from einvoice.reports.values import Reader
from einvoice.reports.words import words

_PARTIES = ("BG-4", "BG-7", "BG-10", "BG-11", "BG-13")
_ADJUSTMENTS = {  # reason, its code, percentage, base amount, VAT rate, VAT category, amount
    "BG-20": ("BT-97", "BT-98", "BT-94", "BT-93", "BT-96", "BT-95", "BT-92"),
    "BG-21": ("BT-104", "BT-105", "BT-101", "BT-100", "BT-103", "BT-102", "BT-99"),
}
Part = Block | Table | tuple[Block, ...]  # a tuple of blocks stands side by side


def glance(invoice: Invoice, lang: Lang) -> tuple[Pair, ...]:
    """The invoice in a few facts: number, date, kind, amount due, from, to, Leitweg-ID."""
    layout = _layout(invoice, lang)
    shown = ("BT-1", "BT-2", "BT-3", "BT-115", "BT-27", "BT-44", "BT-10")
    terms = ((layout.words[f"glance_{term}"], invoice.root.term(term), term) for term in shown)
    return tuple(
        Pair(label, layout.reader.name_of(term) if term_id == "BT-3" else layout.reader.value(term), term_id)
        for label, term, term_id in terms
        if term and term.value
    )


def sheet(invoice: Invoice, lang: Lang, most_lines: int | None = None) -> Iterator[Part]:
    """The parts of the invoice in reading order; empty ones are left out. `most_lines`: to lay out, None for all."""
    layout, taker = _layout(invoice, lang), Taker(invoice.root)
    parties = tuple(layout.block(group) for group in taker.groups(*_PARTIES))
    notes = taker.groups("BG-1")
    parts: list[Part] = [
        parties,
        _notes(layout, notes),
        _lines(layout, taker.groups("BG-25"), most_lines),
        _adjustments(layout, taker.groups("BG-20"), "BG-20"),
        _adjustments(layout, taker.groups("BG-21"), "BG-21"),
        _vat(layout, taker.groups("BG-23")),
        _totals(layout, taker.groups("BG-22")),
        *(layout.block(group) for group in taker.groups("BG-DEX-09")),
        *(layout.block(group, nested=True) for group in taker.groups("BG-16")),
        _attachments(layout, taker.groups("BG-24")),
    ]
    data = Block(title=layout.words["invoice_data"], pairs=tuple(map(layout.pair, taker.rest())))
    for part in (data, *parts):
        if (part.rows if isinstance(part, Table) else part) and not (isinstance(part, Block) and part.empty):
            yield part.compact() if isinstance(part, Table) else part


def _layout(invoice: Invoice, lang: Lang) -> Layout:
    return Layout(Reader.of(invoice, lang), words(lang))


def _notes(layout: Layout, notes: Sequence[Group]) -> Block:
    pairs = []
    for note in notes:
        taker = Taker(note)
        code, text = taker.term("BT-21"), layout.value(taker.term("BT-22"))
        label = layout.words["note"] + (f" ({layout.value(code)})" if code else "")
        pairs += [Pair(label, text, "BG-1"), *map(layout.pair, taker.rest())]
    return Block(title=layout.words["notes"], pairs=tuple(pairs))


def _lines(layout: Layout, lines: Sequence[Group], most: int | None) -> Table:
    heads = layout.words
    columns = (
        Column(heads["position"]),
        Column(heads["item"]),
        Column(heads["quantity"], True),
        Column(heads["unit_price"], True),
        Column(heads["vat"], True),
        Column(heads["net"], True),
    )
    rows = tuple(islice(_line_rows(layout, lines, 0), most))
    return Table(title=heads["lines"], columns=columns, rows=rows, main=1, left_out=_count(lines) - len(rows))


def _count(lines: Sequence[Group]) -> int:
    """Lines with their sub invoice lines."""
    return sum(1 + _count([inner for inner in line.groups if inner.id == "BG-DEX-01"]) for line in lines)


def _line_rows(layout: Layout, lines: Sequence[Group], depth: int) -> Iterator[Row]:
    for line in lines:
        taker = Taker(line)
        inner = taker.groups("BG-DEX-01")
        cells = (
            layout.value(taker.term("BT-126")),
            layout.value(taker.term("BT-153")),
            _quantity(layout, taker, "BT-129", "BT-130"),
            _price(layout, taker),
            _rate(layout, taker, "BT-152", "BT-151"),
            layout.value(taker.term("BT-131")),
        )
        description = taker.term("BT-154")
        details = [Pair("", visible(description.value), "BT-154")] if description else []
        yield Row(cells, (*details, *map(layout.pair, taker.rest())), depth)
        yield from _line_rows(layout, inner, depth + 1)


def _quantity(layout: Layout, taker: Taker, amount_id: str, unit_id: str) -> str:
    amount, unit = taker.term(amount_id), taker.term(unit_id)
    return " ".join(filter(None, (layout.value(amount), layout.reader.name_of(unit) if unit else "")))


def _price(layout: Layout, taker: Taker) -> str:
    """The price, with its base quantity unless that is one, the usual."""
    price = layout.value(taker.term("BT-146"))
    usual = taker.group.decimal("BT-149") == 1
    per = _quantity(layout, taker, "BT-149", "BT-150")
    return f"{price} {layout.words['per']} {per}".lstrip() if per and not usual else price


def _rate(layout: Layout, taker: Taker, rate_id: str, category_id: str) -> str:
    rate, category = taker.term(rate_id), taker.term(category_id)
    code = f"({visible(category.value)})" if category else ""
    return " ".join(filter(None, (layout.value(rate), code)))


def _adjustments(layout: Layout, groups: Sequence[Group], group_id: str) -> Table:
    heads = layout.words
    reason, code, percentage, base, rate, category, amount = _ADJUSTMENTS[group_id]
    columns = (
        Column(heads["reason"]),
        Column(heads["percentage"], True),
        Column(heads["base_amount"], True),
        Column(heads["vat"], True),
        Column(heads["amount"], True),
    )
    rows = []
    for taker in map(Taker, groups):
        cells = (
            layout.value(taker.term(reason) or taker.term(code)),
            layout.value(taker.term(percentage)),
            layout.value(taker.term(base)),
            _rate(layout, taker, rate, category),
            layout.value(taker.term(amount)),
        )
        rows.append(Row(cells, tuple(map(layout.pair, taker.rest()))))
    return Table(title=heads[group_id], columns=columns, rows=tuple(rows))


def _vat(layout: Layout, groups: Sequence[Group]) -> Table:
    heads = layout.words
    columns = (
        Column(heads["vat_category"]),
        Column(heads["vat_rate"], True),
        Column(heads["vat_base"], True),
        Column(heads["vat_amount"], True),
    )
    return _plain(layout, groups, "BG-23", columns, ("BT-118", "BT-119", "BT-116", "BT-117"))


def _attachments(layout: Layout, groups: Sequence[Group]) -> Table:
    heads = layout.words
    columns = (Column(heads["attachment"]), Column(heads["description"]), Column(heads["file"]), Column(heads["link"]))
    return _plain(layout, groups, "BG-24", columns, ("BT-122", "BT-123", "BT-125", "BT-124"))


def _plain(
    layout: Layout, groups: Sequence[Group], group_id: str, columns: tuple[Column, ...], ids: tuple[str, ...]
) -> Table:
    """A table with one term a column and one group a row."""
    rows = []
    for taker in map(Taker, groups):
        cells = tuple(layout.value(taker.term(term_id)) for term_id in ids)
        rows.append(Row(cells, tuple(map(layout.pair, taker.rest()))))
    return Table(title=layout.words[group_id], columns=columns, rows=tuple(rows))


def _totals(layout: Layout, groups: Sequence[Group]) -> Table:
    columns = (Column(layout.words["total"]), Column(layout.words["amount"], True))
    rows = tuple(
        Row((layout.pair(item).label, layout.pair(item).value), strong=item.id == "BT-115")
        for group in groups
        for item in Taker(group).rest()
    )
    return Table(title=layout.words["BG-22"], columns=columns, rows=rows)
