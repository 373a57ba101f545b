"""Asking without end, guessing tokens and guessing passwords: whoever does it waits, and nobody else."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from argon2 import PasswordHasher

from einvoice.faces import throttle as throttle_module
from einvoice.faces.rates import Rate
from einvoice.identity import Role
from einvoice.identity import identity as identity_module
from tests.support.web import LOOPBACK, PASSWORD, Web, invoice

LIST = "/api/v1/submissions"
HERE, THERE = ("192.0.2.7", 1), ("198.51.100.9", 1)
WRONG_PASSWORD = {"password": "falsch"}


@pytest.fixture(autouse=True)
def standing_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine: nothing is given back while a test runs."""
    monkeypatch.setattr(throttle_module, "Rate", partial(Rate, clock=lambda: 1000.0))


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity_module, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture
def few(open_web: Callable[..., Any]) -> Iterator[Web]:
    """A service that lets a caller ask three times a minute."""
    with open_web(requests_per_minute=3) as web:
        yield web


def asked_out(client: Any, path: str = LIST) -> Any:
    """The first answer that is not given any more."""
    for _ in range(100):
        answer = client.get(path)
        if answer.status_code == 429:
            return answer
    raise AssertionError("never had to wait")


def test_who_asks_too_often_hears_when_to_come_again(few: Web) -> None:
    client = few.supplier()
    assert [client.get(LIST).status_code for _ in range(4)] == [200, 200, 200, 429]
    answer = client.get(LIST)
    assert 0 < int(answer.headers["retry-after"]) <= 20
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["code"] == "too-many-requests"
    assert all(told[name] for name in ("title", "detail", "remedy"))


def test_each_token_has_its_own_allowance(few: Web) -> None:
    asked_out(few.supplier("A"))
    assert few.supplier("A").get(LIST).status_code == 200
    assert few.supplier("B").get(LIST).status_code == 200


def test_a_person_has_the_same_allowance_with_every_session(few: Web) -> None:
    client = few.signed_in(Role.OPERATOR)
    page = asked_out(client, "/submissions")
    assert "Zu viele Anfragen" in page.text
    assert few.signed_in(Role.OPERATOR).get("/submissions").status_code == 200


def test_nobody_is_counted_by_address(few: Web) -> None:
    assert asked_out(few.client(address=HERE), "/sign-in").status_code == 429
    assert few.client(address=HERE).get("/sign-in").status_code == 429
    assert few.client(address=THERE).get("/sign-in").status_code == 200
    assert few.supplier().get(LIST).status_code == 200, "a token at the same address"


def test_an_ipv6_address_counts_by_its_network(few: Web) -> None:
    asked_out(few.client(address=("2001:db8:1:2::1", 1)), "/sign-in")
    assert few.client(address=("2001:db8:1:2:ffff::9", 1)).get("/sign-in").status_code == 429
    assert few.client(address=("2001:db8:1:3::1", 1)).get("/sign-in").status_code == 200


def test_what_a_probe_or_a_browser_fetches_is_not_counted(few: Web) -> None:
    client = few.client()
    for path in ("/healthz", "/readyz", "/static/portal.css", "/openapi.json"):
        assert {client.get(path).status_code for _ in range(8)} <= {200, 503}


def test_clients_of_the_kosit_validator_in_our_networks_are_not_counted(few: Web) -> None:
    client = few.client(address=LOOPBACK)
    assert {client.post("/kosit", content=invoice("reject")).status_code for _ in range(8)} == {406}


def test_a_submission_that_was_turned_away_left_nothing(few: Web) -> None:
    client = few.supplier()
    asked_out(client)
    assert client.post(LIST, content=invoice()).status_code == 429
    assert few.operator().get(LIST).json()["items"] == []
    assert list((few.app.settings.data_dir / "spool").iterdir()) == []


def guess(web: Web, times: int, address: tuple[str, int] = HERE) -> list[int]:
    return [web.client(f"guess-{n}", address=address).get(LIST).status_code for n in range(times)]


