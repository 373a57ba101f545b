"""Trouble, as programs see it."""

import tomllib
from importlib.resources import files

import pytest

from einvoice.errors import Fault, Refusal
from einvoice.explain import Lang
from einvoice.faces.trouble import EXPECTED, Trouble, trouble_of
from tests.support.web import Web

TABLE = tomllib.loads(files("einvoice.faces").joinpath("troubles.toml").read_text("utf-8"))
LANGUAGES: tuple[Lang, ...] = ("de", "en")
BY_REFUSAL = {"too-large", "refused"}  # their words come with the refusal


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("code", [code for code in TABLE if code not in BY_REFUSAL])
def test_every_problem_says_what_happened_and_what_to_do(code: str, lang: Lang) -> None:
    trouble = Trouble(code=code, gaps={"offers": "text/html", "found": "x", "seconds": 5})
    assert 400 <= trouble.status < 600
    assert trouble.title(lang)
    assert trouble.detail(lang).endswith(".")
    assert trouble.remedy(lang).endswith(".")


def test_a_refusal_while_streaming_is_told_in_the_words_of_the_explanations() -> None:
    trouble = trouble_of(Refusal("too-large", limit=15_000_000))
    assert (trouble.status, "15 MB" in trouble.detail("de")) == (413, True)


def test_a_refusal_nobody_thought_of_is_still_a_problem() -> None:
    trouble = trouble_of(Refusal("brand-new"))
    assert (trouble.status, trouble.code) == (422, "refused")
    assert trouble.detail("en")


def test_a_fault_tells_nothing_of_our_insides() -> None:
    trouble = trouble_of(Fault("database-down", "postgres on host db-7"))
    assert trouble.status == 503
    assert "db-7" not in trouble.detail("de") + trouble.remedy("de")


def test_a_mistake_of_ours_is_told_as_one() -> None:
    assert trouble_of(RuntimeError("secret")).code == "internal"
    assert RuntimeError not in EXPECTED


def test_a_problem_is_a_problem_document(web: Web) -> None:
    answer = web.client().get("/api/v1/submissions", headers={"Accept-Language": "en"})
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-language"] == "en"
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json() == {
        "type": "urn:einvoice:problem:unauthenticated",
        "title": "Authentication required",
        "status": 401,
        "detail": "The request carries no valid access token and belongs to no session.",
        "code": "unauthenticated",
        "remedy": "Send the header “Authorization: Bearer TOKEN”, or sign in to the portal. "
        "Tokens are issued by the operator.",
    }


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nothing", 404, "not-found"),
        ("GET", "/api/v1/submissions/unknown", 404, "not-found"),
        ("PUT", "/api/v1/submissions", 405, "method-not-allowed"),
        ("DELETE", "/healthz", 405, "method-not-allowed"),
    ],
)
def test_an_address_that_is_not_there_is_a_problem_too(
    web: Web, method: str, path: str, status: int, code: str
) -> None:
    answer = web.operator().request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_program_on_a_page_of_the_portal_gets_a_problem_document(web: Web) -> None:
    answer = web.operator().get("/submissions/unknown", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
