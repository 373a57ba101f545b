"""What was deleted at the end of its time is named as that by a verification, and nothing else passes for it."""

from typing import Any

import pytest
from sqlalchemy import delete, update

from einvoice.model.assessment import Verdict
from einvoice.model.submission import Handling, Submission
from einvoice.records.problems import Kind, Verification
from einvoice.records.receipts import receipt_json
from einvoice.records.signing import PublicKeys, Signer
from einvoice.records.told import verification_lines
from einvoice.records.verify import verify
from einvoice.store.evidence import StoredEvidence
from einvoice.store.tables import events, submissions
from tests.unit.records.conftest import on_both

TEN_YEARS = 10 * 366 * 86_400.0


def verified(bench: Any, keys: PublicKeys) -> Verification:
    return verify(bench.store.audit, StoredEvidence.of(bench.store), keys)


@pytest.fixture
def expired(bench: Any) -> Submission:
    """Held, freed and sent back by people with their reasons, then deleted; beside one that is kept."""
    store = bench.store
    held = bench.decided(b"1")
    store.retention.hold(held.id, actor="account:1", reason="Erika sues")
    store.retention.free(held.id, actor="account:1", reason="Erika lost")
    store.people.send_back(held.id, actor="account:1", reason="Erika is unknown")
    bench.decided(b"2", Verdict.REJECTED)
    bench.clock.advance(TEN_YEARS)
    bench.receive(b"3")
    assert store.retention.tend(10).expired == 2
    found: Submission = store.submissions.get(held.id)
    assert found.handling is Handling.EXPIRED
    return found


@on_both
def test_a_store_is_intact_after_deletions_and_says_how_many(bench: Any, expired: Submission, keys: PublicKeys) -> None:
    found = verified(bench, keys)
    assert found.intact, [problem.text("en") for problem in found.problems]
    assert (found.figures.submissions, found.figures.expired, found.figures.originals) == (3, 2, 1)
    assert any("Expired: 2 submissions" in line for line in verification_lines(found, "en"))


def test_a_deleted_row_without_an_expiry_is_missing(bench: Any, keys: PublicKeys) -> None:
    submission = bench.decided(b"1", Verdict.REJECTED)
    with bench.store.database.write() as connection:
        connection.execute(update(submissions).values(handling="expired", name=""))
    kinds = {problem.kind for problem in verified(bench, keys).problems}
    assert Kind.STATE_DIFFERS in kinds
    assert submission.id


def test_an_event_that_was_taken_out_after_the_deletion_is_named(
    bench: Any, expired: Submission, keys: PublicKeys
) -> None:
    with bench.store.database.write() as connection:
        mine = events.c.submission_id == expired.id
        connection.execute(delete(events).where(mine, events.c.kind == "held-by-law"))
    (problem,) = verified(bench, keys).problems
    assert (problem.kind, problem.details["event"]) == (Kind.EVENT_MISSING, "held-by-law")


def test_words_put_into_a_deleted_submission_are_named(bench: Any, expired: Submission, keys: PublicKeys) -> None:
    with bench.store.database.write() as connection:
        mine = events.c.submission_id == expired.id
        connection.execute(update(events).where(mine, events.c.kind == "sent-back").values(reason="another one"))
    assert [problem.kind for problem in verified(bench, keys).problems] == [Kind.EVENT_EDITED]


def test_the_rule_that_deleted_it_cannot_be_changed_unseen(bench: Any, expired: Submission, keys: PublicKeys) -> None:
    with bench.store.database.write() as connection:
        mine = events.c.submission_id == expired.id
        connection.execute(update(events).where(mine, events.c.kind == "expired").values(reason="issued+1y"))
    assert [problem.kind for problem in verified(bench, keys).problems] == [Kind.EVENT_EDITED]


def test_cleared_words_of_one_that_is_kept_are_named(bench: Any, keys: PublicKeys) -> None:
    held = bench.decided(b"1")
    bench.store.people.send_back(held.id, actor="account:1", reason="wrong")
    with bench.store.database.write() as connection:
        connection.execute(update(events).values(reason=""))
    kinds = [problem.kind for problem in verified(bench, keys).problems]
    assert Kind.EVENT_EDITED in kinds


def test_a_receipt_of_what_was_deleted_still_says_what_came(bench: Any, expired: Submission, signer: Signer) -> None:
    receipt = receipt_json(bench.store, signer, expired.id)
    assert expired.sha256.encode() in receipt
    assert b'"handling":"expired"' in receipt
