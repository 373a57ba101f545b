"""Every route of the service refuses whoever is nobody, but for those on the list; and nobody learns what exists."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount

from einvoice.identity import Role
from einvoice.web import create_asgi
from tests.support.web import Web, invoice

# What anyone may reach. Everything else needs a token or a session.
PUBLIC = {
    "GET /healthz",
    "GET /readyz",
    "GET /openapi.json",
    "GET /sign-in",
    "POST /sign-in",
    "GET /sign-in/link/{secret}",
    "POST /sign-in/link/{secret}",
    "POST /sign-out",
    "GET /language/{wanted}",
    "GET /receipts",
    "POST /receipts",
    "GET /receipts/public-key.pem",
}


def routes(web: FastAPI) -> Iterator[tuple[str, str]]:
    """Method and path of everything that answers."""
    for route in iter_route_contexts(web.routes):
        if isinstance(route.original_route, Mount):
            assert route.original_route.path == "/static"
            continue
        for method in route.methods or ():
            if method != "HEAD":
                yield method, route.path


def asked(web: Web, method: str, path: str, value: str, client: object = None) -> int:
    target = path
    for name in ("{submission_id}", "{delivery_id}", "{secret}", "{wanted}", "{door}", "{way}"):
        target = target.replace(name, value)
    answer = (client or web.client()).request(method, target)  # type: ignore[attr-defined]
    if answer.status_code == 303 and answer.headers["location"].startswith("/sign-in?next="):
        return 401
    return int(answer.status_code)


def test_the_walk_finds_api_and_portal(web: Web) -> None:
    found = {f"{method} {path}" for method, path in routes(create_asgi(web.app))}
    assert len(found) > 25
    assert {"POST /api/v1/submissions", "GET /upload", "GET /metrics", "GET /submissions/{submission_id}"} <= found
    assert {"POST /api/v1/doors/{door}:pause", "POST /submissions/{submission_id}/{way}", "GET /doors"} <= found
    assert found >= PUBLIC


@pytest.mark.parametrize("known", [True, False], ids=["of what exists", "of what does not"])
def test_nobody_gets_an_answer_but_that_they_must_sign_in(web: Web, known: bool) -> None:
    value = web.submitted(web.supplier())["id"] if known else "unknown"
    for method, path in routes(create_asgi(web.app)):
        if f"{method} {path}" not in PUBLIC:
            assert asked(web, method, path, value) == 401, f"{method} {path}"


def test_a_wrong_token_is_nobody(web: Web) -> None:
    for method, path in routes(create_asgi(web.app)):
        if f"{method} {path}" not in PUBLIC:
            assert asked(web, method, path, "x", web.client("guessed")) == 401, f"{method} {path}"


def test_a_wrong_token_is_nobody_even_with_a_good_session(web: Web) -> None:
    client = web.signed_in(Role.OPERATOR)
    client.headers["Authorization"] = "Bearer guessed"
    assert client.get("/api/v1/submissions").status_code == 401


@pytest.mark.parametrize("scheme", ["Basic", "bearer"])
def test_only_bearer_tokens_count(web: Web, scheme: str) -> None:
    token = web.app.identity.create_token(Role.OPERATOR)
    client = web.client()
    client.headers["Authorization"] = f"{scheme} {token}"
    assert client.get("/api/v1/submissions").status_code == (200 if scheme == "bearer" else 401)


def test_the_public_pages_say_nothing_about_invoices(web: Web) -> None:
    web.submitted(web.supplier(), invoice(number="GEHEIM-1"))
    pages = ("/sign-in", "/receipts", "/language/de", "/static/portal.css")
    for address in ("/healthz", "/readyz", "/openapi.json", *pages):
        assert "GEHEIM-1" not in web.client().get(address, follow_redirects=True).text


@pytest.mark.parametrize("path", ["/static/../web.py", "/static/%2e%2e/web.py", "/static/..%2fscreen.py", "/static/"])
def test_static_files_end_at_their_folder(web: Web, path: str) -> None:
    assert web.client().get(path).status_code == 404
