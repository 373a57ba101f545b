"""One page for one reader: language, who they are, their forms' token, and the templates."""

import secrets
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from einvoice.app import App
from einvoice.explain import Lang
from einvoice.faces.caller import Asking, Caller, Wired, check_csrf
from einvoice.faces.language import Language, chosen
from einvoice.faces.trouble import Trouble
from einvoice.faces.words import word
from einvoice.identity import Role, csrf_token
from einvoice.model.account import Principal
from einvoice.portal.shown import FILTERS
from einvoice.portal.statics import asset
from einvoice.portal.texts import text
from einvoice.settings import Settings

SIGN_IN_PATH = "/sign-in"
_MAY_SUBMIT = (Role.SUPPLIER, Role.OPERATOR)


def form_cookie(settings: Settings) -> str:
    """The name of the cookie that stands in for the session while nobody is signed in; as safe as that one's."""
    return "__Host-einvoice-form" if settings.https_only else "einvoice-form"


@dataclass(kw_only=True)
class Screen:
    """What a page needs to know besides its content."""

    request: Request
    app: App
    caller: Caller
    lang: Lang
    _fresh: str = field(default_factory=partial(secrets.token_urlsafe, 32))

    @property
    def principal(self) -> Principal:
        """Who is signed in; only on pages that nobody else sees."""
        assert self.caller.principal is not None, "the page lets only people in who are signed in"
        return self.caller.principal

    def text(self, key: str, **gaps: object) -> str:
        """One of the portal's texts in the reader's language."""
        return text(key, self.lang, **gaps)

    def check_form(self, shown: str) -> None:
        """Raise Problem("csrf") unless the form came from a page of ours, for this reader."""
        check_csrf(self._secret, shown)

    def page(self, template: str, *, status: int = 200, **content: Any) -> Response:
        """A page; for a reader who is not signed in, with the cookie that ties forms to them."""
        response = HTMLResponse(_render(template, self._frame() | content), status_code=status)
        response.headers["Content-Language"] = self.lang
        cookie, secure = form_cookie(self.app.settings), self.app.settings.https_only
        if self.caller.session is None and cookie not in self.request.cookies:
            response.set_cookie(cookie, self._fresh, httponly=True, samesite="lax", secure=secure)
        return response

    def fragment(self, template: str, **content: Any) -> str:
        """A part of a page."""
        return _render(template, self._frame() | content)

    @property
    def _secret(self) -> str:
        return self.caller.session or self.request.cookies.get(form_cookie(self.app.settings)) or self._fresh

    def _frame(self) -> dict[str, Any]:
        principal = self.caller.principal
        return {
            "t": self.text,
            "word": lambda kind, key: word(kind, key, self.lang),
            "lang": self.lang,
            "csrf": csrf_token(self._secret),
            "principal": principal,
            "may_submit": principal is not None and principal.role in _MAY_SUBMIT,
            "here": self.request.url.path,
            "here_again": quote(_local(self.request), safe=""),
        }


def screen_of(request: Request, app: Wired, caller: Asking, lang: Language) -> Screen:
    """The screen of a request, as a dependency."""
    return Screen(request=request, app=app, caller=caller, lang=lang)


OnScreen = Annotated[Screen, Depends(screen_of)]


def trouble_page(trouble: Trouble, request: Request) -> Response:
    """Trouble as a page; who is not signed in is asked to sign in, and comes back to where they wanted to go."""
    if trouble.code == "unauthenticated":
        target = _local(request) if request.method == "GET" else "/"
        return RedirectResponse(f"{SIGN_IN_PATH}?next={quote(target, safe='')}", status_code=303)
    lang = chosen(request)
    caller = getattr(request.state, "caller", Caller(None))  # unknown where no route was found
    screen = Screen(request=request, app=request.app.state.wired, caller=caller, lang=lang)
    response = screen.page("trouble.html", status=trouble.status, trouble=trouble)
    response.headers.update(trouble.headers)
    return response


def _local(request: Request) -> str:
    """Path and query of a request, to come back to."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _render(template: str, content: dict[str, Any]) -> str:
    return _environment().get_template(template).render(content)


@cache
def _environment() -> Environment:
    found = Environment(
        loader=PackageLoader("einvoice.portal"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters.update(FILTERS)
    found.globals["asset"] = asset
    return found
