"""In which language we answer: German, unless the reader asks for English."""

from typing import Annotated

from fastapi import Depends, Request

from einvoice.explain import Lang
from einvoice.faces.accept import weighted

LANGUAGE_COOKIE = "einvoice-language"
_KNOWN: dict[str, Lang] = {"de": "de", "en": "en"}


def chosen(request: Request) -> Lang:
    """The language of a request: `?lang=`, else the reader's choice by cookie, else Accept-Language, else German."""
    for wish in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if wish in _KNOWN:
            return _KNOWN[wish]
    return preferred(request.headers.get("accept-language"))


def preferred(accept_language: str | None) -> Lang:
    """The language an Accept-Language header (RFC 9110, 12.5.4) likes best of those we speak; German if none."""
    wishes = weighted(accept_language or "")
    for wish, weight in sorted(wishes, key=lambda pair: -pair[1]):
        known = _KNOWN.get(wish.partition("-")[0])
        if known and weight > 0:
            return known
    return "de"


async def language(request: Request) -> Lang:
    """The language, as a dependency."""
    return chosen(request)


Language = Annotated[Lang, Depends(language)]
