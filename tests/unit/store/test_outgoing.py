"""Answers on their way into an outbox: one writer at a time, and one message for good."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from einvoice.model.answer import Answer, AnswerKind
from einvoice.store import NotFound
from tests.support.letters import receive

FOLDERS = ("ap1",)
HASH = "f" * 64


@pytest.fixture
def given(bench: Any) -> Answer:
    return issue(bench, decided(bench), id="a")


def decided(bench: Any) -> str:
    claim = bench.store.claims.claim(receive(bench).submission.id)
    found: str = bench.store.claims.decide(claim, bench.decision(claim.submission)).id
    return found


def issue(bench: Any, submission_id: str, **given: Any) -> Answer:
    values: dict[str, Any] = {"code": "AB", "details": {}, "issued_at": bench.clock.now}
    answer: Answer = bench.store.answers.issue(submission_id, AnswerKind.INVOICE_RESPONSE, **values | given)
    return answer


def take(bench: Any, writer: str = "w", patience: float = 60) -> bool:
    taken: bool = bench.store.outgoing.take("a", writer, patience=patience)
    return taken


def written(bench: Any, writer: str = "w") -> bool:
    done: bool = bench.store.outgoing.written("a", writer, name="a.xml", sha256=HASH)
    return done


def test_what_was_given_waits_until_it_lies_in_the_outbox(bench: Any, given: Answer) -> None:
    assert bench.store.outgoing.unwritten(FOLDERS, 10) == (given,)
    bench.clock.advance(5)
    assert take(bench)
    assert written(bench)
    now = bench.store.answers.get("a")
    assert (now.name, now.sha256, now.written_at) == ("a.xml", HASH, bench.clock.now)
    assert bench.store.outgoing.unwritten(FOLDERS, 10) == ()


def test_what_goes_through_other_folders_is_no_matter_of_ours(bench: Any, given: Answer) -> None:
    assert bench.store.outgoing.unwritten(("other",), 10) == ()


def test_what_waits_comes_in_portions_oldest_first(bench: Any) -> None:
    submission_id = decided(bench)
    for number in range(5):
        issue(bench, submission_id, id=str(9 - number), issued_at=bench.clock.now + timedelta(seconds=number // 2))
    first = bench.store.outgoing.unwritten(FOLDERS, 2)
    assert [one.id for one in first] == ["8", "9"]
    assert [one.id for one in bench.store.outgoing.unwritten(FOLDERS, 10, after=first[-1])] == ["6", "7", "5"]


def test_one_of_many_writers_takes_an_answer(bench: Any, given: Answer) -> None:
    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(lambda number: take(bench, str(number)), range(12))) == 1


def test_a_writer_that_was_interrupted_may_go_on(bench: Any, given: Answer) -> None:
    assert take(bench)
    assert take(bench)


def test_what_a_writer_leaves_undone_another_takes_after_a_while(bench: Any, given: Answer) -> None:
    assert take(bench, "first")
    bench.clock.advance(59)
    assert not take(bench, "second")
    bench.clock.advance(2)
    assert take(bench, "second")


def test_a_writer_that_was_overtaken_is_told_so_and_changes_nothing(bench: Any, given: Answer) -> None:
    take(bench, "frozen")
    bench.clock.advance(61)
    take(bench, "other")
    assert not written(bench, "frozen")
    assert bench.store.answers.get("a").written_at is None
    assert written(bench, "other")
    assert not written(bench, "frozen")
    assert bench.store.outgoing.writer_of("a") == "other"


def test_what_is_written_is_taken_by_nobody(bench: Any, given: Answer) -> None:
    take(bench)
    written(bench)
    bench.clock.advance(1000)
    assert not take(bench)
    assert not take(bench, "other")
    assert not written(bench)


def test_nobody_is_the_writer_of_what_is_not_to_appear_yet(bench: Any, given: Answer) -> None:
    take(bench)
    assert bench.store.outgoing.writer_of("a") is None
    assert bench.store.outgoing.writer_of("nothing") is None


def test_about_nothing_nothing_is_written(bench: Any) -> None:
    with pytest.raises(NotFound):
        bench.store.outgoing.written("nothing", "w", name="n", sha256="0")
