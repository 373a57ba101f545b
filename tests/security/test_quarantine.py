"""What the virus scan found something in leaves the house for nobody, until two operators have let it through."""

from typing import Any

import pytest

from einvoice.identity import Role
from tests.support.web import Web, invoice

CONTENT = [
    "/api/v1/submissions/{id}/original",
    "/api/v1/submissions/{id}/invoice",
    "/api/v1/submissions/{id}/invoice?attachments=true",
    "/submissions/{id}/original",
    "/api/v1/submissions/{id}/enclosures/1",
    "/submissions/{id}/enclosures/1",
]
SIGNATURE = "Eicar"
BODY = b">virus<"


@pytest.fixture
def found(web: Web) -> str:
    web.known()
    return str(web.submitted(web.supplier("A"), invoice("virus"))["id"])


def everyone(web: Web) -> list[Any]:
    """All who may see the submission."""
    return [web.supplier("A"), web.operator(), web.signed_in(Role.OPERATOR), web.signed_in(Role.SUPPLIER, supplier="A")]


def locked(web: Web, submission: str) -> bool:
    """Whether nobody gets anything of it."""
    for client in everyone(web):
        for path in CONTENT:
            answer = client.get(path.format(id=submission))
            if answer.status_code == 200 or BODY in answer.content:
                return False
    return True


@pytest.mark.parametrize("path", CONTENT)
def test_nobody_gets_the_content_and_everybody_hears_why(web: Web, found: str, path: str) -> None:
    for client in everyone(web):
        answer = client.get(path.format(id=found), headers={"Accept": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (409, "quarantined")


def test_it_is_leased_to_nobody(web: Web, found: str) -> None:
    assert web.authority().post("/api/v1/deliveries:lease").json()["deliveries"] == []


def test_it_stays_locked_when_one_operator_agrees(web: Web, found: str) -> None:
    web.app.store.people.consent(found, actor="account:1", reason="Fehlalarm")
    assert locked(web, found)


def test_it_stays_locked_after_it_was_sent_back(web: Web, found: str) -> None:
    web.app.store.people.send_back(found, actor="account:1", reason="Bitte ohne Makros.")
    assert locked(web, found)


def test_it_is_served_once_two_operators_let_it_through_and_it_was_judged(web: Web, found: str) -> None:
    for actor in ("account:1", "account:2"):
        web.app.store.people.consent(found, actor=actor, reason="Fehlalarm")
    web.work()
    assert web.operator().get(CONTENT[0].format(id=found)).content == invoice("virus")
    [lease] = web.authority().post("/api/v1/deliveries:lease").json()["deliveries"]
    assert lease["submission"]["id"] == found


def test_a_receipt_tells_that_it_came_in_and_nothing_of_what_is_in_it(web: Web, found: str) -> None:
    for client in everyone(web):
        for path in (f"/api/v1/submissions/{found}/receipt", f"/submissions/{found}/receipt.json"):
            if (answer := client.get(path)).status_code == 200:
                assert (answer.json()["submission"], answer.json()["verdict"]) == (found, "undecided")
                assert SIGNATURE not in answer.text
    assert web.supplier("A").get(f"/api/v1/submissions/{found}/receipt").status_code == 200


@pytest.mark.parametrize("lang", ["de", "en"])
def test_only_operators_learn_what_was_found(web: Web, found: str, lang: str) -> None:
    pages = [f"/submissions/{found}", f"/api/v1/submissions/{found}", f"/api/v1/submissions/{found}/report"]
    kinds = ["text/html", "application/json", "application/xml", "text/plain"]
    for client in (web.supplier("A"), web.signed_in(Role.SUPPLIER, supplier="A")):
        for page in pages:
            for kind in kinds:
                answer = client.get(page, headers={"Accept": kind, "Accept-Language": lang})
                assert SIGNATURE not in answer.text
    assert SIGNATURE in web.signed_in(Role.OPERATOR).get(pages[0]).text
    assert web.operator().get(pages[1]).json()["operator"]["malware"].startswith(SIGNATURE)


def test_a_sender_does_not_learn_who_agreed_to_let_it_through(web: Web, found: str) -> None:
    web.app.store.people.consent(found, actor="account:1", reason="Fehlalarm")
    page = web.signed_in(Role.SUPPLIER, supplier="A").get(f"/submissions/{found}").text
    assert "Fehlalarm" not in page
    assert "zugestimmt" not in page
