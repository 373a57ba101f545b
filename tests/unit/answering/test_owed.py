"""Giving what is owed: the messages that follow from what came of a submission, each once."""

from typing import Any

import pytest

from einvoice.answering import give_answers
from einvoice.errors import Fault
from einvoice.model.answer import AnswerKind
from einvoice.model.assessment import Verdict
from einvoice.model.trouble import FaultNotice
from tests.unit.answering.helping import MLR, MLS, RESPONSE, decided, folder, given, received, waived


@pytest.mark.parametrize("kind", [MLS, MLR])
def test_a_rejection_is_told_whether_asked_for_or_not(bench: Any, kind: AnswerKind) -> None:
    submission = decided(bench, kind=kind)
    assert give_answers(bench.store, folder(bench, kind)) == 1
    assert given(bench, submission) == [(kind.value, "RE")]


def test_good_news_goes_out_by_mls_where_the_envelope_asks_for_it(bench: Any) -> None:
    asked = decided(bench, Verdict.ACCEPTED, known=True, mls_always=True)
    give_answers(bench.store, folder(bench))
    assert given(bench, asked) == [("mls", "AP")]


def test_good_news_is_waived_where_the_envelope_does_not(bench: Any) -> None:
    submission = decided(bench, Verdict.ACCEPTED, known=True)
    give_answers(bench.store, folder(bench))
    assert given(bench, submission) == []
    assert waived(bench, submission) == ["not-asked"]


@pytest.mark.parametrize("positive", [True, False])
def test_good_news_goes_out_by_mlr_where_the_folder_is_set_so(bench: Any, positive: bool) -> None:
    submission = decided(bench, Verdict.ACCEPTED, MLR, known=True)
    give_answers(bench.store, folder(bench, MLR, positive=positive))
    assert given(bench, submission) == ([("mlr", "AP")] if positive else [])


def test_nothing_is_told_before_there_is_a_decision(bench: Any) -> None:
    submission = received(bench)
    assert give_answers(bench.store, folder(bench)) == 0
    assert given(bench, submission) == []


def test_nothing_is_told_of_what_is_held_undecided_until_a_person_ends_it(bench: Any) -> None:
    claim = bench.store.claims.claim(received(bench).id)
    held = bench.store.claims.decide(
        claim,
        bench.decision(claim.submission, Verdict.UNDECIDED, fault=FaultNotice("internal", "", deterministic=True)),
    )
    assert give_answers(bench.store, folder(bench)) == 0
    bench.store.people.send_back(held.id, actor="account:1", reason="nicht lesbar")
    assert give_answers(bench.store, folder(bench)) == 1
    assert given(bench, held) == [("mls", "RE")]


def test_one_for_nobody_is_asked_back_and_told_when_it_is_sent_back(bench: Any) -> None:
    submission, way = decided(bench, Verdict.ACCEPTED), folder(bench)
    give_answers(bench.store, way)
    assert given(bench, submission) == [("invoice-response", "UQ")]
    give_answers(bench.store, way)
    bench.store.people.send_back(submission.id, actor="account:1", reason="nicht bei uns")
    give_answers(bench.store, way)
    give_answers(bench.store, way)
    assert given(bench, submission) == [("invoice-response", "UQ"), ("invoice-response", "RE")]
    assert bench.store.answers.due(("ap1",), 10) == ()


def test_one_that_finds_its_authority_after_all_is_told_nothing_more(bench: Any) -> None:
    submission, way = decided(bench, Verdict.ACCEPTED), folder(bench)
    give_answers(bench.store, way)
    authority = bench.authority("04011000-99999-99")
    bench.store.people.send_on(submission.id, authority.id, actor="account:1", reason="gehört hierher")
    give_answers(bench.store, way)
    assert given(bench, submission) == [("invoice-response", "UQ")]
    assert waived(bench, submission)[-1] == "passed-on"


def test_what_can_be_sent_to_nobody_is_waived_and_the_others_go_on(bench: Any) -> None:
    nobody = decided(bench, number=1, mls_to=None)
    other = decided(bench, number=2)
    assert give_answers(bench.store, folder(bench)) == 2
    assert waived(bench, nobody) == ["no-address"]
    assert given(bench, other) == [("mls", "RE")]


def test_the_authoritys_own_word_is_not_contradicted(bench: Any) -> None:
    """Had it rejected the invoice before it was sent back, nothing may follow."""
    submission, way = decided(bench, Verdict.ACCEPTED), folder(bench)
    give_answers(bench.store, way)
    bench.store.answers.issue(submission.id, RESPONSE, id="own", code="RE", details={}, issued_at=bench.clock.now)
    bench.store.people.send_back(submission.id, actor="account:1", reason="nicht bei uns")
    give_answers(bench.store, way)
    assert given(bench, submission)[-1] == ("invoice-response", "RE")
    assert len(given(bench, submission)) == 2
    assert bench.store.answers.due(("ap1",), 10) == ()


def test_one_whose_answer_fails_keeps_no_other_from_its_own(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, other = decided(bench, number=1), decided(bench, number=2)
    read = bench.store.envelopes.of

    def of(submission_id: str) -> Any:
        if submission_id == broken.id:
            raise KeyError("a mistake of ours")
        return read(submission_id)

    monkeypatch.setattr(bench.store.envelopes, "of", of)
    with pytest.raises(KeyError):
        give_answers(bench.store, folder(bench))
    assert given(bench, other) == [("mls", "RE")]
    assert bench.store.answers.due(("ap1",), 10)[0].submission_id == broken.id


def test_while_a_part_of_the_service_is_away_nothing_further_is_tried(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = [decided(bench, number=number).id for number in (1, 2)]
    tried: list[str] = []

    def of(submission_id: str) -> Any:
        tried.append(submission_id)
        raise Fault("database", "away", elsewhere=True)

    monkeypatch.setattr(bench.store.envelopes, "of", of)
    with pytest.raises(Fault):
        give_answers(bench.store, folder(bench))
    assert tried == asked[:1]


def test_what_a_person_sends_back_before_anything_was_found_out_is_told_so(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = bench.store.claims.claim(received(bench).id)
    fault = FaultNotice("internal", "", deterministic=True)
    held = bench.store.claims.decide(claim, bench.decision(claim.submission, Verdict.UNDECIDED, fault=fault))
    bench.store.people.send_back(held.id, actor="account:1", reason="nicht lesbar")
    monkeypatch.setattr(bench.store.submissions, "examination", lambda _: None)
    give_answers(bench.store, folder(bench))
    assert given(bench, held) == [("mls", "RE")]
