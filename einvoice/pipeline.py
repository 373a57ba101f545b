"""The way of an invoice, on one screen. This module alone knows the order of the stages."""

import asyncio
import hashlib
import random
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, TypeVar

import structlog

from einvoice.errors import Fault, Refusal
from einvoice.intake import Spooled
from einvoice.model.assessment import Assessment
from einvoice.model.basis import Basis
from einvoice.model.decision import Decision
from einvoice.model.document import InvoiceDocument
from einvoice.model.enclosed import Inspection
from einvoice.model.examination import DocumentFacts, Examination
from einvoice.model.invoice import Invoice
from einvoice.model.routing import Routing
from einvoice.model.submission import Claim, Door, Priority, Receipt, Submission
from einvoice.model.trouble import FaultNotice
from einvoice.settings import Settings
from einvoice.store import ClaimLost, Store
from einvoice.watching import followed, settled, taken_in, timed
from einvoice.watching.figures import count_fault, count_lost_claim, count_retry

_LOOK_SECONDS = 0.1  # between two looks at a submission someone waits for
_LONGEST_DELAY_SECONDS = 3600.0
_INSIST_SECONDS = 20.0  # well within a claim
_AWAY = 3  # times the first delay, where a part of the service is away
_ABOUT_RULES = ("rules-", "policy-")  # faults whose detail names packs and files, and nothing of the invoice
_CHANCE = random.SystemRandom()

Answer = TypeVar("Answer")

log = structlog.get_logger()


def unscanned(data: object) -> None:
    """The virus scan where there is none."""


def unrouted(invoice: Invoice) -> Routing:  # noqa: ARG001
    """The routing stage where nothing is handed over."""
    return Routing()


def uninspected(data: bytes, document: InvoiceDocument, invoice: Invoice) -> Inspection | None:  # noqa: ARG001
    """The inspection where nobody asks for it."""
    return None


@dataclass(frozen=True, kw_only=True)
class Stages:
    """The stages of the way, each with all it needs. Enough for a check that keeps nothing."""

    scan: Callable[[bytes], None] = unscanned  # what was received; raises Fault
    scan_inside: Callable[[InvoiceDocument], None] = unscanned  # what was taken out of it; raises Fault
    extract: Callable[[bytes], InvoiceDocument]  # raises Refusal, Fault
    read: Callable[[InvoiceDocument], Invoice]
    route: Callable[[Invoice], Routing] = unrouted
    assess: Callable[[InvoiceDocument, Basis], Assessment]  # formal verdict, then policies; raises Fault
    inspect: Callable[[bytes, InvoiceDocument, Invoice], Inspection | None] = uninspected  # the PDF, what is enclosed


@dataclass(frozen=True, kw_only=True)
class Desk(Stages):
    """The stages, and what is needed to keep what comes of them."""

    store: Store
    settings: Settings
    wake: Callable[[str, Priority], None]  # says that a submission waits; may get lost
    render_report: Callable[[Examination, Literal["html", "json"]], bytes]


@followed
def process(submission_id: str, desk: Desk) -> None:
    """Take one received submission to its decision.

    (1) claim it, (2) look for viruses and take the invoice out, (3) read it, (4) find its authority, (5) assess it and
    inspect what came along, (6) decide. A Refusal is a decision. A Fault is tried again later, then held. Nobody
    decides under a lost claim.
    """
    claim = timed("claim", desk.store.claims.claim, submission_id)  # (1)
    if claim is None:  # someone else has it, it waits for its next try, or it is decided
        return
    with desk.store.claims.kept(claim):
        _work_out(claim, desk)


def _work_out(claim: Claim, desk: Desk) -> None:
    received = claim.submission
    source = _Source(
        name=received.name,
        sha256=received.sha256,
        size=received.size,
        fetch=lambda: timed("fetch", desk.store.originals.read, received),
        scanned=received.malware is None,  # one that was found comes here only after two operators let it through
    )
    examination, routing = _look(source, received.received_at, desk.store.clock(), desk)  # (2) to (5)
    fault = examination.assessment.fault
    try:
        if fault is not None:
            told = {"detail": fault.detail} if fault.cause.startswith(_ABOUT_RULES) else {}
            log.warning("fault", cause=fault.cause, attempt=claim.submission.attempts, **told)
        if fault is not None and desk.store.claims.can_be_tried_again(claim, fault):
            _insist("postpone", lambda: desk.store.claims.postpone(claim, fault, _next_try(claim, fault, desk)))
            count_retry()
        else:
            decision = Decision.of(examination, routing)
            decided = _insist("decide", lambda: desk.store.claims.decide(claim, decision))  # (6) one transaction
            settled(decided, desk.store.clock())
    except ClaimLost:
        log.warning("claim-lost")
        count_lost_claim()


