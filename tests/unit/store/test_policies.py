"""What an authority's policies turn down is not handed over; what waited for it is judged by what it asks."""

from dataclasses import replace
from typing import Any

import pytest

from einvoice.model.assessment import Verdict
from einvoice.model.decision import Decision
from einvoice.model.policy import AuthorityPolicy, Demand, Outcome, PolicyAction, PolicyOutcome
from einvoice.model.submission import EventKind, Handling, Hold
from einvoice.model.trouble import FaultNotice
from einvoice.store import SubmissionFilter

DEMAND = Demand("order-number", PolicyAction.REJECT)
STRICT = AuthorityPolicy(demands=(DEMAND,))
ASKING = [STRICT, AuthorityPolicy(profiles=("xrechnung",)), AuthorityPolicy(pins=("some-pack+1",))]
LEITWEG_ID = "04011000-12345-03"


def judged(bench: Any, claim: Any, outcome: Outcome, authority: Any = None) -> Decision:
    """Accepted, with an outcome of the authority's policies."""
    usual = bench.decision(claim.submission, Verdict.ACCEPTED, authority)
    said = PolicyOutcome(authority="Stadt", outcome=outcome, demands=(DEMAND,), findings=(bench.finding("POLICY-A"),))
    assessment = replace(usual.examination.assessment, policy=said)
    return Decision.of(replace(usual.examination, assessment=assessment), usual.routing)


def declined(bench: Any, data: bytes = b"<Invoice/>") -> Any:
    authority = bench.store.authorities.by_leitweg_id(LEITWEG_ID) or bench.authority()
    claim = bench.claimed(data)
    return bench.store.claims.decide(claim, judged(bench, claim, Outcome.REJECTED, authority))


def history(bench: Any, submission_id: str) -> list[tuple[EventKind, str]]:
    return [(event.kind, event.reason) for event in bench.store.events.of_submission(submission_id)]


def test_what_the_policies_turn_down_is_formally_accepted_and_not_handed_over(bench: Any) -> None:
    submission = declined(bench)
    assert (submission.verdict, submission.policy_outcome) == (Verdict.ACCEPTED, Outcome.REJECTED)
    assert (submission.status, submission.handling, submission.hold) == ("declined", Handling.DECIDED, Hold.NONE)
    assert submission.settled
    assert submission.delivery_id is None
    assert bench.store.deliveries.lease(submission.authority_id, count=5, seconds=60, actor="token:1") == ()
    assert history(bench, submission.id)[-1] == (EventKind.DECIDED, "policy")


def test_what_the_policies_only_warn_of_is_handed_over(bench: Any) -> None:
    authority, claim = bench.authority(), bench.claimed()
    submission = bench.store.claims.decide(claim, judged(bench, claim, Outcome.ACCEPTED, authority))
    assert (submission.status, submission.policy_outcome) == ("available", Outcome.ACCEPTED)
    assert len(bench.store.deliveries.lease(authority.id, count=5, seconds=60, actor="token:1")) == 1


def test_errors_count_the_formal_findings_and_the_policys_rules_are_found(bench: Any) -> None:
    submission = declined(bench)
    assert submission.errors == 0
    [found] = bench.store.submissions.find(SubmissionFilter(rule="POLICY-A")).items
    assert found.id == submission.id


def test_the_same_bytes_may_come_again_after_they_were_turned_down(bench: Any) -> None:
    first = declined(bench)
    again = bench.receive()
    assert again.created
    assert again.submission.id != first.id
    assert not bench.receive().created  # but not a third time while the second is open


def test_lists_and_counts_tell_the_turned_down_from_the_others(bench: Any) -> None:
    one, other = declined(bench, b"1"), bench.decided(b"2", Verdict.REJECTED)
    store = bench.store.submissions
    assert [item.id for item in store.find(SubmissionFilter(declined=True)).items] == [one.id]
    assert [item.id for item in store.find(SubmissionFilter(declined=False)).items] == [other.id]
    assert store.count(SubmissionFilter(declined=True), 10) == 1
    assert store.count(SubmissionFilter(verdict=Verdict.ACCEPTED, declined=False), 10) == 0


