"""The forms in which a report is offered, by media type; and how the one a client wants is found."""

from collections.abc import Callable, Iterable, Mapping

from fastapi import Request, Response

from einvoice.explain import Lang
from einvoice.faces.accept import negotiate
from einvoice.faces.trouble import Problem
from einvoice.model.examination import Examination
from einvoice.reports import html_report, json_report, jsonl_report, kosit_report, pdf_report, text_report

Renderer = Callable[[Examination, Lang], bytes]

# The HTML report carries its styles in itself, and needs nothing else.
_REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
)

CHECK_FORMS: Mapping[str, Renderer] = {
    "application/json": json_report,
    "text/html": lambda examination, lang: html_report(examination, lang).encode(),
    "application/pdf": pdf_report,
    "application/xml": kosit_report,
    "text/plain": lambda examination, lang: text_report(examination, lang).encode(),
    "application/jsonl": jsonl_report,
    "application/x-ndjson": jsonl_report,
}
REPORT_FORMS: Mapping[str, Renderer] = {
    "application/json": lambda examination, lang: json_report(examination, lang, kept=True),
    "text/html": lambda examination, lang: html_report(examination, lang, kept=True).encode(),
    "application/pdf": lambda examination, lang: pdf_report(examination, lang, kept=True),
    "application/xml": kosit_report,
    "text/plain": lambda examination, lang: text_report(examination, lang, kept=True).encode(),
}


def wanted_form(request: Request, forms: Iterable[str]) -> str:
    """The media type to answer with; raises Problem("not-acceptable")."""
    offers = tuple(forms)
    found = negotiate(request.headers.get("accept"), offers)
    if found is None:
        raise Problem("not-acceptable", offers=", ".join(offers))
    return found


def report(examination: Examination, media_type: str, forms: Mapping[str, Renderer], lang: Lang) -> Response:
    """The report in one of the forms."""
    response = Response(forms[media_type](examination, lang), media_type=media_type)
    response.headers["Content-Language"] = lang
    response.headers["Vary"] = "Accept, Accept-Language"
    if media_type == "text/html":
        response.headers["Content-Security-Policy"] = _REPORT_POLICY
    return response


def described(forms: Iterable[str]) -> dict[str, dict[str, dict[str, str]]]:
    """The forms for OpenAPI."""
    kinds = {"application/json": {"type": "object"}, "application/pdf": {"type": "string", "format": "binary"}}
    return {media_type: {"schema": kinds.get(media_type, {"type": "string"})} for media_type in forms}
