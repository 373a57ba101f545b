"""Whatever is in a document, reading it neither fails nor loses a word."""

import json
import pickle
import re
from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from einvoice.model.document import Container, InvoiceDocument, Syntax
from einvoice.model.invoice import Group, Invoice
from einvoice.model.namespaces import RSM, UBL_CREDITNOTE, UBL_INVOICE
from einvoice.model.terms import TERMS
from einvoice.semantics import Places, read_invoice, unread
from einvoice.semantics.bindings import Node, qualified, tree

ROOTS = {
    Syntax.UBL_INVOICE: f"{{{UBL_INVOICE}}}Invoice",
    Syntax.UBL_CREDITNOTE: f"{{{UBL_CREDITNOTE}}}CreditNote",
    Syntax.CII: f"{{{RSM}}}CrossIndustryInvoice",
}
Path = tuple[str, ...]

# What tests in the bindings look at, and something nobody knows.
CHOOSERS = [
    ("cbc:ChargeIndicator", "true"),
    ("cbc:ChargeIndicator", "false"),
    ("cbc:DocumentTypeCode", "130"),
    ("cbc:DocumentTypeCode", "50"),
    ("ram:TypeCode", "50"),
    ("ram:TypeCode", "130"),
    ("cac:TaxScheme/cbc:ID", "VAT"),
    ("ram:ChargeIndicator/udt:Indicator", "0"),
    ("cbc:Unknown", "?"),
    ("unknown", "?"),
]


def _paths(node: Node, path: Path, visited: frozenset[int]) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """All paths that say something, with their attributes; sub lines once within themselves."""
    attributes = [name for name, _ in node.attributes] + [name for name, _ in node.components]
    if node.terms or attributes or node.completes:
        yield path, tuple(attributes)
    below = [(path, inner) for inner in node.inner]
    below += [((*path, tag), child) for tag, nodes in node.children.items() for child in nodes]
    for deeper, child in below:
        if id(child) not in visited:
            yield from _paths(child, deeper, visited | {id(child)})


KNOWN = {syntax: sorted(set(_paths(tree(syntax), (), frozenset()))) for syntax in ROOTS}


@st.composite
def documents(draw: st.DrawFn) -> InvoiceDocument:
    """Elements the bindings know, put together at random, each text unlike any other."""
    syntax = draw(st.sampled_from(list(ROOTS)))
    root = etree.Element(ROOTS[syntax])
    word = count()
    for path, attributes in draw(st.lists(st.sampled_from(KNOWN[syntax]), max_size=25)):
        element = root
        for tag in path:
            last = element[-1] if len(element) else None
            joins = last is not None and last.tag == tag and draw(st.booleans())
            element = last if joins else etree.SubElement(element, tag)
        if draw(st.integers(0, 9)):
            element.text = f"w{next(word)}w"
        for attribute in attributes:
            if draw(st.booleans()):
                element.set(attribute, f"w{next(word)}w")
        if draw(st.booleans()):
            steps, value = draw(st.sampled_from(CHOOSERS))
            beside = element.getparent() if element is not root else root
            for step in steps.split("/"):
                beside = etree.SubElement(beside, qualified(step))
            beside.text = value
        if draw(st.integers(0, 9)) == 0:
            element.append(etree.Comment("remark"))
            element[-1].tail = f"w{next(word)}w"
    return _document(root, syntax)


def _document(root: etree._Element, syntax: Syntax) -> InvoiceDocument:
    return InvoiceDocument(
        syntax=syntax, xml=b"", sha256="", customizations=(), container=Container.XML, attachment=None, root=root
    )  # fmt: skip


def _said(group: Group) -> Iterator[tuple[str, str]]:
    for term in group.terms:
        yield term.id, term.value
        yield from ((component.id, component.value) for component in term.components)
    for inner in group.groups:
        yield from _said(inner)


def _words(text: str) -> set[str]:
    return set(re.findall(r"w\d+w", text))


@given(documents())
def test_every_word_is_a_term_or_told_to_be_unread(document):
    terms = list(_said(read_invoice(document).root))
    assert {term for term, _ in terms} <= set(TERMS)
    written = {word for element in document.root.iter() for word in _words((element.text or "") + (element.tail or ""))}
    written |= {word for element in document.root.iter(etree.Element) for word in element.attrib.values()}
    read = {word for _, value in terms for word in _words(value)}
    left = {word for _, text in unread(document) for word in _words(text)}
    assert written == read | left


@given(documents())
def test_every_element_has_a_place_and_every_numbered_group_is_there(document):
    places = Places(document)
    invoice = read_invoice(document)
    for element in document.root.iter(etree.Element):
        for identifier, number in places.of(element):
            assert identifier in TERMS
            assert number is None or number > 0
    for identifier, number in {places.of(element)[0] for element in document.root.iter() if places.of(element)}:
        if number and identifier != "BG-17":  # accounts are numbered through all payment instructions
            assert number <= len(invoice.groups(identifier))


@pytest.mark.parametrize("depth", [3, 59, 400])
def test_lines_nested_without_end_are_read_as_far_as_is_sensible(ubl, depth):
    nested = "<cac:SubInvoiceLine><cbc:ID>x</cbc:ID>" * depth + "</cac:SubInvoiceLine>" * depth
    document = ubl(f"<cac:InvoiceLine>{nested}</cac:InvoiceLine>")
    invoice = read_invoice(document)
    read = sum(term == "BT-126" for term, _ in _said(invoice.root))
    assert read == min(depth, 59)
    assert pickle.loads(pickle.dumps(invoice)) == invoice
    assert Invoice.from_dict(json.loads(json.dumps(invoice.to_dict()))) == invoice
    assert len(unread(document)) == depth - read


def test_another_root_is_an_empty_invoice(other):
    invoice = read_invoice(other("<order><id>1</id></order>"))
    assert (invoice.syntax, invoice.root) == (Syntax.OTHER, Group(""))


def test_a_value_around_comments_is_one_value(ubl):
    written = ubl("<cbc:ID>R-<!-- a -->7<?b c?></cbc:ID>")
    assert read_invoice(written).number == "R-7"


def test_empty_and_blank_elements_are_no_terms(ubl):
    assert read_invoice(ubl("<cbc:ID/><cbc:BuyerReference> \n</cbc:BuyerReference>")).root.terms == ()


def test_a_repeated_term_is_read_each_time(ubl):
    written = ubl("<cbc:ID>1</cbc:ID><cbc:ID>2</cbc:ID>")
    assert [term.value for term in read_invoice(written).every("BT-1")] == ["1", "2"]


def test_lines_without_content_keep_their_number(ubl):
    written = ubl("<cac:InvoiceLine/><cac:InvoiceLine><cbc:ID>2</cbc:ID></cac:InvoiceLine>")
    assert read_invoice(written).groups("BG-25")[1].text("BT-126") == "2"


def test_terms_carry_the_line_they_stand_in(ubl):
    assert read_invoice(ubl("\n<cbc:ID>1</cbc:ID>")).root.term("BT-1").line == 2
