"""Answers: each is given once, in order, and none is forgotten between the decision and the outbox."""

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import event, insert, text

from einvoice.model.answer import Answer, AnswerKind, Owed, Reply
from einvoice.model.assessment import Verdict
from einvoice.model.submission import Hold, Submission
from einvoice.store import AlreadyThere, NotFound, NotPossible
from einvoice.store.tables import answers, envelopes, submissions
from tests.support.letters import letter, receive

MLS, MLR, RESPONSE = AnswerKind.MLS, AnswerKind.MLR, AnswerKind.INVOICE_RESPONSE
FOLDERS = ("ap1",)
MANY = 10_000


@pytest.fixture
def decided(bench: Any) -> Submission:
    return decide(bench, receive(bench).submission.id)


def decide(bench: Any, submission_id: str, verdict: Verdict = Verdict.ACCEPTED) -> Submission:
    claim = bench.store.claims.claim(submission_id)
    found: Submission = bench.store.claims.decide(claim, bench.decision(claim.submission, verdict))
    return found


def issue(bench: Any, submission_id: str, kind: AnswerKind = MLS, **given: Any) -> Answer:
    values: dict[str, Any] = {"id": "a", "code": "AP", "details": {}, "issued_at": bench.clock.now}
    answer: Answer = bench.store.answers.issue(submission_id, kind, **values | given)
    return answer


def owing(bench: Any) -> list[str]:
    return [one.submission_id for one in bench.store.answers.due(FOLDERS, 100)]


# What is owed


@pytest.mark.parametrize("verdict", [Verdict.ACCEPTED, Verdict.REJECTED])
def test_an_answer_is_owed_from_the_decision_on(bench: Any, verdict: Verdict) -> None:
    submission = receive(bench).submission
    assert owing(bench) == []
    bench.store.claims.claim(submission.id)
    assert owing(bench) == []
    bench.clock.advance(61)
    decide(bench, submission.id, verdict)
    assert bench.store.answers.due(FOLDERS, 10) == (Owed(submission_id=submission.id, kind=MLS, folder="ap1"),)


def test_nothing_is_owed_for_what_came_through_a_folder_that_does_not_answer(bench: Any) -> None:
    decide(bench, receive(bench, owed=None).submission.id)
    bench.decided(b"<Invoice/>")
    assert owing(bench) == []


def test_what_a_person_ended_undecided_is_owed_an_answer_too(bench: Any) -> None:
    claim = bench.store.claims.claim(receive(bench).submission.id)
    fault = bench.decision(claim.submission, Verdict.UNDECIDED)
    held = bench.store.claims.decide(claim, fault)
    assert owing(bench) == []
    bench.store.people.send_back(held.id, actor="account:1", reason="nicht lesbar")
    assert owing(bench) == [held.id]


def test_what_is_owed_comes_in_portions_oldest_first(bench: Any) -> None:
    ids = [decide(bench, receive(bench, str(n).encode(), instance_id=str(n)).submission.id).id for n in range(5)]
    ids.sort()
    first = bench.store.answers.due(FOLDERS, 2)
    assert [one.submission_id for one in first] == ids[:2]
    then = bench.store.answers.due(FOLDERS, 10, after=first[-1].submission_id)
    assert [one.submission_id for one in then] == ids[2:]


def test_what_is_answered_is_owed_no_more(bench: Any, decided: Submission) -> None:
    issue(bench, decided.id)
    assert owing(bench) == []


def test_an_answer_of_another_kind_pays_no_debt(bench: Any, decided: Submission) -> None:
    issue(bench, decided.id, MLR)
    issue(bench, decided.id, RESPONSE, id="b", code="AB")
    assert owing(bench) == [decided.id]


def test_what_is_waived_is_owed_no_more_and_the_log_says_why(bench: Any, decided: Submission) -> None:
    assert bench.store.answers.waive(decided.id, MLS, reason="failure-only")
    assert owing(bench) == []
    assert not bench.store.answers.waive(decided.id, MLS, reason="failure-only")
    (entry,) = bench.store.audit.of(f"envelope:{decided.id}")
    assert (entry.action, entry.details) == ("answer-waived", {"kind": "mls", "reason": "failure-only"})


# Giving


def test_an_answer_is_kept_with_all_its_message_is_made_of(bench: Any, decided: Submission) -> None:
    details = {"lines": [{"at": "/Invoice", "text": "Größe \x00", "code": "BV"}], "n": 1, "none": None}
    given = issue(bench, decided.id, code="RE", details=details)
    assert given == Answer(
        id="a",
        submission_id=decided.id,
        kind=MLS,
        number=1,
        code="RE",
        details=details,
        folder="ap1",
        issued_at=bench.clock.now,
    )
    assert bench.store.answers.get("a") == given
    assert bench.store.answers.of(decided.id) == (given,)


