"""Seeing it run: real processes, looked at through log, figures, traces, readiness and `einvoice status`."""

import json
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.support.collector import Collector, collecting
from tests.support.programs import EINVOICE, ended
from tests.support.service import SAMPLES, Service, wait_for

UBL = (SAMPLES / "01-ubl-rechnung-büromöbel.xml").read_bytes()
LEITWEG_ID = "04011000-1234512345-06"
NewService = Callable[..., Service]


@dataclass(frozen=True)
class Watched:
    """A service spread over two processes, with one invoice that went its way."""

    service: Service
    collector: Collector
    worker_port: int
    answer: httpx.Response  # to the supplier
    submission: dict[str, Any]

    def lines(self) -> list[dict[str, Any]]:
        """What both have logged."""
        return [json.loads(line) for line in self.service.log().splitlines() if line.startswith("{")]

    def about(self) -> list[dict[str, Any]]:
        return [line for line in self.lines() if line.get("submission") == self.submission["id"]]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def figures(url: str) -> dict[tuple[str, ...], float]:
    """By name and values of the labels, without `einvoice_`."""
    text = httpx.get(f"{url}/metrics", timeout=30).text
    return {
        (sample.name.removeprefix("einvoice_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def status(service: Service, *words: str, **options: str) -> subprocess.CompletedProcess[str]:
    environment = service.environment() | {f"EINVOICE_{name}": value for name, value in options.items()}
    return subprocess.run([EINVOICE, "status", *words], env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    folder, port = tmp_path_factory.mktemp("watched"), free_port()
    with collecting() as collector:
        service = Service(folder, {"LOG_JSON": "true", "OTLP_ENDPOINT": collector.endpoint})
        service.start("--workers", "0")
        service.worker(METRICS_PORT=str(port))
        try:
            supplier = service.supplier("Muster GmbH")
            service.authority("Stadt Musterstadt", LEITWEG_ID)
            answer = supplier.post("/api/v1/submissions?wait=60", content=UBL)
            submission = wait_for(lambda: decided(supplier, answer.json()["id"]))
            yield Watched(service, collector, port, answer, submission)
        finally:
            service.stop()


def decided(client: httpx.Client, submission_id: str) -> dict[str, Any] | None:
    found: dict[str, Any] = client.get(f"/api/v1/submissions/{submission_id}").json()
    return found if found["settled"] else None


def test_the_log_leads_from_the_request_to_the_decision(watched: Watched) -> None:
    [received] = [line for line in watched.about() if line["event"] == "received"]
    [made] = [line for line in watched.about() if line["event"] == "decided"]
    assert received["request"] == watched.answer.headers["x-request-id"]
    assert (made["verdict"], made["handling"]) == ("accepted", "available")
    assert received["pid"] != made["pid"]
    assert "worker" in made


def test_each_line_says_who_wrote_it_and_when(watched: Watched) -> None:
    assert len(watched.lines()) > 2
    for line in watched.lines():
        assert {"event", "level", "timestamp", "host", "pid"} <= set(line), line


def test_the_log_names_nobody_and_quotes_nothing(watched: Watched) -> None:
    log = watched.service.log()
    for secret in ("Muster GmbH", "2026-10437", LEITWEG_ID, "Bearer", "Stadt Musterstadt", "supplier:"):
        assert secret not in log


def test_each_process_counts_its_own_work_and_tells_of_the_whole(watched: Watched) -> None:
    web, worker = figures(watched.service.url), figures(f"http://127.0.0.1:{watched.worker_port}")
    assert (web["received_total", "api"], worker["received_total", "api"]) == (1, 0)
    assert (web["decided_total", "accepted"], worker["decided_total", "accepted"]) == (0, 1)
    assert worker["stage_seconds_count", "assess"] == 1
    for told in (web, worker):
        assert (told["workers",], told["waiting", "interactive"], told["database_up",]) == (1, 0, 1)


def test_the_figures_of_a_worker_are_served_on_this_machine_alone(watched: Watched) -> None:
    found = Path("/proc/net/tcp").read_text().splitlines()
    here = [line.split()[1] for line in found if line.split()[1].endswith(f":{watched.worker_port:04X}")]
    assert "0100007F" in {address.partition(":")[0] for address in here}
    assert "00000000" not in {address.partition(":")[0] for address in here}


def test_one_trace_leads_through_both_processes(watched: Watched) -> None:
    named = watched.collector.named
    [process] = wait_for(lambda: [one for one in named("process") if "einvoice.verdict" in one.attributes])
    [receive] = wait_for(lambda: named("receive"))
    assert process.trace == receive.trace
    assert process.parent == receive.id
    assert process.attributes["einvoice.submission"] == watched.submission["id"]
    assert process.resource["service.instance.id"] != receive.resource["service.instance.id"]
    assert {"claim", "assess", "decide"} <= {span.name for span in watched.collector.spans}


def test_web_alone_is_ready_and_tells_of_workers(watched: Watched) -> None:
    answer = httpx.get(f"{watched.service.url}/readyz", timeout=30)
    assert answer.status_code == 200
    assert answer.json()["checks"]["workers"] == "1 seen"
    assert answer.json()["checks"]["storage"] == "ok"


def test_status_tells_of_a_service_that_is_well(watched: Watched) -> None:
    found = status(watched.service, "--format", "json")
    data = json.loads(found.stdout)
    codes = {one["code"] for one in data["attention"]} - {"disk"}  # of the machine the tests run on
    assert (codes, len(data["workers"])) == (set(), 1)
    assert found.returncode == (0 if data["well"] else 1)
    assert "Stadt Musterstadt" in status(watched.service).stdout


def test_status_cannot_look_at_a_database_that_is_away(watched: Watched) -> None:
    found = status(watched.service, DATABASE_URL="postgresql://einvoice:geheim@127.0.0.1:1/einvoice")
    assert found.returncode == 3
    assert "geheim" not in found.stdout + found.stderr


def test_status_does_not_make_a_service_that_is_not_there(tmp_path: Path) -> None:
    found = status(Service(tmp_path / "nowhere"))
    assert found.returncode == 3
    assert not (tmp_path / "nowhere").exists()


def test_a_worker_that_was_told_to_end_is_no_longer_seen(new_service: NewService) -> None:
    service = new_service()
    worker = service.worker()
    seen = wait_for(lambda: status_of(service, 1))
    assert seen["workers"][0]["pid"] == worker.pid
    assert worker.stop() == 0
    found = status(service, "--lang", "en")
    assert found.returncode == 1
    assert "No worker is working" in found.stdout


def status_of(service: Service, workers: int) -> dict[str, Any] | None:
    found = status(service, "--format", "json")
    data: dict[str, Any] = json.loads(found.stdout) if found.returncode in (0, 1) else {"workers": []}
    return data if len(data["workers"]) == workers else None


def test_told_to_end_it_says_so_first_and_still_serves(new_service: NewService) -> None:
    service = new_service(DRAIN_SECONDS="600")
    program = service.launch("--workers", "0")
    service.wait_until_ready()
    supplier = service.supplier()
    os.kill(program.pid, signal.SIGTERM)
    answer = wait_for(lambda: draining(service))
    assert answer["status"] == "draining"
    assert supplier.post("/api/v1/submissions", content=UBL).status_code == 202
    assert program.runs
    os.kill(program.pid, signal.SIGTERM)  # whoever asks twice means at once
    assert ended(program, 60)


def draining(service: Service) -> dict[str, Any] | None:
    answer = httpx.get(f"{service.url}/readyz", timeout=30)
    body: dict[str, Any] = answer.json()
    return body if answer.status_code == 503 else None


def test_when_the_time_to_drain_is_over_it_ends_by_itself(new_service: NewService) -> None:
    service = new_service(DRAIN_SECONDS="1")
    service.start("--workers", "0")
    assert service.stop() == 0
