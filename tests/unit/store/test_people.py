"""What people decide about held submissions."""

from typing import Any

import pytest

from einvoice.model.assessment import Verdict
from einvoice.model.submission import EventKind, Handling, Hold, HumanDecision
from einvoice.model.trouble import MALWARE, FaultNotice
from einvoice.store import NotFound, NotPossible

ENGINE = FaultNotice("engine-abort", "", deterministic=True)
VIRUS = FaultNotice(MALWARE, "Eicar-Test-Signature", deterministic=True)


def held(bench: Any, data: bytes = b"<Invoice/>", fault: FaultNotice = ENGINE, authority: Any = None) -> Any:
    claim = bench.claimed(data)
    decision = bench.decision(claim.submission, Verdict.UNDECIDED, authority, fault=fault)
    return bench.store.claims.decide(claim, decision)


def test_an_undecided_invoice_can_be_sent_on_and_stays_undecided(bench: Any) -> None:
    authority = bench.authority()
    submission = held(bench, authority=authority)
    sent = bench.store.people.send_on(submission.id, None, actor="account:1", reason="eilt")
    assert (sent.verdict, sent.handling, sent.hold) == (Verdict.UNDECIDED, Handling.AVAILABLE, Hold.NONE)
    assert sent.human_decision is HumanDecision.SENT_ON
    (lease,) = bench.store.deliveries.lease(authority.id, count=5, seconds=60, actor="token:1")
    assert lease.submission.id == submission.id
    assert lease.submission.human_decision is HumanDecision.SENT_ON


def test_sending_on_is_an_event_with_name_and_reason(bench: Any) -> None:
    submission = held(bench)
    bench.store.people.send_on(submission.id, bench.authority().id, actor="account:7", reason=" eilt ")
    event = bench.store.events.of_submission(submission.id)[-1]
    assert (event.kind, event.actor, event.reason) == (EventKind.SENT_ON, "account:7", "eilt")


def test_what_is_addressed_to_nobody_can_be_sent_to_an_authority(bench: Any) -> None:
    submission = bench.decided()
    other = bench.authority("04011000-12345-34")
    sent = bench.store.people.send_on(submission.id, other.id, actor="account:1", reason="gehört dorthin")
    assert (sent.verdict, sent.handling, sent.authority_id) == (Verdict.ACCEPTED, Handling.AVAILABLE, other.id)


def test_sending_on_needs_an_authority(bench: Any) -> None:
    with pytest.raises(NotPossible, match="no-authority"):
        bench.store.people.send_on(held(bench).id, None, actor="account:1", reason="eilt")


def test_sending_on_to_an_unknown_authority_changes_nothing(bench: Any) -> None:
    submission = held(bench)
    with pytest.raises(NotFound):
        bench.store.people.send_on(submission.id, "unknown", actor="account:1", reason="eilt")
    assert bench.store.submissions.get(submission.id) == submission


def test_a_held_submission_can_be_sent_back(bench: Any) -> None:
    submission = held(bench)
    back = bench.store.people.send_back(submission.id, actor="account:1", reason="bitte neu erstellen")
    assert (back.verdict, back.handling, back.hold) == (Verdict.UNDECIDED, Handling.WITHDRAWN, Hold.NONE)
    assert back.human_decision is HumanDecision.SENT_BACK
    assert bench.due(10) == ()


@pytest.mark.parametrize("act", ["send_on", "send_back", "consent"])
def test_a_human_decision_needs_a_reason(bench: Any, act: str) -> None:
    given = {"send_on": (None,), "send_back": (), "consent": ()}[act]
    with pytest.raises(NotPossible, match="reason-missing"):
        getattr(bench.store.people, act)(held(bench).id, *given, actor="account:1", reason="  ")


def test_what_is_not_held_cannot_be_ended_by_hand(bench: Any) -> None:
    decided = bench.decided(authority=bench.authority())
    with pytest.raises(NotPossible, match="not-held"):
        bench.store.people.send_back(decided.id, actor="account:1", reason="doch nicht")


def test_all_that_is_held_for_a_cause_is_tried_again(bench: Any) -> None:
    timeout = FaultNotice("timeout", "", deterministic=False)
    engine = [held(bench, f"<Invoice n='{number}'/>".encode()).id for number in range(3)]
    other = held(bench, b"<Invoice n='other'/>", timeout).id
    tried = bench.store.people.retry_all("engine-abort", actor="account:1", reason="neue Version")
    assert sorted(bench.due(10)) == sorted(tried) == sorted(engine)
    assert bench.store.submissions.get(other).hold is Hold.FAULT
    assert bench.store.people.retry_all("engine-abort", actor="account:1") == ()


def test_trying_all_again_goes_on_in_portions(bench: Any) -> None:
    for number in range(3):
        held(bench, f"<Invoice n='{number}'/>".encode())
    portions = [bench.store.people.retry_all("engine-abort", actor="account:1", limit=2) for _ in range(3)]
    assert list(map(len, portions)) == [2, 1, 0]


def test_a_file_with_a_virus_is_quarantined(bench: Any) -> None:
    submission = held(bench, fault=VIRUS)
    assert (submission.verdict, submission.hold) == (Verdict.UNDECIDED, Hold.QUARANTINE)
    assert submission.malware == "Eicar-Test-Signature"


def test_one_operator_alone_cannot_let_a_quarantined_file_through(bench: Any) -> None:
    submission = held(bench, fault=VIRUS)
    consented = bench.store.people.consent(submission.id, actor="account:1", reason="Fehlalarm")
    assert consented.hold is Hold.QUARANTINE
    with pytest.raises(NotPossible, match="consented-already"):
        bench.store.people.consent(submission.id, actor="account:1", reason="Fehlalarm")
    assert bench.due(10) == ()


def test_two_operators_let_a_quarantined_file_through(bench: Any) -> None:
    submission = held(bench, fault=VIRUS)
    bench.store.people.consent(submission.id, actor="account:1", reason="Fehlalarm")
    let_through = bench.store.people.consent(submission.id, actor="account:2", reason="geprüft")
    assert let_through.hold is Hold.NONE
    assert bench.due(10) == (submission.id,)


def test_a_quarantined_file_cannot_be_sent_on_nor_tried_again(bench: Any) -> None:
    submission = held(bench, fault=VIRUS, authority=bench.authority())
    with pytest.raises(NotPossible, match="held-quarantine"):
        bench.store.people.send_on(submission.id, None, actor="account:1", reason="eilt")
    with pytest.raises(NotPossible, match="held-quarantine"):
        bench.store.people.retry(submission.id, actor="account:1")
