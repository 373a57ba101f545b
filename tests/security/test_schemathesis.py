"""The service does what its OpenAPI document says, whoever asks whatever: statuses, content types, schemas."""

from collections.abc import Iterator
from typing import Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.python import asgi
from schemathesis.specs.openapi import checks

from einvoice.model.submission import Door
from tests.security.fuzz.site import Site, opened_site

CASES = 6  # of each operation, for each of those who ask
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
READY = "/readyz"  # answers 503, as announced, where no rules are there: in these tests


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with opened_site(tmp_path_factory.mktemp("site")) as found:
        yield found


@pytest.fixture(scope="module")
def session(at: Site) -> Iterator[Any]:
    with asgi.get_client(cast("Any", at.asgi)) as client:
        yield client


@pytest.fixture(scope="module")
def operations(at: Site) -> dict[str, Any]:
    described = schemathesis.openapi.from_asgi("/openapi.json", at.asgi)
    return {
        f"{found.method.upper()} {found.path}": found
        for found in (each.ok() for each in described.get_all_operations())
    }


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("who", ["nobody", "supplier", "authority", "operator", "operator in a browser"])
def test_every_answer_is_one_that_is_announced(
    at: Site, session: Any, operations: dict[str, Any], who: str, mode: GenerationMode
) -> None:
    wrong = {
        name: told for name, operation in operations.items() if (told := asked_about(at, session, operation, who, mode))
    }
    assert wrong == {}


def asked_about(at: Site, session: Any, operation: Any, who: str, mode: GenerationMode) -> str:
    """Ask one operation in several ways, often about something that exists; "", or what is wrong with an answer."""
    shown = {header.decode(): text.decode() for header, text in at.credentials[who]}
    if who in at.csrf:
        shown["x-csrf-token"] = at.csrf[who]
    asked = CHECKS[1:] if operation.path == READY else CHECKS

    @settings(
        max_examples=CASES, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(operation.as_strategy(mode), st.sampled_from(("", *at.ids)))
    def one(case: Any, known: str) -> None:
        for parameter in case.path_parameters or {}:
            if known and parameter.endswith("_id"):
                case.path_parameters[parameter] = known
        answer = case.call(session=session, headers=shown)
        for door in Door:
            at.app.store.doors.resume(door, actor="test")
        case.validate_response(answer, checks=asked)

    try:
        one()
    except Unsatisfiable:  # it takes nothing, so there is nothing wrong to send
        assert mode is GenerationMode.NEGATIVE
    except FailureGroup as failures:
        return "; ".join(f"{failure.title}: {failure.message}" for failure in failures.exceptions)
    return ""
