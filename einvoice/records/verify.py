"""Verifies a whole store: the chain, the signatures on it, and that everything stored is what the chain says.

First the log is read from end to end, then each submission is held beside its entries. The service may go on meanwhile:
whatever looks wrong is looked at a second time before it is told.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Protocol

from einvoice.model.audit import AuditEntry, Checkpoint
from einvoice.model.submission import Submission
from einvoice.records.chain import Chain, Checkpoints
from einvoice.records.dossiers import Log, Looked, look
from einvoice.records.problems import Figures, Kind, Problem, Problems, Verification
from einvoice.records.signing import PublicKeys
from einvoice.store.evidence import Dossier

Progress = Callable[[str, int, int | None], None]  # stage ("entries", "submissions", "objects"), done, of how many

_TOLD_EVERY = 200
_ON_ITS_WAY = timedelta(hours=1)  # what was stored so lately may get its row yet


class AuditLog(Protocol):
    """The log as `store.audit` reads it."""

    def entries(self, after: int = 0) -> Iterator[AuditEntry]:
        """All behind a number, in order."""

    def head(self) -> tuple[int, str]:
        """Number and hash of the last entry; 0 and GENESIS where there is none."""

    def checkpoints(self) -> Iterator[Checkpoint]:
        """All, in order of their numbers."""


class Evidence(Protocol):
    """What else is read, as `store.evidence` does. Every method raises Fault when the store can't be reached."""

    def count(self) -> int:
        """How many submissions there are, about."""

    def dossiers(self) -> Iterator[Dossier]:
        """Every submission that has a row or an entry, each once."""

    def dossier(self, submission_id: str) -> Dossier:
        """One of them as it stands now."""

    def report(self, submission_id: str) -> bytes | None:
        """The report as stored, unsealed; None: there is none."""

    def original(self, submission: Submission) -> bytes:
        """The bytes as received; Fault("blob-missing"), and Fault("blob-damaged") if their hash is not the row's."""

    def leftovers(self, older_than: datetime) -> Iterator[str]:
        """Names of stored objects that no submission speaks of, written before then."""


def unseen(stage: str, done: int, total: int | None) -> None:
    """Progress for nobody."""


def verify(log: AuditLog, evidence: Evidence, keys: PublicKeys, progress: Progress = unseen) -> Verification:
    """Everything; raises Fault when it can't be finished, which says nothing about what is stored."""
    problems, figures = Problems(), Figures()
    checkpoints = Checkpoints(log.checkpoints(), keys)
    problems.add(checkpoints.problems())
    chain, known, head = _along(log, checkpoints, progress)
    problems.add(chain.end(head))
    figures.entries, figures.checkpoints = chain.count, checkpoints.count
    behind: list[int] = []
    for looked in _looks(evidence, known, progress):
        problems.add(looked.problems)
        _count(figures, looked)
        if looked.behind:
            behind.append(looked.behind)
    if behind and not chain.is_cut:
        details = {"events": str(sum(behind)), "submissions": str(len(behind))}
        problems.add([Problem(kind=Kind.LOG_BEHIND, number=chain.last, details=details)])
    figures.leftovers = sum(1 for _ in evidence.leftovers(datetime.now(UTC) - _ON_ITS_WAY))
    return Verification(
        problems=problems.kept(),
        count=problems.count,
        figures=figures,
        last=chain.last,
        signed=chain.signed,
        key_ids=keys.ids,
    )


def _along(log: AuditLog, checkpoints: Checkpoints, progress: Progress) -> tuple[Chain, Log, tuple[int, str]]:
    """Along the log until nothing comes any more, for it may grow while it is read; and what its head says then."""
    chain = Chain(checkpoints)
    begins: datetime | None = None
    ends: datetime | None = None
    while True:
        before = chain.count
        for entry in log.entries(after=chain.last):
            chain.feed(entry)
            begins, ends = begins or entry.at, entry.at
            if chain.count % _TOLD_EVERY == 0:
                progress("entries", chain.count, None)
        head = log.head()
        if head[0] <= chain.last or chain.count == before:
            return chain, Log(begins=begins, ends=ends, suspect=chain.suspect), head


def _looks(evidence: Evidence, log: Log, progress: Progress) -> Iterator[Looked]:
    total = evidence.count()
    for number, dossier in enumerate(evidence.dossiers(), 1):
        looked = look(dossier, log, evidence)
        if looked.problems or looked.behind:  # it may have gone on between two looks
            looked = look(evidence.dossier(dossier.id), log, evidence)
        yield looked
        if number % _TOLD_EVERY == 0:
            progress("submissions", number, max(total, number))


def _count(figures: Figures, looked: Looked) -> None:
    figures.submissions += looked.seen
    figures.unlogged += looked.unlogged
    figures.expired += looked.expired
    figures.reports += looked.reports
    figures.originals += looked.originals
    figures.bytes += looked.size
