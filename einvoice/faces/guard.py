"""The outermost layer of every answer: security headers, a limit for small bodies, and no stack trace ever."""

import time
import traceback
from collections.abc import Callable
from pathlib import Path

import structlog
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SMALL_BODY = 1_000_000  # bytes; files have a limit of their own, in the spool
_DIGITS = 18  # of a length that is looked at; Python reads no number of thousands of digits
_FRAMES = 6  # innermost frames of a mistake that are logged
_YEAR = 31_536_000  # seconds

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}

log = structlog.get_logger()

Observe = Callable[[str, str, int, float], None]  # method, route, status, seconds


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(
        self,
        inner: ASGIApp,
        *,
        https_only: bool,
        streamed: frozenset[tuple[str, str]],
        crashed: Callable[[Request], Response],
        observe: Observe,
    ) -> None:
        """`streamed`: method and path of what takes files; a path that ends in / stands for all below it.

        `crashed`: the answer to a mistake of ours.
        """
        self._inner = inner
        self._headers = HEADERS | ({"Strict-Transport-Security": f"max-age={_YEAR}"} if https_only else {})
        self._streamed = streamed
        self._crashed = crashed
        self._observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        began, status = time.perf_counter(), 0

        async def headed_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        if not self._takes_files(scope["method"], scope["path"]):
            receive = _limited(scope, receive)
        try:
            await self._inner(scope, receive, headed_send)
        except Exception as error:
            _log(scope, error)
            if status:  # too late to say anything: the connection is cut, so that no half answer looks whole
                raise
            await self._crashed(Request(scope))(scope, receive, headed_send)
        finally:
            self._observe(_method(scope), _route(scope), status, time.perf_counter() - began)

    def _takes_files(self, method: str, path: str) -> bool:
        return any(
            method == taken and (path == place or (place.endswith("/") and path.startswith(place)))
            for taken, place in self._streamed
        )


def _method(scope: Scope) -> str:
    """The method, if it is one: clients may invent any number of them, and each would be a figure of its own."""
    return str(scope["method"]) if scope["method"] in _METHODS else "other"


def _route(scope: Scope) -> str:
    """The pattern of the path, without what stands in it."""
    return str(getattr(scope.get("route"), "path", "unknown"))


def _log(scope: Scope, error: Exception) -> None:
    """Where it happened, the innermost place first. The error's message may quote what was sent, so it stays out."""
    frames = reversed(traceback.extract_tb(error.__traceback__)[-_FRAMES:])
    places = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    log.error("request-failed", method=scope["method"], route=_route(scope), error=type(error).__name__, at=places)


def announced_length(request: Request) -> int:
    """What Content-Length says; 0: nothing that is a number. More digits than any length has are cut off."""
    announced = request.headers.get("content-length", "")
    return int(announced[:_DIGITS]) if announced.isdecimal() else 0


def _limited(scope: Scope, receive: Receive) -> Receive:
    """Refuse a body that grows, or says it will grow, above what anyone needs who sends no file."""
    announced = announced_length(Request(scope))
    seen = announced if announced > _SMALL_BODY else 0

    async def limited_receive() -> Message:
        nonlocal seen
        if seen <= _SMALL_BODY:
            message = await receive()
            seen += len(message.get("body", b""))
        if seen > _SMALL_BODY:
            raise HTTPException(413)
        return message

    return limited_receive
