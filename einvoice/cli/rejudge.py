"""Judges again what was judged before, or would be: for `replay` and `rules reassess`. Decides nothing."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from einvoice import routing
from einvoice.app import open_stages
from einvoice.errors import Fault
from einvoice.model import Assessment, Basis, InvoiceDocument, Verdict
from einvoice.model.comparison import Comparison
from einvoice.model.examination import Examination
from einvoice.model.submission import Submission
from einvoice.pipeline import Stages, examine
from einvoice.settings import Settings
from einvoice.store import Store, SubmissionFilter, open_store
from einvoice.validation import ValidatorPool

_AHEAD = 4  # documents under way for each process
_PAGE = 200  # submissions read at once

Item = TypeVar("Item")
Pins = tuple[str, ...] | None  # packs by name that judge; empty: those of the day; None: as the authority has them


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What is needed to judge once more."""

    stages: Stages
    workers: int

    def side_by_side(self, one: Callable[[Item], Comparison], items: Iterable[Item]) -> Iterator[Comparison]:
        """Judge several at once, answer in order."""
        waiting: deque[Future[Comparison]] = deque()
        with ThreadPoolExecutor(self.workers + 1) as threads:
            for item in items:
                waiting.append(threads.submit(one, item))
                if len(waiting) > self.workers * _AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def file(self, path: Path, *, before: Pins, after: Pins) -> Comparison:
        """A file under two choices of packs, as if it came in today."""
        today = datetime.now().astimezone().date()
        try:
            data = path.read_bytes()
        except OSError as error:
            unread = _unread(Fault("unreadable", f"{path}: {error.strerror}"))
            return Comparison(name=str(path), invoice_number=None, before=unread, after=unread)
        old, new = (self._examined(data, path.name, today, pins) for pins in (before, after))
        number = new.invoice.number if new.invoice else None
        return Comparison(name=str(path), invoice_number=number, before=old.assessment, after=new.assessment)

    def stored(self, submission: Submission, store: Store, *, pins: Pins) -> Comparison:
        """What was decided, and what is said of the same bytes, received that day, by a choice of packs."""
        decided = store.submissions.examination(submission.id)
        before = decided.assessment if decided else Assessment(verdict=submission.verdict or Verdict.UNDECIDED)
        day = submission.received_at.astimezone().date()  # where we are, as when it came in
        try:
            after = self._examined(store.originals.read(submission), submission.name, day, pins).assessment
        except Fault as fault:
            after = _unread(fault)
        return Comparison(name=submission.id, invoice_number=submission.invoice_number, before=before, after=after)

    def _examined(self, data: bytes, name: str, on: date, pins: Pins) -> Examination:
        def assess(document: InvoiceDocument, basis: Basis) -> Assessment:
            chosen = basis.pins if pins is None else pins
            return self.stages.assess(document, replace(basis, on=on, pins=chosen))

        return examine(data, name, replace(self.stages, assess=assess))


def judged(store: Store, wanted: SubmissionFilter, since: date | None = None) -> Iterator[Submission]:
    """Every submission that has a verdict or is held without one, newest first."""
    after: str | None = None
    while True:
        page = store.submissions.find(wanted, after=after, limit=_PAGE)
        for submission in page.items:
            if since is not None and submission.received_at.astimezone().date() < since:
                return
            if submission.verdict is not None:
                yield submission
        after = page.next
        if after is None:
            return


@contextmanager
def open_bench(settings: Settings) -> Iterator[Bench]:
    """A bench for files, with validator processes of its own."""
    workers = settings.workers or 1
    with ValidatorPool(settings.model_copy(update={"workers": workers}), preload=False) as pool:
        yield Bench(stages=open_stages(settings, pool), workers=workers)


@contextmanager
def open_stored(settings: Settings) -> Iterator[tuple[Bench, Store]]:
    """A bench for what the service has decided; invoices go to their authorities, whose pins may hold."""
    store = open_store(settings)
    try:
        with open_bench(settings) as bench:
            route = partial(routing.route, directory=store.authorities)
            yield replace(bench, stages=replace(bench.stages, route=route)), store
    finally:
        store.close()


def _unread(fault: Fault) -> Assessment:
    return Assessment.undecided(fault.notice)
