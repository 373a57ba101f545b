"""Trouble as a problem document (RFC 9457), with the code and the remedy beside the standard members."""

from typing import Any, Self

from fastapi import Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from einvoice.explain import Lang
from einvoice.faces.language import chosen
from einvoice.faces.trouble import Trouble
from einvoice.responses import InvoiceStatus, Obstacle, Step, TransitionRefused

MEDIA_TYPE = "application/problem+json"


class InvalidField(BaseModel):
    """One invalid part of a request."""

    where: str = Field(description="Place in the request", examples=["query.limit"])
    message: str


class StepOut(BaseModel):
    """What may be told about an invoice next."""

    status: InvoiceStatus
    partial: bool = Field(description="PD with the reason PPD: a part is paid")
    label: str = Field(description="In words, in the language of Accept-Language", examples=["approved (AP)"])

    @classmethod
    def of(cls, step: Step, lang: Lang) -> Self:
        """One step in words."""
        return cls(status=step.status, partial=step.partial, label=step.label(lang))


class ProblemDocument(BaseModel):
    """Why a request was not answered as asked (RFC 9457)."""

    type: str = Field(description="Names the kind of problem", examples=["urn:einvoice:problem:too-large"])
    title: str
    status: int = Field(description="The HTTP status code")
    detail: str = Field(description="What happened and why, in the language of Accept-Language (de, en)")
    code: str = Field(description="Stable key for programs", examples=["too-large"])
    remedy: str = Field(description="What to do")
    errors: list[InvalidField] | None = Field(
        default=None,
        description="With invalid-request the invalid parameters; with response-invalid the rules that are broken, "
        "each with its place in the message",
    )
    reason: Obstacle | None = Field(default=None, description="With response-out-of-order: why it can't be told now")
    allowed: list[StepOut] | None = Field(
        default=None, description="With response-out-of-order: what can still be told; empty: nothing"
    )


_MEANINGS = {
    400: "The request can't be read",
    401: "There is no token, or none that is valid",
    403: "Not with this token's role",
    404: "It does not exist, or not for you",
    406: "In none of the forms that `Accept` asks for",
    408: "The request came in too slowly",
    409: "Not as things stand; `code` says why",
    410: "It is deleted",
    413: "Too large",
    415: "Not as this kind of content",
    422: "A part of the request is not valid; `errors` says which",
    429: "Asked too often; `Retry-After` says when to come again",
    503: "Not now, for a reason on our side; `Retry-After` says when to come again",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Problems that an operation may answer with, for OpenAPI. Those of its kind are announced without (`describe`)."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}
    return {status: {"description": _MEANINGS[status], "content": content} for status in statuses}


def problem(trouble: Trouble, request: Request) -> JSONResponse:
    """The answer to a request that ran into trouble."""
    lang = chosen(request)
    refused = trouble.response if isinstance(trouble.response, TransitionRefused) else None
    document = ProblemDocument(
        type=f"urn:einvoice:problem:{trouble.code}",
        title=trouble.title(lang),
        status=trouble.status,
        detail=trouble.detail(lang),
        code=trouble.code,
        remedy=trouble.remedy(lang),
        errors=[InvalidField(where=where, message=message) for where, message in trouble.errors(lang)] or None,
        reason=refused.reason if refused else None,
        allowed=[StepOut.of(step, lang) for step in refused.allowed] if refused else None,
    )
    return JSONResponse(
        document.model_dump(exclude_none=True),
        status_code=trouble.status,
        media_type=MEDIA_TYPE,
        headers={"Content-Language": lang, **trouble.headers},
    )
