"""Signing in by password or one-time link, signing out, and choosing the language."""

from threading import BoundedSemaphore
from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse

from einvoice.faces.caller import session_cookie, throttle_of
from einvoice.faces.language import LANGUAGE_COOKIE
from einvoice.faces.trouble import Problem, Trouble
from einvoice.portal.screen import SIGN_IN_PATH, OnScreen, Screen, form_cookie
from einvoice.portal.uploading import UPLOAD_PATH

LINK_PATH = "/sign-in/link/"  # followed by the secret
_YEAR = 31_536_000  # seconds

_AT_ONCE = 4  # passwords checked at the same time: each takes 64 MiB
_TURN = BoundedSemaphore(_AT_ONCE)

router = APIRouter()

Csrf = Annotated[str, Form(max_length=100)]


@router.get(SIGN_IN_PATH)
def ask(screen: OnScreen, next: str = "/") -> Response:  # noqa: A002
    """The form to sign in."""
    if screen.caller.principal is not None:
        return _go(next)
    return screen.page("sign_in.html", next=_local(next), login="", trouble=None)


@router.post(SIGN_IN_PATH)
def sign_in(
    screen: OnScreen,
    login: Annotated[str, Form(max_length=320)] = "", password: Annotated[str, Form(max_length=1024)] = "",
    next: Annotated[str, Form(max_length=2000)] = "/", csrf: Csrf = "",  # noqa: A002
) -> Response:  # fmt: skip
    """Open a session, or say that it did not work; never which of the two was wrong."""
    screen.check_form(csrf)
    if not _TURN.acquire(blocking=False):  # who waits would hold a thread that others need
        raise Problem("busy")
    try:
        throttle = throttle_of(screen.request)
        throttle.try_password(login.strip(), screen.request)
        session = screen.app.identity.sign_in(login.strip(), password)
    finally:
        _TURN.release()
    if session is None:
        trouble = Trouble(code="sign-in-failed")
        return screen.page("sign_in.html", status=trouble.status, next=_local(next), login=login, trouble=trouble)
    throttle.signed_in(login.strip(), screen.request)
    return _signed_in(screen, session, next)


@router.get(LINK_PATH + "{secret}")
def show_link(secret: str, screen: OnScreen) -> Response:
    """What a one-time link leads to. Programs that only look at links do not use it up: it takes a click."""
    return screen.page("sign_in_link.html", secret=secret)


@router.post(LINK_PATH + "{secret}")
def follow_link(secret: str, screen: OnScreen, csrf: Csrf = "") -> Response:
    """Use up the link."""
    screen.check_form(csrf)
    session = screen.app.identity.redeem_link(secret)
    if session is None:
        raise Problem("link-used")
    return _signed_in(screen, session, UPLOAD_PATH)


@router.post("/sign-out")
def sign_out(screen: OnScreen, csrf: Csrf = "") -> Response:
    """End the session."""
    screen.check_form(csrf)
    _end_session(screen)
    response = _go(SIGN_IN_PATH)
    settings = screen.app.settings
    response.delete_cookie(session_cookie(settings), httponly=True, samesite="lax", secure=settings.https_only)
    return response


@router.get("/language/{wanted}")
def choose_language(wanted: str, screen: OnScreen, next: str = "/") -> Response:  # noqa: A002
    """Remember the language and go back."""
    response = _go(next)
    if wanted in ("de", "en"):
        secure = screen.app.settings.https_only
        response.set_cookie(LANGUAGE_COOKIE, wanted, max_age=_YEAR, httponly=True, samesite="lax", secure=secure)
    return response


def _end_session(screen: Screen) -> None:
    if screen.caller.session is not None:
        screen.app.identity.sign_out(screen.caller.session)


def _signed_in(screen: Screen, session: str, target: str) -> Response:
    """With a session made just now, whatever the browser came with; one it had before ends."""
    _end_session(screen)
    response = _go(target)
    settings = screen.app.settings
    response.set_cookie(
        session_cookie(settings),
        session,
        max_age=settings.session_hours * 3600,
        httponly=True,
        samesite="lax",
        secure=settings.https_only,
    )
    response.delete_cookie(form_cookie(settings), httponly=True, samesite="lax", secure=settings.https_only)
    return response


def _go(target: str) -> RedirectResponse:
    return RedirectResponse(_local(target), status_code=303)


def _local(target: str) -> str:
    """A place of ours: nobody is sent elsewhere by a link they were given. Browsers read `\\` as `/`."""
    inside = target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if inside and target.isprintable() else "/"
