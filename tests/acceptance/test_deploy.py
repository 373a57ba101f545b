"""The example of deploy/, its commands and settings, on real PostgreSQL and Redis servers and an S3 server."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
import yaml

from tests.support.postgres import new_server
from tests.support.redisserver import RedisServer
from tests.support.s3server import S3Server
from tests.support.service import EINVOICE, SAMPLES, START_SECONDS, wait_for

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
DRAIN_SECONDS = 5
INVOICE = next(SAMPLES.glob("01-*"))


@dataclass
class Running:
    """One service of the example, as a process here."""

    name: str
    service: Mapping[str, Any]  # as compose.yaml describes it
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        command = [str(EINVOICE), *self.service["command"][1:]]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.environment['EINVOICE_PORT']}"

    def healthy(self) -> bool:
        """What the health check of compose.yaml finds, with the port it has here."""
        kind, program, option, code = self.service["healthcheck"]["test"]
        assert (kind, program, option) == ("CMD", "python", "-c")
        ports = {"8080": self.environment["EINVOICE_PORT"], "9464": self.environment["EINVOICE_METRICS_PORT"]}
        code = re.sub(r"(?<=127\.0\.0\.1:)\d+", lambda found: ports[found[0]], code)
        return subprocess.run([sys.executable, option, code], check=False, capture_output=True).returncode == 0

    def ready(self) -> int:
        """The status of /readyz; 0 when nobody answers."""
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5).status_code
        except httpx.TransportError:
            return 0

    def end(self) -> None:
        """For good, with all its children."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)


@dataclass
class Spread:
    """The services of the example, started by name."""

    folder: Path
    parts: dict[str, str]  # settings
    services: Mapping[str, Mapping[str, Any]]
    cleanup: ExitStack

    def start(self, *names: str) -> list[Running]:
        """Start services and wait until all are healthy."""
        started = [self._begin(name) for name in names]
        for running in started:
            end = time.monotonic() + START_SECONDS
            while not running.healthy():
                if running.process.poll() is not None or time.monotonic() > end:
                    pytest.fail(f"{running.name} did not start:\n{running.log.read_text('utf-8', 'replace')}")
                time.sleep(0.2)
        return started

    def _begin(self, name: str) -> Running:
        service = self.services[name]
        said = {key: value or "" for key, value in service["environment"].items()}
        ports = {"EINVOICE_PORT": str(_free_port()), "EINVOICE_METRICS_PORT": str(_free_port())}
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(("EINVOICE_", "AWS_"))}
        running = Running(name, service, inherited | said | self.parts | ports, self.folder / f"{name}.log")
        self.cleanup.callback(running.end)
        return running


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """PostgreSQL, Redis and S3, and the settings that lead to them: what differs here from compose.yaml."""
    folder = tmp_path_factory.mktemp("deploy")
    program = shutil.which("redis-server")
    if program is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("redis-server is not installed")
    with ExitStack() as cleanup:
        postgres, s3, redis = new_server(), S3Server(), RedisServer(program, folder)
        for server, stop in ((postgres, postgres.remove), (s3, s3.stop), (redis, redis.stop)):
            cleanup.callback(stop)
            server.start()
        yield {
            **s3.environment,
            "EINVOICE_DATABASE_URL": postgres.url(postgres.create(migrated=False)),
            "EINVOICE_QUEUE_URL": redis.url,
            "EINVOICE_BLOB_URL": f"s3://{s3.new_bucket()}",
            "EINVOICE_DATA_DIR": str(folder / "data"),
            "EINVOICE_INBOX_DIR": str(folder / "inbox"),
            "EINVOICE_WORKERS": "1",
            "EINVOICE_DRAIN_SECONDS": str(DRAIN_SECONDS),
        }


@pytest.fixture
def spread(parts: dict[str, str], tmp_path: Path) -> Iterator[Spread]:
    """The example; no service of it runs yet, and none afterwards."""
    with ExitStack() as cleanup:
        yield Spread(tmp_path, parts, _services(), cleanup)


@pytest.fixture(scope="module")
def supplier(parts: dict[str, str]) -> dict[str, str]:
    """The headers of a supplier; the first process to use the database makes its tables."""
    _admin(parts, "create-authority", "--name", "Stadt Musterstadt", "--leitweg-id", "04011000-1234512345-06")
    token = _admin(parts, "create-token", "--role", "supplier", "--supplier", "Muster GmbH")
    return {"Authorization": f"Bearer {token}"}


def test_what_one_api_takes_in_any_worker_decides_and_the_other_api_shows(
    spread: Spread, supplier: dict[str, str]
) -> None:
    first, second, *_ = spread.start("api-1", "api-2", "worker", "worker")
    answer = httpx.post(f"{first.url}/api/v1/submissions", content=INVOICE.read_bytes(), headers=supplier, timeout=60)
    assert answer.status_code == 202
    place = f"{second.url}/api/v1/submissions/{answer.json()['id']}"
    decided = wait_for(lambda: _decided(place, supplier))
    assert decided["verdict"] == "accepted"
    original = httpx.get(f"{place}/original", headers=supplier, timeout=60)
    assert original.content == INVOICE.read_bytes()


def test_an_api_that_is_to_end_says_so_and_goes_on_serving_for_a_while(
    spread: Spread, supplier: dict[str, str]
) -> None:
    (api,) = spread.start("api-1")
    api.process.send_signal(signal.SIGTERM)
    assert wait_for(lambda: api.ready() == 503, DRAIN_SECONDS)
    assert not api.healthy()
    answer = httpx.post(f"{api.url}/api/v1/submissions", content=INVOICE.read_bytes(), headers=supplier, timeout=60)
    assert answer.status_code == 202
    assert api.process.wait(60) == 0
    assert api.ready() == 0


def test_a_worker_ends_cleanly_and_is_found_dead_by_its_health_check(spread: Spread, supplier: dict[str, str]) -> None:
    (worker,) = spread.start("worker")
    worker.process.send_signal(signal.SIGTERM)
    assert worker.process.wait(60) == 0
    assert not worker.healthy()


def _admin(settings: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [EINVOICE, "admin", *words], env=os.environ | settings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def _services() -> Mapping[str, Mapping[str, Any]]:
    text = (DEPLOY / "compose.yaml").read_text("utf-8")
    defaults = re.sub(r"\$\{\w+(?::-([^}]*))?\}", lambda found: found[1] or "", text)
    services: Mapping[str, Mapping[str, Any]] = yaml.safe_load(defaults)["services"]
    return services


def _decided(place: str, headers: dict[str, str]) -> dict[str, Any] | None:
    answer = httpx.get(place, headers=headers, timeout=60)
    found: dict[str, Any] = json.loads(answer.content)
    return found if found["verdict"] in ("accepted", "rejected") else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
