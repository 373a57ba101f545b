"""Further invoices of the same seller, number and year: always flagged, held where the authority wants that."""

from dataclasses import replace
from typing import Any

import pytest

from einvoice.model.document import Syntax
from einvoice.model.invoice import Group, Invoice, Term
from einvoice.model.policy import Duplicates
from einvoice.model.submission import Handling, Hold


def decided(
    bench: Any, authority: Any, data: bytes, *, seller: str = "DE1", number: str = "R-1", day: str = "2026-02-01"
) -> Any:
    claim = bench.claimed(data, sender=f"supplier:{data.decode()}")
    decision = bench.decision(claim.submission, authority=authority)
    party = Group("BG-4", (Term("BT-27", "Muster GmbH"), Term("BT-31", seller)))
    invoice = Invoice(Syntax.CII, Group("", (Term("BT-1", number), Term("BT-2", day)), (party,)))
    examination = replace(decision.examination, invoice=invoice)
    return bench.store.claims.decide(claim, replace(decision, examination=examination))


def holding(bench: Any) -> Any:
    authority = bench.authority()
    return bench.store.authorities.set_policy(authority.id, lambda policy: replace(policy, duplicates=Duplicates.HOLD))


def test_the_first_invoice_is_no_duplicate(bench: Any) -> None:
    assert decided(bench, bench.authority(), b"1").duplicate_of is None


def test_a_second_one_is_handed_over_and_flagged_with_the_first(bench: Any) -> None:
    authority = bench.authority()
    first, second, third = (decided(bench, authority, data) for data in (b"1", b"2", b"3"))
    assert (second.handling, second.duplicate_of) == (Handling.AVAILABLE, first.id)
    assert third.duplicate_of == first.id


def test_a_second_one_is_held_where_the_authority_wants_that(bench: Any) -> None:
    authority = holding(bench)
    first = decided(bench, authority, b"1")
    second = decided(bench, authority, b"2")
    assert (second.handling, second.hold, second.duplicate_of) == (Handling.DECIDED, Hold.CONFLICT, first.id)
    assert len(bench.store.deliveries.lease(authority.id, count=5, seconds=60, actor="token:1")) == 1


def test_a_held_duplicate_can_be_sent_on(bench: Any) -> None:
    authority = holding(bench)
    decided(bench, authority, b"1")
    second = decided(bench, authority, b"2")
    sent = bench.store.people.send_on(second.id, None, actor="account:1", reason="zwei Lieferungen")
    assert (sent.handling, sent.hold) == (Handling.AVAILABLE, Hold.NONE)


@pytest.mark.parametrize("other", [{"seller": "DE2"}, {"number": "R-2"}, {"day": "2025-12-31"}])
def test_another_seller_number_or_year_makes_another_invoice(bench: Any, other: dict[str, str]) -> None:
    authority = bench.authority()
    decided(bench, authority, b"1")
    assert decided(bench, authority, b"2", **other).duplicate_of is None


def test_spelling_of_the_seller_id_does_not_matter(bench: Any) -> None:
    authority = bench.authority()
    first = decided(bench, authority, b"1", seller="DE 123")
    assert decided(bench, authority, b"2", seller="de123").duplicate_of == first.id


def test_what_went_to_another_authority_does_not_count(bench: Any) -> None:
    decided(bench, bench.authority(), b"1")
    assert decided(bench, bench.authority("04011000-12345-34", "Stadt B"), b"2").duplicate_of is None


def test_what_was_sent_back_does_not_count(bench: Any) -> None:
    authority = holding(bench)
    decided(bench, authority, b"1")
    second = decided(bench, authority, b"2")
    bench.store.people.send_back(second.id, actor="account:1", reason="doppelt")
    third = decided(bench, authority, b"3")
    assert third.duplicate_of != second.id
