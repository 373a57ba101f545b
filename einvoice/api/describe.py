"""How the API describes itself (OpenAPI): what a file may be sent as, with an example that can be sent as it stands."""

from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import Any

from fastapi import FastAPI

from einvoice.api.problems import ProblemDocument, problems

EXAMPLE_INVOICE = files("einvoice.api").joinpath("example.xml").read_text(encoding="utf-8")

_FILE = {"type": "string", "format": "binary"}

FILE_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The file itself, its name by `Content-Disposition` or `?filename=`; or a form with one file",
        "content": {
            "application/xml": {
                "schema": {"type": "string"},
                "examples": {"xrechnung": {"summary": "A small XRechnung (UBL)", "value": EXAMPLE_INVOICE}},
            },
            "application/pdf": {"schema": _FILE},
            "application/octet-stream": {"schema": _FILE},
            "multipart/form-data": {"schema": {"type": "object", "properties": {"file": _FILE}, "required": ["file"]}},
        },
    },
    "parameters": [
        {
            "name": "filename",
            "in": "query",
            "required": False,
            "description": "The file's name, for display",
            "schema": {"type": "string"},
        }
    ],
}


def octets(media_types: Iterable[str]) -> dict[str, Any]:
    """A file of one of these types."""
    return {media_type: {"schema": _FILE} for media_type in media_types}


BINARY = octets(("application/xml", "application/pdf", "application/octet-stream"))

TITLE = "E-Rechnung Eingang"
SUMMARY = "Receives electronic invoices (XRechnung, ZUGFeRD) for public authorities"
DESCRIPTION = """
Every request but `/healthz` and `/readyz` needs a token: `Authorization: Bearer TOKEN`. A token has one role. From
networks that the operator trusts, `/kosit` needs none.

- **Suppliers** check (`POST /api/v1/checks`) and submit (`POST /api/v1/submissions`) invoices and read the reports.
- **Authorities** lease accepted invoices, fetch and book them, and acknowledge; or follow the event feed.
- **Operators** see everything, may submit, end what is on hold, and close doors for a time; they lease nothing.

Texts for people are German or English, by `Accept-Language`. Errors are problem documents (RFC 9457) with a stable
`code` and a `remedy`.
"""
TAGS = (
    {"name": "Suppliers", "description": "Check and submit invoices, read reports"},
    {"name": "Authorities", "description": "Collect accepted invoices and follow what happens to them"},
    {"name": "KoSIT", "description": "Check as the KoSIT validator's daemon does: for clients made for that one"},
    {
        "name": "Operators",
        "description": "Is it up, can it work, how much of what; ways out of holds; doors",
    },
)
_PUBLIC = ("/healthz", "/readyz")
_REF = "#/components/schemas/{model}"


def describe(web: FastAPI) -> None:
    """Complete the description FastAPI makes: how one authenticates, and what a problem looks like."""
    generate = web.openapi

    def described() -> dict[str, Any]:
        if web.openapi_schema is None:
            document = generate()
            schema = ProblemDocument.model_json_schema(ref_template=_REF)
            components = document.setdefault("components", {})
            schemas = components.setdefault("schemas", {})
            schemas.update(schema.pop("$defs"), ProblemDocument=schema)
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
            components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
            document["security"] = [{"token": []}]
            for path in _PUBLIC:
                document["paths"][path]["get"]["security"] = []
            for operations in document["paths"].values():
                for operation in operations.values():
                    _announce_problems(operation)
        return web.openapi_schema or {}

    web.openapi = described  # type: ignore[method-assign]  # the way FastAPI wants it


def _announce_problems(operation: dict[str, Any]) -> None:
    """Beside the answers an operation names itself, the problems that all of its kind may answer with."""
    answers = operation["responses"]
    if "HTTPValidationError" in str(answers.get("422")):  # as FastAPI would answer
        del answers["422"]
    for status, answer in problems(*_statuses(operation)).items():
        known = answers.get(str(status), answer)
        answers[str(status)] = known | {"content": known.get("content", {}) | answer["content"]}


def _statuses(operation: dict[str, Any]) -> Iterator[int]:
    """By what an operation takes."""
    parameters, body = operation.get("parameters", ()), operation.get("requestBody", {}).get("content", ())
    if operation.get("security") != []:
        yield from (401, 403, 429, 503)
    if parameters or body:
        yield 422
    if any(parameter["in"] == "path" for parameter in parameters):
        yield 404
    if body:
        yield from (400, 408, 413)
    if body == FILE_BODY["requestBody"]["content"]:
        yield 415
