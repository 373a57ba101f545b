"""The 33 invoices of the XRechnung test suite that exist as UBL and as CII read the same, term by term.

Where the documents themselves differ, `semantics_differences.tsv` says so and why; what EN 16931 has no term for is in
`semantics_unread.tsv`. A line too few in these tables fails, and a line too many.
"""

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from einvoice.model.document import Container, InvoiceDocument, Syntax
from einvoice.model.invoice import Group
from einvoice.model.terms import NUMERIC, TERMS
from einvoice.semantics import Places, read_invoice, unread
from einvoice.xmlparse import reparse

PAIRS = [
    *(f"01.{number:02}a" for number in range(1, 22) if number != 16),
    *(f"02.{number:02}a" for number in range(1, 7)),
    *(f"03.{number:02}a" for number in range(1, 8)),
]
FILES = [f"{pair}-INVOICE_{syntax}.xml" for pair in PAIRS for syntax in ("ubl", "uncefact")]

Said = tuple[str, str, str]  # group with its number, term, value with components


@pytest.fixture(scope="module")
def standard(corpus: Path) -> Path:
    return corpus / "xrechnung-testsuite" / "standard"


def _table(name: str) -> list[dict[str, str]]:
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))


def _read(file: Path) -> InvoiceDocument:
    data = file.read_bytes()
    return InvoiceDocument(
        syntax=Syntax.UBL_INVOICE if file.stem.endswith("ubl") else Syntax.CII,
        xml=data,
        sha256="",
        customizations=(),
        container=Container.XML,
        attachment=None,
        root=reparse(data),
    )


def _said(group: Group, place: str = "") -> Iterator[Said]:
    """Everything a group says; numbers without trailing zeros."""
    for term in group.terms:
        number = term.decimal if TERMS[term.id].datatype in NUMERIC else None
        value = term.value if number is None else format(number.normalize(), "f")
        yield place, term.id, value + "".join(f" [{part.id} {part.value}]" for part in term.components)
    count: Counter[str] = Counter()
    for inner in group.groups:
        count[inner.id] += 1
        number_shown = f" {count[inner.id]}" if TERMS[inner.id].repeats else ""
        yield from _said(inner, f"{place}/{inner.id}{number_shown}".lstrip("/"))


def test_the_pairs_are_all_there_are(standard):
    assert sorted(file.name for file in standard.iterdir()) == sorted(FILES)


@pytest.mark.parametrize("pair", PAIRS)
def test_ubl_and_cii_say_the_same(standard, pair):
    in_ubl, in_cii = (
        Counter(_said(read_invoice(_read(standard / f"{pair}-INVOICE_{syntax}.xml")).root))
        for syntax in ("ubl", "uncefact")
    )
    listed = [row for row in _table("semantics_differences.tsv") if row["pair"] == pair]
    only_ubl = Counter((row["place"], row["term"], row["ubl"]) for row in listed if row["ubl"])
    only_cii = Counter((row["place"], row["term"], row["cii"]) for row in listed if row["cii"])
    assert (in_ubl - in_cii, in_cii - in_ubl) == (only_ubl, only_cii)
    assert sum(in_ubl.values()) > 40


def test_every_listed_difference_is_of_a_pair_and_has_a_reason():
    rows = _table("semantics_differences.tsv")
    assert len(rows) == 29
    assert all(row["pair"] in PAIRS and row["reason"] and row["ubl"] != row["cii"] for row in rows)


@pytest.mark.parametrize("file", FILES)
def test_no_text_is_left_unread_without_a_reason(standard, file):
    listed = [(row["path"], row["text"]) for row in _table("semantics_unread.tsv") if row["file"] == file]
    assert sorted(unread(_read(standard / file))) == sorted(listed)


def test_every_text_listed_as_unread_is_of_a_file_and_has_a_reason():
    assert all(row["file"] in FILES and row["reason"] for row in _table("semantics_unread.tsv"))


@pytest.mark.parametrize("file", FILES)
def test_the_line_a_place_names_is_the_line_read(standard, file):
    document = _read(standard / file)
    places, lines = Places(document), read_invoice(document).groups("BG-25")
    tag = "{*}InvoiceLine" if document.syntax is Syntax.UBL_INVOICE else "{*}IncludedSupplyChainTradeLineItem"
    elements = list(document.root.iter(tag))
    assert [places.of(element) for element in elements] == [(("BG-25", number),) for number in range(1, len(lines) + 1)]
    assert [element.sourceline for element in elements] == [line.line for line in lines]