def test_details_are_at_once_what_they_will_be_when_they_are_read_again(bench: Any, decided: Submission) -> None:
    given = issue(bench, decided.id, details={"lines": ("a", "b"), "text": "\ud800"})
    assert given == bench.store.answers.get("a")


@pytest.mark.parametrize("kind", [MLS, MLR])
def test_of_each_formal_answer_there_is_one(bench: Any, decided: Submission, kind: AnswerKind) -> None:
    first = issue(bench, decided.id, kind, code="AP")
    assert issue(bench, decided.id, kind, id="b", code="RE") == first
    assert bench.store.answers.of(decided.id) == (first,)


def test_no_formal_answer_is_given_before_the_decision(bench: Any) -> None:
    submission = receive(bench).submission
    with pytest.raises(NotPossible, match="not-decided"):
        issue(bench, submission.id)


def test_invoice_responses_are_numbered_for_each_invoice(bench: Any, decided: Submission) -> None:
    other = decide(bench, receive(bench, b"2", instance_id="2").submission.id)
    given = [issue(bench, decided.id, RESPONSE, id=str(n), code=code) for n, code in enumerate(("AB", "IP", "AP"))]
    assert [one.number for one in given] == [1, 2, 3]
    assert issue(bench, other.id, RESPONSE, id="other").number == 1
    assert bench.store.answers.of(decided.id) == tuple(given)


def test_the_same_invoice_response_asked_for_again_is_the_same(bench: Any, decided: Submission) -> None:
    first = issue(bench, decided.id, RESPONSE, id="1", code="AB")

    def refuse(_: Sequence[Answer]) -> None:
        raise ValueError("it would be the second")

    assert issue(bench, decided.id, RESPONSE, id="1", code="AB", check=refuse) == first


def test_an_id_that_belongs_to_another_answer_is_refused(bench: Any, decided: Submission) -> None:
    issue(bench, decided.id)
    with pytest.raises(AlreadyThere):
        issue(bench, decided.id, RESPONSE, id="a", code="AB")


def test_the_check_sees_the_earlier_ones_and_can_forbid_a_further_one(bench: Any, decided: Submission) -> None:
    issue(bench, decided.id)
    issue(bench, decided.id, RESPONSE, id="1", code="RE")
    seen: list[str] = []

    def check(earlier: Sequence[Answer]) -> None:
        seen.extend(one.code for one in earlier)
        raise ValueError("nothing follows a rejection")

    with pytest.raises(ValueError, match="nothing follows"):
        issue(bench, decided.id, RESPONSE, id="2", code="AP", check=check)
    assert seen == ["RE"]
    assert len(bench.store.answers.of(decided.id)) == 2
    assert bench.store.audit.of("answer:2") == ()


def test_two_at_once_do_not_break_the_order(bench: Any, decided: Submission) -> None:
    start = Barrier(6)

    def check(earlier: Sequence[Answer]) -> None:
        if earlier:
            raise ValueError("not the first")

    def answer(number: int) -> str:
        start.wait()
        try:
            return issue(bench, decided.id, RESPONSE, id=str(number), check=check).id
        except ValueError:
            return ""

    with ThreadPoolExecutor(6) as pool:
        given = [id_ for id_ in pool.map(answer, range(6)) if id_]
    assert [one.id for one in bench.store.answers.of(decided.id)] == given
    assert len(given) == 1


def test_of_many_workers_at_once_one_gives_the_formal_answer(bench: Any, decided: Submission) -> None:
    with ThreadPoolExecutor(6) as pool:
        given = set(pool.map(lambda number: issue(bench, decided.id, id=str(number)).id, range(12)))
    assert len(given) == 1
    assert len(bench.store.answers.of(decided.id)) == 1


def test_about_nothing_there_is_no_answer(bench: Any) -> None:
    with pytest.raises(NotFound):
        issue(bench, "nobody")
    with pytest.raises(NotFound):
        bench.store.answers.get("nothing")


# What comes back


def test_what_comes_in_about_an_answer_is_kept_with_it_once(bench: Any, decided: Submission) -> None:
    issue(bench, decided.id)
    reply = Reply(id="r1", kind=MLS, code="RE", reasons=("SV",), text="not taken")
    assert bench.store.answers.replied("a", reply, actor="folder:ap1")
    assert not bench.store.answers.replied("a", Reply(id="r2", kind=MLS, code="AP"), actor="folder:ap1")
    assert bench.store.answers.get("a").reply == reply
    _, told, further = bench.store.audit.of("answer:a")
    assert further.hashes != told.hashes  # it is named there all the same
    assert (told.action, told.actor, told.details["reply"]) == ("answer-replied-to", "folder:ap1", "RE")