def examine(data: bytes, name: str, stages: Stages, *, official_only: bool = False) -> Examination:
    """What would be decided about these bytes today. Nothing is kept; a Fault gives the verdict undecided.

    `official_only`: by KoSIT's scenarios alone, and nobody's policies.
    """
    now = datetime.now(UTC)
    source = _Source(name=name, sha256=hashlib.sha256(data).hexdigest(), size=len(data), fetch=lambda: data)
    return _look(source, now, now, stages, official_only=official_only)[0]


def submit(
    spooled: Spooled, *, desk: Desk, door: Door, sender: str, actor: str, name: str, idempotency_key: str | None = None
) -> Receipt:
    """Keep what came in, then say that there is work. Raises IdempotencyConflict. The spool file is gone afterwards."""
    try:
        receipt = taken_in(
            desk.store.receiving.receive,
            spooled,
            door=door,
            sender=sender,
            actor=actor,
            name=name,
            idempotency_key=idempotency_key,
        )
    finally:
        spooled.discard()
    if receipt.created:
        desk.wake(receipt.submission.id, receipt.submission.priority)
    return receipt


async def wait_until_settled(store: Store, submission_id: str, seconds: float) -> Submission:
    """The submission, as soon as nothing more happens to it by itself, at the latest after `seconds`."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while True:
        submission = await asyncio.to_thread(store.submissions.get, submission_id)
        if submission.settled or loop.time() >= end:
            return submission
        await asyncio.sleep(_LOOK_SECONDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """What is examined."""

    name: str
    sha256: str
    size: int
    fetch: Callable[[], bytes]  # raises Fault
    scanned: bool = True  # False: two operators have let it through


def _look(
    source: _Source, received_at: datetime, now: datetime, stages: Stages, *, official_only: bool = False
) -> tuple[Examination, Routing]:
    """Go through the stages; what was found out before a Refusal or Fault stays known."""
    document: InvoiceDocument | None = None
    invoice: Invoice | None = None
    inspection: Inspection | None = None
    routing = Routing()
    try:
        data = source.fetch()
        if source.scanned:
            timed("scan", stages.scan, data)
        document = timed("extract", stages.extract, data)  # (2)
        if source.scanned:
            timed("scan", stages.scan_inside, document)
        invoice = timed("read", stages.read, document)  # (3)
        routing = timed("route", stages.route, invoice)  # (4)
        day = received_at.astimezone().date()  # where we are
        basis = Basis.of(routing, day, official_only=official_only)
        assessment = timed("assess", stages.assess, document, basis)  # (5)
        if not official_only:
            inspection = _inspected(data, document, invoice, stages)
    except Refusal as refusal:
        assessment = Assessment.refused(refusal.notice)
    except Fault as fault:
        assessment = Assessment.undecided(fault.notice)
    except Exception as error:
        assessment = Assessment.undecided(_bug(error))
    if assessment.fault is not None:
        count_fault(assessment.fault.cause)
    examination = Examination(
        name=source.name,
        sha256=source.sha256,
        size=source.size,
        examined_at=now,
        document=DocumentFacts.of(document) if document else None,
        invoice=invoice,
        assessment=assessment,
        inspection=inspection,
    )
    return examination, routing


def _inspected(data: bytes, document: InvoiceDocument, invoice: Invoice, stages: Stages) -> Inspection | None:
    """What there is beside the verdict; it stands whatever happens here."""
    try:
        return timed("inspect", stages.inspect, data, document, invoice)
    except Exception as error:
        _bug(error)
        return None


def _bug(error: Exception) -> FaultNotice:
    """A mistake of ours is a Fault too. Its message may quote the invoice, so only kind and place are told."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"
    log.error("stage-failed", place=place)
    return FaultNotice("internal", place, deterministic=False)


def _insist(stage: str, act: Callable[[], Answer]) -> Answer:
    """Try again for a while when the database is away: what was found out need not be found out again.

    Where it did commit before the connection broke, the second time raises ClaimLost, and all is well, too.
    """
    end = time.monotonic() + _INSIST_SECONDS
    while True:
        try:
            return timed(stage, act)
        except Fault as fault:
            if not fault.notice.elsewhere or time.monotonic() > end:
                raise
            time.sleep(_CHANCE.uniform(0.5, 1.5))


def _next_try(claim: Claim, fault: FaultNotice, desk: Desk) -> datetime:
    """Twice as late each time, up to an hour, and never all of them at once.

    Where a part of the service is away, at a steady pace: it may be back any time.
    """
    delay = min(desk.settings.retry_seconds * 2 ** (claim.submission.attempts - 1), _LONGEST_DELAY_SECONDS)
    if fault.elsewhere:
        delay = desk.settings.retry_seconds * _AWAY
    return desk.store.clock() + timedelta(seconds=delay * _CHANCE.uniform(0.5, 1.5))
