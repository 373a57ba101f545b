"""A collector of OpenTelemetry traces on loopback: OTLP over HTTP, kept in memory."""

import gzip
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue


@dataclass(frozen=True)
class Span:
    """What was collected of one span."""

    name: str
    trace: str  # hex
    id: str  # hex
    parent: str  # hex; "": none
    began: int  # nanoseconds
    ended: int
    attributes: Mapping[str, object]
    resource: Mapping[str, object]
    error: str  # "": none
    raw: bytes  # all of it


@dataclass
class Collector:
    """What has come in so far."""

    spans: list[Span] = field(default_factory=list)
    status: int = 200  # what it answers
    port: int = 0

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def named(self, name: str) -> list[Span]:
        return [span for span in self.spans if span.name == name]

    def take(self, body: bytes) -> None:
        """One request."""
        for part in ExportTraceServiceRequest.FromString(body).resource_spans:
            resource = _values(part.resource.attributes)
            for scope in part.scope_spans:
                for span in scope.spans:
                    self.spans.append(
                        Span(
                            name=span.name,
                            trace=span.trace_id.hex(),
                            id=span.span_id.hex(),
                            parent=span.parent_span_id.hex(),
                            began=span.start_time_unix_nano,
                            ended=span.end_time_unix_nano,
                            attributes=_values(span.attributes),
                            resource=resource,
                            error=span.status.message if span.status.code == span.status.STATUS_CODE_ERROR else "",
                            raw=span.SerializeToString(),
                        )
                    )


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector that runs."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            if collector.status == 200 and self.path == "/v1/traces":
                collector.take(body)
            self.send_response(collector.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collector.port = server.server_port
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _values(attributes: object) -> dict[str, object]:
    found: dict[str, object] = {}
    one: KeyValue
    for one in attributes:  # type: ignore[attr-defined]  # a repeated field
        value: AnyValue = one.value
        found[one.key] = getattr(value, value.WhichOneof("value") or "string_value")
    return found
