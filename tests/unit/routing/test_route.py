"""From the Leitweg-ID on the invoice to the authority."""

import pytest

from einvoice.model.document import Syntax
from einvoice.model.invoice import Group, Invoice, Term
from einvoice.model.routing import Authority, Routing
from einvoice.routing import route

TOWN = Authority(id="1", name="Stadt", leitweg_ids=("04011000-12345-03",))


class Directory:
    def by_leitweg_id(self, leitweg_id: str) -> Authority | None:
        return TOWN if leitweg_id in TOWN.leitweg_ids else None


def invoice(*terms: Term) -> Invoice:
    return Invoice(Syntax.CII, Group("", terms))


def test_an_invoice_goes_to_the_authority_of_its_leitweg_id() -> None:
    routing = route(invoice(Term("BT-10", "04011000-12345-03")), Directory())
    assert routing == Routing(leitweg_id="04011000-12345-03", authority=TOWN)


def test_white_space_around_the_leitweg_id_does_not_count() -> None:
    assert route(invoice(Term("BT-10", "\n 04011000-12345-03\t")), Directory()).authority is TOWN


@pytest.mark.parametrize("other", ["04011000-12345-3", "04011000 -12345-03", "04011000-12345-03x", "04011000"])
def test_every_other_difference_counts(other: str) -> None:
    assert route(invoice(Term("BT-10", other)), Directory()) == Routing(leitweg_id=other)


@pytest.mark.parametrize("terms", [(), (Term("BT-10", ""),), (Term("BT-10", "  "),)])
def test_an_invoice_without_a_leitweg_id_goes_nowhere(terms: tuple[Term, ...]) -> None:
    assert route(invoice(*terms), Directory()) == Routing()
