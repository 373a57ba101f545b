"""Proving who one is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher

from einvoice.identity import Identity, Role, csrf_token
from einvoice.identity import identity as identity_module
from einvoice.store import AlreadyThere, NotFound


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity_module, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture
def identity(bench: Any) -> Identity:
    return Identity(bench.store, bench.settings)


def all_stored_bytes(folder: Path) -> Iterator[bytes]:
    return (path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_token_tells_who_holds_it(identity: Identity, bench: Any) -> None:
    authority = bench.authority()
    principal = identity.by_token(identity.create_token(Role.AUTHORITY, authority_id=authority.id, label="SAP"))
    assert principal is not None
    assert (principal.role, principal.authority_id, principal.name) == (Role.AUTHORITY, authority.id, "SAP")
    assert principal.actor.startswith("token:")


def test_tokens_of_one_supplier_name_act_for_the_same_supplier(identity: Identity) -> None:
    tokens = [
        identity.create_token(Role.SUPPLIER, supplier=name) for name in ("Muster GmbH", "Muster GmbH", "Beispiel AG")
    ]
    principals = [identity.by_token(token) for token in tokens]
    assert all(principals)
    senders = [principal.sender for principal in principals if principal]
    assert senders[0] == senders[1] != senders[2]


def test_an_unknown_or_revoked_token_tells_nothing(identity: Identity, bench: Any) -> None:
    token = identity.create_token(Role.OPERATOR)
    principal = identity.by_token(token)
    assert principal is not None
    bench.store.accounts.revoke_token(principal.actor.removeprefix("token:"))
    assert identity.by_token(token) is None
    assert identity.by_token("unknown") is None
    with pytest.raises(NotFound):
        bench.store.accounts.revoke_token("unknown")


def test_tokens_are_long_and_differ(identity: Identity) -> None:
    first, second = identity.create_token(Role.OPERATOR), identity.create_token(Role.OPERATOR)
    assert first != second
    assert len(first) >= 43


def test_no_secret_is_kept_as_it_is(identity: Identity, bench: Any) -> None:
    identity.create_account("op", "Operator", Role.OPERATOR, password="correct horse")
    secrets = [
        identity.create_token(Role.OPERATOR),
        identity.sign_in("op", "correct horse") or "",
        identity.create_sign_in_link("op", host="127.0.0.1"),
        "correct horse",
    ]
    for data in all_stored_bytes(bench.settings.data_dir):
        assert not [secret for secret in secrets if secret.encode() in data]


@pytest.mark.parametrize(
    "who",
    [
        {"role": Role.AUTHORITY},
        {"role": Role.SUPPLIER, "authority_id": "a"},
        {"role": Role.OPERATOR, "authority_id": "a"},
        {"role": Role.OPERATOR, "supplier": "Muster GmbH"},
    ],
)
def test_role_and_what_it_acts_for_must_fit(identity: Identity, who: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="role"):
        identity.create_token(**who)


def test_an_unknown_authority_gets_no_token(identity: Identity) -> None:
    with pytest.raises(NotFound):
        identity.create_token(Role.AUTHORITY, authority_id="unknown")


def test_the_right_password_opens_a_session_and_no_other_does(identity: Identity) -> None:
    account = identity.create_account("op", "Olga Operator", Role.OPERATOR, password="correct horse")
    session = identity.sign_in("op", "correct horse")
    assert session is not None
    assert identity.by_session(session) == account.principal
    assert account.principal.name == "Olga Operator"
    assert identity.sign_in("op", "wrong") is None
    assert identity.sign_in("nobody", "correct horse") is None


def test_an_account_without_a_password_can_not_sign_in_by_one(identity: Identity) -> None:
    identity.create_account("op", "Operator", Role.OPERATOR)
    assert identity.sign_in("op", "") is None


def test_an_unknown_login_costs_a_hash_too(identity: Identity, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []
    monkeypatch.setattr(identity_module, "_matches", lambda _, password: checked.append(password))
    identity.sign_in("nobody", "guess")
    assert checked == ["guess"]


def test_a_login_is_given_once(identity: Identity) -> None:
    identity.create_account("op", "A", Role.OPERATOR)
    with pytest.raises(AlreadyThere):
        identity.create_account("op", "B", Role.OPERATOR)


def test_a_changed_password_replaces_the_old_one(identity: Identity) -> None:
    account = identity.create_account("op", "A", Role.OPERATOR, password="old")
    identity.set_password(account.id, "new")
    assert identity.sign_in("op", "old") is None
    assert identity.sign_in("op", "new")


def test_a_session_ends_by_time_and_by_signing_out(identity: Identity, bench: Any) -> None:
    identity.create_account("op", "A", Role.OPERATOR, password="p")
    first, second = identity.sign_in("op", "p"), identity.sign_in("op", "p")
    assert first is not None
    assert second is not None
    identity.sign_out(first)
    identity.sign_out(first)
    assert identity.by_session(first) is None
    assert identity.by_session(second) is not None
    bench.clock.advance(bench.settings.session_hours * 3600)
    assert identity.by_session(second) is None


def test_a_sign_in_link_opens_a_session_once(identity: Identity) -> None:
    account = identity.create_account("op", "A", Role.OPERATOR)
    secret = identity.create_sign_in_link("op", host="127.0.0.1")
    session = identity.redeem_link(secret)
    assert session is not None
    assert identity.by_session(session) == account.principal
    assert identity.redeem_link(secret) is None


def test_a_sign_in_link_is_good_for_an_hour(identity: Identity, bench: Any) -> None:
    identity.create_account("op", "A", Role.OPERATOR)
    secret = identity.create_sign_in_link("op", host="localhost")
    bench.clock.advance(3600)
    assert identity.redeem_link(secret) is None


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "rechnung.example", ""])
def test_sign_in_links_exist_on_loopback_only(identity: Identity, host: str) -> None:
    identity.create_account("op", "A", Role.OPERATOR)
    with pytest.raises(ValueError, match="loopback"):
        identity.create_sign_in_link("op", host=host)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_these_are_loopback(identity: Identity, host: str) -> None:
    identity.create_account("op", "A", Role.OPERATOR)
    assert identity.create_sign_in_link("op", host=host)


def test_a_link_needs_an_account(identity: Identity) -> None:
    with pytest.raises(LookupError):
        identity.create_sign_in_link("nobody", host="127.0.0.1")


def test_form_tokens_differ_by_session_and_do_not_give_the_session_away() -> None:
    assert csrf_token("a") == csrf_token("a") != csrf_token("b")
    assert "session-secret" not in csrf_token("session-secret")
