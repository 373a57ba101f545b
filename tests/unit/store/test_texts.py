"""Any text a sender or a program may send can be kept and looked for; what no database takes is replaced."""

from dataclasses import replace
from typing import Any

import pytest

from einvoice.errors import Refusal
from einvoice.model.assessment import Assessment
from einvoice.model.submission import EventKind
from einvoice.store import SubmissionFilter

# NUL, which PostgreSQL refuses in texts; half of a pair of surrogates, which is no character and no UTF-8.
BAD = ["\x00", "\ud800"]


@pytest.mark.parametrize("bad", BAD)
def test_a_file_name_no_database_takes_is_kept_without_what_is_bad_in_it(bench: Any, bad: str) -> None:
    submission = bench.receive(name=f"Rechnung{bad}.xml").submission
    assert bench.store.submissions.get(submission.id).name == "Rechnung\ufffd.xml"


@pytest.mark.parametrize("bad", BAD)
def test_an_idempotency_key_of_any_characters_is_known_again(bench: Any, bad: str) -> None:
    first = bench.receive(key=f"key{bad}").submission
    assert bench.receive(key=f"key{bad}").submission.id == first.id


@pytest.mark.parametrize("bad", BAD)
def test_any_text_can_be_looked_for(bench: Any, bad: str) -> None:
    bench.receive(name="Rechnung.xml")
    assert bench.store.submissions.find(SubmissionFilter(text=f"Rechnung{bad}")).items == ()
    assert bench.store.submissions.find(SubmissionFilter(sender=bad)).items == ()


@pytest.mark.parametrize("bad", BAD)
def test_any_reason_may_be_given_and_the_chain_holds(bench: Any, bad: str) -> None:
    authority = bench.authority()
    submission = bench.decided(authority=authority)
    (lease,) = bench.store.deliveries.lease(authority.id, count=1, seconds=60, actor="token:2")
    bench.store.deliveries.give_back(authority.id, lease.delivery_id, lease.token, actor="token:2", reason=f"voll{bad}")
    event = bench.store.events.of_submission(submission.id)[-1]
    assert (event.kind, event.reason) == (EventKind.RETURNED, "voll\ufffd")
    assert all(entry.is_intact for entry in bench.store.audit.entries())


@pytest.mark.parametrize("bad", BAD)
def test_any_text_may_stand_in_a_refusal(bench: Any, bad: str) -> None:
    claim = bench.claimed()
    notice = Refusal("pdf-two-invoices", names=f"a{bad}.xml").notice
    decision = bench.decision(claim.submission)
    refused = replace(decision.examination, assessment=Assessment.refused(notice))
    decided = bench.store.claims.decide(claim, replace(decision, examination=refused))
    assert decided.refusal.details["names"].startswith("a")
    assert bench.store.submissions.examination(decided.id) is not None


@pytest.mark.parametrize("bad", BAD)
def test_an_authority_may_have_any_name(bench: Any, bad: str) -> None:
    authority = bench.store.authorities.create(f"Stadt{bad}", [f"04011000{bad}"])
    assert bench.store.authorities.get(authority.id).name == "Stadt\ufffd"
    assert bench.store.authorities.by_leitweg_id(f"04011000{bad}") == bench.store.authorities.get(authority.id)
    assert all(entry.is_intact for entry in bench.store.audit.entries())


@pytest.mark.parametrize("bad", BAD)
def test_an_id_of_any_characters_is_unknown(bench: Any, bad: str) -> None:
    assert bench.store.claims.claim(bad) is None
    assert bench.store.accounts.by_login(bad) is None
    assert bench.store.accounts.by_token(bad) is None
