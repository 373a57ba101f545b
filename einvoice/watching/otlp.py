"""Traces by OpenTelemetry, sent by OTLP over HTTP. Imported only where they are wanted.

The ids of a submission's trace and of its first span are made from the submission's id. So the process that received
it, and whichever workers try to decide it, write into one trace without telling each other anything, hours later and
after any crash.
"""

import hashlib
import logging
import os
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import NamedTuple

import structlog
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import (
    INVALID_SPAN,
    NonRecordingSpan,
    SpanContext,
    Status,
    StatusCode,
    TraceFlags,
    get_current_span,
    set_span_in_context,
)

from einvoice import __version__
from einvoice.errors import Fault, Refusal

SUBMISSION = "einvoice.submission"  # the attribute by which a trace is found
_PATH = "/v1/traces"
_SECONDS = 5.0  # the longest that is waited for the collector to take a batch, or at the end for all there is
_WAITING = 8192  # finished spans that are kept until they are sent; those beyond are dropped

log = structlog.get_logger()


class _Ids(NamedTuple):
    """Of the first span of a submission's trace."""

    trace: int
    span: int

    @classmethod
    def of(cls, submission_id: str) -> "_Ids":
        digest = hashlib.sha256(submission_id.encode()).digest()
        return cls(int.from_bytes(digest[:16], "big"), int.from_bytes(digest[16:24], "big"))


_given: ContextVar[_Ids | None] = ContextVar("_given", default=None)  # ids of the span that is started next


class OtlpTracing:
    """See traces.Tracing."""

    def __init__(self, endpoint: str) -> None:
        """`endpoint` is that of the collector, such as http://HOST:4318."""
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)  # it would tell of each lost batch; we tell once
        resource = {
            "service.name": "einvoice",
            "service.version": __version__,
            "service.instance.id": f"{socket.gethostname()}:{os.getpid()}",
        }
        provider = TracerProvider(
            resource=Resource.create(resource), id_generator=_IdGenerator(), shutdown_on_exit=False
        )
        address = endpoint.rstrip("/").removesuffix(_PATH) + _PATH
        self._exporter = _Telling(OTLPSpanExporter(address, timeout=_SECONDS))
        provider.add_span_processor(BatchSpanProcessor(self._exporter, max_queue_size=_WAITING))
        self._provider = provider
        self._tracer = provider.get_tracer("einvoice", __version__)

    def begin(self, submission_id: str, began: int, **attributes: str | bool) -> None:
        """The root of the trace, or where the submission was there already, a span below that root."""
        ids, first = _Ids.of(submission_id), attributes.get("created", True)
        context = set_span_in_context(INVALID_SPAN if first else _remote(ids))
        told = {SUBMISSION: submission_id} | {f"einvoice.{name}": value for name, value in attributes.items()}
        token = _given.set(ids if first else None)
        try:
            self._tracer.start_span("receive", context=context, start_time=began, attributes=told).end()
        finally:
            _given.reset(token)

    def work_on(self, submission_id: str) -> AbstractContextManager[None]:
        """One attempt, below the root of the trace, whichever process wrote that."""
        context = set_span_in_context(_remote(_Ids.of(submission_id)))
        return self._started("process", context, {SUBMISSION: submission_id})

    def span(self, name: str) -> AbstractContextManager[None]:
        """A stage."""
        return self._started(name) if get_current_span().get_span_context().is_valid else nullcontext()

    @contextmanager
    def _started(self, name: str, context: Context | None = None, told: dict[str, str] | None = None) -> Iterator[None]:
        """A span. What goes wrong in it is told by its kind alone: messages may quote invoices."""
        with self._tracer.start_as_current_span(
            name, context, attributes=told, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield
            except Refusal as refusal:  # a decision, not an error
                span.set_attribute("einvoice.refusal", refusal.notice.code)
                raise
            except Exception as error:
                cause = error.notice.cause if isinstance(error, Fault) else type(error).__name__
                span.set_attribute("error.type", cause)
                span.set_status(Status(StatusCode.ERROR, cause))
                raise

    def note(self, **attributes: str) -> None:
        """About the span that is under way in this thread."""
        get_current_span().set_attributes({f"einvoice.{name}": value for name, value in attributes.items()})

    def close(self) -> None:
        """Send what waits, if the collector answers, and stop."""
        self._exporter.hurry()
        self._provider.shutdown()


def _remote(ids: _Ids) -> NonRecordingSpan:
    """The first span of a trace as another process sees it."""
    return NonRecordingSpan(
        SpanContext(ids.trace, ids.span, is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED))
    )


class _IdGenerator(RandomIdGenerator):
    def generate_trace_id(self) -> int:
        given = _given.get()
        return given.trace if given else super().generate_trace_id()

    def generate_span_id(self) -> int:
        given = _given.get()
        return given.span if given else super().generate_span_id()


class _Telling(SpanExporter):
    """Says once when the collector is away, and once when it is back. What it missed is lost, and nothing else."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._away = False
        self._end: float | None = None

    def hurry(self) -> None:
        """The process ends: from now on, give up soon, and at once where the collector is away."""
        self._end = time.monotonic() + _SECONDS

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Hand them on."""
        if self._end is not None and (self._away or time.monotonic() > self._end):
            return SpanExportResult.FAILURE
        try:
            result = self._exporter.export(spans)
        except Exception:
            result = SpanExportResult.FAILURE
        if (result is not SpanExportResult.SUCCESS) is not self._away:
            self._away = not self._away
            log.warning("traces-lost") if self._away else log.info("traces-sent-again")
        return result

    def shutdown(self) -> None:
        """Close its connections."""
        self._exporter.shutdown()
