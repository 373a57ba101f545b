"""Signing in and out, and choosing the language."""

import threading

import pytest

from einvoice.identity import Role
from einvoice.portal import signing
from tests.support.web import LOOPBACK, PASSWORD, Web


def test_who_is_not_signed_in_is_asked_to_and_comes_back(web: Web) -> None:
    client = web.client()
    answer = client.get("/submissions?verdict=rejected")
    assert answer.headers["location"] == "/sign-in?next=%2Fsubmissions%3Fverdict%3Drejected"
    assert 'name="next" value="/submissions?verdict=rejected"' in client.get(answer.headers["location"]).text


def test_the_right_password_opens_a_session(web: Web) -> None:
    web.app.identity.create_account("erika", "Erika Muster", Role.SUPPLIER, password=PASSWORD)
    client = web.client()
    form = {"login": " erika ", "password": PASSWORD, "next": "/submissions", "csrf": web.csrf(client)}
    answer = client.post("/sign-in", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/submissions")
    assert "Erika Muster" in client.get("/submissions").text


@pytest.mark.parametrize(("login", "password"), [("erika", "falsch"), ("niemand", PASSWORD), ("", "")])
def test_a_wrong_password_is_told_without_saying_what_was_wrong(web: Web, login: str, password: str) -> None:
    web.app.identity.create_account("erika", "Erika Muster", Role.SUPPLIER, password=PASSWORD)
    client = web.client()
    answer = client.post("/sign-in", data={"login": login, "password": password, "csrf": web.csrf(client)})
    assert answer.status_code == 401
    assert "Anmeldename oder Passwort ist nicht richtig" in answer.text
    assert client.get("/submissions").status_code == 303


def test_too_many_at_once_are_told_so_and_hold_no_thread(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("einvoice.portal.signing._TURN", threading.BoundedSemaphore(1))
    client = web.client()
    form = {"login": "x", "password": "x", "csrf": web.csrf(client)}
    with signing._TURN:
        answer = client.post("/sign-in", data=form)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert client.post("/sign-in", data=form).status_code == 401


def test_a_wrong_password_does_not_lose_the_login_typed(web: Web) -> None:
    client = web.client()
    answer = client.post("/sign-in", data={"login": 'e"<b>', "password": "x", "csrf": web.csrf(client)})
    assert 'value="e&#34;&lt;b&gt;"' in answer.text


def test_a_link_signs_in_on_a_click_and_only_once(web: Web) -> None:
    web.app.identity.create_account("demo", "Demo", Role.OPERATOR)
    link = f"/sign-in/link/{web.app.identity.create_sign_in_link('demo', host='127.0.0.1')}"
    client = web.client(address=LOOPBACK)
    assert client.get(link).status_code == client.get(link).status_code == 200, "looking does not use it up"
    form = {"csrf": web.csrf(client)}
    assert client.post(link, data=form).headers["location"] == "/upload"
    assert client.get("/upload").status_code == 200
    other = web.client()
    used = other.post(link, data={"csrf": web.csrf(other)})
    assert used.status_code == 410
    assert "schon benutzt" in used.text


def test_signing_out_ends_the_session_for_good(web: Web) -> None:
    client = web.signed_in()
    stolen = dict(client.cookies)
    page = client.get("/upload").text
    form = {"csrf": page.partition('name="csrf" value="')[2].partition('"')[0]}
    assert client.post("/sign-out", data=form).headers["location"] == "/sign-in"
    thief = web.client()
    thief.cookies.update(stolen)
    assert thief.get("/upload").status_code == 303


def test_a_session_ends_by_itself(web: Web) -> None:
    client = web.signed_in()
    web.clock.advance(web.app.settings.session_hours * 3600 + 1)
    assert client.get("/upload").status_code == 303


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", "evil.example", "/\r\nx", "javascript:1"]
)
def test_nobody_is_sent_elsewhere(web: Web, elsewhere: str) -> None:
    client = web.client()
    assert client.get("/language/en", params={"next": elsewhere}).headers["location"] == "/"


def test_the_language_chosen_stays(web: Web) -> None:
    client = web.client()
    assert '<html lang="de">' in client.get("/sign-in").text
    answer = client.get("/language/en?next=/sign-in")
    assert answer.headers["location"] == "/sign-in"
    assert '<html lang="en">' in client.get("/sign-in").text


def test_the_browser_says_the_language_at_first(web: Web) -> None:
    page = web.client().get("/sign-in", headers={"Accept-Language": "en-GB,en"}).text
    assert '<html lang="en">' in page
    assert "Sign in" in page


def test_a_language_we_do_not_speak_changes_nothing(web: Web) -> None:
    client = web.client()
    client.get("/language/fr")
    assert '<html lang="de">' in client.get("/sign-in").text


def test_everyone_begins_where_their_work_is(web: Web) -> None:
    assert web.signed_in(Role.SUPPLIER).get("/").headers["location"] == "/upload"
    assert web.signed_in(Role.OPERATOR).get("/").headers["location"] == "/submissions"
    assert web.signed_in(Role.AUTHORITY).get("/").headers["location"] == "/submissions"
