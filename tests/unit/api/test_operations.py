"""For those who run the service."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy.exc import OperationalError

from einvoice.errors import Fault
from einvoice.rules import ArtefactStore, Registry
from tests.support.web import LOOPBACK, Web, invoice


def test_a_process_that_answers_is_up(web: Web) -> None:
    assert web.client().get("/healthz").json() == {"status": "ok"}


def test_a_service_with_its_rules_is_ready(web: Web, present: Callable[[Web], None]) -> None:
    present(web)
    answer = web.client().get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")


def test_a_service_without_its_rules_is_not_ready_and_says_why(web: Web, tmp_path: Path) -> None:
    web.app = replace(web.app, artefacts=ArtefactStore(tmp_path / "nothing", tmp_path / "nothing"))
    answer = web.client().get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "not-ready")
    assert "einvoice rules sync" in answer.json()["checks"]["rules"]


def test_a_service_whose_validators_stopped_is_not_ready(web: Web, present: Callable[[Web], None]) -> None:
    present(web)
    web.app = replace(web.app, pool=cast("Any", SimpleNamespace(alive=False)))
    answer = web.client().get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["validators"]) == (503, "stopped")


def test_a_service_without_a_pack_in_force_is_not_ready(web: Web) -> None:
    web.app = replace(web.app, registry=Registry(()))
    assert web.client().get("/readyz").json()["checks"]["rules"] == "no rule pack is in force"


@pytest.mark.parametrize("error", [Fault("database"), OperationalError("", None, Exception())])
def test_a_service_whose_database_fails_is_not_ready(
    web: Web, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(type(web.app.store.claims), "due", failing(error))
    answer = web.client().get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["database"]) == (503, "not answering")


def test_a_service_whose_storage_is_away_is_not_ready(
    web: Web, present: Callable[[Web], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    present(web)
    monkeypatch.setattr(type(web.app.store.blobs), "check", failing(Fault("storage", elsewhere=True)))
    answer = web.client().get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["storage"]) == (503, "not answering")


def test_the_parts_are_not_asked_each_time_somebody_asks(
    web: Web, present: Callable[[Web], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    present(web)
    asked: list[object] = []
    monkeypatch.setattr(type(web.app.store.blobs), "check", lambda self: asked.append(self))
    client = web.client()
    for _ in range(5):
        assert client.get("/readyz").status_code == 200
    assert len(asked) == 1


class AwayScanner:
    def check(self) -> None:
        raise Fault("scanner", elsewhere=True)


@pytest.mark.parametrize(("workers", "expected"), [(1, 503), (0, 200)], ids=["with workers", "web alone"])
def test_a_scanner_that_is_away_keeps_from_deciding_not_from_receiving(
    open_web: Any, present: Callable[[Web], None], workers: int, expected: int
) -> None:
    with open_web(clamd_url="unix:///nowhere", workers=workers) as web:
        present(web)
        web.app = replace(web.app, scanner=cast("Any", AwayScanner()))
        answer = web.client().get("/readyz")
        assert (answer.status_code, answer.json()["checks"]["scanner"]) == (expected, "not answering")


def test_without_a_scanner_nothing_is_said_of_one(web: Web) -> None:
    assert "scanner" not in web.client().get("/readyz").json()["checks"]


def test_web_alone_is_ready_without_validators(open_web: Any, present: Callable[[Web], None]) -> None:
    with open_web(workers=0) as web:
        present(web)
        web.app = replace(web.app, pool=cast("Any", SimpleNamespace(alive=False)))
        answer = web.client().get("/readyz")
        assert (answer.status_code, answer.json()["checks"]["validators"]) == (200, "stopped")


def test_workers_are_told_of_and_not_waited_for(web: Web, present: Callable[[Web], None]) -> None:
    present(web)
    answer = web.client().get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["workers"]) == (200, "none seen")


def test_workers_that_are_seen_are_counted(web: Web) -> None:
    web.app.store.processes.announce(None, "1.0")
    assert web.client().get("/readyz").json()["checks"]["workers"] == "1 seen"


def test_a_process_about_to_end_says_so_and_still_serves(web: Web, present: Callable[[Web], None]) -> None:
    present(web)
    supplier = web.supplier()
    cast("Any", supplier.app).state.draining = True
    answer = supplier.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "draining")
    assert supplier.get("/healthz").status_code == 200
    assert web.submitted(supplier)["created"]


def test_figures_are_open_to_the_machine_itself(web: Web) -> None:
    assert web.client(address=LOOPBACK).get("/metrics").status_code == 200


@pytest.mark.parametrize("published", [{"public_url": "https://rechnung.example"}, {"https_only": True}])
def test_figures_are_closed_on_the_machine_too_once_the_service_is_published(open_web, published) -> None:  # type: ignore[no-untyped-def]
    with open_web(**published) as web:  # a proxy on the same machine looks like the machine itself
        assert web.client(address=LOOPBACK).get("/metrics").status_code == 401


def test_figures_are_closed_to_others_but_operators(web: Web) -> None:
    assert web.client().get("/metrics").status_code == 401
    assert web.supplier().get("/metrics").status_code == 403
    assert web.operator().get("/metrics").status_code == 200


def test_figures_name_no_invoice_and_nobody(web: Web) -> None:
    submission = web.submitted(web.supplier("Geheim GmbH"), invoice(number="GEHEIM-1", seller="Geheim GmbH"))
    client = web.operator()
    client.get(submission["links"]["report"])
    client.get(f"/nowhere/{submission['id']}")
    figures = client.get("/metrics").text
    assert "/api/v1/submissions/{submission_id}/report" in figures
    for secret in ("Geheim", "GEHEIM", submission["id"]):
        assert secret not in figures


def test_methods_that_clients_invent_are_counted_as_one(web: Web) -> None:
    for method in ("BREW", "WHEN", "get"):
        web.client().request(method, "/healthz")
    counted = {line.partition('method="')[2].partition('"')[0] for line in requests_counted(web)}
    assert "other" in counted
    assert counted.isdisjoint({"BREW", "WHEN", "get"})


def failing(error: Exception) -> Callable[..., None]:
    def fail(*_: object) -> None:
        raise error

    return fail


def requests_counted(web: Web) -> list[str]:
    lines = web.client(address=LOOPBACK).get("/metrics").text.splitlines()
    return [line for line in lines if line.startswith("einvoice_http_requests_total")]


@pytest.fixture
def present(monkeypatch: pytest.MonkeyPatch) -> Callable[[Web], None]:
    """Rule artefacts that are there, whether or not they were fetched."""

    def here(web: Web) -> None:
        artefacts = cast("Any", web.app.artefacts)
        monkeypatch.setattr(type(artefacts), "holds", lambda self, file: True)

    return here
