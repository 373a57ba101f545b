"""Figures for Prometheus: requests as they are answered, this process's work, the whole service. No personal data."""

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from einvoice.app import App
from einvoice.operations import ServiceFigures
from einvoice.watching.figures import PROCESS


class Meter:
    """The figures of one process that serves the web."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        labels = ("method", "route")
        self._requests = Counter(
            "einvoice_http_requests", "Requests answered", (*labels, "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "einvoice_http_request_seconds", "Time to answer a request", labels, registry=self._registry
        )
        self._service: ServiceFigures | None = None

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request; `route` is a pattern, never a path with something in it."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def figures(self, app: App) -> bytes:
        """Everything, in the text format of Prometheus."""
        if self._service is None:
            self._service = ServiceFigures(app.store, app.settings)
        return b"".join(generate_latest(part) for part in (self._registry, PROCESS, self._service))
