"""Who may do something here: people with accounts, programs with tokens."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What one is here as."""

    SUPPLIER = "supplier"
    AUTHORITY = "authority"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Someone who proved who they are."""

    actor: str  # "account:ID" or "token:ID", as events name it
    role: Role
    name: str  # for display: of the account, or the token's label
    authority_id: str | None = None  # role authority: the one it acts for
    supplier_id: str | None = None  # role supplier: the one it acts for

    @property
    def sender(self) -> str:
        """Who its submissions belong to: all accounts and tokens of one supplier share them."""
        return f"supplier:{self.supplier_id}" if self.supplier_id else self.actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person who can sign in to the portal."""

    id: str
    login: str
    principal: Principal
