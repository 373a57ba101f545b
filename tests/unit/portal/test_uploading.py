"""Handing in through the portal."""

from typing import Any

import pytest

from einvoice.identity import Role
from tests.support.web import LIMIT, Web, invoice

AS_SCRIPT = {"Accept": "application/json"}


def upload(web: Web, client: Any, *files: tuple[str, bytes], **options: Any) -> Any:
    return client.post("/upload", files=[("files", file) for file in files], data={"csrf": token(client)}, **options)


def token(client: Any) -> str:
    return str(client.get("/upload").text.partition('data-csrf="')[2].partition('"')[0])


def test_one_file_leads_to_its_page(web: Web) -> None:
    client = web.signed_in()
    answer = upload(web, client, ("rechnung.xml", invoice("reject")))
    assert answer.status_code == 303
    page = client.get(answer.headers["location"]).text
    assert "Abgelehnt" in page
    assert "rechnung.xml" in page


def test_several_files_lead_to_the_list(web: Web) -> None:
    client = web.signed_in()
    answer = upload(web, client, ("a.xml", invoice(number="R-A")), ("b.xml", invoice(number="R-B")))
    assert answer.headers["location"] == "/submissions"
    page = client.get("/submissions").text
    assert "R-A" in page
    assert "R-B" in page


def test_files_too_large_together_are_refused_and_nothing_is_kept(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("einvoice.faces.body._FORM_ROOM", 0)
    files = [(f"{number}.xml", b"x" * LIMIT) for number in range(10)]
    answer = upload(web, web.signed_in(), *files)
    assert answer.status_code == 413
    assert "weniger Dateien" in answer.text
    assert list((web.app.settings.data_dir / "spool").iterdir()) == []


def test_a_script_gets_the_entry_and_where_to_ask_again(web: Web) -> None:
    web.at_once = False
    client = web.signed_in()
    answer = upload(web, client, ("rechnung.xml", invoice()), headers=AS_SCRIPT)
    assert answer.status_code == 202
    entry = answer.json()
    assert not entry["settled"]
    assert "rechnung.xml" in entry["html"]
    web.work()
    after = client.get(entry["state"]).json()
    assert after["settled"]
    assert "rechnung.xml" in after["announcement"]


def test_a_script_shows_the_token_before_the_file_comes_in(web: Web) -> None:
    client = web.signed_in()
    headers = AS_SCRIPT | {"X-CSRF-Token": token(client)}
    assert client.post("/upload", files={"files": ("a.xml", invoice())}, headers=headers).status_code == 202
    wrong = client.post("/upload", files={"files": ("a.xml", invoice())}, headers=headers | {"X-CSRF-Token": "x"})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "csrf")


def test_a_form_from_elsewhere_is_refused_and_nothing_is_kept(web: Web) -> None:
    client = web.signed_in()
    answer = client.post("/upload", files={"files": ("a.xml", invoice())}, data={"csrf": "guessed"})
    assert answer.status_code == 403
    assert "Formular abgelaufen" in answer.text
    assert list((web.app.settings.data_dir / "spool").iterdir()) == []
    assert web.operator().get("/api/v1/submissions").json()["items"] == []


def test_the_same_file_again_is_said_to_be_known(web: Web) -> None:
    client = web.signed_in()
    upload(web, client, ("a.xml", invoice()))
    again = upload(web, client, ("a.xml", invoice()), headers=AS_SCRIPT).json()
    assert "schon einmal eingereicht" in again["html"]


def test_no_file_is_told(web: Web) -> None:
    answer = upload(web, web.signed_in(), ("", b""))
    assert answer.status_code == 400
    assert "Keine Datei gewählt" in answer.text


def test_a_file_too_large_is_told_to_people_and_scripts(web: Web) -> None:
    client = web.signed_in()
    page = upload(web, client, ("a.xml", b"<" * (LIMIT + 1)))
    assert page.status_code == 413
    assert "Datei zu groß" in page.text
    told = upload(web, client, ("a.xml", b"<" * (LIMIT + 1)), headers=AS_SCRIPT)
    assert (told.status_code, told.json()["code"]) == (413, "too-large")


def test_an_ended_session_is_told_to_a_script(web: Web) -> None:
    client = web.signed_in()
    shown = token(client)
    web.clock.advance(1_000_000)
    answer = client.post("/upload", files={"files": ("a.xml", invoice())}, headers=AS_SCRIPT | {"X-CSRF-Token": shown})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


def test_what_was_handed_in_last_is_shown(web: Web) -> None:
    client = web.signed_in()
    assert "Noch nichts eingereicht" in client.get("/upload").text
    upload(web, client, ("a.xml", invoice(seller="Möbel Öztürk &amp; Söhne")))
    assert "Möbel Öztürk &amp; Söhne" in client.get("/upload").text


def test_an_operator_may_hand_in_too_and_an_authority_not(web: Web) -> None:
    assert web.signed_in(Role.OPERATOR).get("/upload").status_code == 200
    assert web.signed_in(Role.AUTHORITY).get("/upload").status_code == 403
