"""Who may do what, over HTTP: every role on every route, on what is its own and on what is another's."""

from dataclasses import dataclass
from typing import Any

import pytest

from einvoice.identity import Role
from tests.support.web import LEITWEG_ID, OTHER_LEITWEG_ID, Web, invoice

OWN, FOREIGN = "own", "foreign"
OK, NO, HIDDEN = 200, 403, 404


@dataclass
class Place:
    """A service with one invoice of a supplier for an authority, and everyone who may look at it."""

    web: Web
    submission: dict[str, Any]
    who: dict[tuple[str, str], Any]


@pytest.fixture
def place(web: Web) -> Place:
    web.known(LEITWEG_ID)
    web.known(OTHER_LEITWEG_ID)
    who = {
        ("supplier", OWN): web.supplier("A"),
        ("supplier", FOREIGN): web.supplier("B"),
        ("authority", OWN): web.authority(LEITWEG_ID),
        ("authority", FOREIGN): web.authority(OTHER_LEITWEG_ID),
        ("operator", OWN): web.operator(),
    }
    return Place(web, web.submitted(who["supplier", OWN]), who)


#              path                                supplier      authority     operator
#                                                  own, foreign  own, foreign
READS = {
    "/api/v1/submissions/{id}": ((OK, HIDDEN), (OK, HIDDEN), OK),
    "/api/v1/submissions/{id}/report": ((OK, HIDDEN), (OK, HIDDEN), OK),
    "/api/v1/submissions/{id}/original": ((OK, HIDDEN), (OK, HIDDEN), OK),
    "/api/v1/submissions/{id}/invoice": ((OK, HIDDEN), (OK, HIDDEN), OK),
    "/api/v1/submissions/{id}/receipt": ((OK, HIDDEN), (OK, HIDDEN), OK),
    "/submissions/{id}": ((OK, HIDDEN), (OK, HIDDEN), OK),
    "/submissions/{id}/state": ((OK, HIDDEN), (OK, HIDDEN), OK),
    "/submissions/{id}/original": ((OK, HIDDEN), (OK, HIDDEN), OK),
    "/submissions/{id}/report.html": ((OK, HIDDEN), (OK, HIDDEN), OK),
    "/submissions/{id}/report.pdf": ((OK, HIDDEN), (OK, HIDDEN), OK),
    "/submissions/{id}/report.json": ((OK, HIDDEN), (OK, HIDDEN), OK),
    "/submissions/{id}/receipt.pdf": ((OK, HIDDEN), (OK, HIDDEN), OK),
    "/submissions/{id}/receipt.json": ((OK, HIDDEN), (OK, HIDDEN), OK),
    "/api/v1/submissions": ((OK, OK), (OK, OK), OK),
    "/submissions": ((OK, OK), (OK, OK), OK),
    "/upload": ((OK, OK), (NO, NO), OK),
    "/api/v1/events?authority={authority}": ((NO, NO), (OK, HIDDEN), OK),
    "/metrics": ((NO, NO), (NO, NO), OK),
    "/api/v1/holds": ((NO, NO), (NO, NO), OK),
    "/api/v1/doors": ((NO, NO), (NO, NO), OK),
    "/doors": ((NO, NO), (NO, NO), OK),
    "/receipts": ((OK, OK), (OK, OK), OK),
    "/receipts/public-key.pem": ((OK, OK), (OK, OK), OK),
}


@pytest.mark.parametrize("path", READS)
def test_reading(place: Place, path: str) -> None:
    supplier, authority, operator = READS[path]
    address = path.format(id=place.submission["id"], authority=place.web.known().id)
    expected = {
        ("supplier", OWN): supplier[0],
        ("supplier", FOREIGN): supplier[1],
        ("authority", OWN): authority[0],
        ("authority", FOREIGN): authority[1],
        ("operator", OWN): operator,
    }
    found = {who: client.get(address).status_code for who, client in place.who.items()}
    assert found == expected


def test_lists_hold_what_is_ones_own(place: Place) -> None:
    found = {who: len(client.get("/api/v1/submissions").json()["items"]) for who, client in place.who.items()}
    assert found == {
        ("supplier", OWN): 1,
        ("supplier", FOREIGN): 0,
        ("authority", OWN): 1,
        ("authority", FOREIGN): 0,
        ("operator", OWN): 1,
    }


