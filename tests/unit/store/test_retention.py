"""Keeping as long as the law asks, then deleting, provably: on both databases."""

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, func, insert, select, update

from einvoice.errors import Fault
from einvoice.model.answer import AnswerKind
from einvoice.model.assessment import Assessment, Verdict
from einvoice.model.decision import Decision
from einvoice.model.policy import AuthorityPolicy, Outcome, PolicyOutcome, Retention, StartEvent
from einvoice.model.routing import Authority, Routing
from einvoice.model.submission import EventKind, Handling, Submission
from einvoice.store import LeaseLost, NotFound, NotPossible, Store, open_store
from einvoice.store.erasing import CLEARED, DELETED, KEPT
from einvoice.store.retention import NOTHING_LEFT
from einvoice.store.tables import (
    consents,
    data_keys,
    deliveries,
    events,
    keys,
    metadata,
    submissions,
)
from tests.support.letters import receive

PORTIONS = 10
BOOKED_8 = Retention(StartEvent.BOOKED, 8)
AFTER_TEN_YEARS = 10 * 366 * 86_400.0


@pytest.fixture
def authority(bench: Any) -> Authority:
    found: Authority = bench.authority()
    return found


@pytest.fixture
def booked(bench: Any, authority: Authority) -> Callable[..., Submission]:
    """Bring an invoice through to its acknowledgement."""

    def book(data: bytes = b"<Invoice/>", **more: Any) -> Submission:
        submission: Submission = bench.decided(data, authority=authority, **more)
        acknowledge(bench.store, authority)
        found: Submission = bench.store.submissions.get(submission.id)
        return found

    return book


def acknowledge(store: Store, authority: Authority) -> None:
    (lease,) = store.deliveries.lease(authority.id, count=1, seconds=60, actor="token:2")
    store.deliveries.acknowledge(authority.id, lease.delivery_id, lease.token, actor="token:2")


def row_of(store: Store, submission_id: str) -> dict[str, Any]:
    with store.database.read() as connection:
        query = select(submissions).where(submissions.c.id == submission_id)
        return dict(connection.execute(query).mappings().one())


def count(store: Store, table: Table, submission_id: str) -> int:
    with store.database.read() as connection:
        query = select(func.count()).select_from(table).where(table.c.submission_id == submission_id)
        return connection.scalar(query) or 0


def set_rule(store: Store, authority: Authority, rule: Retention) -> None:
    store.authorities.set_policy(authority.id, lambda _: AuthorityPolicy(retention=rule))


def stored(store: Store) -> set[str]:
    return {blob.name for blob in store.blobs.stored()}


# Dating


def test_a_booked_invoice_is_dated_by_the_rule_of_its_authority(bench: Any, booked: Any, authority: Authority) -> None:
    set_rule(bench.store, authority, BOOKED_8)
    submission = booked()
    assert submission.delete_after is None
    assert bench.store.retention.tend(PORTIONS).dated == 1
    dated = bench.store.submissions.get(submission.id)
    assert dated.delete_after == datetime(2034, 12, 31, 23, tzinfo=UTC)
    assert bench.store.retention.tend(PORTIONS).dated == 0


def test_a_rejected_one_is_dated_by_the_setting(bench: Any) -> None:
    submission = bench.decided(verdict=Verdict.REJECTED)
    bench.store.retention.tend(PORTIONS)
    dated = bench.store.submissions.get(submission.id)
    assert dated.delete_after == bench.clock.now + timedelta(days=bench.settings.rejected_days)


def test_one_that_was_sent_back_counts_from_then(bench: Any) -> None:
    held = bench.decided()  # nobody's
    bench.clock.advance(86_400)
    bench.store.people.send_back(held.id, actor="account:1", reason="wrong address")
    sent_back_at = bench.clock.now
    bench.clock.advance(86_400)
    bench.store.retention.hold(held.id, actor="account:1", reason="court")  # no event after it moves the date
    bench.store.retention.tend(PORTIONS)
    dated = bench.store.submissions.get(held.id)
    assert dated.delete_after == sent_back_at + timedelta(days=bench.settings.rejected_days)


def test_what_was_declined_is_dated_like_what_was_rejected(bench: Any, authority: Authority) -> None:
    claim = bench.claimed()
    asked = PolicyOutcome(authority=authority.name, outcome=Outcome.REJECTED)
    assessment = Assessment(verdict=Verdict.ACCEPTED, policy=asked)
    examination = replace(bench.decision(claim.submission).examination, assessment=assessment)
    decision = Decision.of(examination, Routing(leitweg_id="04011000-12345-03", authority=authority))
    declined = bench.store.claims.decide(claim, decision)
    assert declined.declined
    assert bench.store.retention.tend(PORTIONS).dated == 1
    bench.clock.advance(91 * 86_400)
    assert bench.store.retention.tend(PORTIONS).expired == 1


