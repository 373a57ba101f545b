"""One trace for each submission, and trouble with the collector that disturbs nobody."""

import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
import structlog

from einvoice import routing
from einvoice.errors import Fault, Refusal
from einvoice.model.submission import Door
from einvoice.pipeline import Desk, examine, process, submit
from einvoice.settings import Settings
from einvoice.watching import timed, tracing
from tests.support.collector import Collector, Span, collecting
from tests.unit.test_pipeline import ACCEPTED, LEITWEG_ID, extract, raises, read

SECRET = "Erika Mustermann, R-1"


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as started:
        yield started


@pytest.fixture
def desk(bench: Any) -> Desk:
    bench.authority(LEITWEG_ID)
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


def received(bench: Any, desk: Desk, name: str = "r.xml") -> str:
    spooled = bench.spool.write([b"<Invoice/>"])
    receipt = submit(spooled, desk=desk, door=Door.API, sender="supplier:1", actor="token:1", name=name)
    return str(receipt.submission.id)


def in_another_process(collector: Collector) -> Any:
    """Traces as a process makes them that knows of no other."""
    return tracing(Settings(otlp_endpoint=collector.endpoint))


def tree(spans: list[Span]) -> dict[str, str]:
    """The name of each span with that of the one above it."""
    names = {span.id: span.name for span in spans}
    return {span.name: names.get(span.parent, span.parent) for span in spans}


def test_one_trace_leads_from_receipt_to_decision_across_processes(
    bench: Any, desk: Desk, collector: Collector
) -> None:
    with in_another_process(collector):
        submission_id = received(bench, desk)
    with in_another_process(collector):
        process(submission_id, desk)
    assert len({span.trace for span in collector.spans}) == 1
    assert tree(collector.spans) == {"receive": "", "process": "receive"} | dict.fromkeys(
        ("claim", "fetch", "scan", "extract", "read", "route", "assess", "inspect", "decide"), "process"
    )
    ids = {span.name: span.attributes.get("einvoice.submission") for span in collector.spans}
    assert (ids["receive"], ids["process"]) == (submission_id, submission_id)


def test_a_span_lasts_as_long_as_its_stage(bench: Any, desk: Desk, collector: Collector) -> None:
    began = time.time_ns()
    with in_another_process(collector):
        process(received(bench, desk), desk)
    for span in collector.spans:
        assert began <= span.began <= span.ended <= time.time_ns()
    [whole], [last] = collector.named("process"), collector.named("decide")
    assert whole.began <= last.began <= last.ended <= whole.ended


def test_another_attempt_is_another_span_of_the_same_trace(bench: Any, desk: Desk, collector: Collector) -> None:
    with in_another_process(collector):
        submission_id = received(bench, desk)
        process(submission_id, replace(desk, assess=raises(Fault("timeout"))))
        bench.clock.advance(3600)
        process(submission_id, desk)
    assert len(collector.named("process")) == 2
    assert len({span.trace for span in collector.spans}) == 1


def test_the_same_file_again_is_a_span_below_the_first(bench: Any, desk: Desk, collector: Collector) -> None:
    with in_another_process(collector):
        assert received(bench, desk) == received(bench, desk)
    first, again = collector.named("receive")
    assert (first.parent, again.parent, again.trace) == ("", first.id, first.trace)
    assert again.attributes["einvoice.created"] is False


def test_submissions_have_traces_of_their_own(bench: Any, desk: Desk, collector: Collector) -> None:
    with in_another_process(collector):
        for number in range(3):
            process(bench.receive(str(number).encode()).submission.id, desk)
    assert len({span.trace for span in collector.spans}) == 3


def test_what_came_of_it_stands_in_the_trace(bench: Any, desk: Desk, collector: Collector) -> None:
    with in_another_process(collector):
        process(received(bench, desk), desk)
    [whole] = collector.named("process")
    assert whole.attributes["einvoice.verdict"] == "accepted"
    assert whole.attributes["einvoice.handling"] == "available"
    assert whole.resource["service.name"] == "einvoice"


def test_a_fault_is_an_error_and_a_refusal_is_not(bench: Any, desk: Desk, collector: Collector) -> None:
    with in_another_process(collector):
        process(received(bench, desk), replace(desk, assess=raises(Fault("timeout", SECRET))))
        process(bench.receive(b"2").submission.id, replace(desk, extract=raises(Refusal("pdf-encrypted", name=SECRET))))
    [fault], (_, refusal) = collector.named("assess"), collector.named("extract")
    assert (fault.error, fault.attributes["error.type"]) == ("timeout", "timeout")
    assert (refusal.error, refusal.attributes["einvoice.refusal"]) == ("", "pdf-encrypted")


def test_no_span_says_who_sent_what(bench: Any, desk: Desk, collector: Collector, monkeypatch: Any) -> None:
    failing = raises(ValueError(SECRET))
    with in_another_process(collector):
        process(received(bench, desk, f"{SECRET}.xml"), replace(desk, read=failing))
        monkeypatch.setattr(type(bench.store.claims), "claim", raises(Fault("database", SECRET)))
        with pytest.raises(Fault):
            process("01", desk)
    assert collector.named("claim")
    for span in collector.spans:
        for secret in ("Erika", "R-1", "supplier", "token"):
            assert secret.encode() not in span.raw, span.name


def test_a_check_that_keeps_nothing_leaves_no_trace(desk: Desk, collector: Collector) -> None:
    with in_another_process(collector):
        examine(b"<Invoice/>", "r.xml", desk)
    assert collector.spans == []


def test_where_no_traces_are_wanted_none_are_made_and_nothing_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "einvoice.watching.otlp", raising=False)
    with tracing(Settings()):
        assert timed("read", lambda: 1) == 1
    assert "einvoice.watching.otlp" not in sys.modules


def test_a_collector_that_refuses_is_told_once_and_disturbs_nobody(
    bench: Any, desk: Desk, collector: Collector
) -> None:
    collector.status = 403
    with structlog.testing.capture_logs() as lines, in_another_process(collector):
        submission_id = received(bench, desk)
        process(submission_id, desk)
    assert bench.store.submissions.get(submission_id).delivery_id
    assert [line["event"] for line in lines if line["event"].startswith("traces")] == ["traces-lost"]


def test_a_collector_that_is_away_disturbs_nobody(bench: Any, desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    with tracing(Settings(otlp_endpoint="http://127.0.0.1:1")):
        submission_id = received(bench, desk)
        process(submission_id, desk)
    assert bench.store.submissions.get(submission_id).delivery_id
    assert not [line for line in caplog.records if line.name.startswith("opentelemetry")]


def test_a_share_of_all_traces_is_a_share_of_whole_ones(
    bench: Any, desk: Desk, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "traceidratio")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "0.5")
    ids = []
    for number in range(16):  # of which none or all are chosen once in 32,768 times
        spooled = bench.spool.write([str(number).encode()])
        with in_another_process(collector):
            receipt = submit(spooled, desk=desk, door=Door.API, sender="supplier:1", actor="token:1", name="")
        with in_another_process(collector):
            process(receipt.submission.id, desk)
        ids.append(receipt.submission.id)
    whole = {span.trace for span in collector.named("receive")}
    assert {span.trace for span in collector.spans} == whole
    assert 0 < len(whole) < len(ids)
