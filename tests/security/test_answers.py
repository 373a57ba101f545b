"""What every answer carries, and what none gives away."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from structlog.testing import capture_logs

from einvoice.identity import Role
from einvoice.web import create_asgi
from tests.security.place import Place, routes
from tests.security.table import TABLE, Who, anyone
from tests.support.web import PASSWORD, Web, invoice

HSTS = "strict-transport-security"
ELSEWHERE = ("GET /nothing", "GET /api/v1/nothing", "GET /static/nothing", "DELETE /upload", "OPTIONS /api/v1/checks")


@pytest.mark.parametrize("who", [Who.NOBODY, Who.SUPPLIER, Who.OPERATOR])
def test_every_answer_has_the_headers_that_protect_it(web: Web, who: Who) -> None:
    """On every route there is, and where there is none."""
    place = Place(web)
    for route in [*sorted(routes(create_asgi(web.app))), *ELSEWHERE]:
        row = TABLE.get(route, anyone(0))
        answer = place.ask(route, row, place.callers(route)[who])
        check_headers(answer.headers, route)


def check_headers(headers: Any, route: str) -> None:
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy or "default-src 'none'" in policy, route
    assert "frame-ancestors 'none'" in policy, route
    assert "unsafe" not in policy.replace("style-src 'unsafe-inline'", ""), route
    assert headers["x-content-type-options"] == "nosniff", route
    assert headers["x-frame-options"] == "DENY", route
    assert headers["referrer-policy"] == "same-origin", route
    assert headers["cross-origin-opener-policy"] == "same-origin", route
    assert headers["cross-origin-resource-policy"] == "same-origin", route
    assert "camera=()" in headers["permissions-policy"], route
    assert headers["cache-control"] == ("public, max-age=31536000, immutable" if route == "GET /static" else "no-store")
    assert "server" not in headers
    assert HSTS not in headers
    assert not [name for name in headers if name.startswith("access-control-")], route


@pytest.mark.parametrize("route", ["GET /api/v1/submissions", "POST /api/v1/checks", "GET /submissions", "POST /kosit"])
@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://testserver.evil.example"])
def test_no_page_from_elsewhere_may_read_an_answer(web: Web, route: str, origin: str) -> None:
    method, path = route.split()
    client = web.signed_in(Role.OPERATOR)
    asking = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "x-csrf-token",
    }
    for answer in (client.options(path, headers=asking), client.request(method, path, headers={"Origin": origin})):
        assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_what_is_about_someone_is_not_kept_by_caches(web: Web) -> None:
    client = web.signed_in(Role.OPERATOR)
    assert client.get("/submissions").headers["cache-control"] == "no-store"
    assert client.get("/api/v1/submissions").headers["cache-control"] == "no-store"
    assert "immutable" in client.get("/static/portal.css").headers["cache-control"]


def test_the_html_report_may_do_nothing_at_all(web: Web) -> None:
    client = web.supplier()
    link = web.submitted(client, invoice("reject"))["links"]["report"]
    policy = client.get(link, headers={"Accept": "text/html"}).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script" not in policy


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(web: Web) -> None:
    for cookie in cookies_of(web):
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie
        assert "Secure" not in cookie


def test_over_https_cookies_stay_there(open_web: Callable[..., Any]) -> None:
    with open_web(https_only=True) as web:
        cookies = cookies_of(web)
        assert any(cookie.startswith("__Host-einvoice-session=") for cookie in cookies)
        assert any(cookie.startswith("__Host-einvoice-form=") for cookie in cookies)
        assert all("Secure" in cookie for cookie in cookies)
        assert web.client().get("/sign-in").headers["strict-transport-security"].startswith("max-age=")
        assert web.signed_in().get("/upload").status_code == 200


def cookies_of(web: Web) -> list[str]:
    web.app.identity.create_account("erika", "Erika", Role.SUPPLIER, password=PASSWORD)
    client = web.client()
    found = client.get("/sign-in").headers.get_list("set-cookie")
    form = {"login": "erika", "password": PASSWORD, "csrf": web.csrf(client)}
    found += client.post("/sign-in", data=form).headers.get_list("set-cookie")
    found += client.get("/language/en").headers.get_list("set-cookie")
    assert len(found) >= 4
    return [str(cookie) for cookie in found]


FORMS = ["/sign-in", "/sign-in/link/x", "/sign-out", "/upload", "/submissions/{id}/retry", "/submissions/{id}/send-on",
         "/submissions/{id}/send-back", "/submissions/{id}/consent", "/holds/retry", "/doors/api/pause",
         "/doors/api/resume", "/folders/koeln/retry"]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("shown", ["", "guessed", "ä"])
def test_no_form_from_elsewhere_is_followed(web: Web, form: str, shown: str) -> None:
    submission = web.submitted(web.supplier(), invoice("abort"))["id"]
    client = web.signed_in(Role.OPERATOR)
    data = {"csrf": shown, "login": "x", "password": "x", "reason": "x", "cause": "engine-abort"}
    options: dict[str, Any] = {"files": {"files": ("a.xml", invoice())}} if form == "/upload" else {}
    answer = client.post(form.format(id=submission), data=data, **options)
    assert answer.status_code == 403
    assert client.get("/upload").status_code == 200, "still signed in"
    assert web.app.store.submissions.get(submission).hold, "still on hold"


def test_the_token_of_one_session_does_not_fit_another(web: Web) -> None:
    mine, theirs = web.signed_in(Role.SUPPLIER), web.signed_in(Role.SUPPLIER)
    token = re.findall(r'data-csrf="(\w+)"', mine.get("/upload").text)[0]
    answer = theirs.post("/upload", files={"files": ("a.xml", invoice())}, data={"csrf": token})
    assert answer.status_code == 403


def broken(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    def find(*_: object, **__: object) -> None:
        raise RuntimeError("geheim: Möbel Grünwald, IBAN DE02")

    monkeypatch.setattr(type(web.app.store.submissions), "find", find)


@pytest.mark.parametrize(("path", "media_type"), [("/api/v1/submissions", "application/problem+json"),
                                                  ("/submissions", "text/html; charset=utf-8")])  # fmt: skip
def test_a_mistake_of_ours_is_admitted_and_not_described(
    web: Web, monkeypatch: pytest.MonkeyPatch, path: str, media_type: str
) -> None:
    client = web.signed_in(Role.OPERATOR)
    broken(web, monkeypatch)
    answer = client.get(path)
    assert answer.status_code == 500
    assert answer.headers["content-type"] == media_type
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    for word in ("geheim", "Traceback", "RuntimeError", "File "):
        assert word not in answer.text


def test_a_mistake_of_ours_is_logged_with_its_place_and_without_what_was_sent(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = web.signed_in(Role.OPERATOR)
    broken(web, monkeypatch)
    with capture_logs() as lines:
        client.get("/submissions?text=geheim")
    [line] = [line for line in lines if line["event"] == "request-failed"]
    assert line["error"] == "RuntimeError"
    assert line["route"] == "/submissions"
    assert any("test_answers.py" in place for place in line["at"])
    assert "geheim" not in str(line)


@pytest.mark.parametrize("path", ["/api/v1/deliveries:lease", "/sign-in", "/sign-out", "/nothing"])
@pytest.mark.parametrize("announced", [True, False])
def test_a_flood_is_cut_off_wherever_no_file_is_expected(web: Web, path: str, announced: bool) -> None:
    flood = b"x" * 2_000_000
    answer = web.authority().post(
        path,
        content=flood if announced else iter([flood[:1_000_000], flood]),
        headers={"Content-Type": "application/json" if "api" in path else "application/x-www-form-urlencoded"},
    )
    assert answer.status_code in (404, 413)
    assert "x" * 100 not in answer.text


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}}",
    "../../../etc/passwd",
    "a\u202egpj.exe",
    "x" * 2_000,
    "'; DROP TABLE submissions; --",
    "%00",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_name_is_shown_and_saved_harmlessly(web: Web, name: str) -> None:
    client = web.signed_in(Role.SUPPLIER)
    token = re.findall(r'data-csrf="(\w+)"', client.get("/upload").text)[0]
    sent = client.post("/upload", files={"files": (name, invoice("reject"))}, headers={"X-CSRF-Token": token})
    for page in (sent.headers["location"], "/upload", "/submissions"):
        text = client.get(page).text
        assert "<script>alert" not in text
        assert "<img" not in text
        assert "49" not in re.findall(r"<bdi>(.*?)</bdi>", text)
        assert "\u202e" not in text
    saved = client.get(f"{sent.headers['location']}/original").headers["content-disposition"]
    assert saved.isascii()
    assert "/" not in saved
    assert len(saved) < 2_500


def test_an_invoice_can_not_bring_script_into_its_report(web: Web) -> None:
    hostile = "&lt;script&gt;alert(1)&lt;/script&gt;"
    client = web.signed_in(Role.SUPPLIER, supplier="Muster GmbH")
    submission = web.submitted(web.supplier(), invoice("reject", number=hostile, seller=hostile))
    for page in (f"/submissions/{submission['id']}", f"/submissions/{submission['id']}/report.html"):
        assert "<script>alert" not in client.get(page).text
