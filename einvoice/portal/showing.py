"""One submission: how it stands, its report, its files, and for operators its history and the way out of a hold."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import JSONResponse, RedirectResponse

from einvoice.faces.caller import Readable, may
from einvoice.faces.download import attachment, original
from einvoice.faces.trouble import Problem, Trouble
from einvoice.faces.words import standing
from einvoice.identity import Action, Principal, Role
from einvoice.model.examination import Examination
from einvoice.model.submission import Hold, Submission
from einvoice.portal.screen import OnScreen, Screen
from einvoice.portal.uploading import LIST_PATH, state_of
from einvoice.reports import html_fragment, html_report, json_report, pdf_report

RETRIABLE = frozenset({Hold.FAULT, Hold.ENGINE})  # holds that end by trying again
_LONGEST_REASON = 1000  # characters

router = APIRouter(prefix=LIST_PATH + "/{submission_id}")


@router.get("")
def show(submission: Readable, screen: OnScreen) -> Response:
    """The submission with its report."""
    return _page(screen, submission)


@router.get("/state")
def show_state(submission: Readable, screen: OnScreen) -> Response:
    """How it stands now, for the script that watches it."""
    return JSONResponse(state_of(submission, screen))


@router.get("/original")
def fetch_original(submission: Readable, screen: OnScreen) -> Response:
    """The file as it came in."""
    return original(submission, screen.app)


@router.get("/report.html")
def fetch_page(submission: Readable, screen: OnScreen) -> Response:
    """The report as a page to keep: it needs nothing around it."""
    page = html_report(_examination(screen, submission), screen.lang, kept=True)
    return attachment(page.encode(), _report_name(screen, submission, "html"), "text/html; charset=utf-8")


@router.get("/report.pdf")
def fetch_pdf(submission: Readable, screen: OnScreen) -> Response:
    """The report for print and the file."""
    data = pdf_report(_examination(screen, submission), screen.lang, kept=True)
    return attachment(data, _report_name(screen, submission, "pdf"), "application/pdf")


@router.get("/report.json")
def fetch_json(submission: Readable, screen: OnScreen) -> Response:
    """The report for programs."""
    data = json_report(_examination(screen, submission), screen.lang, kept=True)
    return attachment(data, _report_name(screen, submission, "json"), "application/json")


@router.post("/release")
def release(
    submission: Readable, screen: OnScreen, operator: Annotated[Principal, Depends(may(Action.OPERATE))],
    reason: Annotated[str, Form(max_length=_LONGEST_REASON)] = "", csrf: Annotated[str, Form(max_length=100)] = "",
) -> Response:  # fmt: skip
    """End a hold: the check runs again from the start. The reason stands in the history."""
    screen.check_form(csrf)
    if not reason.strip():
        return _page(screen, submission, trouble=Trouble(code="reason-missing"))
    if submission.hold in RETRIABLE:
        screen.app.store.people.retry(submission.id, actor=operator.actor, reason=reason.strip())
    return RedirectResponse(f"{LIST_PATH}/{submission.id}", status_code=303)


def _page(screen: Screen, submission: Submission, trouble: Trouble | None = None) -> Response:
    examination = screen.app.store.submissions.examination(submission.id)
    may_operate = screen.principal.role is Role.OPERATOR
    return screen.page(
        "submission.html",
        status=trouble.status if trouble else 200,
        submission=submission,
        words=standing(submission, screen.lang),
        report=html_fragment(examination, screen.lang, kept=True) if examination else None,
        events=screen.app.store.events.of_submission(submission.id),
        may_operate=may_operate,
        retriable=may_operate and submission.hold in RETRIABLE,
        state=f"{LIST_PATH}/{submission.id}/state",
        trouble=trouble,
    )


def _examination(screen: Screen, submission: Submission) -> Examination:
    examination = screen.app.store.submissions.examination(submission.id)
    if examination is None:
        raise Problem("not-decided-yet")
    return examination


def _report_name(screen: Screen, submission: Submission, ending: str) -> str:
    return f"{screen.text('report_file')}-{submission.id}.{ending}"
