"""Proving who one is: passwords, bearer tokens, sessions, one-time sign-in links.

Passwords are kept as Argon2id. All other secrets are 32 random bytes: shown once, kept as SHA-256 only.
"""

import hashlib
import hmac
import ipaddress
import secrets
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from einvoice.model.account import Account, Principal, Role
from einvoice.settings import Settings
from einvoice.store import Store

LINK_MINUTES = 60  # a sign-in link is good for

_hasher = PasswordHasher()


class Identity:
    """The accounts and tokens of one store."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._accounts = store.accounts
        self._authorities = store.authorities
        self._clock = store.clock
        self._session_time = timedelta(hours=settings.session_hours)

    def create_account(
        self, login: str, name: str, role: Role, *, password: str | None = None, authority_id: str | None = None,
        supplier: str | None = None,
    ) -> Account:  # fmt: skip
        """A person who can sign in; without a password, by link alone. Raises AlreadyThere, NotFound, ValueError."""
        self._check_role(role, authority_id, supplier)
        return self._accounts.create(
            login=login,
            name=name,
            role=role,
            authority_id=authority_id,
            supplier_id=self._accounts.supplier_id(supplier) if supplier else None,
            password_hash=_hasher.hash(password) if password else None,
        )

    def set_password(self, account_id: str, password: str) -> None:
        """Replace the password; raises NotFound."""
        self._accounts.set_password_hash(account_id, _hasher.hash(password))

    def create_token(
        self, role: Role, *, authority_id: str | None = None, supplier: str | None = None, label: str = ""
    ) -> str:
        """A bearer token for a program; this is the only time it can be seen. Raises NotFound, ValueError."""
        self._check_role(role, authority_id, supplier)
        token = _new_secret()
        self._accounts.create_token(
            sha256=_digest(token),
            label=label or supplier or str(role),
            role=role,
            authority_id=authority_id,
            supplier_id=self._accounts.supplier_id(supplier) if supplier else None,
        )
        return token

    def by_token(self, token: str) -> Principal | None:
        """Who shows this bearer token; None: nobody we know."""
        return self._accounts.by_token(_digest(token))

    def by_session(self, session: str) -> Principal | None:
        """Whose session this is; None: nobody's, or no longer."""
        return self._accounts.by_session(_digest(session))

    def sign_in(self, login: str, password: str) -> str | None:
        """Open a session; None when login or password is wrong, after the same time either way."""
        found, decoy = self._accounts.by_login(login), _decoy()  # made by whoever comes first, known or not
        password_hash = found[1] if found is not None else None
        if not _matches(password_hash or decoy, password) or found is None or password_hash is None:
            return None
        account_id = found[0].id
        if _hasher.check_needs_rehash(password_hash):
            self.set_password(account_id, password)
        session = _new_secret()
        self._accounts.open_session(account_id, _digest(session), self._session_end())
        return session

    def sign_out(self, session: str) -> None:
        """End a session; no matter if it has ended."""
        self._accounts.close_session(_digest(session))

    def create_sign_in_link(self, login: str, *, host: str) -> str:
        """The secret of a link that signs in once, within the hour. For a service on loopback only.

        `host` is where the service listens. Raises ValueError when others could reach it, LookupError without account.
        """
        if not is_loopback(host):
            raise ValueError(f"sign-in links exist on loopback only, not on {host}")
        found = self._accounts.by_login(login)
        if found is None:
            raise LookupError(f"no account {login}")
        secret = _new_secret()
        self._accounts.create_link(found[0].id, _digest(secret), self._clock() + timedelta(minutes=LINK_MINUTES))
        return secret

    def redeem_link(self, secret: str) -> str | None:
        """Use up a link; the new session, or None when the link was used before, is too old, or never was."""
        session = _new_secret()
        opened = self._accounts.redeem_link(_digest(secret), _digest(session), self._session_end())
        return session if opened else None

    def _session_end(self) -> datetime:
        return self._clock() + self._session_time

    def _check_role(self, role: Role, authority_id: str | None, supplier: str | None) -> None:
        if (role is Role.AUTHORITY) != (authority_id is not None):
            raise ValueError("an authority id belongs to the role authority, and the role needs one")
        if supplier is not None and role is not Role.SUPPLIER:
            raise ValueError("a supplier belongs to the role supplier")
        if authority_id is not None:
            self._authorities.get(authority_id)


def csrf_token(session: str) -> str:
    """What a form must send along, so that it comes from our own pages; compare with `hmac.compare_digest`."""
    return hmac.new(session.encode(), b"form", hashlib.sha256).hexdigest()


def _new_secret() -> str:
    return secrets.token_urlsafe(32)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _decoy() -> str:
    """A hash nobody knows the password of, so that an unknown login takes as long as a wrong password."""
    return _hasher.hash(_new_secret())


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens there."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
