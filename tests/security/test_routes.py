"""What is open to everybody, and that it gives nothing away. Who may do what else: `table.py`."""

import pytest

from einvoice.identity import Role
from tests.security.table import PUBLIC
from tests.support.web import Web, invoice


def test_these_are_open_to_everybody_and_no_others() -> None:
    assert {
        "GET /healthz",
        "GET /readyz",
        "GET /openapi.json",
        "GET /static",
        "GET /sign-in",
        "POST /sign-in",
        "GET /sign-in/link/{secret}",
        "POST /sign-in/link/{secret}",
        "POST /sign-out",
        "GET /language/{wanted}",
        "GET /receipts",
        "POST /receipts",
        "GET /receipts/public-key.pem",
    } == PUBLIC


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
