"""Who may do what, over HTTP: every role on every route, on what is its own and on what is another's."""

from dataclasses import dataclass
from typing import Any

import pytest

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
    "/submissions/{id}": ((OK, HIDDEN), (OK, HIDDEN), OK),
    "/submissions/{id}/state": ((OK, HIDDEN), (OK, HIDDEN), OK),
    "/submissions/{id}/original": ((OK, HIDDEN), (OK, HIDDEN), OK),
    "/submissions/{id}/report.html": ((OK, HIDDEN), (OK, HIDDEN), OK),
    "/submissions/{id}/report.pdf": ((OK, HIDDEN), (OK, HIDDEN), OK),
    "/submissions/{id}/report.json": ((OK, HIDDEN), (OK, HIDDEN), OK),
    "/api/v1/submissions": ((OK, OK), (OK, OK), OK),
    "/submissions": ((OK, OK), (OK, OK), OK),
    "/upload": ((OK, OK), (NO, NO), OK),
    "/api/v1/events?authority={authority}": ((NO, NO), (OK, HIDDEN), OK),
    "/metrics": ((NO, NO), (NO, NO), OK),
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


def test_only_the_authority_an_invoice_is_for_collects_it(place: Place) -> None:
    assert place.who["authority", FOREIGN].post("/api/v1/deliveries:lease").json()["deliveries"] == []
    assert len(place.who["authority", OWN].post("/api/v1/deliveries:lease").json()["deliveries"]) == 1


def test_only_operators_read_whose_it_is(place: Place) -> None:
    for (role, owner), client in place.who.items():
        if owner == OWN:
            told = client.get(f"/api/v1/submissions/{place.submission['id']}").json()
            assert (told["operator"] is not None) == (role == "operator")