def test_a_new_rule_dates_anew_what_is_booked(bench: Any, booked: Any, authority: Authority) -> None:
    submission, other = booked(b"1"), bench.decided(b"2", Verdict.REJECTED)
    bench.store.retention.tend(PORTIONS)
    before = bench.store.submissions.get(other.id).delete_after
    set_rule(bench.store, authority, Retention(StartEvent.RECEIVED, 20))
    assert bench.store.retention.reschedule(authority.id) == 1
    assert bench.store.submissions.get(submission.id).delete_after == datetime(2046, 12, 31, 23, tzinfo=UTC)
    assert bench.store.submissions.get(other.id).delete_after == before


def test_a_longer_rule_saves_what_was_not_dated_anew(bench: Any, booked: Any, authority: Authority) -> None:
    submission = booked()
    bench.store.retention.tend(PORTIONS)
    set_rule(bench.store, authority, Retention(StartEvent.RECEIVED, 20))
    bench.clock.advance(AFTER_TEN_YEARS)
    assert bench.store.retention.tend(PORTIONS).expired == 0
    assert bench.store.submissions.get(submission.id).delete_after == datetime(2046, 12, 31, 23, tzinfo=UTC)


def test_what_was_never_handed_over_is_never_deleted_but_overdue(bench: Any, authority: Authority) -> None:
    unroutable = bench.decided(b"1")
    undecided = bench.receive(b"2").submission
    bench.store.authorities.add_leitweg_id(authority.id, "991-1-2")
    available = bench.decided(b"3", authority=authority)
    rejected = bench.decided(b"4", Verdict.REJECTED)
    assert not list(bench.store.retention.lists.overdue())
    bench.clock.advance(AFTER_TEN_YEARS)
    assert bench.store.retention.tend(PORTIONS).expired == 1
    assert {one.id for one in bench.store.retention.lists.overdue()} == {unroutable.id, undecided.id, available.id}
    assert bench.store.submissions.get(rejected.id).handling is Handling.EXPIRED


# Deleting


@pytest.fixture
def expired(bench: Any, booked: Any) -> Submission:
    """One that has gone through everything there is, and then expired."""
    submission: Submission = booked(
        name="Rechnung Erika Mustermann.xml", findings=(bench.finding("BR-01"),), sender="supplier:7"
    )
    bench.receive(sender="supplier:7", key="order 4711 of Erika")
    store: Store = bench.store
    with store.database.write() as connection:
        given = {
            "seller_id": "BT-31:DE1",
            "malware": "Eicar",
            "duplicate_of": "x",
            "refusal": {"code": "c", "details": {}},
        }
        connection.execute(update(submissions).values(given))
        consent = {"submission_id": submission.id, "actor": "account:1", "at": bench.clock.now, "reason": "Erika asked"}
        connection.execute(insert(consents).values(consent))
        key = {"id": "k", "owner": "intake", "master": "m", "wrapped": b"w", "created_at": bench.clock.now}
        connection.execute(insert(keys).values(key))
        connection.execute(insert(data_keys).values(submission_id=submission.id, key_id="k", wrapped=b"w"))
    store.retention.hold(submission.id, actor="account:1", reason="Erika sues")
    store.retention.free(submission.id, actor="account:1", reason="Erika lost")
    bench.clock.advance(AFTER_TEN_YEARS)
    done = store.retention.tend(PORTIONS)
    assert (done.expired, done.objects) == (1, 1)
    return submission


def test_nothing_of_the_content_is_left(bench: Any, expired: Submission) -> None:
    store: Store = bench.store
    now = store.submissions.get(expired.id)
    assert now.handling is Handling.EXPIRED
    assert not any((now.name, now.seller_name, now.invoice_number, now.leitweg_id, now.refusal, now.malware))
    assert store.submissions.examination(expired.id) is None
    for table in (*DELETED, data_keys):
        assert count(store, table, expired.id) == 0, table.name
    assert not stored(store)


def test_the_words_of_people_go_and_the_events_stay(bench: Any, expired: Submission) -> None:
    told = bench.store.events.of_submission(expired.id)
    assert [event.kind for event in told][-3:] == [EventKind.HELD_BY_LAW, EventKind.FREED_BY_LAW, EventKind.EXPIRED]
    assert [event.reason for event in told if event.reason] == ["issued+8y"]


