"""Envelopes: one message is one submission; one that came twice with different content waits for a person."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from einvoice.intake import Spool
from einvoice.model.answer import AnswerKind
from einvoice.model.assessment import Verdict
from einvoice.model.submission import EventKind, Handling, Hold, Submission
from einvoice.store import NotPossible, SubmissionFilter, open_store
from einvoice.store.envelopes import delivered
from einvoice.store.holds import Holds
from tests.support.letters import letter, receive


def decide(bench: Any, submission_id: str, verdict: Verdict = Verdict.ACCEPTED, authority: Any = None) -> Submission:
    claim = bench.store.claims.claim(submission_id)
    assert claim is not None
    decided: Submission = bench.store.claims.decide(claim, bench.decision(claim.submission, verdict, authority))
    return decided


# Keeping


def test_the_envelope_of_a_submission_is_kept_as_it_was_read(bench: Any) -> None:
    submission = receive(bench).submission
    assert bench.store.envelopes.of(submission.id) == letter()


def test_a_submission_that_came_in_none_has_none(bench: Any) -> None:
    assert bench.store.envelopes.of(bench.receive().submission.id) is None


def test_submissions_are_found_by_instance_id_oldest_first(bench: Any) -> None:
    first, second = receive(bench, b"1").submission, receive(bench, b"2").submission
    elsewhere = receive(bench, b"3", scope="supplier:1", sender="supplier:1").submission
    receive(bench, b"4", instance_id="another")
    instance_id = letter().envelope.instance_id
    assert set(bench.store.envelopes.find(instance_id)) == {first.id, second.id, elsewhere.id}
    assert list(bench.store.envelopes.find(instance_id, scope="peppol")) == sorted([first.id, second.id])
    assert bench.store.envelopes.find("nobody's") == {}


@pytest.mark.parametrize("instance_id", ["é\x00\ud800", "x" * 100_000, "<&'\">\n\t %_"])
def test_whatever_a_sender_calls_its_message_is_kept_and_found(bench: Any, instance_id: str) -> None:
    submission = receive(bench, instance_id=instance_id).submission
    assert list(bench.store.envelopes.find(instance_id)) == [submission.id]
    assert not receive(bench, instance_id=instance_id, wrapping=b"2").created


# The same message


def test_the_same_message_is_answered_with_the_first_submission_however_it_is_wrapped(bench: Any) -> None:
    first, again = receive(bench, wrapping=b"1"), receive(bench, wrapping=b"2", sender="folder:ap2")
    assert (again.submission.id, again.created) == (first.submission.id, False)
    assert len(list(bench.store.blobs.stored())) == 1


@pytest.mark.parametrize("verdict", [Verdict.ACCEPTED, Verdict.REJECTED])
def test_so_it_is_whatever_became_of_the_first(bench: Any, verdict: Verdict) -> None:
    first = receive(bench).submission
    decided = decide(bench, first.id, verdict)
    assert receive(bench).submission == decided


def test_so_it_is_when_a_person_sent_it_back(bench: Any) -> None:
    first = decide(bench, receive(bench).submission.id)
    bench.store.people.send_back(first.id, actor="account:1", reason="falsche Adresse")
    assert receive(bench).submission.id == first.id


def test_a_key_that_comes_with_the_same_message_leads_to_the_first_as_well(bench: Any) -> None:
    first = receive(bench, wrapping=b"1", key="a").submission
    assert receive(bench, wrapping=b"2", key="b").submission.id == first.id
    assert receive(bench, wrapping=b"2", key="b").submission.id == first.id


def test_the_same_invoice_under_another_instance_id_is_another_submission(bench: Any) -> None:
    receive(bench, instance_id="1", wrapping=b"1")
    assert receive(bench, instance_id="2", wrapping=b"2").created


@pytest.mark.parametrize("empty", ["", " \n"])
def test_an_instance_id_that_is_empty_names_no_message(bench: Any, empty: str) -> None:
    receipts = [receive(bench, data, wrapping=data, instance_id=empty) for data in (b"1", b"2", b"2")]
    receipts.append(receive(bench, b"2", wrapping=b"3", instance_id=empty))
    assert [receipt.created for receipt in receipts] == [True, True, False, True]
    assert len(bench.due(10)) == 3
    assert bench.store.envelopes.find(empty) == {}


def test_messages_of_different_scopes_do_not_meet(bench: Any) -> None:
    receive(bench, b"1", scope="supplier:1", sender="supplier:1")
    other = receive(bench, b"2", scope="supplier:2", sender="supplier:2")
    assert other.created
    assert other.submission.hold is Hold.NONE


def test_the_same_bytes_without_a_letter_may_come_again_after_they_were_rejected(bench: Any) -> None:
    bench.decided(b"1", Verdict.REJECTED)
    assert bench.receive(b"1").created


# The same instance id with another payload


def test_another_payload_is_held_before_anybody_works_on_it(bench: Any) -> None:
    first = receive(bench, b"1").submission
    other = receive(bench, b"2")
    assert other.created
    found = other.submission
    assert (found.verdict, found.handling, found.hold) == (Verdict.UNDECIDED, Handling.RECEIVED, Hold.CONFLICT)
    assert found.is_unjudged
    assert found.settled
    assert bench.due(10) == (first.id,)
    assert bench.store.claims.claim(found.id) is None
    assert bench.original(found.id) == b"<SBD>12</SBD>"


def test_the_first_goes_on_as_if_nothing_had_come(bench: Any) -> None:
    first = receive(bench, b"1").submission
    receive(bench, b"2")
    assert decide(bench, first.id).verdict is Verdict.ACCEPTED


def test_the_history_says_why_and_the_log_which_other_one(bench: Any) -> None:
    first = receive(bench, b"1").submission
    other = receive(bench, b"2").submission
    received, held = bench.store.events.of_submission(other.id)
    assert (received.kind, received.verdict, received.hold) == (EventKind.RECEIVED, None, Hold.NONE)
    assert (held.kind, held.reason, held.hold) == (EventKind.HELD, "instance-id", Hold.CONFLICT)
    assert bench.store.audit.of(f"submission:{other.id}")[-1].details["other"] == first.id
    assert bench.store.envelopes.other(other.id) == first.id


def test_operators_see_it_by_its_cause_apart_from_doubled_invoices(bench: Any) -> None:
    receive(bench, b"1")
    receive(bench, b"2")
    (held,) = Holds.of(bench.store).held()
    assert (held.hold, held.cause, held.count, held.retriable) == (Hold.CONFLICT, "instance-id", 1, False)


def test_a_third_delivery_is_answered_with_whichever_it_repeats(bench: Any) -> None:
    first, other = receive(bench, b"1").submission, receive(bench, b"2").submission
    assert receive(bench, b"1", wrapping=b"x").submission.id == first.id
    assert receive(bench, b"2", wrapping=b"x").submission.id == other.id
    assert receive(bench, b"3").submission.hold is Hold.CONFLICT


def test_released_it_is_judged_like_any_other(bench: Any) -> None:
    receive(bench, b"1")
    other = receive(bench, b"2").submission
    released = bench.store.people.retry(other.id, actor="account:1", reason="die erste war ein Versuch")
    assert (released.hold, released.verdict) == (Hold.NONE, Verdict.UNDECIDED)
    assert other.id in bench.due(10)
    decided = decide(bench, other.id, authority=bench.authority())
    assert (decided.verdict, decided.handling) == (Verdict.ACCEPTED, Handling.AVAILABLE)


def test_sent_back_it_has_ended_and_nobody_judges_it(bench: Any) -> None:
    receive(bench, b"1")
    other = receive(bench, b"2").submission
    ended = bench.store.people.send_back(other.id, actor="account:1", reason="die erste gilt")
    assert (ended.handling, ended.hold, ended.verdict) == (Handling.WITHDRAWN, Hold.NONE, Verdict.UNDECIDED)
    assert other.id not in bench.due(10)


def test_unjudged_it_is_not_handed_over(bench: Any) -> None:
    authority = bench.authority()
    receive(bench, b"1")
    other = receive(bench, b"2").submission
    with pytest.raises(NotPossible, match="held-unjudged"):
        bench.store.people.send_on(other.id, authority.id, actor="account:1", reason="eilt")
    with pytest.raises(NotPossible, match="held-unjudged"):
        bench.store.people.consent(other.id, actor="account:1", reason="eilt")


def test_not_all_of_them_are_released_at_once(bench: Any) -> None:
    receive(bench, b"1")
    receive(bench, b"2")
    assert bench.store.people.retry_all("instance-id", actor="account:1") == ()


def test_who_sent_it_is_owed_nothing_for_a_message_has_one_answer(bench: Any) -> None:
    first, other = receive(bench, b"1").submission, receive(bench, b"2").submission
    decide(bench, first.id)
    bench.store.people.retry(other.id, actor="account:1")
    decide(bench, other.id)
    assert [one.submission_id for one in bench.store.answers.due(("ap1",), 10)] == [first.id]


def test_bytes_that_are_here_already_are_no_conflict(bench: Any) -> None:
    plain = bench.receive(b"<SBD>12</SBD>", sender="folder:ap1").submission  # before the folder had envelopes
    receive(bench, b"1")
    assert receive(bench, b"2").submission.id == plain.id


# Several at once


def at_once(count: int, work: Any) -> list[Any]:
    start = Barrier(count)

    def begin(number: int) -> Any:
        start.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(begin, range(count)))


@pytest.fixture
def hosts(bench: Any, tmp_path: Path) -> Any:
    """Four services on one database and one storage, as on four hosts."""
    stores = [open_store(bench.settings, clock=bench.clock) for _ in range(4)]
    yield [replace(bench, store=store, spool=Spool(tmp_path / f"spool{n}", 10_000)) for n, store in enumerate(stores)]
    for store in stores:
        store.close()


def test_of_the_same_message_on_several_hosts_at_once_one_is_kept(hosts: Any) -> None:
    receipts = at_once(8, lambda number: receive(hosts[number % 4], wrapping=str(number).encode()))
    assert len({receipt.submission.id for receipt in receipts}) == 1
    assert sum(receipt.created for receipt in receipts) == 1
    assert len(hosts[0].due(10)) == 1
    assert len(list(hosts[0].store.blobs.stored())) == 1


def test_of_different_payloads_at_once_one_is_worked_on_and_the_others_wait(hosts: Any) -> None:
    receipts = at_once(8, lambda number: receive(hosts[number % 4], str(number % 4).encode()))
    every = hosts[0].store.submissions.find(SubmissionFilter(), limit=100).items
    assert {one.id for one in every} == {receipt.submission.id for receipt in receipts}
    assert sorted(one.hold for one in every) == [Hold.NONE] + 3 * [Hold.CONFLICT]
    assert len(hosts[0].due(10)) == 1


deliveries = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 1)), min_size=1, max_size=12)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deliveries=deliveries)
def test_however_messages_repeat_each_content_is_one_submission_and_one_of_an_id_is_worked_on(
    bench: Any, deliveries: list[tuple[int, int, int]]
) -> None:
    scope = f"run {len(list(bench.store.audit.entries()))}"  # the store is the same for all examples
    sent = [f"{scope} {payload}".encode() for payload in range(3)]
    kept: dict[tuple[int, int], set[str]] = {}
    held: dict[int, dict[str, bool]] = {}
    for message, payload, wrapping in deliveries:
        submission = receive(
            bench, sent[payload] + bytes([message]), wrapping=bytes([wrapping]), instance_id=f"{message}", scope=scope
        ).submission
        kept.setdefault((message, payload), set()).add(submission.id)
        held.setdefault(message, {})[submission.id] = submission.hold is Hold.CONFLICT
    assert all(len(ids) == 1 for ids in kept.values())
    assert len(set.union(*kept.values())) == len(kept)
    for states in held.values():
        assert list(states.values()).count(False) == 1


def test_one_message_with_two_payloads_is_known_by_both(bench: Any) -> None:
    first, other = receive(bench, b"1").submission, receive(bench, b"2").submission
    with bench.store.database.read() as connection:
        assert set(delivered(connection, letter(b"3")).values()) == {first.id, other.id}


def test_what_is_owed_is_read_as_it_stands_now(bench: Any) -> None:
    submission = decide(bench, receive(bench).submission.id)
    bench.store.answers.waive(submission.id, AnswerKind.MLS, reason="failure-only")
    assert bench.store.envelopes.of(submission.id) == letter(owed=None)