@pytest.mark.parametrize("policy", ASKING)
def test_what_waited_for_an_authority_is_judged_again_by_what_it_asks(bench: Any, policy: AuthorityPolicy) -> None:
    waiting = bench.decided()
    assert waiting.hold is Hold.UNROUTABLE
    authority = bench.store.authorities.create("Stadt", [LEITWEG_ID], policy=policy)
    back = bench.store.submissions.get(waiting.id)
    assert (back.verdict, back.handling, back.hold) == (Verdict.UNDECIDED, Handling.RECEIVED, Hold.NONE)
    assert (back.authority_id, back.settled, back.delivery_id) == (authority.id, False, None)
    assert history(bench, waiting.id)[-1][0] is EventKind.RELEASED
    assert bench.due(10) == (waiting.id,)


@pytest.mark.parametrize(("outcome", "status"), [(Outcome.REJECTED, "declined"), (Outcome.ACCEPTED, "available")])
def test_judged_again_it_is_turned_down_or_handed_over(bench: Any, outcome: Outcome, status: str) -> None:
    waiting = bench.decided()
    authority = bench.store.authorities.create("Stadt", [LEITWEG_ID], policy=STRICT)
    claim = bench.store.claims.claim(waiting.id)
    decided = bench.store.claims.decide(claim, judged(bench, claim, outcome, authority))
    assert (decided.status, decided.verdict) == (status, Verdict.ACCEPTED)
    report = bench.store.submissions.examination(waiting.id)
    assert report.assessment.policy.outcome is outcome


def test_a_policy_does_not_hold_up_what_waited_for_an_authority_that_asks_nothing(bench: Any) -> None:
    waiting = bench.decided()
    bench.store.authorities.create("Stadt", [LEITWEG_ID])
    assert bench.store.submissions.get(waiting.id).handling is Handling.AVAILABLE


def test_an_authority_that_came_in_while_it_was_looked_at_has_it_judged_by_what_it_asks(bench: Any) -> None:
    claim = bench.claimed()
    decision = bench.decision(claim.submission, authority=None)
    bench.store.authorities.create("Stadt", [LEITWEG_ID], policy=STRICT)
    back = bench.store.claims.decide(claim, decision)
    assert (back.verdict, back.handling, back.hold, back.attempts) == (None, Handling.RECEIVED, Hold.NONE, 0)
    assert bench.store.submissions.examination(back.id) is None
    assert bench.due(10) == (back.id,)
    assert history(bench, back.id)[-1] == (EventKind.RELEASED, "authority-came")


def test_a_profile_out_of_the_ordinary_is_looked_at_again_even_by_an_authority_that_asks_nothing(bench: Any) -> None:
    claim = bench.claimed()
    usual = bench.decision(claim.submission)
    assessment = replace(usual.examination.assessment, profile="imported-profile")
    bench.store.claims.decide(claim, Decision.of(replace(usual.examination, assessment=assessment), usual.routing))
    bench.store.authorities.create("Stadt", [LEITWEG_ID])
    assert bench.due(10) == (claim.submission.id,)


def test_a_fault_while_it_is_judged_again_holds_it(bench: Any) -> None:
    waiting = bench.decided()
    authority = bench.store.authorities.create("Stadt", [LEITWEG_ID], policy=STRICT)
    claim = bench.store.claims.claim(waiting.id)
    fault = FaultNotice("policy-missing", "there is no order-number.sch", deterministic=False)
    decision = bench.decision(claim.submission, Verdict.UNDECIDED, authority, fault=fault)
    held = bench.store.claims.decide(claim, decision)
    assert (held.verdict, held.hold, held.fault_cause) == (Verdict.UNDECIDED, Hold.FAULT, "policy-missing")
