"""What a client of the KoSIT validator's daemon expects, so that it is switched to this service by changing one URL.

Raw XML in; the KoSIT report out, with the recommendation as status: 200 accept, 406 reject, 422 not processable.
KoSIT's scenarios decide alone, nobody's policies are asked, nothing is kept. `docs/kosit.md` lists the differences.
"""

from dataclasses import replace
from functools import partial
from itertools import count
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse
from lxml import etree

from einvoice import __version__
from einvoice.api.checks import pass_queue, room
from einvoice.api.describe import EXAMPLE_INVOICE
from einvoice.api.kositpage import about
from einvoice.app import App
from einvoice.errors import Refusal
from einvoice.explain import Lang
from einvoice.extraction import Limits, extract
from einvoice.extraction.sniff import Kind, sniff
from einvoice.faces.accept import negotiate
from einvoice.faces.body import received_body
from einvoice.faces.caller import Wired, neighbour_may
from einvoice.faces.language import Language
from einvoice.faces.trouble import RETRY_SECONDS
from einvoice.identity import Action
from einvoice.intake import Spooled, shown_name
from einvoice.model import Assessment, InvoiceDocument, Verdict
from einvoice.pipeline import examine
from einvoice.reports import is_xml, kosit_report

KOSIT_PATH = "/kosit"

_DAEMON = "http://www.xoev.de/de/validator/framework/1/daemon"
_UNNAMED = count(1)  # documents that came without a name, as the daemon counts them
_XML: dict[str, Any] = {"application/xml": {"schema": {"type": "string"}}}
_TEXT: dict[str, Any] = {"text/plain": {"schema": {"type": "string"}}}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "Accepted; the KoSIT report", "content": _XML},
    400: {"description": "No content, or a form instead of the XML itself", "content": _TEXT},
    406: {"description": "Rejected, or no scenario fits; the KoSIT report", "content": _XML},
    422: {"description": "Not processable: no well-formed XML, or a rule engine fails on it", "content": _XML},
    503: {"description": "No answer for a passing reason of ours: try again", "content": _XML},
}
_OPEN: dict[str, Any] = {"security": [{}, {"token": []}]}  # for neighbours, or with a token
_BODY: dict[str, Any] = _OPEN | {
    "requestBody": {
        "required": True,
        "description": "The XML of one document, as it is, whatever the Content-Type says",
        "content": {"application/xml": {"schema": {"type": "string"}, "example": EXAMPLE_INVOICE}},
    },
}
_PAGE: dict[int | str, dict[str, Any]] = {
    200: {"description": "A page or a text", "content": {**_TEXT, "text/html": {"schema": {"type": "string"}}}}
}
_HEALTH: dict[int | str, dict[str, Any]] = {200: {"description": "As the daemon says it", "content": _XML}}

router = APIRouter(
    prefix=KOSIT_PATH,
    tags=["KoSIT"],
    dependencies=[Depends(neighbour_may(Action.KOSIT))],
    default_response_class=Response,
)


@router.get("", responses=_PAGE, openapi_extra=_OPEN)
def say_what_it_is(request: Request, app: Wired, lang: Language) -> Response:
    """What this address is for: a page for people, a text for programs."""
    wanted = negotiate(request.headers.get("accept"), ("text/plain", "text/html"))
    page = about(f"{app.settings.base_url}{KOSIT_PATH}", lang)
    return HTMLResponse(page.html) if wanted == "text/html" else PlainTextResponse(page.text)


@router.get("/server/health", responses=_HEALTH, openapi_extra=_OPEN)
def health(app: Wired) -> Response:
    """Whether documents are judged: `UP`, or `DOWN` with 503."""
    up = app.pool.alive
    root = etree.Element("healthtype", nsmap={"ns2": _DAEMON})
    etree.SubElement(root, f"{{{_DAEMON}}}status").text = "UP" if up else "DOWN"
    application = etree.SubElement(root, f"{{{_DAEMON}}}application")
    for name, value in (("name", "einvoice"), ("version", __version__), ("build", "")):
        etree.SubElement(application, f"{{{_DAEMON}}}{name}").text = value
    return Response(etree.tostring(root), 200 if up else 503, media_type="application/xml")


@router.post("", responses=_ANSWERS, openapi_extra=_BODY)
async def judge(request: Request, app: Wired, lang: Language) -> Response:
    """Judge one XML document as the KoSIT validator does, and answer as its daemon does. Nothing is kept."""
    return await _judged(request, "", app, lang)


@router.post("/{name:path}", responses=_ANSWERS, openapi_extra=_BODY)
async def judge_named(request: Request, name: str, app: Wired, lang: Language) -> Response:
    """The same; the last part of the path becomes the report's reference to the document."""
    return await _judged(request, name, app, lang)


async def _judged(request: Request, path: str, app: App, lang: Lang) -> Response:
    """The answer to one document.

    (1) take it in, (2) judge it while there is room, (3) say the verdict by status and report.
    """
    if request.headers.get("content-type", "").lower().startswith("multipart"):
        return PlainTextResponse("Send the XML itself as the body, not a form.", 400)
    await pass_queue(request, app)
    spooled = await received_body(request, app.spool, app.settings.max_upload_bytes)  # (1)
    name = shown_name(path) or f"supplied_instance_{next(_UNNAMED)}"
    if not spooled.size:
        spooled.discard()
        return PlainTextResponse("There is no content. Send the XML as the body.", 400)
    assessment, report = await to_thread.run_sync(_examined, spooled, name, app, lang, limiter=room(app))  # (2)
    status = status_of(assessment)  # (3)
    headers = {"Retry-After": RETRY_SECONDS} if status == 503 else {}
    return Response(report, status, headers, media_type="application/xml")


def status_of(assessment: Assessment) -> int:
    """The status the daemon would answer with; 503 where we failed for a reason that passes, which it does not know."""
    if assessment.fault:
        return 422 if assessment.fault.deterministic else 503
    if assessment.verdict is Verdict.ACCEPTED and assessment.official:
        return 200
    return 422 if assessment.refusal and not is_xml(assessment.refusal) else 406


def _examined(spooled: Spooled, name: str, app: App, lang: Lang) -> tuple[Assessment, bytes]:
    limits = replace(Limits.of(app.settings), envelopes=False)
    stages = replace(app.desk, extract=partial(_xml_alone, limits=limits))
    try:
        examination = examine(spooled.path.read_bytes(), name, stages, official_only=True)
    finally:
        spooled.discard()
    return examination.assessment, kosit_report(examination, lang)


def _xml_alone(data: bytes, limits: Limits) -> InvoiceDocument:
    """KoSIT reads no PDF, and opens no envelope."""
    if sniff(data) is Kind.PDF:
        raise Refusal("xml-only")
    return extract(data, limits)
