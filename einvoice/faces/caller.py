"""Who is asking: a program by bearer token, or a person by session cookie; and whether they may."""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Annotated, cast

from fastapi import Depends, Request

from einvoice.app import App
from einvoice.faces.throttle import Throttle
from einvoice.faces.trouble import Problem
from einvoice.identity import Action, Principal, authorise, csrf_token, resource_of
from einvoice.model.submission import Submission
from einvoice.settings import Settings

CSRF_HEADER = "x-csrf-token"
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


def session_cookie(settings: Settings) -> str:
    """The name of the session cookie; over HTTPS the prefix keeps other hosts and plain HTTP from setting it."""
    return "__Host-einvoice-session" if settings.https_only else "einvoice-session"


def wired(request: Request) -> App:
    """The wired objects."""
    return cast("App", request.app.state.wired)


async def the_app(request: Request) -> App:
    """As `wired`, as a dependency."""
    return wired(request)


Wired = Annotated[App, Depends(the_app)]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking, as far as known."""

    principal: Principal | None
    session: str | None = None  # the session token, when known by cookie


def caller_of(request: Request) -> Caller:
    """Look up the token or session of a request, and remember who it was for the answer to trouble.

    Raises Problem where someone asks too often, or shows too many wrong tokens.
    """
    app, throttle = wired(request), throttle_of(request)
    caller = request.state.caller = _looked_up(request, app, throttle)
    if caller.principal is not None:
        throttle.asked(caller.principal)
    elif not is_neighbour(request, app.settings):
        throttle.asked_by_nobody(request)
    return caller


def throttle_of(request: Request) -> Throttle:
    """What callers are allowed in this process."""
    return cast("Throttle", request.app.state.throttle)


def _looked_up(request: Request, app: App, throttle: Throttle) -> Caller:
    """A wrong token is nobody, whatever cookie comes with it."""
    request.state.caller = Caller(None)  # for the answer to who is not even looked up
    scheme, _, shown = request.headers.get("authorization", "").partition(" ")
    if scheme:
        return Caller(_by_token(shown.strip(), request, app, throttle) if scheme.lower() == "bearer" else None)
    session = request.cookies.get(session_cookie(app.settings))
    principal = app.identity.by_session(session) if session else None
    return Caller(principal, session) if principal else Caller(None)


def _by_token(token: str, request: Request, app: App, throttle: Throttle) -> Principal | None:
    """Looked up by its hash: how long that takes says nothing about any token there is."""
    throttle.may_show(token, request)
    principal = app.identity.by_token(token)
    throttle.shown(token, request, good=principal is not None)
    return principal


Asking = Annotated[Caller, Depends(caller_of)]


def may(action: Action) -> Callable[..., Awaitable[Principal]]:
    """A dependency: the caller, if their role may do this at all."""

    async def allowed(caller: Asking) -> Principal:  # asynchronous: it waits for nothing, and a thread costs more
        authorise(caller.principal, action)
        return cast("Principal", caller.principal)

    return allowed


def neighbour_may(action: Action) -> Callable[..., Awaitable[None]]:
    """A dependency: the caller may do this, by role or by where they are."""

    async def allowed(request: Request, app: Wired, caller: Asking) -> None:
        authorise(caller.principal, action, neighbour=is_neighbour(request, app.settings))

    return allowed


def is_neighbour(request: Request, settings: Settings) -> bool:
    """Whether the peer's address is in one of the KoSIT networks, or is this machine's own.

    The latter counts only while the service is published nowhere: a proxy on this machine has that address for all
    it lets in. Behind one, an operator names 127.0.0.0/8 to open it.
    """
    try:
        address = ip_address(request.client.host if request.client else "")
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    published = settings.https_only or settings.public_url
    if address.is_loopback and not published:
        return True
    return any(address in network for network in settings.kosit_neighbours)


def readable(submission_id: str, caller: Asking, app: Wired) -> Submission:
    """A dependency: the submission named in the path, if the caller may read it. Otherwise it does not exist."""
    authorise(caller.principal, Action.READ)  # nobody learns from the answer which ids there are
    submission = app.store.submissions.get(submission_id)
    authorise(caller.principal, Action.READ, resource_of(submission))
    return submission


Readable = Annotated[Submission, Depends(readable)]


async def same_origin(request: Request, caller: Asking) -> None:
    """A dependency: who comes with a cookie must show that the request is made by our own pages."""
    if caller.session is not None and request.method not in _READING:
        check_csrf(caller.session, request.headers.get(CSRF_HEADER, ""))


def check_csrf(session: str, shown: str) -> None:
    """Raise Problem("csrf") unless the token belongs to the session."""
    if not hmac.compare_digest(csrf_token(session).encode(), shown.encode()):
        raise Problem("csrf")
