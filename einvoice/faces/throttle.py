"""Who asks too often, guesses tokens or guesses passwords has to wait: 429 with Retry-After.

Counted in each process by itself: behind several, a caller has as many times the allowance. Nobody is shut out by what
others do: a token that was good a moment ago stays so at an address that guesses, and who fails to sign in at one
address keeps no account from signing in at another.
"""

import hashlib
import math
from collections import OrderedDict
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from fastapi import Request

from einvoice.faces.rates import Rate
from einvoice.faces.trouble import Problem
from einvoice.identity import Principal
from einvoice.settings import Settings

_WRONG_TOKENS = 60  # a minute from one address
_FAILED_HERE = 10, 1.0  # times at once, then a minute: passwords of one account from one address
_FAILED_AT_ADDRESS = 30, 6.0  # of any account from one address
_FAILED_ANYWHERE = 100, 3.0  # of one account from anywhere
_GOOD = 10_000  # tokens remembered as good
_IPV6_SITE = 64  # bits of an IPv6 address that say whose it is; the rest its owner chooses


class Throttle:
    """The allowances of all callers of one process."""

    def __init__(self, settings: Settings) -> None:
        # Over HTTPS there is a proxy in front. As long as it is not named, all callers have its address: that says
        # nothing, and if it counted, one of them could keep all others out.
        self._addresses_count = bool(settings.proxy_networks) or not settings.https_only
        self._asked = Rate(settings.requests_per_minute)
        self._wrong_tokens = Rate(_WRONG_TOKENS)
        self._failed_here = Rate(_FAILED_HERE[1], burst=_FAILED_HERE[0])
        self._failed_at_address = Rate(_FAILED_AT_ADDRESS[1], burst=_FAILED_AT_ADDRESS[0])
        self._failed_anywhere = Rate(_FAILED_ANYWHERE[1], burst=_FAILED_ANYWHERE[0])
        self._good: OrderedDict[bytes, None] = OrderedDict()

    def asked(self, principal: Principal) -> None:
        """Count a request of someone we know. Raises Problem("too-many-requests")."""
        _pass(self._asked.take(principal.actor), "too-many-requests")

    def asked_by_nobody(self, request: Request) -> None:
        """Count a request of someone we don't know, by address. Raises Problem("too-many-requests")."""
        if self._addresses_count:
            _pass(self._asked.take(address_of(request)), "too-many-requests")

    def may_show(self, token: str, request: Request) -> None:
        """Before a token is looked up. Raises Problem("too-many-tokens") where too many were wrong."""
        wait = self._wrong_tokens.wait(address_of(request)) if self._addresses_count else 0.0
        if wait and _digest(token) not in self._good:
            _pass(wait, "too-many-tokens")

    def shown(self, token: str, request: Request, *, good: bool) -> None:
        """A token was looked up."""
        digest = _digest(token)
        if not good:
            self._good.pop(digest, None)
            self._wrong_tokens.take(address_of(request))
        elif digest not in self._good:
            self._good[digest] = None
            if len(self._good) > _GOOD:
                self._good.popitem(last=False)

    def try_password(self, login: str, request: Request) -> None:
        """Before a password is looked at, whether or not there is such an account. Raises Problem("too-many-tries")."""
        account = login.casefold()
        taken: list[tuple[Rate, object]] = []
        for rate, key in self._tries(account, request):
            if wait := rate.take(key):
                for earlier, its_key in taken:  # who is turned away used nothing up
                    earlier.give_back(its_key)
                _pass(wait, "too-many-tries")
            taken.append((rate, key))

    def signed_in(self, login: str, request: Request) -> None:
        """The password was right: the tries before it don't count any more, but for those of other accounts."""
        account = login.casefold()
        for rate, key in self._tries(account, request):
            if rate is self._failed_at_address:
                rate.give_back(key)
            else:
                rate.reset(key)

    def _tries(self, account: str, request: Request) -> list[tuple[Rate, object]]:
        if not self._addresses_count:
            return [(self._failed_anywhere, account)]
        address = address_of(request)
        return [
            (self._failed_at_address, address),
            (self._failed_here, (address, account)),
            (self._failed_anywhere, account),
        ]


def address_of(request: Request) -> str:
    """Where a request comes from, as far as one party has it for itself: an IPv6 address by its first 64 bits."""
    return _site(request.client.host if request.client else "")


@lru_cache(maxsize=4096)
def _site(host: str) -> str:
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return host
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return f"{int(address) >> (128 - _IPV6_SITE):x}/{_IPV6_SITE}"


def _pass(wait: float, code: str) -> None:
    if wait:
        raise Problem(code, seconds=math.ceil(wait))


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
