"""What goes wrong with a request, as data: code, HTTP status, and what a person can read and do about it.

The API shows it as a problem document, the portal as a page. The texts stand in `troubles.toml`.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from importlib.resources import files
from typing import Any

import structlog
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from einvoice.errors import Fault, Refusal
from einvoice.explain import Lang, refusal_text
from einvoice.identity import Forbidden, Unauthenticated
from einvoice.intake import BadForm
from einvoice.model.trouble import RefusalNotice
from einvoice.responses import ResponseInvalid, TransitionRefused
from einvoice.store import DoorClosed, IdempotencyConflict, LeaseLost, NotFound, NotPossible

RETRY_SECONDS = "2"
_PASSING = ("busy", "checks-busy", "not-decided-yet", "unavailable")  # trouble that goes away by itself

log = structlog.get_logger()


class Problem(Exception):
    """A request we can't answer as asked; `code` names a text of `troubles.toml`."""

    def __init__(self, code: str, **gaps: object) -> None:
        super().__init__(code)
        self.code = code
        self.gaps = gaps


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One trouble, language-neutral."""

    code: str
    gaps: Mapping[str, object] = field(default_factory=dict)
    refusal: RefusalNotice | None = None  # its words come from explain/
    response: TransitionRefused | ResponseInvalid | None = None  # its words come from responses/
    fields: tuple[tuple[str, str], ...] = ()  # of an invalid request: where, and what is wrong there
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """The HTTP status code."""
        return int(_texts()[self.code]["status"])

    def title(self, lang: Lang) -> str:
        """What happened, in a few words."""
        return self._text("title", lang)

    def detail(self, lang: Lang) -> str:
        """What happened, and why."""
        if isinstance(self.response, TransitionRefused):
            return self.response.sentence(lang)
        return refusal_text(self.refusal, lang).sentence if self.refusal else self._text("detail", lang)

    def remedy(self, lang: Lang) -> str:
        """What to do."""
        return refusal_text(self.refusal, lang).remedy if self.refusal else self._text("remedy", lang)

    def errors(self, lang: Lang) -> tuple[tuple[str, str], ...]:
        """Each invalid part: where it is, and what is wrong there."""
        if isinstance(self.response, ResponseInvalid):
            return tuple((found.place, found.sentence(lang)) for found in self.response.violations)
        return self.fields

    def _text(self, part: str, lang: Lang) -> str:
        return str(_texts()[self.code][lang][part]).format_map(self.gaps)


EXPECTED = (
    Problem,
    Refusal,
    Fault,
    Unauthenticated,
    Forbidden,
    NotFound,
    NotPossible,
    DoorClosed,
    IdempotencyConflict,
    LeaseLost,
    TransitionRefused,
    ResponseInvalid,
    BadForm,
    RequestValidationError,
    HTTPException,
    ClientDisconnect,
)

_BY_KIND: dict[type[Exception], str] = {
    NotFound: "not-found",
    IdempotencyConflict: "idempotency-conflict",
    LeaseLost: "lease-lost",
    TransitionRefused: "response-out-of-order",
    ResponseInvalid: "response-invalid",
    BadForm: "bad-form",
    ClientDisconnect: "broken-off",
}
_BY_STATUS = {
    HTTPStatus.NOT_FOUND: "not-found",
    HTTPStatus.METHOD_NOT_ALLOWED: "method-not-allowed",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "body-too-large",
}


def trouble_of(error: Exception) -> Trouble:
    """The trouble an exception stands for; one we do not expect is a mistake of ours, and told as such."""
    match error:
        case Problem():
            return Trouble(code=error.code, gaps=error.gaps, headers=_retry(error.code, error.gaps.get("seconds")))
        case Refusal():  # while streaming: the only one that ends a request
            code = error.notice.code if error.notice.code in _texts() else "refused"
            return Trouble(code=code, refusal=error.notice)
        case Fault():
            log.error("fault", cause=error.notice.cause, detail=error.notice.detail)
            return Trouble(code="unavailable", headers=_retry("unavailable"))
        case DoorClosed():
            return Trouble(code=error.code, headers={"Retry-After": str(error.retry_after)})
        case NotPossible():
            return Trouble(code=error.code if error.code in _texts() else "not-possible")
        case Unauthenticated():
            return Trouble(code="unauthenticated", headers={"WWW-Authenticate": 'Bearer realm="einvoice"'})
        case Forbidden():
            return Trouble(code="not-found" if error.hidden else "forbidden")
        case RequestValidationError():
            return Trouble(code="invalid-request", fields=tuple(_field(entry) for entry in error.errors()))
        case HTTPException():
            code = _BY_STATUS.get(HTTPStatus(error.status_code), "bad-request")
            return Trouble(code=code, headers=dict(error.headers or {}))
        case _:
            told = error if isinstance(error, TransitionRefused | ResponseInvalid) else None
            return Trouble(code=_BY_KIND.get(type(error), "internal"), response=told)


def _field(entry: Mapping[str, Any]) -> tuple[str, str]:
    """Place and message of one validation error; the value itself is not repeated."""
    return ".".join(str(step) for step in entry["loc"]), str(entry["msg"])


def _retry(code: str, seconds: object = None) -> dict[str, str]:
    """When to come again: after so many seconds, if the trouble itself knows."""
    if seconds is not None:
        return {"Retry-After": str(seconds)}
    return {"Retry-After": RETRY_SECONDS} if code in _PASSING else {}


@cache
def _texts() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(files("einvoice.faces").joinpath("troubles.toml").read_text(encoding="utf-8"))
