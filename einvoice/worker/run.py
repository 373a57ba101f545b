"""A worker: threads that work on what comes in, and rounds that see to the rest."""

import threading
from collections.abc import Iterable
from itertools import count

import structlog

from einvoice.pipeline import Desk, process
from einvoice.settings import Settings
from einvoice.worker.answering import answer_errands
from einvoice.worker.errands import Errand, Errands
from einvoice.worker.folder import Inbox
from einvoice.worker.mail import mail_errands
from einvoice.worker.queue import WakeQueue
from einvoice.worker.refill import Refill

_THREADS_PER_PROCESS = 6  # while some wait for a commit, which they share, no validator process waits for them
_RENEWALS = 4  # of a claim, before it would end
_WAITING_PER_THREAD = 10  # how full the queue is kept while more is due
_LOOK_EVERY = 4  # invoices, between two looks whether the queue is low

log = structlog.get_logger()


def run_worker(
    desk: Desk, settings: Settings, stop: threading.Event, errands: Iterable[Errand] = (), *, secret: bytes
) -> None:
    """Work until `stop` is set; then take nothing new, finish what has begun, and return.

    `errands` are done beside our own, `secret` is that of `WakeQueue`. Runs in any thread, beside a web server too.
    Nothing that is away ends it, be it database, queue or folders: it goes on by itself when they are back.
    """
    from einvoice.worker.hands import Hands  # here, so that other commands start without huey

    threads = _THREADS_PER_PROCESS * settings.workers + 1
    queue = WakeQueue(settings, secret)
    refill = Refill(queue, desk.store.claims.due, least=threads, most=threads * _WAITING_PER_THREAD)
    inbox = Inbox(desk, settings)

    handled = count(1)

    def handle(submission_id: str) -> None:
        process(submission_id, desk)
        if next(handled) % _LOOK_EVERY == 0:
            refill.fill_when_low()

    hands = Hands(queue, handle, threads)
    sweep = settings.sweep_seconds
    rounds = (
        Errand("refill", sweep, refill.fill),
        Errand("claims", settings.claim_seconds / _RENEWALS, desk.store.claims.renew),
        Errand("expired-leases", sweep, desk.store.deliveries.release_expired),
        Errand("worker-threads", sweep, hands.check_worker_health),
    )
    answers = answer_errands(
        desk.store, inbox.folders, inbox.answered, every=sweep, patience=settings.abandoned_seconds
    )
    mail = mail_errands(desk, settings, stop)
    all_errands = Errands([*rounds, *answers, *mail, *inbox.errands(), *errands], stop)
    hands.start()
    all_errands.start()
    inbox.start()
    log.info("worker-started", threads=threads)
    try:
        stop.wait()
    finally:
        stop.set()
        hands.stop(graceful=True)
        all_errands.join()
        inbox.close()
        queue.close()
        log.info("worker-stopped")
