"""Accounts, tokens, sessions and sign-in links as rows. Secrets come in hashed; what they mean is identity's matter."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, Select, Table, bindparam, delete, func, insert, select, update

from einvoice.model.account import Account, Principal, Role
from einvoice.store.database import Database, lock
from einvoice.store.errors import AlreadyThere, NotFound
from einvoice.store.ids import new_id
from einvoice.store.journal import note_act
from einvoice.store.tables import accounts, authorities, sessions, sign_in_links, suppliers, tokens

_CALLED = (("account", accounts.c.id, accounts.c.name), ("token", tokens.c.id, tokens.c.label))  # by kind of actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An account or a token as it may be shown: nothing in it opens anything."""

    id: str
    name: str  # of the account, or the token's label
    role: Role
    whose: str  # name of the authority or supplier it acts for; "" none
    created_at: datetime
    ended_at: datetime | None  # since when it is disabled, or revoked
    login: str = ""  # of an account


_BY_TOKEN = select(tokens).where(tokens.c.sha256 == bindparam("of_sha256"), tokens.c.revoked_at.is_(None))


class Accounts:
    """Who there is. Each method is one transaction."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def supplier_id(self, name: str) -> str:
        """The supplier of that name; a new one if there is none."""
        with self._database.write() as connection:
            lock(connection, f"supplier:{name}")
            found = connection.scalar(select(suppliers.c.id).where(suppliers.c.name == name))
            if found is None:
                found = new_id()
                connection.execute(insert(suppliers).values(id=found, name=name))
            return str(found)

    def create(
        self, *, login: str, name: str, role: Role, authority_id: str | None, supplier_id: str | None,
        password_hash: str | None,
    ) -> Account:  # fmt: skip
        """A new account; raises AlreadyThere when the login is taken."""
        with self._database.write() as connection:
            lock(connection, f"login:{login}")
            if connection.execute(select(accounts.c.id).where(accounts.c.login == login)).first():
                raise AlreadyThere(f"login {login}")
            values = {
                "id": new_id(),
                "login": login,
                "name": name,
                "role": role,
                "authority_id": authority_id,
                "supplier_id": supplier_id,
                "password_hash": password_hash,
                "created_at": self._clock(),
            }
            connection.execute(insert(accounts).values(values))
            self._note(connection, "account-created", f"account:{values['id']}", role=role)
            return _account(connection.execute(select(accounts).where(accounts.c.login == login)).one())

    def all(self) -> tuple[Known, ...]:
        """Every account, by login."""
        query = _with_names(accounts).order_by(accounts.c.login)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return tuple(_known(row, name=row.name, ended_at=row.disabled_at, login=row.login) for row in rows)

    def all_tokens(self) -> tuple[Known, ...]:
        """Every token there ever was, oldest first."""
        query = _with_names(tokens).order_by(tokens.c.created_at, tokens.c.id)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return tuple(_known(row, name=row.label, ended_at=row.revoked_at) for row in rows)

    def names(self, actors: Iterable[str]) -> dict[str, str]:
        """What those of the actors are called that are accounts ("account:ID") or tokens ("token:ID") of ours."""
        asked, found = set(actors), dict[str, str]()
        with self._database.read() as connection:
            for kind, id_, name in _CALLED:
                ids = [actor.partition(":")[2] for actor in asked if actor.startswith(f"{kind}:")]
                if ids:
                    rows = connection.execute(select(id_, name).where(id_.in_(ids)))
                    found |= {f"{kind}:{known}": str(called) for known, called in rows}
        return found

    def set_disabled(self, login: str, *, disabled: bool) -> None:
        """Keep an account from signing in, and end its sessions; or let it in again. Raises NotFound."""
        now = self._clock()
        column = accounts.c
        query = update(accounts).where(column.login == login).values(disabled_at=now if disabled else None)
        with self._database.write() as connection:
            account_id = connection.execute(query.returning(column.id)).scalar_one_or_none()
            if account_id is None:
                raise NotFound(f"account {login}")
            if disabled:
                connection.execute(delete(sessions).where(sessions.c.account_id == account_id))
                connection.execute(delete(sign_in_links).where(sign_in_links.c.account_id == account_id))
            self._note(connection, f"account-{'disabled' if disabled else 'enabled'}", f"account:{account_id}")

    def _note(self, connection: Connection, action: str, subject: str, **details: str) -> None:
        """Enter into the audit chain what was done at the machine: whoever may log on there is the administrator."""
        note_act(connection, at=self._clock(), actor="admin", action=action, object=subject, **details)

    def by_login(self, login: str) -> tuple[Account, str | None] | None:
        """An account that may sign in, with its password hash."""
        query = select(accounts).where(accounts.c.login == login, accounts.c.disabled_at.is_(None))
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else (_account(row), row.password_hash)

    def set_password_hash(self, account_id: str, password_hash: str) -> None:
        """Replace the password; raises NotFound."""
        with self._database.write() as connection:
            changed = connection.execute(
                update(accounts).where(accounts.c.id == account_id).values(password_hash=password_hash)
            )
            if changed.rowcount == 0:
                raise NotFound(f"account {account_id}")
            self._note(connection, "password-set", f"account:{account_id}")

    def create_token(
        self, *, sha256: str, label: str, role: Role, authority_id: str | None, supplier_id: str | None
    ) -> str:
        """A new token; its id (not the token itself)."""
        token_id = new_id()
        values = {
            "id": token_id,
            "sha256": sha256,
            "label": label,
            "role": role,
            "authority_id": authority_id,
            "supplier_id": supplier_id,
            "created_at": self._clock(),
        }
        with self._database.write() as connection:
            connection.execute(insert(tokens).values(values))
            self._note(connection, "token-created", f"token:{token_id}", role=role)
        return token_id

    def revoke_token(self, token_id: str) -> None:
        """Make a token worthless; raises NotFound."""
        with self._database.write() as connection:
            query = update(tokens).where(tokens.c.id == token_id).values(revoked_at=self._clock())
            if connection.execute(query).rowcount == 0:
                raise NotFound(f"token {token_id}")
            self._note(connection, "token-revoked", f"token:{token_id}")

    def by_token(self, sha256: str) -> Principal | None:
        """Who holds a token that is good."""
        with self._database.read() as connection:
            row = connection.execute(_BY_TOKEN, {"of_sha256": sha256}).one_or_none()
        return None if row is None else _principal(f"token:{row.id}", row.label, row)

    def open_session(self, account_id: str, sha256: str, expires_at: datetime) -> None:
        """A new session; those that expired go."""
        with self._database.write() as connection:
            _open_session(connection, account_id, sha256, expires_at, self._clock())

    def by_session(self, sha256: str) -> Principal | None:
        """Whose session it is, while it lasts and the account is not disabled."""
        query = (
            select(accounts)
            .join(sessions)
            .where(sessions.c.sha256 == sha256, sessions.c.expires_at > self._clock(), accounts.c.disabled_at.is_(None))
        )
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _account(row).principal

    def close_session(self, sha256: str) -> None:
        """End a session; none is fine too."""
        with self._database.write() as connection:
            connection.execute(delete(sessions).where(sessions.c.sha256 == sha256))

    def create_link(self, account_id: str, sha256: str, expires_at: datetime) -> None:
        """A new one-time link; those that expired go."""
        with self._database.write() as connection:
            connection.execute(delete(sign_in_links).where(sign_in_links.c.expires_at <= self._clock()))
            values = {"sha256": sha256, "account_id": account_id, "expires_at": expires_at}
            connection.execute(insert(sign_in_links).values(values))

    def redeem_link(self, sha256: str, session_sha256: str, session_expires_at: datetime) -> bool:
        """Use up a link and open a session, in one transaction; False when the link is not, or no longer, good."""
        now = self._clock()
        link = sign_in_links.c
        used = (
            delete(sign_in_links)
            .where(link.sha256 == sha256, link.expires_at > now)
            .where(link.account_id.in_(select(accounts.c.id).where(accounts.c.disabled_at.is_(None))))
            .returning(link.account_id)
        )
        with self._database.write() as connection:
            account_id = connection.execute(used).scalar_one_or_none()
            if account_id is None:
                return False
            _open_session(connection, account_id, session_sha256, session_expires_at, now)
            return True


def _open_session(connection: Connection, account_id: str, sha256: str, expires_at: datetime, now: datetime) -> None:
    connection.execute(delete(sessions).where(sessions.c.expires_at <= now))
    connection.execute(insert(sessions).values(sha256=sha256, account_id=account_id, expires_at=expires_at))


def _with_names(table: Table) -> Select[*tuple[object, ...]]:
    """Rows of accounts or tokens, with the name of whom they act for."""
    whose = func.coalesce(authorities.c.name, suppliers.c.name, "").label("whose")
    joined = table.outerjoin(authorities, authorities.c.id == table.c.authority_id)
    return select(table, whose).select_from(joined.outerjoin(suppliers, suppliers.c.id == table.c.supplier_id))


def _known(row: Row[*tuple[object, ...]], *, name: str, ended_at: datetime | None, login: str = "") -> Known:
    return Known(
        id=row.id,
        name=name,
        role=Role(row.role),
        whose=row.whose,
        created_at=row.created_at,
        ended_at=ended_at,
        login=login,
    )


def _account(row: Row[*tuple[object, ...]]) -> Account:
    return Account(id=row.id, login=row.login, principal=_principal(f"account:{row.id}", row.name, row))


def _principal(actor: str, name: str, row: Row[*tuple[object, ...]]) -> Principal:
    return Principal(
        actor=actor, name=name, role=Role(row.role), authority_id=row.authority_id, supplier_id=row.supplier_id
    )
