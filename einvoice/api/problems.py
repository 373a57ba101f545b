"""Trouble as a problem document (RFC 9457), with the code and the remedy beside the standard members."""

from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from einvoice.faces.language import chosen
from einvoice.faces.trouble import Trouble

MEDIA_TYPE = "application/problem+json"


class InvalidField(BaseModel):
    """One invalid part of a request."""

    where: str = Field(description="Place in the request", examples=["query.limit"])
    message: str


class ProblemDocument(BaseModel):
    """Why a request was not answered as asked (RFC 9457)."""

    type: str = Field(description="Names the kind of problem", examples=["urn:einvoice:problem:too-large"])
    title: str
    status: int = Field(description="The HTTP status code")
    detail: str = Field(description="What happened and why, in the language of Accept-Language (de, en)")
    code: str = Field(description="Stable key for programs", examples=["too-large"])
    remedy: str = Field(description="What to do")
    errors: list[InvalidField] | None = Field(default=None, description="Invalid parameters, with invalid-request only")


PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "Problem: `code` says which, `remedy` what to do",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}},
    }
}


def problem(trouble: Trouble, request: Request) -> JSONResponse:
    """The answer to a request that ran into trouble."""
    lang = chosen(request)
    document = ProblemDocument(
        type=f"urn:einvoice:problem:{trouble.code}",
        title=trouble.title(lang),
        status=trouble.status,
        detail=trouble.detail(lang),
        code=trouble.code,
        remedy=trouble.remedy(lang),
        errors=[InvalidField(where=where, message=message) for where, message in trouble.fields] or None,
    )
    return JSONResponse(
        document.model_dump(exclude_none=True),
        status_code=trouble.status,
        media_type=MEDIA_TYPE,
        headers={"Content-Language": lang, **trouble.headers},
    )
