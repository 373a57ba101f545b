"""Handing in: one page with a form for files. With script it shows each file's progress, without it works as well."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, RedirectResponse

from einvoice.faces.accept import negotiate
from einvoice.faces.body import pass_door, received_form
from einvoice.faces.caller import CSRF_HEADER, may
from einvoice.faces.trouble import Problem, Trouble, trouble_of
from einvoice.faces.words import standing
from einvoice.identity import Action, Principal, scope
from einvoice.intake import Form
from einvoice.model.submission import Door, Receipt, Submission
from einvoice.pipeline import submit
from einvoice.portal.screen import OnScreen, Screen
from einvoice.store import DoorClosed

UPLOAD_PATH = "/upload"
LIST_PATH = "/submissions"
_RECENT = 5

router = APIRouter()

Submitter = Annotated[Principal, Depends(may(Action.SUBMIT))]


@router.get(UPLOAD_PATH)
def show_upload(screen: OnScreen, principal: Submitter) -> Response:
    """The page to hand in invoices, with what was handed in last."""
    own = replace(scope(principal), sender=principal.sender)
    recent = screen.app.store.submissions.find(own, limit=_RECENT).items
    return screen.page(
        "upload.html",
        recent=[(submission, standing(submission, screen.lang)) for submission in recent],
        limit=screen.app.settings.max_upload_bytes,
        closed=_closed(screen),
    )


@router.post(UPLOAD_PATH)
async def take_upload(request: Request, screen: OnScreen, principal: Submitter) -> Response:
    """Take every file of the form. A script that asks for JSON gets the first file's entry of the list."""
    shown = request.headers.get(CSRF_HEADER)
    if shown is not None:
        screen.check_form(shown)  # before the files come in
    await pass_door(request, screen.app, Door.UPLOAD)
    form = await received_form(request, screen.app.spool, screen.app.settings.max_upload_bytes)
    receipts = await run_in_threadpool(_submit_all, form, shown, screen, principal)
    first, repeated = receipts[0].submission, not receipts[0].created
    if negotiate(request.headers.get("accept"), ("text/html", "application/json")) == "application/json":
        return JSONResponse(state_of(first, screen, repeated=repeated), status_code=202)
    target = f"{LIST_PATH}/{first.id}" if len(receipts) == 1 else LIST_PATH
    return RedirectResponse(target, status_code=303)


def state_of(submission: Submission, screen: Screen, *, repeated: bool = False) -> dict[str, object]:
    """How a submission stands, for the script that shows it: its entry in the list, and what to read out."""
    words = standing(submission, screen.lang)
    return {
        "id": submission.id,
        "settled": submission.settled,
        "html": screen.fragment("entry.html", submission=submission, words=words, repeated=repeated),
        "announcement": f"{submission.name}: {words.label}. {words.sentence}",
        "state": f"{LIST_PATH}/{submission.id}/state",
    }


def _closed(screen: Screen) -> Trouble | None:
    """Why nothing is taken in now, so that nobody chooses a file in vain."""
    try:
        screen.app.store.doors.check(Door.UPLOAD)
    except DoorClosed as error:
        return trouble_of(error)
    return None


def _submit_all(form: Form, shown: str | None, screen: Screen, principal: Principal) -> list[Receipt]:
    try:
        if shown is None:
            screen.check_form(form.fields.get("csrf", ""))
        if not form.uploads:
            raise Problem("no-file")
        return [
            submit(
                upload.spooled,
                desk=screen.app.desk,
                door=Door.UPLOAD,
                sender=principal.sender,
                actor=principal.actor,
                name=upload.name,
            )
            for upload in form.uploads
        ]
    finally:
        form.discard()
