"""The page of the doors, and what whoever comes to a closed one reads."""

import pytest

from einvoice.identity import Role
from einvoice.model.submission import Door
from tests.support.web import Web, invoice


@pytest.fixture(autouse=True)
def _seen_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("einvoice.store.doors._GOOD_FOR", -1.0)


def csrf(page: str) -> str:
    return page.partition('name="csrf" value="')[2].partition('"')[0]


def test_a_door_is_closed_and_opened_again(web: Web) -> None:
    client = web.signed_in(Role.OPERATOR)
    page = client.get("/doors").text
    assert page.count(">Offen<") == 3
    form = {"csrf": csrf(page), "reason": "Umzug <heute>"}
    assert client.post("/doors/api/pause", data=form).headers["location"] == "/doors"
    page = client.get("/doors").text
    assert page.count(">Offen<") == 2
    assert "durch <bdi>Erika Muster</bdi>" in page
    assert "Umzug &lt;heute&gt;" in page
    assert "account:" not in page
    client.post("/doors/api/resume", data=form)
    assert web.app.store.doors.paused() == {}


def test_closing_needs_a_reason(web: Web) -> None:
    client = web.signed_in(Role.OPERATOR)
    answer = client.post("/doors/api/pause", data={"csrf": csrf(client.get("/doors").text), "reason": " "})
    assert answer.status_code == 422
    assert "Begründung fehlt" in answer.text
    assert web.app.store.doors.paused() == {}


@pytest.mark.parametrize("role", [Role.SUPPLIER, Role.AUTHORITY])
def test_the_page_is_for_operators_alone(web: Web, role: Role) -> None:
    client = web.signed_in(role)
    assert client.get("/doors").status_code == 403
    assert 'href="/doors"' not in client.get("/submissions").text


def test_who_wants_to_hand_in_reads_that_it_is_closed_before_choosing_a_file(web: Web) -> None:
    client = web.signed_in()
    assert "Eingang vorübergehend geschlossen" not in client.get("/upload").text
    web.app.store.doors.pause(Door.UPLOAD, actor="admin", reason="Umzug")
    page = client.get("/upload").text
    assert "Eingang vorübergehend geschlossen" in page
    assert "Umzug" not in page


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_what_is_handed_in_at_a_closed_door_is_not_kept(web: Web, accept: str) -> None:
    client = web.signed_in()
    token = client.get("/upload").text.partition('data-csrf="')[2].partition('"')[0]
    web.app.store.doors.pause(Door.UPLOAD, actor="admin", reason="Umzug")
    answer = client.post(
        "/upload", files={"files": ("a.xml", invoice())}, data={"csrf": token}, headers={"Accept": accept}
    )
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert "Versuchen Sie es später noch einmal." in answer.text
    assert list((web.app.settings.data_dir / "spool").iterdir()) == []
    assert web.operator().get("/api/v1/submissions").json()["items"] == []
