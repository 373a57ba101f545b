"""The directory of authorities."""

from typing import Any

import pytest

from einvoice.model.policy import AuthorityPolicy, Demand, PolicyAction
from einvoice.model.submission import EventKind, Handling, Hold
from einvoice.store import AlreadyThere, NotFound

STRICT = AuthorityPolicy(
    demands=(Demand("order-number", PolicyAction.REJECT),),
    profiles=("xrechnung",),
    pins=("xrechnung-3.0.2+2026-08-31",),
)


def test_an_authority_is_found_by_each_of_its_leitweg_ids(bench: Any) -> None:
    created = bench.store.authorities.create("Stadt", ["1-1-1", " 2-2-2 "], policy=STRICT)
    assert created.leitweg_ids == ("1-1-1", "2-2-2")
    assert bench.store.authorities.by_leitweg_id("2-2-2") == created
    assert bench.store.authorities.get(created.id).policy == STRICT


def test_only_the_exact_leitweg_id_is_found(bench: Any) -> None:
    bench.store.authorities.create("Stadt", ["04011000-12345-03"])
    for other in ("04011000-12345-3", "04011000-12345", "04011000-12345-030", "04011000-12345-03 ", ""):
        assert bench.store.authorities.by_leitweg_id(other) is None


def test_a_leitweg_id_belongs_to_one_authority_and_a_second_claim_to_it_creates_nothing(bench: Any) -> None:
    bench.store.authorities.create("A", ["1-1-1"])
    with pytest.raises(AlreadyThere):
        bench.store.authorities.create("B", ["2-2-2", "1-1-1"])
    assert [authority.name for authority in bench.store.authorities.all()] == ["A"]
    assert bench.store.authorities.by_leitweg_id("2-2-2") is None


def test_an_empty_leitweg_id_is_refused(bench: Any) -> None:
    with pytest.raises(ValueError, match="empty"):
        bench.store.authorities.create("A", [" "])


def test_an_unknown_authority_is_not_found(bench: Any) -> None:
    with pytest.raises(NotFound):
        bench.store.authorities.get("unknown")
    with pytest.raises(NotFound):
        bench.store.authorities.add_leitweg_id("unknown", "1-1-1")


def test_invoices_that_waited_for_a_leitweg_id_go_to_its_authority_when_it_comes(bench: Any) -> None:
    waiting = bench.decided()
    assert waiting.hold is Hold.UNROUTABLE
    authority = bench.store.authorities.create("Stadt")
    bench.store.authorities.add_leitweg_id(authority.id, "04011000-12345-03", actor="account:1")
    submission = bench.store.submissions.get(waiting.id)
    assert (submission.hold, submission.handling) == (Hold.NONE, Handling.AVAILABLE)
    assert submission.authority_id == authority.id
    events = bench.store.events.of_authority(authority.id)
    assert [(e.kind, e.actor, e.sequence) for e in events] == [
        (EventKind.RELEASED, "account:1", 1),
        (EventKind.AVAILABLE, "account:1", 2),
    ]
    assert len(bench.store.deliveries.lease(authority.id, count=5, seconds=60, actor="token:1")) == 1


def test_invoices_for_another_leitweg_id_go_on_waiting(bench: Any) -> None:
    waiting = bench.decided()
    bench.store.authorities.create("Stadt", ["1-1-1"])
    assert bench.store.submissions.get(waiting.id) == waiting
