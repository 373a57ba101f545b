"""What one process counts and times, for Prometheus. It begins anew with each start of the process.

Labels have few values, all of them words of ours: never an id, a name, or anything out of an invoice.
"""

from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.registry import Collector

from einvoice import __version__
from einvoice.model.assessment import Verdict
from einvoice.model.submission import Door, Handling, Hold, Priority, Receipt, Submission

# Places on the way; those of one submission that follow one another add up to what it costs.
STAGES = ("receive", "claim", "fetch", "scan", "extract", "read", "route", "assess", "inspect", "decide", "postpone")

# Causes of faults that somebody should hear of at their first time; there are more.
_CAUSES = (
    *("database", "storage", "scanner", "key-missing", "key-wrong", "keys-unusable", "rules-missing", "rules-altered"),
    *("timeout", "engine-crash", "engine-abort", "pool-broken", "internal"),
)
_STAGE_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_DECISION_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 3600, 21_600, 86_400)

_REGISTRY = CollectorRegistry()
PROCESS: Collector = _REGISTRY
ProcessCollector(registry=_REGISTRY)  # process_cpu_seconds_total, process_resident_memory_bytes, process_open_fds, …
Gauge("einvoice_build_info", "The program that runs", ("version",), registry=_REGISTRY).labels(__version__).set(1)

_received = Counter("einvoice_received", "Submissions taken in", ("door",), registry=_REGISTRY)
_repeated = Counter(
    "einvoice_repeated", "Handed in once more, answered with the first submission", ("door",), registry=_REGISTRY
)
_decided = Counter("einvoice_decided", "Formal verdicts", ("verdict",), registry=_REGISTRY)
_declined = Counter("einvoice_declined", "Accepted, but turned down by the authority's policies", registry=_REGISTRY)
_held = Counter("einvoice_held", "Submissions put on hold by this process", ("hold",), registry=_REGISTRY)
_retries = Counter("einvoice_retries", "Attempts that failed and are made again later", registry=_REGISTRY)
_claims_lost = Counter("einvoice_claims_lost", "Work dropped because another worker took over", registry=_REGISTRY)
_faults = Counter(
    "einvoice_faults", "Work of ours that failed, in submissions and checks", ("cause",), registry=_REGISTRY
)
_stages = Histogram(
    "einvoice_stage_seconds", "Time a stage takes", ("stage",), buckets=_STAGE_BUCKETS, registry=_REGISTRY
)
_decision = Histogram(
    "einvoice_decision_seconds",
    "Time from receipt to decision or hold",
    ("priority",),
    buckets=_DECISION_BUCKETS,
    registry=_REGISTRY,
)

# Every series there can be is there from the start: an increase from nothing to one is seen by nobody.
STAGE_SECONDS = {stage: _stages.labels(stage) for stage in STAGES}
_BY_PRIORITY = {priority: _decision.labels(priority.name.lower()) for priority in Priority}
_BY_VERDICT = {verdict: _decided.labels(str(verdict)) for verdict in (Verdict.ACCEPTED, Verdict.REJECTED)}
_BY_HOLD = {hold: _held.labels(str(hold)) for hold in Hold if hold}
_BY_CAUSE = {cause: _faults.labels(cause) for cause in _CAUSES}
_BY_DOOR = {door: (_received.labels(str(door)), _repeated.labels(str(door))) for door in Door}


def count_received(receipt: Receipt) -> None:
    """Count a submission that was taken in, or was there already."""
    new, again = _BY_DOOR[receipt.submission.door]
    (new if receipt.created else again).inc()


def count_decided(submission: Submission, now: datetime) -> None:
    """Count what has just come of a submission. One that is to be judged anew is not done."""
    if submission.handling is Handling.RECEIVED and not submission.hold:
        return
    _BY_PRIORITY[submission.priority].observe(max((now - submission.received_at).total_seconds(), 0))
    if submission.verdict in _BY_VERDICT:
        _BY_VERDICT[submission.verdict].inc()
        _declined.inc(int(submission.declined))
    if submission.hold:
        _BY_HOLD[submission.hold].inc()


def count_fault(cause: str) -> None:
    """Count work of ours that failed."""
    (_BY_CAUSE.get(cause) or _faults.labels(cause)).inc()


def count_retry() -> None:
    """Count an attempt that is to be made again."""
    _retries.inc()


def count_lost_claim() -> None:
    """Count work that was dropped."""
    _claims_lost.inc()
