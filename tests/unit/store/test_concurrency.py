"""Many at once: one wins, the others see it; nothing is stranded, counted twice or left out; nobody waits for ever."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from threading import Barrier, Thread, current_thread
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection, Engine, event

from einvoice.model.assessment import Verdict
from einvoice.model.audit import GENESIS
from einvoice.model.decision import Decision
from einvoice.model.delivery import Lease
from einvoice.model.routing import Authority, Routing
from einvoice.model.submission import Claim, EventKind, Handling, Hold
from einvoice.store import ClaimLost, LeaseLost, SubmissionFilter

THREADS = 8
Result = TypeVar("Result")


def at_once(work: Callable[[int], Result], times: int = THREADS) -> list[Result]:
    """What each of several threads gets that begin together."""
    start = Barrier(times)

    def begin(number: int) -> Result:
        start.wait()
        return work(number)

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(begin, range(times)))


@contextmanager
def before_the_commit(other: Callable[[], object]) -> Iterator[None]:
    """Let someone else act right before this thread commits; who has to wait for the commit gets on after it."""
    us, helper = current_thread(), Thread(target=other)

    def act(connection: Connection) -> None:
        if current_thread() is us and connection.get_execution_options().get("write") and helper.ident is None:
            helper.start()
            helper.join(0.5)

    event.listen(Engine, "commit", act)
    try:
        yield
    finally:
        event.remove(Engine, "commit", act)
    helper.join()


def for_nobody(bench: Any, claim: Claim, leitweg_id: str) -> Decision:
    """Accepted, and addressed to whom nobody knows yet."""
    decision: Decision = bench.decision(claim.submission)
    return replace(decision, routing=Routing(leitweg_id=leitweg_id))


def kinds(bench: Any, submission_id: str) -> Counter[EventKind]:
    return Counter(one.kind for one in bench.store.events.of_submission(submission_id))


def assert_in_order(bench: Any, *authorities: Authority) -> None:
    """Events of each authority and entries of the chain are numbered without gaps, and the chain holds."""
    for authority in authorities:
        feed = bench.store.events.of_authority(authority.id, limit=100_000)
        assert [one.sequence for one in feed] == list(range(1, len(feed) + 1))
    entries = list(bench.store.audit.entries())
    assert [entry.number for entry in entries] == list(range(1, len(entries) + 1))
    assert [entry.previous for entry in entries] == [GENESIS, *(entry.hash for entry in entries[:-1])]
    assert all(entry.is_intact for entry in entries)


# Taking in


def test_of_two_hundred_identical_uploads_at_once_one_is_kept(bench: Any) -> None:
    def upload(_: int) -> list[Any]:
        return [bench.receive(b"<Invoice/>") for _ in range(200 // THREADS)]

    receipts = [receipt for some in at_once(upload) for receipt in some]
    assert len({receipt.submission.id for receipt in receipts}) == 1
    assert sum(receipt.created for receipt in receipts) == 1
    assert len(bench.due(10)) == 1
    assert len(list(bench.store.blobs.stored())) == 1


def test_of_identical_uploads_under_one_key_at_once_one_is_kept(bench: Any) -> None:
    receipts = at_once(lambda _: bench.receive(b"<Invoice/>", key="k"))
    assert sum(receipt.created for receipt in receipts) == 1


def test_a_supplier_named_by_many_at_once_is_one(bench: Any) -> None:
    assert len(set(at_once(lambda _: bench.store.accounts.supplier_id("Muster GmbH")))) == 1


# Deciding


def test_an_authority_that_is_entered_while_its_invoice_is_decided_gets_it(bench: Any) -> None:
    claim = bench.claimed()
    with before_the_commit(lambda: bench.authority("04011000-1")):
        bench.store.claims.decide(claim, for_nobody(bench, claim, "04011000-1"))
    assert_handed_over(bench, claim)


def test_an_invoice_that_is_decided_while_its_authority_is_entered_is_handed_over(bench: Any) -> None:
    claim = bench.claimed()
    with before_the_commit(lambda: bench.store.claims.decide(claim, for_nobody(bench, claim, "04011000-1"))):
        bench.authority("04011000-1")
    assert_handed_over(bench, claim)


def test_a_leitweg_id_added_while_its_invoice_is_decided_strands_nothing(bench: Any) -> None:
    claims = [bench.claimed(str(number).encode()) for number in range(30)]
    authority = bench.authority("04011000-0")

    def decide_or_add(who: int) -> None:
        for number, claim in enumerate(claims, start=1):
            if who:
                bench.store.claims.decide(claim, for_nobody(bench, claim, f"04011000-{number}"))
            else:
                bench.store.authorities.add_leitweg_id(authority.id, f"04011000-{number}")

    at_once(decide_or_add, 2)
    for claim in claims:
        assert_handed_over(bench, claim)
    assert_in_order(bench, authority)


def assert_handed_over(bench: Any, claim: Claim) -> None:
    submission = bench.store.submissions.get(claim.submission.id)
    assert (submission.handling, submission.hold) == (Handling.AVAILABLE, Hold.NONE)
    assert submission.delivery_id is not None
    assert kinds(bench, submission.id)[EventKind.AVAILABLE] == 1


# Handing over


def available(bench: Any, authority: Authority, count: int) -> set[str]:
    return {bench.decided(str(number).encode(), authority=authority).id for number in range(count)}


def lease(bench: Any, authority: Authority, count: int = 3) -> tuple[Lease, ...]:
    leases: tuple[Lease, ...] = bench.store.deliveries.lease(authority.id, count=count, seconds=60, actor="token:2")
    return leases


def test_fetchers_at_once_get_different_invoices_and_together_all_of_them(bench: Any) -> None:
    authority = bench.authority()
    there = available(bench, authority, 40)

    def fetch(_: int) -> list[str]:
        got: list[str] = []
        while leases := lease(bench, authority):
            got.extend(one.submission.id for one in leases)
        return got

    fetched = [one for some in at_once(fetch, 4) for one in some]
    assert Counter(fetched) == Counter(there)
    assert_in_order(bench, authority)


def test_sweepers_at_once_release_each_expired_lease_once(bench: Any) -> None:
    authority = bench.authority()
    there = available(bench, authority, 20)
    assert len(lease(bench, authority, 20)) == 20
    bench.clock.advance(61)
    assert sum(at_once(lambda _: bench.store.deliveries.release_expired(), 4)) == 20
    for submission_id in there:
        assert kinds(bench, submission_id)[EventKind.LEASE_EXPIRED] == 1
        assert bench.store.submissions.get(submission_id).handling is Handling.AVAILABLE
    assert_in_order(bench, authority)


def test_what_is_acknowledged_while_its_lease_expires_is_booked_and_never_handed_out_again(bench: Any) -> None:
    authority = bench.authority()
    there = available(bench, authority, 20)
    leases = lease(bench, authority, 20)
    bench.clock.advance(61)

    def acknowledge_or_sweep(who: int) -> None:
        if who == 0:
            for one in leases:
                bench.store.deliveries.acknowledge(authority.id, one.delivery_id, one.token, actor="token:2")
        else:
            bench.store.deliveries.release_expired()

    at_once(acknowledge_or_sweep, 3)
    assert {bench.store.submissions.get(one).handling for one in there} == {Handling.ACKNOWLEDGED}
    assert lease(bench, authority) == ()
    assert_in_order(bench, authority)


# All of it


class Mix:
    """What one thread does, chosen by chance: any step on any submission, whether or not others are at it too."""

    def __init__(self, bench: Any, authorities: list[Authority], seed: int) -> None:
        self._store = bench.store
        self._bench = bench
        self._authorities = authorities
        self._chance = random.Random(seed)
        self._leases: list[tuple[Authority, Lease]] = []

    def run(self, steps: int) -> None:
        choices = (self.take_in, self.work, self.work, self.fetch, self.fetch, self.book, self.give_back, self.sweep)
        for _ in range(steps):
            self._chance.choice(choices)()

    def take_in(self) -> None:
        self._bench.receive(str(self._chance.randrange(60)).encode())

    def work(self) -> None:
        due = self._bench.due(5)
        claim = self._store.claims.claim(self._chance.choice(due)) if due else None
        if claim is None:
            return
        verdict = self._chance.choice([Verdict.ACCEPTED, Verdict.ACCEPTED, Verdict.REJECTED])
        decision = self._bench.decision(claim.submission, verdict, self._chance.choice(self._authorities))
        with suppress(ClaimLost):
            self._store.claims.decide(claim, decision)

    def fetch(self) -> None:
        authority = self._chance.choice(self._authorities)
        seconds = self._chance.choice([0, 60])  # some expire at once
        leases = self._store.deliveries.lease(authority.id, count=3, seconds=seconds, actor="token:2")
        self._leases.extend((authority, one) for one in leases)

    def book(self) -> None:
        with suppress(LeaseLost, IndexError):
            authority, one = self._leases.pop(self._chance.randrange(len(self._leases) or 1))
            self._store.deliveries.acknowledge(authority.id, one.delivery_id, one.token, actor="token:2")

    def give_back(self) -> None:
        with suppress(LeaseLost, IndexError):
            authority, one = self._leases.pop()
            self._store.deliveries.give_back(authority.id, one.delivery_id, one.token, actor="token:2", reason="full")

    def sweep(self) -> None:
        self._store.deliveries.release_expired()


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_is_done_at_once_in_whatever_order_nothing_fails_and_all_is_accounted_for(
    bench: Any, seed: int
) -> None:
    authorities = [bench.authority(f"04011000-{number}", f"Stadt {number}") for number in range(3)]
    at_once(lambda number: Mix(bench, authorities, seed * 100 + number).run(40))  # a deadlock would raise
    assert_in_order(bench, *authorities)
    every = bench.store.submissions.find(SubmissionFilter(), limit=1000).items
    for submission in every:
        done = kinds(bench, submission.id)
        assert done[EventKind.RECEIVED] == 1
        assert done[EventKind.DECIDED] == (submission.verdict is not None)
        assert done[EventKind.AVAILABLE] == (submission.verdict is Verdict.ACCEPTED)
        assert done[EventKind.ACKNOWLEDGED] == (submission.handling is Handling.ACKNOWLEDGED)
    assert Counter(one.verdict for one in every)[Verdict.ACCEPTED] > 0
