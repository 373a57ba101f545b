"""The audit chain: every change is an entry, each entry carries the hash of the one before."""

from itertools import pairwise
from typing import Any

import pytest

from einvoice.model.assessment import Verdict
from einvoice.model.audit import GENESIS, sha256_hex
from einvoice.model.policy import Demand, PolicyAction
from einvoice.store import ClaimLost


def entries(bench: Any) -> list[Any]:
    return list(bench.store.audit.entries())


def test_a_store_begins_with_an_empty_chain(bench: Any) -> None:
    assert entries(bench) == []
    assert bench.store.audit.head() == (0, GENESIS)


def test_entries_are_numbered_without_gaps_and_chained(bench: Any) -> None:
    authority = bench.authority()
    for number in range(3):
        bench.decided(f"<Invoice n='{number}'/>".encode(), authority=authority)
    chain = entries(bench)
    assert [entry.number for entry in chain] == list(range(1, len(chain) + 1))
    assert chain[0].previous == GENESIS
    assert all(after.previous == before.hash for before, after in pairwise(chain))
    assert all(entry.is_intact for entry in chain)
    assert bench.store.audit.head() == (chain[-1].number, chain[-1].hash)


def test_every_event_of_a_submission_is_an_entry(bench: Any) -> None:
    submission = bench.decided(authority=bench.authority())
    about = bench.store.audit.of(f"submission:{submission.id}")
    events = bench.store.events.of_submission(submission.id)
    assert [entry.action for entry in about] == [event.kind for event in events]
    assert [(entry.at, entry.actor) for entry in about] == [(event.at, event.actor) for event in events]
    assert [entry.details.get("sequence") for entry in about if "authority" in entry.details] == ["1", "2"]


def test_the_chain_vouches_for_the_original_and_for_the_report(bench: Any) -> None:
    submission = bench.decided(authority=bench.authority())
    received, *_, decided, _ = bench.store.audit.of(f"submission:{submission.id}")
    assert received.hashes == {"original": submission.sha256}
    assert decided.hashes["report"] == submission.report_sha256
    assert decided.details["verdict"] == "accepted"


def test_words_of_people_are_entered_as_their_hash(bench: Any) -> None:
    held = bench.decided()
    bench.store.people.send_back(held.id, actor="account:1", reason="Frau Muster zieht zurück")
    last = bench.store.audit.of(f"submission:{held.id}")[-1]
    assert last.action == "sent-back"
    assert last.hashes["reason"] == sha256_hex("Frau Muster zieht zurück")
    assert "Muster" not in repr(last)


def test_a_transaction_that_fails_enters_nothing(bench: Any) -> None:
    claim = bench.claimed()
    bench.store.claims.decide(claim, bench.decision(claim.submission, Verdict.REJECTED))
    before = bench.store.audit.head()
    with pytest.raises(ClaimLost):
        bench.store.claims.decide(claim, bench.decision(claim.submission, Verdict.REJECTED))
    bench.receive(b"<Invoice/>", sender="supplier:2")
    assert bench.store.audit.head()[0] == before[0] + 1


def test_what_administrators_do_is_entered(bench: Any) -> None:
    authority = bench.authority()
    demands = (Demand("order-number", PolicyAction.WARN),)
    bench.store.authorities.set_policy(authority.id, lambda policy: type(policy)(demands=demands))
    acts = [(entry.actor, entry.action) for entry in bench.store.audit.of(f"authority:{authority.id}")]
    assert acts == [("admin", "authority-created"), ("admin", "leitweg-id-added"), ("admin", "policy-set")]


def test_entries_can_be_read_from_anywhere_on(bench: Any) -> None:
    for number in range(5):
        bench.receive(f"<Invoice n='{number}'/>".encode())
    assert [entry.number for entry in bench.store.audit.entries(after=3)] == [4, 5]
