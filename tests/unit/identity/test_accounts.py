"""Listing accounts and tokens, taking them out of use, and telling who is meant by an actor."""

from typing import Any

import pytest

from einvoice.identity import Identity, Role
from einvoice.store import NotFound

PASSWORD = "richtig-lang-und-geheim"


@pytest.fixture
def identity(bench: Any) -> Identity:
    return Identity(bench.store, bench.settings)


def test_tokens_are_listed_without_anything_that_opens(bench: Any, identity: Identity) -> None:
    authority = bench.authority()
    secrets = [
        identity.create_token(Role.SUPPLIER, supplier="Muster GmbH"),
        identity.create_token(Role.AUTHORITY, authority_id=authority.id),
    ]
    found = bench.store.accounts.all_tokens()
    assert [(one.role, one.name, one.whose) for one in found] == [
        (Role.SUPPLIER, "Muster GmbH", "Muster GmbH"),
        (Role.AUTHORITY, "authority", authority.name),
    ]
    assert all(one.created_at == bench.clock.now and one.ended_at is None for one in found)
    assert not any(secret in repr(found) for secret in secrets)


def test_a_revoked_token_opens_nothing_and_stays_listed(bench: Any, identity: Identity) -> None:
    token = identity.create_token(Role.OPERATOR)
    [known] = bench.store.accounts.all_tokens()
    bench.store.accounts.revoke_token(known.id)
    assert identity.by_token(token) is None
    assert bench.store.accounts.all_tokens()[0].ended_at == bench.clock.now


def test_accounts_are_listed_by_login_without_their_password(bench: Any, identity: Identity) -> None:
    identity.create_account("berta", "Berta", Role.OPERATOR, password=PASSWORD)
    identity.create_account("anton", "Anton", Role.SUPPLIER, supplier="Muster GmbH")
    found = bench.store.accounts.all()
    assert [(one.login, one.name, one.role, one.whose) for one in found] == [
        ("anton", "Anton", Role.SUPPLIER, "Muster GmbH"),
        ("berta", "Berta", Role.OPERATOR, ""),
    ]
    assert "argon2" not in repr(found)


def test_a_disabled_account_can_not_sign_in_and_its_sessions_are_over(bench: Any, identity: Identity) -> None:
    identity.create_account("erika", "Erika", Role.OPERATOR, password=PASSWORD)
    session = identity.sign_in("erika", PASSWORD) or ""
    link = identity.create_sign_in_link("erika", host="127.0.0.1")
    bench.store.accounts.set_disabled("erika", disabled=True)
    assert identity.by_session(session) is None
    assert identity.sign_in("erika", PASSWORD) is None
    assert identity.redeem_link(link) is None
    assert bench.store.accounts.all()[0].ended_at == bench.clock.now


def test_an_enabled_account_signs_in_anew_and_old_sessions_stay_over(bench: Any, identity: Identity) -> None:
    identity.create_account("erika", "Erika", Role.OPERATOR, password=PASSWORD)
    session = identity.sign_in("erika", PASSWORD) or ""
    bench.store.accounts.set_disabled("erika", disabled=True)
    bench.store.accounts.set_disabled("erika", disabled=False)
    assert identity.by_session(session) is None
    assert identity.sign_in("erika", PASSWORD) is not None


def test_nobody_of_that_login_is_told(bench: Any) -> None:
    with pytest.raises(NotFound, match="account nobody"):
        bench.store.accounts.set_disabled("nobody", disabled=True)


def test_taking_out_of_use_stands_in_the_audit_log(bench: Any, identity: Identity) -> None:
    account = identity.create_account("erika", "Erika", Role.OPERATOR)
    bench.store.accounts.set_disabled("erika", disabled=True)
    bench.store.accounts.set_disabled("erika", disabled=False)
    entries = bench.store.audit.of(f"account:{account.id}")
    assert [entry.action for entry in entries] == ["account-created", "account-disabled", "account-enabled"]


def test_an_actor_is_called_by_the_name_of_the_account_or_the_label_of_the_token(
    bench: Any, identity: Identity
) -> None:
    account = identity.create_account("erika", "Erika Muster", Role.OPERATOR)
    identity.create_token(Role.OPERATOR, label="Leitstand")
    [token] = bench.store.accounts.all_tokens()
    actors = [f"account:{account.id}", f"token:{token.id}", "worker", "account:unknown", "admin"]
    assert bench.store.accounts.names(actors) == {actors[0]: "Erika Muster", actors[1]: "Leitstand"}