def test_envelope_and_answers_go_and_the_log_still_says_what_was_answered(bench: Any) -> None:
    store: Store = bench.store
    submission = receive(bench).submission
    claim = store.claims.claim(submission.id)
    assert claim is not None
    store.claims.decide(claim, bench.decision(claim.submission, Verdict.REJECTED))
    given = {"code": "RE", "details": {"words": "Erika"}, "issued_at": bench.clock.now}
    store.answers.issue(submission.id, AnswerKind.MLR, id="a", **given)
    assert store.answers.due(("ap1",), 10)  # an MLS is owed
    bench.clock.advance(AFTER_TEN_YEARS)
    assert store.retention.tend(PORTIONS).expired == 1
    assert (store.envelopes.of(submission.id), store.answers.of(submission.id)) == (None, ())
    assert (store.answers.due(("ap1",), 10), store.outgoing.unwritten(("ap1",), 10)) == ((), ())
    (entry,) = store.audit.of("answer:a")
    assert (entry.details["code"], entry.is_intact) == ("RE", True)
    with pytest.raises(NotPossible, match="expired"):
        store.answers.issue(submission.id, AnswerKind.INVOICE_RESPONSE, id="b", **given)
    assert receive(bench).created  # nobody remembers the message


def test_the_audit_log_proves_what_was_deleted_by_which_rule(bench: Any, expired: Submission) -> None:
    entry = bench.store.audit.of(f"submission:{expired.id}")[-1]
    assert (entry.action, entry.actor, entry.at) == ("expired", "retention", bench.clock.now)
    assert entry.details["rule"] == "issued+8y"
    assert (entry.hashes["original"], entry.hashes["report"]) == (expired.sha256, expired.report_sha256)


def test_each_column_has_its_fate() -> None:
    names = set(submissions.c.keys())
    assert set(KEPT) | set(CLEARED) | {"sender"} == names
    assert not set(KEPT) & set(CLEARED)


def test_each_table_about_submissions_has_its_fate() -> None:
    about = {
        table for table in metadata.tables.values() for key in table.foreign_keys if key.column.table is submissions
    }
    assert about == {*DELETED, data_keys, deliveries, events}


def test_columns_that_stay_hold_no_text_of_others(bench: Any, expired: Submission) -> None:
    row = row_of(bench.store, expired.id)
    assert "Erika" not in str(row)
    assert "supplier:7" not in str(row)
    for table in (deliveries, events):
        with bench.store.database.read() as connection:
            assert "Erika" not in str(connection.execute(select(table)).all())


def test_the_same_bytes_handed_in_again_are_a_new_submission(bench: Any, expired: Submission) -> None:
    again = bench.receive(sender="supplier:7")
    assert again.created
    assert again.submission.id != expired.id


def test_the_same_bytes_of_two_senders_expire_both(bench: Any, booked: Any) -> None:
    booked(sender="supplier:1")
    booked(sender="supplier:2")
    bench.clock.advance(AFTER_TEN_YEARS)
    assert bench.store.retention.tend(PORTIONS).expired == 2


def test_who_acknowledges_what_is_deleted_is_told_that_it_is_no_longer_his(
    bench: Any, authority: Authority, clock: Any
) -> None:
    store: Store = bench.store
    bench.decided(authority=authority)
    (lease,) = store.deliveries.lease(authority.id, count=1, seconds=60, actor="token:2")
    store.deliveries.acknowledge(authority.id, lease.delivery_id, lease.token, actor="token:2")
    clock.advance(AFTER_TEN_YEARS)
    store.retention.tend(PORTIONS)
    with pytest.raises(LeaseLost):
        store.deliveries.acknowledge(authority.id, lease.delivery_id, lease.token, actor="token:2")


def test_nothing_goes_a_day_too_early(bench: Any, booked: Any, authority: Authority) -> None:
    set_rule(bench.store, authority, BOOKED_8)
    booked()
    bench.clock.now = datetime(2034, 12, 31, 22, 59, tzinfo=UTC)
    assert bench.store.retention.tend(PORTIONS).expired == 0
    bench.clock.now = datetime(2034, 12, 31, 23, 0, tzinfo=UTC)
    assert bench.store.retention.tend(PORTIONS).expired == 1