# What stays owed behind an answer


def test_behind_a_formal_answer_an_invoice_response_can_stay_owed(bench: Any) -> None:
    decided = decide(bench, receive(bench).submission.id, Verdict.REJECTED)
    issue(bench, decided.id, leaves=RESPONSE)
    assert bench.store.answers.due(FOLDERS, 10) == (Owed(submission_id=decided.id, kind=RESPONSE, folder="ap1"),)
    issue(bench, decided.id, RESPONSE, id="b", code="RE")
    assert owing(bench) == []


def test_an_invoice_response_is_not_due_while_the_invoice_waits_for_its_authority(bench: Any) -> None:
    held = decide(bench, receive(bench).submission.id)
    assert held.hold is Hold.UNROUTABLE
    assert owing(bench) == [held.id]
    bench.store.answers.waive(held.id, MLS, reason="not-asked", leaves=RESPONSE)
    assert owing(bench) == []
    bench.store.people.send_back(held.id, actor="account:1", reason="nicht hier")
    assert owing(bench) == [held.id]


def test_only_what_came_through_folders_of_this_worker_is_its_matter(bench: Any, decided: Submission) -> None:
    assert bench.store.answers.due(("other",), 10) == ()
    assert bench.store.answers.due((), 10) == ()
    assert owing(bench) == [decided.id]


# Proof


def test_the_log_says_who_answered_what_and_which_message_it_was(bench: Any, decided: Submission) -> None:
    issue(bench, decided.id, code="RE", details={"reason": "Erika Muster fehlt"}, actor="account:1")
    bench.store.outgoing.take("a", "w", patience=60)
    bench.store.outgoing.written("a", "w", name="a.xml", sha256="f" * 64)
    given, written = bench.store.audit.of("answer:a")
    told = {"submission": decided.id, "kind": "mls", "number": "1", "code": "RE"}
    assert (given.action, given.actor, given.details) == ("answered", "account:1", told)
    assert (written.action, written.details, written.hashes) == ("answer-written", told, {"answer": "f" * 64})
    assert "Erika" not in str(given)
    assert given.is_intact
    assert written.is_intact


# Many


def crowd(bench: Any) -> None:
    """Everything answered, as after a while."""
    at = bench.clock.now
    ids = [f"0{number:025}" for number in range(MANY)]
    state = {"door": "folder", "sender": "folder:ap1", "name": "", "size": 1, "handling": "decided", "hold": ""}
    message = {"scope": "peppol", "folder": "ap1", "header": {}}
    answer = {"kind": "mls", "number": 1, "code": "RE", "details": {}, "issued_at": at, "written_at": at}
    with bench.store.database.write() as connection:
        connection.execute(insert(submissions), [{"id": n, "sha256": n, "received_at": at} | state for n in ids])
        keys = [{"submission_id": n, "instance_sha256": n, "payload_sha256": n} for n in ids]
        connection.execute(insert(envelopes), [key | message for key in keys])
        connection.execute(insert(answers), [{"id": n, "submission_id": n} | answer for n in ids])
        connection.execute(text("ANALYZE"))


def plans(bench: Any, ask: Callable[[], object]) -> str:
    """How the database finds what is asked for."""
    asked: list[tuple[str, Any]] = []

    def listen(_: object, __: object, statement: str, parameters: Any, *___: object) -> None:
        asked.append((statement, parameters))

    event.listen(bench.store.database._engine, "before_cursor_execute", listen)
    ask()
    event.remove(bench.store.database._engine, "before_cursor_execute", listen)
    with bench.store.database.read() as connection:
        explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
        told = [connection.exec_driver_sql(f"{explain} {one}", given).all() for one, given in asked]
    return "\n".join(str(row[-1]) for rows in told for row in rows)


def test_what_is_to_be_done_is_found_by_an_index_however_much_is_done(bench: Any) -> None:
    crowd(bench)
    decide(bench, receive(bench).submission.id)
    instance_id = letter().envelope.instance_id
    questions: dict[str, Callable[[], object]] = {
        "ix_submissions_owing": lambda: bench.store.answers.due(FOLDERS, 10),
        "ix_answers_unwritten": lambda: bench.store.outgoing.unwritten(FOLDERS, 10),
        "uq_envelopes|sqlite_autoindex_envelopes": lambda: bench.store.envelopes.find(instance_id),
        "uq_answers|sqlite_autoindex_answers": lambda: bench.store.answers.of("0"),
    }
    for index, ask in questions.items():
        plan = plans(bench, ask)
        assert re.search(index, plan), plan
        assert "Seq Scan" not in plan
        assert not re.search(r"^SCAN \w+$", plan, re.M), plan
