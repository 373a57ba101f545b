"""Every role on every route, on what is its own and on what is another's, as the table says; and nothing besides it."""

import re
from typing import Any

import pytest

from einvoice.identity import Role
from einvoice.web import create_asgi
from tests.security.place import Place, is_for_programs, routes
from tests.security.table import BAD, HARMLESS, HIDDEN, NO, OK, PUBLIC, TABLE, WHO, Who
from tests.support.web import Web, invoice


@pytest.fixture
def place(web: Web) -> Place:
    return Place(web)


@pytest.fixture
def there(web: Web) -> set[str]:
    """The routes of the application itself."""
    return set(routes(create_asgi(web.app)))


def test_every_route_has_a_row_and_every_row_a_route(there: set[str]) -> None:
    assert there - set(TABLE) == set(), "say in the table who may do what there"
    assert set(TABLE) - there == set()


@pytest.mark.parametrize("route", TABLE)
def test_everyone_gets_what_the_table_says(place: Place, route: str) -> None:
    """Those who may not come first: what they tried has changed nothing for those who may."""
    row, callers = TABLE[route], place.callers(route)
    if row.leased:
        assert place.status(route, row, callers[Who.OTHER_AUTHORITY]) == HIDDEN, "as what never was"
        place.lease()
    expected = row.expected()
    for who in sorted(Who, key=lambda one: -expected[one]):
        found = place.status(route, row, callers[who])
        if "kosit" in route and row.file and found == 406:  # the daemon's way to say that it is rejected
            found = OK
        assert found == expected[who], who


def formerly_somebody(place: Place) -> dict[str, Any]:
    """Those who may not come in any more."""
    web = place.web
    token = web.app.identity.create_token(Role.OPERATOR)
    principal = web.app.identity.by_token(token)
    assert principal is not None
    web.app.store.accounts.revoke_token(principal.actor.removeprefix("token:"))
    disabled = web.signed_in(Role.OPERATOR)
    login = next(one.login for one in web.app.store.accounts.all() if one.role is Role.OPERATOR)
    web.app.store.accounts.set_disabled(login, disabled=True)
    return {"revoked token": web.client(token), "disabled account": disabled}


def test_who_was_somebody_once_is_nobody_now(place: Place, there: set[str]) -> None:
    for name, client in formerly_somebody(place).items():
        for route in sorted(there - PUBLIC):
            assert place.status(route, TABLE[route], client, csrf=False) == WHO, f"{name}: {route}"


@pytest.mark.parametrize("scheme", ["Bearer", "Basic", "Token"])
def test_who_guesses_is_nobody_even_with_a_good_session(place: Place, there: set[str], scheme: str) -> None:
    for number, route in enumerate(sorted(there - PUBLIC)):  # each from elsewhere: who guesses often has to wait
        client = place.web.client(address=(f"192.0.2.{number}", 1))
        client.cookies.update(place.people[Who.OPERATOR].cookies)
        client.headers["Authorization"] = f"{scheme} guessed"
        assert place.status(route, TABLE[route], client, csrf=False) == WHO, route


def test_a_session_that_has_ended_is_nobodys(place: Place, there: set[str]) -> None:
    client = place.people[Who.OPERATOR]
    place.web.clock.advance(place.web.app.settings.session_hours * 3600 + 1)
    for route in sorted(there - PUBLIC):
        assert place.status(route, TABLE[route], client, csrf=False) == WHO, route


def test_nobody_learns_from_the_answer_what_exists(place: Place, there: set[str]) -> None:
    """What is another's and what is not there at all are answered alike, but for the id of the request."""
    for route in sorted(there):
        row, callers = TABLE[route], place.callers(route)
        if "{submission_id}" not in route:
            continue
        for who in (Who.NOBODY, Who.OTHER_SUPPLIER, Who.OTHER_AUTHORITY):
            client = callers[who]
            # so long as it says the address asked for, this must not differ in length alone
            told = [place.ask(route, row, client, csrf=False, submission_id=one)
                    for one in (place.held if row.held else place.submission, "0" * 26)]  # fmt: skip
            found, missing = ((one.status_code, plain(one.text), keyless(one.headers)) for one in told)
            assert found == missing, f"{route} {who}"


def plain(text: str) -> str:
    """A page without the address it was asked by, and the tokens of its forms."""
    return re.sub(r"[0-9a-z]{26,64}", "", text)


def keyless(headers: Any) -> list[str]:
    return sorted(name for name in headers if name != "set-cookie")


