"""What /metrics tells: this process's requests and work, and how the whole service stands."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from einvoice import __version__
from einvoice.errors import Fault
from einvoice.watching.figures import PROCESS
from tests.support.figures import Counted
from tests.support.web import LOOPBACK, Web, invoice


def told(web: Web) -> dict[tuple[str, ...], float]:
    """By name and values of the labels, without `einvoice_`."""
    text = web.client(address=LOOPBACK).get("/metrics").text
    return {
        (sample.name.removeprefix("einvoice_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_requests_are_counted_by_pattern(web: Web) -> None:
    client = web.operator()
    client.get("/api/v1/submissions/nowhere")
    found = told(web)
    assert found["http_requests_total", "GET", "/api/v1/submissions/{submission_id}", "404"] == 1
    assert found["http_request_seconds_count", "GET", "/api/v1/submissions/{submission_id}"] == 1


def test_work_of_this_process_is_counted(web: Web) -> None:
    counted = Counted(PROCESS)
    supplier = web.supplier()
    web.submitted(supplier, invoice("reject"))
    web.submitted(supplier, invoice(number="R-2"))
    assert counted("einvoice_received_total", door="api") == 2
    assert counted("einvoice_decided_total", verdict="rejected") == 1
    assert counted("einvoice_held_total", hold="unroutable") == 1
    assert ("decided_total", "rejected") in told(web)


def test_the_whole_service_is_told_of(web: Web) -> None:
    web.at_once = False
    web.submitted(web.supplier())
    web.clock.advance(42)
    found = told(web)
    assert (found["waiting", "interactive"], found["oldest_waiting_seconds", "interactive"]) == (1, 42)
    assert found["database_up",] == 1


def test_the_program_and_its_memory_are_told_of(web: Web) -> None:
    found = told(web)
    assert found["build_info", __version__] == 1
    assert found["process_resident_memory_bytes",] > 0


def test_while_the_database_is_away_the_process_is_still_told_of(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise Fault("database", elsewhere=True)

    monkeypatch.setattr("einvoice.operations.figures.look", away)
    found = told(web)
    assert found["database_up",] == 0
    assert ("received_total", "api") in found
    assert not [key for key in found if key[0] == "waiting"]


def test_everything_is_told_once(web: Web) -> None:
    lines = web.client(address=LOOPBACK).get("/metrics").text.splitlines()
    named = [line.split(" ")[2] for line in lines if line.startswith("# TYPE ")]
    assert len(named) == len(set(named))