def test_who_guesses_tokens_is_not_even_looked_up_any_more(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(guess(web, throttle_module._WRONG_TOKENS)) == {401}
    looked_up: list[str] = []
    monkeypatch.setattr(type(web.app.identity), "by_token", lambda _, token: looked_up.append(token))
    answer = web.client("one more", address=HERE).get(LIST)
    assert (answer.status_code, answer.json()["code"]) == (429, "too-many-tokens")
    assert int(answer.headers["retry-after"]) > 0
    assert looked_up == []


def test_guessing_at_one_address_stops_nobody_elsewhere(web: Web) -> None:
    guess(web, 100)
    assert guess(web, 1, THERE) == [401]


def test_guessing_does_not_lock_out_a_token_that_was_good(web: Web) -> None:
    client = web.supplier()
    assert client.get(LIST).status_code == 200
    assert guess(web, 100)[-1] == 429, "from the same address"
    assert client.get(LIST).status_code == 200


def test_a_right_token_shown_for_the_first_time_waits_too(web: Web) -> None:
    """Otherwise the right guess would tell itself."""
    guess(web, 100)
    assert web.supplier().get(LIST).status_code == 429


def test_a_token_is_looked_up_by_its_hash_alone(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """How long a comparison takes says nothing of any token: what is compared is no part of it."""
    shown: list[str] = []
    found = type(web.app.store.accounts).by_token
    monkeypatch.setattr(
        type(web.app.store.accounts), "by_token", lambda self, digest: shown.append(digest) or found(self, digest)
    )
    token = web.app.identity.create_token(Role.OPERATOR)
    assert web.client(token).get(LIST).status_code == 200
    assert len(shown[0]) == 64
    assert token not in shown[0]


def try_to_sign_in(web: Web, login: str, password: str = "falsch", address: tuple[str, int] = HERE) -> Any:
    client = web.client(address=address)
    return client.post("/sign-in", data={"login": login, "password": password, "csrf": web.csrf(client)})


@pytest.fixture
def erika(web: Web) -> str:
    web.app.identity.create_account("erika", "Erika", Role.SUPPLIER, password=PASSWORD)
    return "erika"


@pytest.mark.parametrize("login", ["erika", "niemand"])
def test_who_fails_to_sign_in_waits_whether_or_not_there_is_such_an_account(web: Web, erika: str, login: str) -> None:
    answers = [try_to_sign_in(web, login) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert "Zu viele Anmeldeversuche" in answers[-1].text
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60
    assert try_to_sign_in(web, login.upper()).status_code == 429, "spelt otherwise"


def test_the_pages_for_an_account_and_for_none_are_the_same(web: Web, erika: str) -> None:
    def page(login: str) -> str:
        text = try_to_sign_in(web, login).text
        return text.replace(login, "").partition('name="csrf"')[0]

    assert page("erika") == page("nobody")


def test_both_take_one_hash(web: Web, erika: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    verify = identity_module._matches
    monkeypatch.setattr(identity_module, "_matches", lambda known, shown: hashed.append(known) or verify(known, shown))
    for login in ("erika", "niemand"):
        try_to_sign_in(web, login)
    assert len(hashed) == 2


def test_who_is_waiting_does_not_get_in_even_with_the_right_password(web: Web, erika: str) -> None:
    for _ in range(10):
        try_to_sign_in(web, erika)
    assert try_to_sign_in(web, erika, PASSWORD).status_code == 429


def test_failing_at_one_address_keeps_no_account_from_signing_in_at_another(web: Web, erika: str) -> None:
    for _ in range(150):
        try_to_sign_in(web, erika)
    assert try_to_sign_in(web, erika, PASSWORD, THERE).status_code == 303


def test_one_address_tries_few_accounts(web: Web) -> None:
    statuses = [try_to_sign_in(web, f"person-{number}").status_code for number in range(31)]
    assert statuses == [401] * 30 + [429]


def test_many_addresses_do_not_try_one_account_without_end(web: Web, erika: str) -> None:
    statuses = [try_to_sign_in(web, erika, address=(f"198.51.100.{n}", 1)).status_code for n in range(101)]
    assert statuses == [401] * 100 + [429]


def test_signing_in_makes_earlier_mistakes_good(web: Web, erika: str) -> None:
    for _ in range(3):
        for _ in range(9):
            assert try_to_sign_in(web, erika).status_code == 401
        assert try_to_sign_in(web, erika, PASSWORD).status_code == 303


def test_behind_a_proxy_nobody_named_its_address_stands_for_nobody(open_web: Callable[..., Any]) -> None:
    """All would have the same: one who guesses could keep all others out."""
    with open_web(https_only=True, requests_per_minute=3) as web:
        assert guess(web, 100) == [401] * 100
        assert web.client(address=HERE).get("/sign-in").status_code == 200
    with open_web(https_only=True, requests_per_minute=3, proxy_networks="10.0.0.1") as web:
        assert guess(web, 5)[-1] == 429