@pytest.mark.parametrize("who", [Who.SUPPLIER, Who.AUTHORITY, Who.OPERATOR])
def test_a_session_changes_nothing_unless_its_own_page_asks(place: Place, there: set[str], who: Who) -> None:
    place.lease()
    client = place.people[who]
    before = place.web.app.store.submissions.get(place.held), place.web.app.store.doors.paused()
    for route in sorted(there - HARMLESS):
        if route.startswith("POST "):
            assert place.status(route, TABLE[route], client, csrf=False) in (NO, HIDDEN), route
    assert (place.web.app.store.submissions.get(place.held), place.web.app.store.doors.paused()) == before
    assert place.status("GET /submissions", TABLE["GET /submissions"], client) == OK, "still signed in"


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_a_method_that_is_not_in_the_table_does_nothing(place: Place, there: set[str], method: str) -> None:
    known = {route.partition(" ")[2]: TABLE[route] for route in there}
    for path, row in known.items():
        if f"{method} {path}" in there or (path, method) == ("/static", "HEAD"):
            continue
        route = f"{method} {path}"
        client = place.callers(route)[Who.OPERATOR]
        answer = client.request(method, place.address(route, row), follow_redirects=False)
        assert answer.status_code in allowed(method, path), route
        assert "access-control-allow-origin" not in answer.headers


def allowed(method: str, path: str) -> tuple[int, ...]:
    """What may be answered where there is nothing of that method. Some paths are names that another route takes."""
    if (method, path) == ("POST", "/kosit/server/health"):  # POST /kosit/{name}: a document without content
        return (BAD,)
    if method == "POST" and path.startswith("/submissions/{submission_id}/"):  # …/{way}: not one that there is
        return (HIDDEN, 405, 422)
    return (OK,) if (method, path) == ("HEAD", "/openapi.json") else (HIDDEN, 405)


def test_lists_hold_what_is_ones_own(place: Place) -> None:
    found = {
        who: len(client.get("/api/v1/submissions").json()["items"])
        for who, client in place.programs.items()
        if who is not Who.NOBODY
    }
    assert found == {
        Who.SUPPLIER: 2,
        Who.OTHER_SUPPLIER: 0,
        Who.AUTHORITY: 2,
        Who.OTHER_AUTHORITY: 0,
        Who.OPERATOR: 2,
    }


def test_searching_finds_nothing_of_others(place: Place) -> None:
    found = place.programs[Who.OTHER_SUPPLIER].get("/api/v1/submissions?text=R-1&verdict=accepted&handling=available")
    assert found.json()["items"] == []


def test_only_the_authority_an_invoice_is_for_collects_it(place: Place) -> None:
    lease = "/api/v1/deliveries:lease"
    assert place.programs[Who.OTHER_AUTHORITY].post(lease).json()["deliveries"] == []
    assert len(place.programs[Who.AUTHORITY].post(lease).json()["deliveries"]) == 1


def test_only_operators_read_whose_it_is(place: Place) -> None:
    for who in (Who.SUPPLIER, Who.AUTHORITY, Who.OPERATOR):
        told = place.programs[who].get(f"/api/v1/submissions/{place.submission}").json()
        assert (told["operator"] is not None) == (who is Who.OPERATOR)


def test_what_operators_do_others_may_not_even_about_what_never_was(place: Place, there: set[str]) -> None:
    for route in sorted(there):
        if TABLE[route].held:
            for who in (Who.SUPPLIER, Who.AUTHORITY):
                client = place.callers(route)[who]
                csrf = not is_for_programs(route)
                assert place.status(route, TABLE[route], client, csrf=csrf, submission_id="unknown") in (NO, HIDDEN)


def test_the_same_file_of_two_suppliers_is_two_submissions(place: Place) -> None:
    """Who sends what another has sent learns nothing of that one."""
    ids = {place.web.submitted(place.programs[who], invoice(number="R-9"))["id"]
           for who in (Who.SUPPLIER, Who.OTHER_SUPPLIER)}  # fmt: skip
    assert len(ids) == 2


def test_the_same_key_of_two_suppliers_is_two_submissions(place: Place) -> None:
    key = {"Idempotency-Key": "K-1"}
    ids = {place.web.submitted(place.programs[who], invoice(number=f"R-{who}"), headers=key)["id"]
           for who in (Who.SUPPLIER, Who.OTHER_SUPPLIER)}  # fmt: skip
    assert len(ids) == 2
