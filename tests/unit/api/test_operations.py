"""For those who run the service."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from prometheus_client.parser import text_string_to_metric_families
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
    def failing(*_: object) -> None:
        raise error

    monkeypatch.setattr(type(web.app.store.claims), "due", failing)
    answer = web.client().get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["database"]) == (503, "not answering")


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


def test_figures_count_what_there_is(web: Web) -> None:
    supplier = web.supplier()
    web.submitted(supplier, invoice("reject"))
    web.submitted(supplier, invoice())
    figures = figures_of(web)
    assert figures["einvoice_submissions_by_verdict", "rejected"] == 1
    assert figures["einvoice_submissions_by_hold", "unroutable"] == 1
    assert figures["einvoice_submissions_by_handling", "available"] == 0


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


def requests_counted(web: Web) -> list[str]:
    lines = web.client(address=LOOPBACK).get("/metrics").text.splitlines()
    return [line for line in lines if line.startswith("einvoice_http_requests_total")]


def figures_of(web: Web) -> dict[tuple[str, str], float]:
    text = web.client(address=LOOPBACK).get("/metrics").text
    return {
        (sample.name, next(iter(sample.labels.values()), "")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
def present(monkeypatch: pytest.MonkeyPatch) -> Callable[[Web], None]:
    """Rule artefacts that are there, whether or not they were fetched."""

    def here(web: Web) -> None:
        artefacts = cast("Any", web.app.artefacts)
        monkeypatch.setattr(type(artefacts), "holds", lambda self, file: True)

    return here
