"""The description of the API."""

import json
import re
from typing import Any

import pytest

from einvoice.api.describe import EXAMPLE_INVOICE
from tests.support.web import Web


@pytest.fixture
def document(web: Web) -> dict[str, Any]:
    answer = web.client().get("/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def operations(document: dict[str, Any]) -> dict[str, Any]:
    return {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def test_it_has_every_operation_of_the_contract_and_no_page_of_the_portal(document: dict[str, Any]) -> None:
    assert set(operations(document)) == {
        "POST /api/v1/checks",
        "POST /api/v1/submissions",
        "GET /api/v1/submissions",
        "GET /api/v1/submissions/{submission_id}",
        "GET /api/v1/submissions/{submission_id}/report",
        "GET /api/v1/submissions/{submission_id}/original",
        "GET /api/v1/submissions/{submission_id}/enclosures/{number}",
        "GET /api/v1/submissions/{submission_id}/receipt",
        "GET /api/v1/submissions/{submission_id}/invoice",
        "POST /api/v1/submissions/{submission_id}/responses",
        "GET /api/v1/submissions/{submission_id}/responses",
        "GET /api/v1/submissions/{submission_id}/responses/{response_id}",
        "POST /api/v1/deliveries:lease",
        "POST /api/v1/deliveries/{delivery_id}:ack",
        "POST /api/v1/deliveries/{delivery_id}:nack",
        "POST /api/v1/deliveries/{delivery_id}:extend",
        "GET /api/v1/events",
        "GET /api/v1/holds",
        "POST /api/v1/holds:retry",
        "POST /api/v1/submissions/{submission_id}:retry",
        "POST /api/v1/submissions/{submission_id}:send-on",
        "POST /api/v1/submissions/{submission_id}:send-back",
        "POST /api/v1/submissions/{submission_id}:consent",
        "GET /api/v1/doors",
        "POST /api/v1/doors/{door}:pause",
        "POST /api/v1/doors/{door}:resume",
        "GET /api/v1/folders",
        "POST /api/v1/folders/{name}/retry",
        "GET /kosit",
        "GET /kosit/server/health",
        "POST /kosit",
        "POST /kosit/{name}",
        "GET /healthz",
        "GET /readyz",
        "GET /metrics",
    }


def test_every_operation_is_described_and_every_problem_announced(document: dict[str, Any]) -> None:
    for name, operation in operations(document).items():
        assert operation["description"], name
        assert operation["tags"], name
        problems = {status for status in operation["responses"] if status >= "400"}
        assert problems >= ({"401", "403", "429", "503"} if operation.get("security") != [] else set()), name
        for status in problems - {"503"}:
            assert operation["responses"][status]["content"], f"{name} {status}"
        assert "default" not in operation["responses"], name
        assert "HTTPValidationError" not in str(operation["responses"]), name


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for reference in re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(document)):
        place: Any = document
        for step in reference.split("/"):
            assert step in place, reference
            place = place[step]


def test_only_health_is_open(document: dict[str, Any]) -> None:
    open_ones = {name for name, operation in operations(document).items() if operation.get("security") == []}
    assert open_ones == {"GET /healthz", "GET /readyz"}
    assert document["security"] == [{"token": []}]


def test_a_token_is_optional_at_the_kosit_face_alone(document: dict[str, Any]) -> None:
    optional = {name for name, operation in operations(document).items() if {} in operation.get("security", [])}
    assert optional == {name for name in operations(document) if " /kosit" in name}


def test_the_example_is_an_invoice_that_can_be_sent_as_it_stands(web: Web, document: dict[str, Any]) -> None:
    body = document["paths"]["/api/v1/submissions"]["post"]["requestBody"]["content"]["application/xml"]
    example = body["examples"]["xrechnung"]["value"]
    assert example == EXAMPLE_INVOICE
    assert web.submitted(web.supplier(), example.encode())["invoice_number"] == "RE-2026-0001"
