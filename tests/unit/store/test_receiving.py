"""Taking in: what repeats is answered with the first submission."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from einvoice.model.assessment import Verdict
from einvoice.model.submission import EventKind, Handling
from einvoice.store import IdempotencyConflict


def test_a_submission_keeps_the_bytes_as_they_came(bench: Any) -> None:
    receipt = bench.receive(b"\xef\xbb\xbf<Invoice/>", name="Rechnung.xml")
    assert receipt.created
    assert bench.original(receipt.submission.id) == b"\xef\xbb\xbf<Invoice/>"
    assert receipt.submission.name == "Rechnung.xml"
    assert receipt.submission.handling is Handling.RECEIVED
    assert receipt.submission.verdict is None


def test_an_empty_file_is_a_submission_too(bench: Any) -> None:
    assert bench.original(bench.receive(b"").submission.id) == b""


def test_receiving_is_an_event(bench: Any) -> None:
    submission = bench.receive().submission
    (event,) = bench.store.events.of_submission(submission.id)
    assert (event.kind, event.actor, event.at) == (EventKind.RECEIVED, "token:1", bench.clock.now)


def test_the_same_key_with_the_same_bytes_gives_the_first_submission(bench: Any) -> None:
    first, second = bench.receive(b"1", key="k"), bench.receive(b"1", key="k")
    assert (second.submission.id, second.created) == (first.submission.id, False)


def test_the_same_key_gives_the_first_submission_even_after_it_was_rejected(bench: Any) -> None:
    first = bench.receive(b"1", key="k").submission
    claim = bench.store.claims.claim(first.id)
    bench.store.claims.decide(claim, bench.decision(claim.submission, Verdict.REJECTED))
    assert bench.receive(b"1", key="k").submission.id == first.id


def test_the_same_key_with_other_bytes_is_a_conflict_and_keeps_nothing(bench: Any) -> None:
    first = bench.receive(b"1", key="k").submission
    with pytest.raises(IdempotencyConflict):
        bench.receive(b"2", key="k")
    assert bench.due(10) == (first.id,)
    assert len([path for path in (bench.settings.data_dir / "blobs").rglob("*") if path.is_file()]) == 1


def test_keys_of_different_senders_do_not_meet(bench: Any) -> None:
    assert bench.receive(b"2", key="k", sender="supplier:2").created
    assert bench.receive(b"1", key="k", sender="supplier:1").created


def test_the_same_bytes_of_the_same_sender_give_the_first_submission(bench: Any) -> None:
    first, second = bench.receive(b"1"), bench.receive(b"1", key="new")
    assert (second.submission.id, second.created) == (first.submission.id, False)
    assert bench.receive(b"1", key="new").submission.id == first.submission.id


def test_the_same_bytes_of_another_sender_are_another_submission(bench: Any) -> None:
    bench.receive(b"1", sender="supplier:1")
    assert bench.receive(b"1", sender="supplier:2").created


def test_accepted_bytes_sent_again_give_the_first_submission(bench: Any) -> None:
    first = bench.decided(b"1", Verdict.ACCEPTED, authority=bench.authority())
    assert bench.receive(b"1").submission == first


def test_rejected_bytes_may_be_sent_again(bench: Any) -> None:
    first = bench.decided(b"1", Verdict.REJECTED)
    again = bench.receive(b"1")
    assert again.created
    assert again.submission.id != first.id


def test_identical_uploads_at_once_are_one_submission(bench: Any) -> None:
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda _: bench.receive(b"1"), range(40)))
    assert len({receipt.submission.id for receipt in receipts}) == 1
    assert sum(receipt.created for receipt in receipts) == 1


def test_nothing_stays_in_the_spool_folder(bench: Any) -> None:
    bench.receive(b"1")
    assert list((bench.settings.data_dir / "spool").iterdir()) == []


def test_what_a_person_sent_back_may_come_again(bench: Any) -> None:
    held = bench.decided()
    bench.store.people.send_back(held.id, actor="account:1", reason="bitte noch einmal")
    again = bench.receive()
    assert again.created
    assert again.submission.id != held.id


def test_a_row_that_was_kept_before_it_is_written_again_keeps_its_bytes(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = bench.store.receiving._together
    write = type(together).write

    def twice(self: Any, work: Any) -> Any:
        write(self, work)
        return write(self, work)

    monkeypatch.setattr(type(together), "write", twice)
    receipt = bench.receive(b"<Invoice/>")
    assert receipt.created
    assert bench.original(receipt.submission.id) == b"<Invoice/>"
