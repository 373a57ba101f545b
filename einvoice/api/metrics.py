"""Figures for Prometheus: requests as they are answered, submissions as the store counts them. No personal data."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from einvoice.model.assessment import Verdict
from einvoice.model.policy import Outcome
from einvoice.model.submission import Handling, Hold
from einvoice.store import Store, SubmissionFilter


class Meter:
    """The figures of one process; those of the store are the same in all."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        labels = ("method", "route")
        self._requests = Counter(
            "einvoice_http_requests", "Requests answered", (*labels, "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "einvoice_http_request_seconds", "Time to answer a request", labels, registry=self._registry
        )
        self._by_verdict = self._gauge("verdict", "Submissions by verdict")
        self._by_handling = self._gauge("handling", "Submissions by handling")
        self._by_policy = self._gauge("policy_outcome", "Submissions by outcome of the authority's policies")
        self._by_hold = self._gauge("hold", "Submissions on hold, by reason")

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request; `route` is a pattern, never a path with something in it."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def figures(self, store: Store) -> bytes:
        """Everything, in the text format of Prometheus."""
        overview = store.submissions.overview(SubmissionFilter())
        _fill(self._by_verdict, Verdict, {key: count for key, count in overview.by_verdict.items() if key})
        _fill(self._by_handling, Handling, overview.by_handling)
        _fill(self._by_policy, Outcome, overview.by_policy)
        _fill(self._by_hold, (hold for hold in Hold if hold), overview.by_hold)
        return generate_latest(self._registry)

    def _gauge(self, by: str, text: str) -> Gauge:
        return Gauge(f"einvoice_submissions_by_{by}", text, (by,), registry=self._registry)


def _fill(gauge: Gauge, keys: Iterable[StrEnum], counts: Mapping[Any, int]) -> None:
    for key in keys:
        gauge.labels(str(key)).set(counts.get(key, 0))
