"""Who someone is (accounts, tokens, sessions, sign-in links) and what they may do: one function, `authorise`.

Each authority sees its own invoices only, each supplier its own submissions; an operator sees all and leases nothing.
"""

from einvoice.identity.access import Action, Forbidden, Resource, Unauthenticated, authorise, resource_of, scope
from einvoice.identity.identity import Identity, csrf_token
from einvoice.model.account import Account, Principal, Role

__all__ = [
    "Account",
    "Action",
    "Forbidden",
    "Identity",
    "Principal",
    "Resource",
    "Role",
    "Unauthenticated",
    "authorise",
    "csrf_token",
    "resource_of",
    "scope",
]
