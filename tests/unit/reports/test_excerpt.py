"""The page of a very long invoice."""

from collections.abc import Callable

from einvoice.model.examination import Examination
from einvoice.model.invoice import Group, Invoice, Term
from einvoice.reports import html_report, json_report
from einvoice.reports.blocks import Block, Column, Pair, Row, Table
from einvoice.reports.excerpt import SHOWN_DETAILS, SHOWN_ENTRIES, excerpt

MakeExamination = Callable[..., Examination]
PAIR = Pair("a", "b")


def table(rows: int, details: int = 0) -> Table:
    return Table(title="T", columns=(Column("C"),), rows=(Row(("x",), (PAIR,) * details),) * rows)


def test_what_fits_is_shown_whole() -> None:
    parts = (table(SHOWN_ENTRIES, SHOWN_DETAILS), Block(title="B", pairs=(PAIR,) * SHOWN_ENTRIES))
    assert excerpt(parts, "de") == parts


def test_a_long_table_shows_its_first_rows_and_says_how_many_more() -> None:
    (shown,) = excerpt([table(SHOWN_ENTRIES + 1500)], "de")
    assert isinstance(shown, Table)
    assert len(shown.rows) == SHOWN_ENTRIES
    assert shown.more == "und 1.500 weitere Einträge, vollständig im JSON-Bericht und in der Rechnung selbst"


def test_what_belongs_to_one_row_is_cut_as_well() -> None:
    (shown,) = excerpt([table(1, SHOWN_DETAILS + 1)], "en")
    assert isinstance(shown, Table)
    assert len(shown.rows[0].details) == SHOWN_DETAILS + 1
    assert shown.rows[0].details[-1].value.startswith("and 1 more entry")


def test_long_blocks_are_cut_wherever_they_stand() -> None:
    long = Block(title="B", pairs=(PAIR,) * (SHOWN_ENTRIES + 1))
    beside, outer = excerpt([(long,), Block(title="O", inner=(long,))], "de")
    assert isinstance(beside, tuple)
    assert isinstance(outer, Block)
    assert beside == outer.inner
    assert len(beside[0].pairs) == SHOWN_ENTRIES
    assert beside[0].more


def test_very_many_parts_are_cut_and_counted() -> None:
    shown = excerpt([Block(title="B")] * (SHOWN_ENTRIES + 3), "de")
    assert len(shown) == SHOWN_ENTRIES + 1
    last = shown[-1]
    assert isinstance(last, Block)
    assert last.more.startswith("und 3 weitere")


def test_the_page_has_the_first_lines_and_the_json_report_all(examination: MakeExamination, invoice: Invoice) -> None:
    lines = tuple(Group("BG-25", (Term("BT-126", f"Pos{number}"),)) for number in range(SHOWN_ENTRIES + 1))
    long = examination(invoice=Invoice(invoice.syntax, Group("", (), lines)))
    page, data = html_report(long, "de"), json_report(long, "de").decode()
    assert f"Pos{SHOWN_ENTRIES - 1}" in page
    assert f"Pos{SHOWN_ENTRIES}" not in page
    assert "und 1 weiterer Eintrag" in page
    assert f"Pos{SHOWN_ENTRIES}" in data
