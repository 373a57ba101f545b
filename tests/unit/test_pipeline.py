"""The way of an invoice, with stages that do as the test says."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from lxml import etree

from einvoice import routing
from einvoice.errors import Fault, Refusal
from einvoice.model.assessment import Assessment, Verdict
from einvoice.model.document import Container, Customization, InvoiceDocument, Syntax
from einvoice.model.invoice import Group, Invoice, Term
from einvoice.model.submission import Door, EventKind, Handling, Hold
from einvoice.model.trouble import MALWARE, RefusalNotice
from einvoice.pipeline import Desk, Stages, examine, process, submit, wait_until_settled

LEITWEG_ID = "04011000-12345-03"
ACCEPTED = Assessment(verdict=Verdict.ACCEPTED, scenario="EN16931 (CII)")
REJECTED = Assessment(verdict=Verdict.REJECTED, scenario="EN16931 (CII)")


def extract(data: bytes) -> InvoiceDocument:
    return InvoiceDocument(
        syntax=Syntax.CII,
        xml=data,
        sha256=hashlib.sha256(data).hexdigest(),
        customizations=(Customization("urn:cen.eu:en16931:2017", ()),),
        container=Container.XML,
        attachment=None,
        root=etree.Element("Invoice"),
    )


def read(_: InvoiceDocument) -> Invoice:
    return Invoice(Syntax.CII, Group("", (Term("BT-1", "R-1"), Term("BT-10", LEITWEG_ID))))


def raises(error: BaseException) -> Callable[..., Any]:
    def stage(*_: object, **__: object) -> Any:
        raise error

    return stage


@pytest.fixture
def desk(bench: Any) -> Desk:
    return Desk(
        extract=extract,
        read=read,
        route=partial(routing.route, directory=bench.store.authorities),
        assess=lambda document, on: ACCEPTED,
        store=bench.store,
        settings=bench.settings,
        wake=lambda submission_id, priority: None,
        render_report=lambda examination, kind: b"",
    )


def processed(bench: Any, desk: Desk, data: bytes = b"<Invoice/>") -> Any:
    submission_id = bench.receive(data).submission.id
    process(submission_id, desk)
    return bench.store.submissions.get(submission_id)


def test_an_accepted_invoice_becomes_available_to_its_authority(bench: Any, desk: Desk) -> None:
    authority = bench.authority(LEITWEG_ID)
    submission = processed(bench, desk)
    assert (submission.verdict, submission.handling) == (Verdict.ACCEPTED, Handling.AVAILABLE)
    assert (submission.authority_id, submission.leitweg_id) == (authority.id, LEITWEG_ID)
    assert submission.invoice_number == "R-1"


def test_an_accepted_invoice_for_nobody_here_is_held_unroutable(bench: Any, desk: Desk) -> None:
    submission = processed(bench, desk)
    assert (submission.verdict, submission.hold) == (Verdict.ACCEPTED, Hold.UNROUTABLE)


def test_a_rejected_invoice_is_decided_and_handed_to_nobody(bench: Any, desk: Desk) -> None:
    bench.authority(LEITWEG_ID)
    submission = processed(bench, replace(desk, assess=lambda document, on: REJECTED))
    assert (submission.verdict, submission.handling, submission.delivery_id) == ("rejected", Handling.DECIDED, None)


def test_a_refusal_is_a_rejection_with_its_code(bench: Any, desk: Desk) -> None:
    submission = processed(bench, replace(desk, extract=raises(Refusal("pdf-encrypted"))))
    assert (submission.verdict, submission.refusal and submission.refusal.code) == (Verdict.REJECTED, "pdf-encrypted")
    examination = bench.store.submissions.examination(submission.id)
    assert examination.document is None
    assert examination.assessment.refusal == RefusalNotice("pdf-encrypted")


def test_no_scenario_is_a_rejection_that_keeps_what_was_read(bench: Any, desk: Desk) -> None:
    no_scenario = Assessment.refused(RefusalNotice("no-scenario"))
    submission = processed(bench, replace(desk, assess=lambda document, on: no_scenario))
    assert (submission.verdict, submission.refusal and submission.refusal.code) == (Verdict.REJECTED, "no-scenario")
    assert submission.invoice_number == "R-1"


STAGES = ["extract", "read", "route", "assess"]


@pytest.mark.parametrize("stage", STAGES)
def test_a_fault_in_any_stage_is_tried_again_later_and_is_no_verdict(bench: Any, desk: Desk, stage: str) -> None:
    submission = processed(bench, replace(desk, **{stage: raises(Fault("timeout"))}))
    assert (submission.verdict, submission.handling, submission.hold) == (None, Handling.RECEIVED, Hold.NONE)
    assert submission.fault_cause == "timeout"
    bench.clock.advance(bench.settings.retry_seconds * 1.5)
    process(submission.id, desk)
    assert bench.store.submissions.get(submission.id).verdict is Verdict.ACCEPTED


@pytest.mark.parametrize("stage", STAGES)
def test_a_deterministic_fault_is_held_at_once(bench: Any, desk: Desk, stage: str) -> None:
    submission = processed(bench, replace(desk, **{stage: raises(Fault("engine-abort", deterministic=True))}))
    assert (submission.verdict, submission.hold) == (Verdict.UNDECIDED, Hold.ENGINE)
    assert bench.store.submissions.examination(submission.id).assessment.fault.cause == "engine-abort"


@pytest.mark.parametrize("stage", STAGES)
def test_a_mistake_of_ours_is_a_fault_that_quotes_nothing_of_the_invoice(bench: Any, desk: Desk, stage: str) -> None:
    broken = replace(desk, **{stage: raises(ValueError("Erika Mustermann"))})
    submission = processed(bench, broken)
    assert (submission.verdict, submission.fault_cause) == (None, "internal")
    fault = examine(b"1", "r.xml", broken).assessment.fault
    assert fault is not None
    assert fault.detail.startswith("ValueError at test_pipeline.py:")


def test_after_the_last_attempt_a_fault_is_held(bench: Any, desk: Desk) -> None:
    broken = replace(desk, assess=raises(Fault("pool-broken")))
    submission = processed(bench, broken)
    for attempt in range(2, bench.settings.max_attempts + 1):
        assert submission.hold is Hold.NONE
        bench.clock.advance(3600)
        process(submission.id, broken)
        submission = bench.store.submissions.get(submission.id)
        assert submission.attempts == attempt
    assert (submission.verdict, submission.hold) == (Verdict.UNDECIDED, Hold.FAULT)


def test_the_wait_between_attempts_doubles_within_its_spread(bench: Any, desk: Desk) -> None:
    settings = bench.settings.model_copy(update={"max_attempts": 100, "retry_seconds": 10.0})
    broken = replace(desk, assess=raises(Fault("pool-broken")), settings=settings)
    submission_id = bench.receive().submission.id
    for attempt in range(1, bench.settings.max_attempts):
        process(submission_id, broken)
        bench.clock.advance(10 * 2 ** (attempt - 1) * 0.49)
        assert bench.due(1) == ()
        bench.clock.advance(10 * 2 ** (attempt - 1) * 1.02)
        assert bench.due(1) == (submission_id,)


def test_a_missing_original_is_held_and_not_judged(bench: Any, desk: Desk) -> None:
    submission_id = bench.receive().submission.id
    next(path for path in (bench.settings.data_dir / "blobs").rglob("*") if path.is_file()).unlink()
    process(submission_id, desk)
    submission = bench.store.submissions.get(submission_id)
    assert (submission.verdict, submission.fault_cause) == (Verdict.UNDECIDED, "blob-missing")


def test_a_worker_that_comes_back_late_decides_nothing(bench: Any, desk: Desk) -> None:
    def slow(document: InvoiceDocument, on: date) -> Assessment:
        bench.clock.advance(bench.settings.claim_seconds)
        process(submission_id, replace(desk, assess=lambda document, on: REJECTED))
        return ACCEPTED

    submission_id = bench.receive().submission.id
    process(submission_id, replace(desk, assess=slow))
    submission = bench.store.submissions.get(submission_id)
    assert submission.verdict is Verdict.REJECTED
    kinds = [event.kind for event in bench.store.events.of_submission(submission_id)]
    assert kinds.count(EventKind.DECIDED) == 1


def test_a_decided_submission_is_not_worked_on_again(bench: Any, desk: Desk) -> None:
    submission = processed(bench, desk)
    process(submission.id, replace(desk, extract=raises(AssertionError("worked on again"))))
    assert bench.store.submissions.get(submission.id) == submission


def test_the_rules_are_those_of_the_day_of_receipt(bench: Any, desk: Desk) -> None:
    days: list[date] = []

    def assess(document: InvoiceDocument, on: date) -> Assessment:
        days.append(on)
        return ACCEPTED

    submission_id = bench.receive().submission.id
    received_on = bench.clock.now.astimezone().date()
    bench.clock.advance(timedelta(days=40).total_seconds())
    process(submission_id, replace(desk, assess=assess))
    assert [basis.on for basis in days] == [received_on]


def test_a_check_tells_the_same_and_keeps_nothing(bench: Any, desk: Desk) -> None:
    examination = examine(b"<Invoice/>", "r.xml", desk)
    assert examination.verdict is Verdict.ACCEPTED
    assert (examination.name, examination.size) == ("r.xml", 10)
    assert examination.sha256 == hashlib.sha256(b"<Invoice/>").hexdigest()
    assert examination.invoice == read(extract(b""))
    assert examination.document is not None
    assert examination.document.customization == "urn:cen.eu:en16931:2017"
    assert bench.due(10) == ()


def test_a_check_needs_no_store() -> None:
    stages = Stages(extract=extract, read=read, assess=lambda document, on: REJECTED)
    assert examine(b"1", "r.xml", stages).verdict is Verdict.REJECTED


def test_a_check_that_runs_into_a_fault_is_undecided_and_keeps_what_was_read() -> None:
    stages = Stages(extract=extract, read=read, assess=raises(Fault("timeout")))
    examination = examine(b"1", "r.xml", stages)
    assert examination.verdict is Verdict.UNDECIDED
    assert examination.invoice is not None


def submit_bytes(bench: Any, desk: Desk, data: bytes = b"1", key: str | None = None) -> Any:
    spooled = bench.spool.write([data])
    return submit(spooled, desk=desk, door=Door.API, sender="s", actor="a", name="r.xml", idempotency_key=key)


def test_submitting_wakes_a_worker_once_it_is_kept(bench: Any, desk: Desk) -> None:
    woken: list[str] = []

    def wake(submission_id: str, priority: object) -> None:
        assert bench.original(submission_id) == b"1"
        woken.append(submission_id)

    receipt = submit_bytes(bench, replace(desk, wake=wake))
    submit_bytes(bench, replace(desk, wake=wake))
    assert woken == [receipt.submission.id]


def test_submitting_leaves_nothing_in_the_spool_whatever_happens(
    bench: Any, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit_bytes(bench, desk)
    submit_bytes(bench, desk)
    monkeypatch.setattr(bench.store.receiving, "receive", raises(Fault("database")))
    with pytest.raises(Fault):
        submit_bytes(bench, desk, b"2")
    assert list((bench.settings.data_dir / "spool").iterdir()) == []


def test_waiting_ends_when_it_is_settled(bench: Any, desk: Desk) -> None:
    submission_id = bench.receive().submission.id

    async def wait() -> Any:
        waiting = asyncio.create_task(wait_until_settled(bench.store, submission_id, 60))
        await asyncio.to_thread(process, submission_id, desk)
        return await waiting

    assert asyncio.run(wait()).verdict is Verdict.ACCEPTED


def test_waiting_ends_in_time_with_what_is_known(bench: Any) -> None:
    submission_id = bench.receive().submission.id
    assert asyncio.run(wait_until_settled(bench.store, submission_id, 0)).verdict is None


def test_a_document_that_kills_its_process_twice_is_held(bench: Any, desk: Desk) -> None:
    broken = replace(desk, assess=raises(Fault("engine-crash")))
    submission_id = bench.receive().submission.id
    process(submission_id, broken)
    bench.clock.advance(3600)
    process(submission_id, broken)
    submission = bench.store.submissions.get(submission_id)
    assert (submission.hold, submission.fault_cause) == (Hold.FAULT, "engine-crash")


def test_a_fault_that_lies_elsewhere_is_tried_again_for_ever(bench: Any, desk: Desk) -> None:
    away = replace(desk, scan=raises(Fault("scanner", elsewhere=True)))
    submission_id = bench.receive().submission.id
    for _ in range(3 * bench.settings.max_attempts):
        process(submission_id, away)
        bench.clock.advance(3600)
    waiting = bench.store.submissions.get(submission_id)
    assert (waiting.verdict, waiting.hold, waiting.fault_cause) == (None, Hold.NONE, "scanner")
    process(submission_id, desk)
    assert bench.store.submissions.get(submission_id).verdict is Verdict.ACCEPTED


def test_a_file_with_a_virus_is_quarantined_before_anything_looks_into_it(bench: Any, desk: Desk) -> None:
    looked: list[bytes] = []
    infected = replace(desk, scan=raises(Fault(MALWARE, "Eicar", deterministic=True)), extract=looked.append)
    submission = processed(bench, infected)
    assert (submission.hold, submission.malware) == (Hold.QUARANTINE, "Eicar")
    assert looked == []


def test_a_file_two_operators_let_through_is_not_scanned_again(bench: Any, desk: Desk) -> None:
    infected = replace(desk, scan=raises(Fault(MALWARE, "Eicar", deterministic=True)))
    quarantined = processed(bench, infected)
    for actor in ("account:1", "account:2"):
        bench.store.people.consent(quarantined.id, actor=actor, reason="Fehlalarm")
    process(quarantined.id, infected)
    assert bench.store.submissions.get(quarantined.id).verdict is Verdict.ACCEPTED


def test_a_decision_is_not_lost_when_the_database_is_away_for_a_moment(
    bench: Any, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide, tries = bench.store.claims.decide, []

    def away_once(*given: Any) -> Any:
        tries.append(given)
        if len(tries) == 1:
            raise Fault("database", elsewhere=True)
        return decide(*given)

    monkeypatch.setattr(type(bench.store.claims), "decide", lambda _, *given: away_once(*given))
    submission = processed(bench, desk)
    assert (submission.verdict, submission.attempts, len(tries)) == (Verdict.ACCEPTED, 1, 2)
