"""How much waits and since when, on both databases."""

from datetime import timedelta
from typing import Any

from einvoice.intake import Spooled
from einvoice.model.assessment import Verdict
from einvoice.model.audit import Checkpoint
from einvoice.model.submission import Door, Priority
from einvoice.model.trouble import FaultNotice
from einvoice.store.census import Signed, Unfetched, Waiting, take_census
from tests.unit.conftest import LEITWEG_ID

TIMEOUT = FaultNotice("timeout", "", deterministic=False)


def dropped(bench: Any, data: bytes) -> str:
    """A file from a folder."""
    spooled: Spooled = bench.spool.write([data])
    receipt = bench.store.receiving.receive(spooled, door=Door.FOLDER, sender="folder:drop", actor="x", name="")
    return str(receipt.submission.id)


def test_where_there_is_nothing_nothing_is_counted(bench: Any) -> None:
    found = take_census(bench.store)
    assert (found.waiting, found.leased, found.unfetched) == ((), 0, ())
    assert found.audit == Signed(last=0, signed=0, signed_at=None, unsigned_since=None)


def test_what_has_no_decision_is_counted_by_priority_with_the_oldest(bench: Any) -> None:
    began = bench.clock.now
    bench.claimed(b"1")  # being worked on
    claim = bench.claimed(b"2")
    bench.store.claims.postpone(claim, TIMEOUT, began + timedelta(hours=1))  # to be tried again
    bench.clock.advance(60)
    dropped(bench, b"3")
    bench.clock.advance(60)
    dropped(bench, b"4")
    bench.receive(b"5")
    assert take_census(bench.store).waiting == (
        Waiting(priority=Priority.INTERACTIVE, count=3, oldest=began),
        Waiting(priority=Priority.BULK, count=2, oldest=began + timedelta(seconds=60)),
    )


def test_what_is_decided_or_held_does_not_wait(bench: Any) -> None:
    bench.authority()
    bench.decided(b"1", Verdict.REJECTED)
    claim = bench.claimed(b"2")
    bench.store.claims.decide(claim, bench.decision(claim.submission, Verdict.UNDECIDED, fault=TIMEOUT))
    assert take_census(bench.store).waiting == ()


def test_deliveries_that_are_leased_and_not_acknowledged_are_counted(bench: Any) -> None:
    authority = bench.authority()
    for number in range(3):
        bench.decided(str(number).encode(), authority=authority)
    first, second = bench.store.deliveries.lease(authority.id, count=2, seconds=60, actor="token:1")
    assert take_census(bench.store).leased == 2
    bench.store.deliveries.acknowledge(authority.id, first.delivery_id, first.token, actor="token:1")
    assert take_census(bench.store).leased == 1
    bench.store.deliveries.give_back(authority.id, second.delivery_id, second.token, actor="token:1", reason="")
    assert take_census(bench.store).leased == 0


def test_authorities_with_something_to_fetch_are_told_longest_first(bench: Any) -> None:
    began = bench.clock.now
    late, later, never = bench.authority(), bench.authority("05911000-54321-12", "B"), bench.authority("991-1-2", "C")
    bench.decided(b"1", authority=late)
    bench.clock.advance(60)
    bench.decided(b"2", authority=later)
    bench.decided(b"3", authority=late)
    bench.decided(b"4", Verdict.REJECTED, authority=never)
    found = take_census(bench.store).unfetched
    assert found == (
        Unfetched(authority_id=late.id, authority_name=late.name, oldest=began),
        Unfetched(authority_id=later.id, authority_name="B", oldest=began + timedelta(seconds=60)),
    )
    assert take_census(bench.store, authorities_told=1).unfetched == found[:1]


def test_what_is_leased_is_fetched(bench: Any) -> None:
    authority = bench.authority(LEITWEG_ID)
    bench.decided(b"1", authority=authority)
    bench.store.deliveries.lease(authority.id, count=1, seconds=60, actor="token:1")
    assert take_census(bench.store).unfetched == ()


def test_how_far_the_log_is_signed_is_told(bench: Any) -> None:
    began = bench.clock.now
    bench.receive(b"1")
    bench.clock.advance(60)
    bench.receive(b"2")
    assert take_census(bench.store).audit == Signed(last=2, signed=0, signed_at=None, unsigned_since=began)
    sign(bench, 1)
    expected = Signed(last=2, signed=1, signed_at=bench.clock.now, unsigned_since=began + timedelta(seconds=60))
    assert take_census(bench.store).audit == expected
    sign(bench, 2)
    assert take_census(bench.store).audit.unsigned_since is None


def sign(bench: Any, number: int) -> None:
    checkpoint = Checkpoint(number=number, hash="0" * 64, at=bench.clock.now, key_id="k", signature="")
    bench.store.audit.add_checkpoint(checkpoint)
