"""The id of a request, in its answer and in the log."""

import re

import pytest
import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from einvoice.watching.requests import RequestIds


def bound(_: Request) -> PlainTextResponse:
    """What a line logged here would say; in a thread of its own, as most of our answers are made."""
    return PlainTextResponse(structlog.contextvars.get_contextvars()["request"])


@pytest.fixture
def client() -> TestClient:
    return TestClient(RequestIds(Starlette(routes=[Route("/", bound)])))


def test_a_request_is_given_an_id_that_its_lines_and_its_answer_name(client: TestClient) -> None:
    first, second = client.get("/"), client.get("/")
    assert re.fullmatch("[0-9a-f]{16}", first.text)
    assert first.headers["x-request-id"] == first.text
    assert first.text != second.text


@pytest.mark.parametrize(
    "given", ["0123456789abcdef", "0123456789ABCDEF0123456789abcdef", "3f0e4d5a-1c2b-4a39-8f7e-6d5c4b3a2910"]
)
def test_an_id_given_by_a_proxy_is_kept(client: TestClient, given: str) -> None:
    assert client.get("/", headers={"X-Request-ID": given}).text == given


@pytest.mark.parametrize(
    "given", ["", "erika.mustermann@example.org", "rechnung-4711-von-erika-muster", "0123456789abcdef\tx", "f" * 200]
)
def test_what_could_be_words_or_break_a_line_is_not_taken_over(client: TestClient, given: str) -> None:
    answer = client.get("/", headers={"X-Request-ID": given})
    assert answer.text != given
    assert re.fullmatch("[0-9a-f]{16}", answer.text)


def test_nothing_of_a_request_is_left_behind(client: TestClient) -> None:
    client.get("/")
    assert "request" not in structlog.contextvars.get_contextvars()