def test_searching_finds_nothing_of_others(place: Place) -> None:
    found = place.who["supplier", FOREIGN].get("/api/v1/submissions?text=R-1&verdict=accepted&handling=available")
    assert found.json()["items"] == []


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/api/v1/checks", {"supplier": 200, "authority": 200, "operator": 200}),
        ("/api/v1/submissions", {"supplier": 202, "authority": 403, "operator": 202}),
        ("/api/v1/deliveries:lease", {"supplier": 403, "authority": 200, "operator": 403}),
    ],
)
def test_doing(place: Place, path: str, allowed: dict[str, int]) -> None:
    for (role, _), client in place.who.items():
        body = {} if path.endswith(":lease") else {"content": invoice()}
        assert client.post(path, **body).status_code == allowed[role], role


#                                          what an operator gets: done, or not possible as things stand
ACTS = {
    "/api/v1/submissions/{id}:retry": ({"reason": "x"}, OK),
    "/api/v1/submissions/{id}:send-on": ({"reason": "x", "authority_id": "{authority}"}, OK),
    "/api/v1/submissions/{id}:send-back": ({"reason": "x"}, OK),
    "/api/v1/submissions/{id}:consent": ({"reason": "x"}, 409),
    "/api/v1/holds:retry": ({"cause": "engine-abort"}, OK),
    "/api/v1/doors/api:pause": ({"reason": "x"}, OK),
    "/api/v1/doors/api:resume": ({}, OK),
}


@pytest.mark.parametrize("path", ACTS)
def test_what_operators_do_nobody_else_does(place: Place, path: str) -> None:
    """Also not about what is one's own, and nobody learns from the answer whether something exists."""
    body, operator = ACTS[path]
    held = place.web.submitted(place.who["supplier", OWN], invoice("abort"))["id"]
    sent = {name: value.format(authority=place.web.known().id) for name, value in body.items()}
    for known in (held, "unknown"):
        for (role, _), client in place.who.items():
            if role != "operator":
                assert client.post(path.format(id=known), json=sent).status_code == NO, role
    assert place.web.app.store.submissions.get(held).hold
    assert place.web.app.store.doors.paused() == {}
    assert place.who["operator", OWN].post(path.format(id=held), json=sent).status_code == operator


FORMS = {
    "/submissions/{id}/retry": {"reason": "x"},
    "/submissions/{id}/send-on": {"reason": "x"},
    "/submissions/{id}/send-back": {"reason": "x"},
    "/submissions/{id}/consent": {"reason": "x"},
    "/holds/retry": {"reason": "x", "cause": "engine-abort"},
    "/doors/api/pause": {"reason": "x"},
    "/doors/api/resume": {},
}


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("role", [Role.SUPPLIER, Role.AUTHORITY])
def test_an_operators_forms_are_nobody_elses(place: Place, path: str, role: Role) -> None:
    web = place.web
    held = web.submitted(place.who["supplier", OWN], invoice("abort"))["id"]
    client = web.signed_in(role, **({"supplier": "A"} if role is Role.SUPPLIER else {}))
    csrf = web.csrf(client)
    answer = client.post(path.format(id=held), data=FORMS[path] | {"csrf": csrf})
    assert answer.status_code in (NO, HIDDEN)
    assert web.app.store.submissions.get(held).hold
    assert web.app.store.doors.paused() == {}


def test_only_the_authority_an_invoice_is_for_collects_it(place: Place) -> None:
    assert place.who["authority", FOREIGN].post("/api/v1/deliveries:lease").json()["deliveries"] == []
    assert len(place.who["authority", OWN].post("/api/v1/deliveries:lease").json()["deliveries"]) == 1


def test_only_operators_read_whose_it_is(place: Place) -> None:
    for (role, owner), client in place.who.items():
        if owner == OWN:
            told = client.get(f"/api/v1/submissions/{place.submission['id']}").json()
            assert (told["operator"] is not None) == (role == "operator")
