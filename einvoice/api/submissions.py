"""Handing in invoices, and reading what became of them."""

from dataclasses import replace
from enum import Enum
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from einvoice.api.describe import BINARY, FILE_BODY, octets
from einvoice.api.forms import REPORT_FORMS, described, report, wanted_form
from einvoice.api.problems import problems
from einvoice.api.schemas import SUBMISSIONS, ReceiptOut, SubmissionOut, SubmissionPage
from einvoice.app import App
from einvoice.faces.body import pass_door, received_file
from einvoice.faces.caller import Asking, Readable, Wired, may
from einvoice.faces.download import original, served
from einvoice.faces.enclosed import MEDIA_TYPES, enclosure
from einvoice.faces.language import Language
from einvoice.faces.trouble import Problem
from einvoice.identity import Action, Principal, scope
from einvoice.model.assessment import Verdict
from einvoice.model.examination import Examination
from einvoice.model.submission import Door, Handling, Hold, Submission
from einvoice.pipeline import submit, wait_until_settled

router = APIRouter(prefix=SUBMISSIONS)

Submitter = Annotated[Principal, Depends(may(Action.SUBMIT))]
Lister = Annotated[Principal, Depends(may(Action.LIST))]
Key = Annotated[str | None, Header(min_length=1, max_length=255, description="Your own key for this invoice")]
Number = Annotated[int, Path(ge=1, le=100_000, description="`number` among `inspection.enclosures` of the JSON report")]
Wait = Annotated[float, Query(ge=0, description="Seconds to wait for the verdict; a setting limits them")]

_FILES: list[str | Enum] = ["Suppliers", "Authorities"]


@router.post("", status_code=202, tags=["Suppliers"], responses=problems(409), openapi_extra=FILE_BODY)
async def submit_invoice(
    request: Request, response: Response, app: Wired, lang: Language, principal: Submitter,
    idempotency_key: Key = None, wait: Wait = 0,
) -> ReceiptOut:  # fmt: skip
    """Submit one invoice (XML, or PDF with XML inside).

    The answer comes when the file is durably stored: it cannot get lost any more. The verdict follows within seconds;
    ask at `Location`, or wait for it with `?wait=`. The same file again, or the same `Idempotency-Key`, is answered
    with the first submission (`created` is false); a file that was rejected, or declined under the authority's
    policies, may be submitted anew. While nothing is taken in (`door-paused`, `backlog-full`), the answer is 503 with
    `Retry-After`, and nothing was kept.
    """
    await pass_door(request, app, Door.API)
    upload = await received_file(request, app.spool, app.settings.max_upload_bytes)
    receipt = await run_in_threadpool(
        submit,
        upload.spooled,
        desk=app.desk,
        door=Door.API,
        sender=principal.sender,
        actor=principal.actor,
        name=upload.name,
        idempotency_key=idempotency_key,
    )
    submission = receipt.submission
    if wait and not submission.settled:
        submission = await wait_until_settled(app.store, submission.id, min(wait, app.settings.max_wait_seconds))
    response.headers["Location"] = f"{SUBMISSIONS}/{submission.id}"
    answer = ReceiptOut.of(submission, principal, lang, app.store)
    return answer.model_copy(update={"created": receipt.created})


@router.get("", tags=_FILES)
def list_submissions(
    app: Wired, lang: Language, principal: Lister,
    verdict: Verdict | None = None,
    declined: Annotated[bool | None, Query(description="Turned down by the authority's policies, or not")] = None,
    handling: Handling | None = None,
    hold: Annotated[Hold | Literal["any", "none"] | None, Query(description="Or `any` reason, or `none`")] = None,
    rule: Annotated[str | None, Query(max_length=100, description="A rule that spoke, e.g. BR-DE-15")] = None,
    text: Annotated[str | None, Query(max_length=200, description="Looked for in names, numbers and ids")] = None,
    after: Annotated[str | None, Query(max_length=100, description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> SubmissionPage:  # fmt: skip
    """Your submissions, newest first: a supplier's own, an authority's invoices, for an operator all."""
    wanted = replace(
        scope(principal),
        verdict=verdict,
        declined=declined,
        handling=handling,
        held={"any": True, "none": False}.get(hold or ""),
        hold=hold if isinstance(hold, Hold) and hold else None,
        rule=rule or None,
        text=text or None,
    )
    page = app.store.submissions.find(wanted, after=after, limit=limit)
    items = [SubmissionOut.of(item, principal, lang, app.store) for item in page.items]
    return SubmissionPage(items=items, next=page.next)


@router.get("/{submission_id}", tags=_FILES)
def show_submission(submission: Readable, app: Wired, caller: Asking, lang: Language) -> SubmissionOut:
    """One submission as it stands."""
    assert caller.principal is not None, "readable() has let the caller pass"
    return SubmissionOut.of(submission, caller.principal, lang, app.store)


@router.get(
    "/{submission_id}/report",
    tags=_FILES,
    response_class=Response,
    responses={200: {"description": "The report", "content": described(REPORT_FORMS)}, **problems(406, 409, 410)},
)
def show_report(request: Request, submission: Readable, app: Wired, lang: Language) -> Response:
    """The report, in the form that `Accept` asks for. 409 `not-decided-yet` while there is none."""
    form = wanted_form(request, REPORT_FORMS)
    return report(_examination(submission, app), form, REPORT_FORMS, lang)


@router.get(
    "/{submission_id}/original",
    tags=_FILES,
    response_class=Response,
    responses={200: {"description": "The bytes as they came in", "content": BINARY}, **problems(409, 410)},
)
def show_original(submission: Readable, app: Wired) -> Response:
    """The file as it came in, byte for byte. 409 `quarantined` where the virus scan found something in it."""
    return original(submission, app)


@router.get(
    "/{submission_id}/enclosures/{number}",
    tags=_FILES,
    response_class=Response,
    responses={
        200: {"description": "The bytes of the file", "content": octets(MEDIA_TYPES)},
        **problems(409, 410),
    },
)
def show_enclosure(submission: Readable, number: Number, app: Wired) -> Response:
    """One file that came with the invoice, in its XML (BT-125) or in the PDF around it; to be saved, not opened.

    What it is announced as follows from its content: `application/octet-stream` for whatever is not simply a document
    or an image. 409 `quarantined` where the virus scan found something in what was received.
    """
    return enclosure(submission, number, app)


@router.get(
    "/{submission_id}/invoice",
    tags=["Authorities"],
    response_class=JSONResponse,
    responses={200: {"description": "Terms and groups of EN 16931-1"}, **problems(409, 410)},
)
def show_invoice(
    submission: Readable, app: Wired,
    attachments: Annotated[bool, Query(description="With the attached documents (BT-125) in base64")] = False,
) -> JSONResponse:  # fmt: skip
    """The invoice as the business terms of EN 16931-1, the same whichever syntax it came in."""
    examination = _examination(served(submission), app)
    if examination.invoice is None:
        raise Problem("no-invoice")
    return JSONResponse(examination.invoice.to_dict(attachments=attachments))


def _examination(submission: Submission, app: App) -> Examination:
    """What was found out about it. Raises Problem while there is nothing, and when it is deleted."""
    examination = app.store.submissions.examination(submission.id)
    if examination is None:
        raise Problem("expired" if submission.handling is Handling.EXPIRED else "not-decided-yet")
    return examination