def test_many_go_in_portions(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("einvoice.store.retention._PORTION", 2)
    monkeypatch.setattr("einvoice.store.retention._DATED", 2)
    for number in range(5):
        bench.decided(str(number).encode(), Verdict.REJECTED)
    bench.clock.advance(AFTER_TEN_YEARS)
    first = bench.store.retention.tend(1)
    assert (first.dated, first.expired, first.objects) == (5, 2, 2)
    rest = bench.store.retention.tend(PORTIONS)
    assert (rest.dated, rest.expired, rest.objects) == (0, 3, 3)
    assert not stored(bench.store)


def test_what_was_sealed_is_unreadable_from_the_moment_it_expires(settings: Any, bench: Any, tmp_path: Path) -> None:
    key_file = tmp_path / "master.keys"
    key_file.touch(0o600)
    key_file.write_text(f"one {base64.b64encode(bytes(32)).decode()}\n")
    store = open_store(settings.model_copy(update={"master_key_file": key_file}), clock=bench.clock)
    sealing = replace(bench, store=store)
    submission = sealing.decided(verdict=Verdict.REJECTED)
    assert store.originals.read(submission) == b"<Invoice/>"
    bench.clock.advance(AFTER_TEN_YEARS)
    store.retention.schedule()
    assert store.retention.expire() == 1
    with pytest.raises(Fault, match="data-key-missing"):
        store.originals.read(submission)  # the object is still there
    assert store.retention.remove_objects() == 1
    store.close()


# Bad days


class Dies(Exception):
    """Stands for a kill."""


def test_a_death_between_row_and_object_is_made_good(bench: Any, booked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    submission = booked()
    bench.clock.advance(AFTER_TEN_YEARS)

    def die(_: str) -> None:
        raise Dies

    with monkeypatch.context() as patch:
        patch.setattr(bench.store.originals._blobs, "delete", die)
        with pytest.raises(Dies):
            bench.store.retention.tend(PORTIONS)
    assert bench.store.submissions.get(submission.id).handling is Handling.EXPIRED
    assert stored(bench.store)
    done = bench.store.retention.tend(PORTIONS)
    assert (done.expired, done.objects) == (0, 1)
    assert not stored(bench.store)


def test_a_death_after_the_object_is_made_good(bench: Any, booked: Any) -> None:
    submission = booked()
    bench.clock.advance(AFTER_TEN_YEARS)
    bench.store.retention.schedule()
    bench.store.retention.expire()
    bench.store.originals.delete(submission.blob)
    assert bench.store.retention.remove_objects() == 1
    row = row_of(bench.store, submission.id)
    assert (row["blob"], row["delete_after"]) == ("", NOTHING_LEFT)


def test_a_storage_that_is_away_keeps_nothing_from_being_deleted_later(
    bench: Any, booked: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    booked()
    bench.clock.advance(AFTER_TEN_YEARS)

    def away(_: str) -> None:
        raise Fault("storage", elsewhere=True)

    with monkeypatch.context() as patch:
        patch.setattr(bench.store.originals._blobs, "delete", away)
        with pytest.raises(Fault):
            bench.store.retention.tend(PORTIONS)
    assert bench.store.retention.tend(PORTIONS).objects == 1


def test_a_row_that_names_no_object_stops_nothing(bench: Any, booked: Any) -> None:
    booked(b"1"), booked(b"2")
    with bench.store.database.write() as connection:
        connection.execute(update(submissions).where(submissions.c.size == 1).values(blob="../etc"))
    bench.clock.advance(AFTER_TEN_YEARS)
    assert bench.store.retention.tend(PORTIONS).objects == 2


def test_an_old_object_that_two_submissions_share_goes_with_the_second(bench: Any) -> None:
    store: Store = bench.store
    first = bench.decided(b"1", Verdict.REJECTED)
    second = bench.decided(b"1", Verdict.REJECTED)
    name = first.sha256
    path = bench.settings.data_dir / "old"
    path.write_bytes(b"1")
    store.blobs.put(path, name)
    with store.database.write() as connection:
        connection.execute(update(submissions).values(blob=None))
    store.retention.hold(second.id, actor="account:1", reason="court")
    bench.clock.advance(AFTER_TEN_YEARS)
    store.retention.tend(PORTIONS)
    assert store.originals.read(store.submissions.get(second.id)) == b"1"
    store.retention.free(second.id, actor="account:1", reason="over")
    store.retention.tend(PORTIONS)
    assert name not in stored(store)


def test_what_is_erased_is_never_erased_in_part(bench: Any, booked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    submission = booked()
    bench.clock.advance(AFTER_TEN_YEARS)

    def die(*_: object) -> None:
        raise Dies

    bench.store.retention.schedule()
    with monkeypatch.context() as patch:
        patch.setattr("einvoice.store.journal.flush", die)
        with pytest.raises(Dies):
            bench.store.retention.expire()
    kept = bench.store.submissions.get(submission.id)
    assert (kept.handling, kept.name) == (Handling.ACKNOWLEDGED, "r.xml")
    assert bench.store.submissions.examination(submission.id) is not None


# Legal hold


def test_a_legal_hold_keeps_beyond_the_end(bench: Any, booked: Any) -> None:
    submission = booked()
    bench.store.retention.hold(submission.id, actor="account:1", reason="  audit by the court  ")
    bench.clock.advance(AFTER_TEN_YEARS)
    assert bench.store.retention.tend(PORTIONS).expired == 0
    assert [(one.id, one.legal_hold) for one in bench.store.retention.lists.held()] == [
        (submission.id, "audit by the court")
    ]
    bench.store.retention.free(submission.id, actor="account:2", reason="over")
    assert bench.store.submissions.get(submission.id).legal_hold is None
    assert bench.store.retention.tend(PORTIONS).expired == 1


def test_a_legal_hold_is_an_event_of_its_own_and_no_other_change(bench: Any, booked: Any) -> None:
    submission = booked()
    bench.store.retention.hold(submission.id, actor="account:1", reason="court")
    event = bench.store.events.of_submission(submission.id)[-1]
    assert (event.kind, event.actor, event.reason) == (EventKind.HELD_BY_LAW, "account:1", "court")
    assert (event.verdict, event.handling) == (submission.verdict, submission.handling)
    entry = bench.store.audit.of(f"submission:{submission.id}")[-1]
    assert entry.action == "held-by-law"
    assert "court" not in str(entry)


def test_a_legal_hold_stops_no_delivery(bench: Any, authority: Authority) -> None:
    submission = bench.decided(authority=authority)
    bench.store.retention.hold(submission.id, actor="account:1", reason="court")
    acknowledge(bench.store, authority)
    assert bench.store.submissions.get(submission.id).handling is Handling.ACKNOWLEDGED


@pytest.mark.parametrize("way", ["hold", "free"])
def test_a_legal_hold_needs_a_reason(bench: Any, way: str) -> None:
    submission = bench.receive().submission
    with pytest.raises(NotPossible, match="reason-missing"):
        getattr(bench.store.retention, way)(submission.id, actor="account:1", reason="  ")


def test_a_legal_hold_comes_and_goes_once(bench: Any) -> None:
    submission, retention = bench.receive().submission, bench.store.retention
    with pytest.raises(NotPossible, match="not-held-by-law"):
        retention.free(submission.id, actor="account:1", reason="x")
    retention.hold(submission.id, actor="account:1", reason="x")
    with pytest.raises(NotPossible, match="held-by-law"):
        retention.hold(submission.id, actor="account:1", reason="y")
    with pytest.raises(NotFound):
        retention.hold("nothing", actor="account:1", reason="x")


def test_what_is_deleted_cannot_be_held(bench: Any, expired: Submission) -> None:
    with pytest.raises(NotPossible, match="expired"):
        bench.store.retention.hold(expired.id, actor="account:1", reason="court")


# Lists


def test_what_will_be_due_is_listed_first_to_go_first(bench: Any, booked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("einvoice.store.keeping._LISTED", 2)
    rejected = [bench.decided(str(number).encode(), Verdict.REJECTED).id for number in range(3)]
    accepted = booked(b"9").id
    bench.store.retention.schedule()
    lists = bench.store.retention.lists
    assert [one.id for one in lists.due(datetime(2050, 1, 1, tzinfo=UTC))] == [*sorted(rejected), accepted]
    assert [one.id for one in lists.due(bench.clock.now + timedelta(days=91))] == sorted(rejected)
    assert not list(lists.due(bench.clock.now))


def test_a_list_says_who_keeps_it_and_by_which_rule(bench: Any, booked: Any, authority: Authority) -> None:
    booked()
    bench.store.retention.schedule()
    (one,) = bench.store.retention.lists.due(datetime(2050, 1, 1, tzinfo=UTC))
    assert (one.authority, one.rule, one.ends_at) == (
        authority.name,
        "issued+8y",
        datetime(2034, 12, 31, 23, tzinfo=UTC),
    )


def test_what_was_deleted_is_due_no_more(bench: Any, expired: Submission) -> None:
    far = NOTHING_LEFT - timedelta(days=1)
    assert expired.id not in {one.id for one in bench.store.retention.lists.due(far)}
