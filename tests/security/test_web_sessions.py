"""A session is ours to make: nobody brings one along, keeps an old one, or learns one."""

import re

from einvoice.faces.caller import session_cookie
from einvoice.identity import Role
from tests.support.web import PASSWORD, Web


def signed_in_with(web: Web, cookie: str) -> str:
    """The session after signing in with a browser that had this one before."""
    web.app.identity.create_account("erika", "Erika", Role.SUPPLIER, password=PASSWORD)
    client = web.client()
    client.cookies.set(session_cookie(web.app.settings), cookie)
    form = {"login": "erika", "password": PASSWORD, "csrf": form_token(client.get("/sign-in").text)}
    answer = client.post("/sign-in", data=form)
    assert answer.status_code == 303
    return str(answer.cookies[session_cookie(web.app.settings)])


def form_token(page: str) -> str:
    return re.findall(r'name="csrf" value="(\w+)"', page)[0]


def test_a_session_brought_along_is_not_taken_over(web: Web) -> None:
    assert signed_in_with(web, "chosen-by-somebody-else") != "chosen-by-somebody-else"
    thief = web.client()
    thief.cookies.set(session_cookie(web.app.settings), "chosen-by-somebody-else")
    assert thief.get("/upload").status_code == 303


def test_signing_in_ends_the_session_there_was(web: Web) -> None:
    web.app.identity.create_account("erika", "Erika", Role.SUPPLIER, password=PASSWORD)
    client = web.signed_in(Role.OPERATOR)
    old = client.cookies[session_cookie(web.app.settings)]
    form = {"login": "erika", "password": PASSWORD, "csrf": web.csrf(client)}
    answer = client.post("/sign-in", data=form)
    assert answer.status_code == 303
    assert answer.cookies[session_cookie(web.app.settings)] != old
    assert web.app.identity.by_session(old) is None


def test_every_session_is_another(web: Web) -> None:
    sessions = {web.signed_in().cookies[session_cookie(web.app.settings)] for _ in range(5)}
    assert len(sessions) == 5
    assert all(len(session) >= 43 for session in sessions), "32 bytes of chance"


def test_a_token_in_the_address_or_a_form_is_no_credential(web: Web) -> None:
    token = web.app.identity.create_token(Role.OPERATOR)
    client = web.client()
    for name in ("token", "access_token", "authorization", "session"):
        assert client.get(f"/api/v1/submissions?{name}={token}").status_code == 401


def test_no_address_a_header_names_is_believed(web: Web) -> None:
    """What is for this machine alone stays so."""
    for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP"):
        value = "for=127.0.0.1" if header == "Forwarded" else "127.0.0.1"
        assert web.client().get("/metrics", headers={header: value}).status_code == 401
        assert web.client().post("/kosit", content=b"<a/>", headers={header: value}).status_code == 401


def test_what_a_header_says_of_method_path_or_host_changes_nothing(web: Web) -> None:
    client = web.client()
    for header in (
        "X-HTTP-Method-Override",
        "X-Original-URL",
        "X-Rewrite-URL",
        "X-Forwarded-Host",
        "X-Forwarded-Prefix",
    ):
        answer = client.get("/upload", headers={header: "/healthz"})
        assert answer.status_code == 303
        assert answer.headers["location"] == "/sign-in?next=%2Fupload"
    assert client.get("/upload", headers={"Host": "evil.example"}).headers["location"] == "/sign-in?next=%2Fupload"
