"""Asking an invoice for its terms, and taking it elsewhere."""

import json
import pickle
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from einvoice.model.document import Syntax
from einvoice.model.invoice import Group, Invoice, Term
from einvoice.model.terms import TERMS

LINE = Group(
    "BG-25",
    (Term("BT-126", "1"), Term("BT-131", "10.00")),
    (
        Group("BG-27", (Term("BT-136", "1"),)),
        Group("BG-27", (Term("BT-136", "2"),)),
        Group("BG-29", (Term("BT-146", "5"),)),
        Group("BG-DEX-01", (Term("BT-126", "1.1"),), (Group("BG-DEX-07", (Term("BT-146", "7"),)),)),
    ),
    12,
)
SELLER = Group("BG-4", (Term("BT-27", "Bau GmbH"), Term("BT-29", "K3", (Term("BT-29-1", "0088"),))))
INVOICE = Invoice(
    Syntax.CII,
    Group(
        "",
        (Term("BT-1", "R-7"), Term("BT-2", "2024-02-29"), Term("BT-5", "EUR"), Term("BT-10", "991-1-1")),
        (
            SELLER,
            Group("BG-7", (Term("BT-44", "Stadt Köln"),)),
            Group("BG-22", (Term("BT-115", "119.00"),)),
            Group("BG-24", (Term("BT-125", "YWJjZA==", (Term("BT-125-2", "a.csv"),)),)),
            LINE,
        ),
    ),
)


def test_what_is_asked_for_most():
    asked = (INVOICE.number, INVOICE.issue_date, INVOICE.currency, INVOICE.buyer_reference)
    assert asked == ("R-7", "2024-02-29", "EUR", "991-1-1")
    assert (INVOICE.seller_name, INVOICE.buyer_name, INVOICE.payable) == ("Bau GmbH", "Stadt Köln", Decimal(119))


def test_a_term_is_found_through_its_groups():
    assert INVOICE.text("BT-27") == "Bau GmbH"
    assert INVOICE.text("BT-29-1") == "0088"
    assert INVOICE.text("BT-146") == "5"


def test_what_is_not_there_is_none():
    assert INVOICE.text("BT-72") is None
    assert INVOICE.decimal("BT-113") is None
    assert Invoice(Syntax.OTHER).payable is None


def test_a_line_knows_its_own():
    (line,) = INVOICE.groups("BG-25")
    assert [allowance.text("BT-136") for allowance in line.within("BG-27")] == ["1", "2"]
    assert line.decimal("BT-131") == 10
    assert line.text("BT-1") is None


def test_a_sub_line_is_asked_like_a_line():
    (sub,) = LINE.within("BG-DEX-01")
    assert (sub.text("BT-126"), sub.text("BT-146")) == ("1.1", "7")


def test_all_occurrences_of_a_term():
    assert [term.value for term in INVOICE.every("BT-136")] == ["1", "2"]


def test_a_term_that_does_not_exist_is_a_mistake_of_the_caller():
    with pytest.raises(KeyError):
        INVOICE.text("BT-4")


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("10.00", Decimal(10)),
        ("-.5", Decimal("-0.5")),
        ("+1.", Decimal(1)),
        ("1e5", None),
        ("NaN", None),
        ("1,5", None),
    ],
)
def test_numbers_are_xml_decimals(written, number):
    assert Term("BT-115", written).decimal == number


def test_json_without_attachments_tells_their_size():
    (group,) = (group for group in INVOICE.to_dict(attachments=False)["groups"] if group["id"] == "BG-24")
    assert group["terms"] == [{"id": "BT-125", "bytes": 4, "components": [{"id": "BT-125-2", "value": "a.csv"}]}]


terms = st.builds(Term, st.sampled_from([*TERMS]), st.text(max_size=5), line=st.none() | st.integers(1, 9))
whole_terms = st.builds(lambda term, parts: term._replace(components=tuple(parts)), terms, st.lists(terms, max_size=2))
groups = st.recursive(
    st.builds(Group, st.sampled_from([*TERMS]), st.lists(whole_terms, max_size=3).map(tuple)),
    lambda inner: st.builds(Group, st.sampled_from([*TERMS]), st.just(()), st.lists(inner, max_size=3).map(tuple)),
    max_leaves=6,
)


@given(groups)
def test_an_invoice_survives_json_and_pickle(group):
    invoice = Invoice(Syntax.UBL_INVOICE, Group("", (), (group,)))
    assert Invoice.from_dict(json.loads(json.dumps(invoice.to_dict()))) == invoice
    assert pickle.loads(pickle.dumps(invoice)) == invoice
