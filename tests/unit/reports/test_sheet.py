"""The whole invoice, laid out for reading."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from einvoice.explain import Lang
from einvoice.model.document import Syntax
from einvoice.model.invoice import Group, Invoice, Term
from einvoice.model.terms import TERMS, TermInfo
from einvoice.reports.blocks import Block, Pair, Table
from einvoice.reports.sheet import Part, glance, sheet


def invoice_of(*groups: Group, terms: tuple[Term, ...] = ()) -> Invoice:
    return Invoice(Syntax.CII, Group("", (Term("BT-5", "EUR"), *terms), groups))


def texts(parts: Iterable[Part]) -> Iterator[str]:
    """Every text that is shown, whatever shape it has."""
    for part in parts:
        if isinstance(part, tuple):
            yield from texts(part)
        elif isinstance(part, Table):
            for row in part.rows:
                yield from row.cells
                yield from (pair.value for pair in row.details)
        else:
            yield from part.lead
            yield from (text for pair in part.pairs for text in (pair.label, pair.value))
            yield from texts(part.inner)


def table(invoice: Invoice, title: str, lang: Lang = "de") -> Table:
    return next(part for part in sheet(invoice, lang) if isinstance(part, Table) and part.title == title)


def block(invoice: Invoice, title: str, lang: Lang = "de") -> Block:
    blocks: list[Block] = []
    for part in sheet(invoice, lang):
        blocks += part if isinstance(part, tuple) else [part] if isinstance(part, Block) else []
    return next(one for one in blocks if one.title == title)


def every_term(group: Group) -> Iterator[Term]:
    for term in group.terms:
        yield term
        yield from term.components
    for inner in group.groups:
        yield from every_term(inner)


def test_a_party_is_shown_as_on_an_envelope() -> None:
    address = Group(
        "BG-5", (Term("BT-35", "Weg 1"), Term("BT-37", "Stadt"), Term("BT-38", "12345"), Term("BT-40", "DE"))
    )
    seller = block(invoice_of(Group("BG-4", (Term("BT-27", "Werk GmbH"),), (address,))), "Verkäufer")
    assert seller.lead == ("Werk GmbH", "Weg 1", "12345 Stadt", "Deutschland")


def test_inside_a_party_labels_do_not_repeat_whose_they_are() -> None:
    party = Group("BG-4", (Term("BT-31", "DE1"), Term("BT-33", "Text")))
    assert [pair.label for pair in block(invoice_of(party), "Verkäufer").pairs] == [
        "Umsatzsteuer-Identifikationsnummer",
        "Weitere rechtliche Angaben",
    ]
    assert block(invoice_of(party), "Seller", "en").pairs[0].label == "VAT identifier"


def test_the_labels_of_the_invoice_itself_keep_their_owner() -> None:
    data = block(invoice_of(terms=(Term("BT-19", "4711"),)), "Rechnungsdaten")
    assert Pair("Kontierungsangabe des Käufers", "4711", "BT-19") in data.pairs


def test_a_line_shows_quantity_price_and_vat_at_one_glance() -> None:
    line = Group(
        "BG-25",
        (Term("BT-126", "1"), Term("BT-129", "250"), Term("BT-130", "KGM"), Term("BT-131", "30")),
        (
            Group("BG-29", (Term("BT-146", "12"), Term("BT-149", "100"), Term("BT-150", "KGM"))),
            Group("BG-30", (Term("BT-151", "S"), Term("BT-152", "7"))),
            Group("BG-31", (Term("BT-153", "Streusalz"),)),
        ),
    )
    (row,) = table(invoice_of(line), "Rechnungspositionen").rows
    assert [cell.replace("\u00a0", " ") for cell in row.cells] == [
        "1",
        "Streusalz",
        "250 kg",
        "12,00 € je 100 kg",
        "7 % (S)",
        "30,00 €",
    ]


def test_a_base_quantity_of_one_is_not_mentioned() -> None:
    line = Group("BG-25", (), (Group("BG-29", (Term("BT-146", "12"), Term("BT-149", "1.0"), Term("BT-150", "KGM"))),))
    assert "12,00\u00a0€" in table(invoice_of(line), "Rechnungspositionen").rows[0].cells


def test_what_else_a_line_says_stands_below_its_item() -> None:
    line = Group(
        "BG-25",
        (Term("BT-127", "Nachlieferung"),),
        (
            Group("BG-26", (Term("BT-134", "2026-01-01"), Term("BT-135", "2026-01-31"))),
            Group("BG-27", (Term("BT-136", "5"), Term("BT-139", "Rabatt"))),
            Group(
                "BG-31", (Term("BT-154", "lang"),), (Group("BG-32", (Term("BT-160", "Farbe"), Term("BT-161", "rot"))),)
            ),
        ),
    )
    details = table(invoice_of(line), "Rechnungspositionen").rows[0].details
    assert [pair.value.replace("\u00a0", " ") for pair in details] == [
        "lang",
        "Nachlieferung",
        "01.01.2026 – 31.01.2026",
        "Betrag des Nachlasses auf Positionsebene: 5,00 €; Grund des Nachlasses auf Positionsebene: Rabatt",
        "Farbe: rot",
    ]


def test_sub_invoice_lines_follow_their_line_and_are_deeper() -> None:
    deepest = Group("BG-DEX-01", (Term("BT-126", "1.1.1"),))
    inner = Group("BG-DEX-01", (Term("BT-126", "1.1"),), (Group("BG-DEX-07", (Term("BT-146", "3"),)), deepest))
    lines = (Group("BG-25", (Term("BT-126", "1"),), (inner,)), Group("BG-25", (Term("BT-126", "2"),)))
    rows = table(invoice_of(*lines), "Rechnungspositionen").rows
    assert [(row.cells[0], row.depth) for row in rows] == [("1", 0), ("1.1", 1), ("1.1.1", 2), ("2", 0)]
    assert "3,00\u00a0€" in rows[1].cells


def test_lines_beyond_the_most_to_lay_out_are_counted_with_their_sub_lines() -> None:
    line = Group("BG-25", (Term("BT-126", "1"),), (Group("BG-DEX-01", (), (Group("BG-DEX-01"),)),))
    lines = next(part for part in sheet(invoice_of(line, line), "de", 2) if isinstance(part, Table))
    assert (len(lines.rows), lines.left_out) == (2, 4)


def test_the_amount_due_stands_out() -> None:
    totals = table(invoice_of(Group("BG-22", (Term("BT-112", "119"), Term("BT-115", "119")))), "Summen")
    assert [row.strong for row in totals.rows] == [False, True]


def test_an_attachment_is_described_not_shown() -> None:
    content = Term("BT-125", "QUJD", (Term("BT-125-1", "text/csv"), Term("BT-125-2", "zeiten.csv")))
    (row,) = table(invoice_of(Group("BG-24", (Term("BT-122", "1"), content))), "Rechnungsbegründende Unterlagen").rows
    assert "3\u00a0Byte (text/csv, zeiten.csv)" in row.cells
    assert not any("QUJD" in cell for cell in row.cells)


def test_empty_columns_are_left_out() -> None:
    columns = table(invoice_of(Group("BG-23", (Term("BT-118", "S"), Term("BT-117", "1")))), "Umsatzsteuer").columns
    assert [column.label for column in columns] == ["Kategorie", "Steuerbetrag"]


def test_an_empty_invoice_has_nothing_to_show() -> None:
    assert list(sheet(Invoice(Syntax.OTHER), "de")) == []
    assert glance(Invoice(Syntax.OTHER), "de") == ()


def test_the_glance_says_what_from_whom_and_how_much(invoice: Invoice) -> None:
    assert [(pair.label, pair.value.replace("\u00a0", " ")) for pair in glance(invoice, "de")] == [
        ("Rechnungsnummer", "R-17"),
        ("Rechnungsdatum", "22.11.2026"),
        ("Art", "Rechnung"),
        ("Fälliger Betrag", "1.234,50 €"),
        ("Verkäufer", "Möbelwerk & Söhne"),
        ("Käufer", "Stadt Musterstadt"),
        ("Leitweg-ID / Käuferreferenz", "04011000-12345-03"),
    ]


@pytest.mark.parametrize("lang", ["de", "en"])
def test_no_text_of_a_sample_invoice_is_left_out(sample: Invoice, lang: Lang) -> None:
    shown = "\n".join(texts(sheet(sample, lang)))
    for term in every_term(sample.root):
        if TERMS[term.id].datatype in ("Text", "Identifier", "Document reference"):
            assert term.value in shown, term


def _inside(group_id: str) -> list[TermInfo]:
    """What may stand in a group; in a sub invoice line the terms of an invoice line too."""
    like = TERMS[group_id].like if group_id else ""
    return [info for info in TERMS.values() if info.parent == group_id or (like and info.parent == like)]


def _full(group_id: str, depth: int = 0) -> Group:
    """A group with everything that may stand in it, each twice, each with a value of its own."""
    inside = _inside(group_id)
    terms = [info.id for info in inside if not info.is_group and info.datatype != "BinaryObject"]
    groups = [info.id for info in inside if info.is_group and depth < 6]
    twice = (1, 2)
    return Group(
        group_id,
        tuple(Term(one, f"«{group_id} {one} {depth} {number}»") for one in terms for number in twice),
        tuple(_full(one, depth + 1) for one in groups),
    )


@pytest.mark.parametrize("lang", ["de", "en"])
def test_every_business_term_there_is_finds_its_place(lang: Lang) -> None:
    root = _full("")
    shown = "\n".join(texts(sheet(Invoice(Syntax.UBL_INVOICE, root), lang)))
    assert [term for term in every_term(root) if term.value not in shown] == []


def _groups(group_id: str) -> st.SearchStrategy[Group]:
    """Any content of a group, valid or not: any term any number of times."""
    terms = [info.id for info in _inside(group_id) if not info.is_group and info.datatype != "BinaryObject"]
    groups = [info.id for info in _inside(group_id) if info.is_group]
    some_terms = st.lists(st.sampled_from(terms), max_size=6) if terms else st.just([])
    some_groups = st.lists(st.sampled_from(groups).flatmap(_groups), max_size=4) if groups else st.just([])
    return st.builds(
        lambda ids, inner: Group(group_id, tuple(Term(one, f"«{one}»") for one in ids), tuple(inner)),
        some_terms,
        some_groups,
    )


@given(_groups(""))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_nothing_of_any_invoice_is_left_out_however_wrong_it_is(root: Group) -> None:
    shown = Counter(re.findall("«.*?»", "\n".join(texts(sheet(Invoice(Syntax.UBL_INVOICE, root), "de")))))
    assert Counter(term.value for term in every_term(root)) <= shown
