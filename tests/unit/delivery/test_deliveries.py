"""What an authority's program may ask for."""

from datetime import timedelta
from typing import Any

import pytest

from einvoice.delivery import Deliveries
from einvoice.delivery.deliveries import LONGEST_LEASE_SECONDS, MOST_AT_ONCE
from einvoice.model.submission import Handling


@pytest.fixture
def authority(bench: Any) -> Any:
    return bench.authority()


@pytest.fixture
def deliveries(bench: Any) -> Deliveries:
    return Deliveries(bench.store)


def test_an_invoice_goes_from_lease_to_acknowledgement(bench: Any, authority: Any, deliveries: Deliveries) -> None:
    submission = bench.decided(authority=authority)
    (lease,) = deliveries.lease(authority.id, actor="token:1")
    assert lease.submission.id == submission.id
    assert bench.original(submission.id) == b"<Invoice/>"
    acknowledged = deliveries.ack(authority.id, lease.delivery_id, lease.token, actor="token:1")
    assert acknowledged.submission.handling is Handling.ACKNOWLEDGED
    assert deliveries.lease(authority.id, actor="token:1") == ()


def test_an_invoice_given_back_comes_again_under_the_same_id(
    bench: Any, authority: Any, deliveries: Deliveries
) -> None:
    bench.decided(authority=authority)
    (first,) = deliveries.lease(authority.id, actor="token:1")
    deliveries.nack(authority.id, first.delivery_id, first.token, actor="token:1")
    (second,) = deliveries.lease(authority.id, actor="token:1")
    assert second.delivery_id == first.delivery_id


@pytest.mark.parametrize(("asked", "given"), [(0, 1), (-5, 1), (90, 90), (1e9, LONGEST_LEASE_SECONDS)])
def test_the_time_of_a_lease_has_bounds(
    bench: Any, authority: Any, deliveries: Deliveries, asked: float, given: float
) -> None:
    bench.decided(authority=authority)
    (lease,) = deliveries.lease(authority.id, actor="token:1", seconds=asked)
    assert lease.expires_at == bench.clock.now + timedelta(seconds=given)
    extended = deliveries.extend(authority.id, lease.delivery_id, lease.token, asked, actor="token:1")
    assert extended.expires_at == bench.clock.now + timedelta(seconds=given)


@pytest.mark.parametrize(("asked", "given"), [(0, 1), (3, 3), (10**9, MOST_AT_ONCE)])
def test_the_number_of_leases_has_bounds(
    authority: Any, deliveries: Deliveries, monkeypatch: pytest.MonkeyPatch, asked: int, given: int
) -> None:
    counts: list[int] = []
    monkeypatch.setattr(deliveries._store, "lease", lambda *_, count, **__: counts.append(count))
    deliveries.lease(authority.id, actor="token:1", count=asked)
    assert counts == [given]
