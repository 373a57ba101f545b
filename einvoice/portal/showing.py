"""One submission: how it stands, its report, its files, its history, and for operators the ways out of its hold."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Response
from fastapi.responses import JSONResponse

from einvoice.faces.background import background
from einvoice.faces.caller import Readable
from einvoice.faces.download import attachment, original, quarantined
from einvoice.faces.enclosed import enclosure
from einvoice.faces.trouble import Problem, Trouble
from einvoice.faces.ways import Way, ways_out
from einvoice.faces.words import standing
from einvoice.identity import Role
from einvoice.model.assessment import Verdict
from einvoice.model.examination import Examination
from einvoice.model.submission import EventKind, Handling, Submission
from einvoice.portal.answers import given
from einvoice.portal.responses import said
from einvoice.portal.screen import OnScreen, Screen
from einvoice.portal.uploading import LIST_PATH, state_of
from einvoice.reports import html_fragment, html_report, json_report, pdf_report

_FOR_OPERATORS = frozenset({EventKind.CONSENTED})  # tells of what the virus scan found

router = APIRouter(prefix=LIST_PATH + "/{submission_id}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A form that did not lead anywhere, with what was written into it."""

    way: Way
    reason: str
    authority_id: str


@router.get("")
def show(submission: Readable, screen: OnScreen) -> Response:
    """The submission with its report."""
    return submission_page(screen, submission)


@router.get("/state")
def show_state(submission: Readable, screen: OnScreen) -> Response:
    """How it stands now, for the script that watches it."""
    return JSONResponse(state_of(submission, screen))


@router.get("/original")
def fetch_original(submission: Readable, screen: OnScreen) -> Response:
    """The file as it came in."""
    return original(submission, screen.app)


@router.get("/enclosures/{number}")
def fetch_enclosure(submission: Readable, number: Annotated[int, Path(ge=1)], screen: OnScreen) -> Response:
    """One file that came with the invoice, to be saved."""
    return enclosure(submission, number, screen.app)


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


def submission_page(
    screen: Screen, submission: Submission, attempt: Attempt | None = None, trouble: Trouble | None = None
) -> Response:
    """The submission with its report; for operators with the ways out of its hold, and what came of an attempt."""
    store, principal = screen.app.store, screen.principal
    may_operate = principal.role is Role.OPERATOR
    examination = store.submissions.examination(submission.id)
    if submission.human_decision and submission.verdict is Verdict.UNDECIDED and not may_operate:
        examination = None  # it says that somebody will look into it; somebody has
    locked = quarantined(submission) or submission.handling is Handling.EXPIRED
    ways = ways_out(submission.hold, submission.verdict) if may_operate else ()
    files_at = "" if locked else f"{LIST_PATH}/{submission.id}/enclosures"
    events = store.events.of_submission(submission.id)
    return screen.page(
        "submission.html",
        status=trouble.status if trouble else 200,
        submission=submission,
        words=standing(submission, screen.lang),
        responses=said(store, submission.id, screen.lang),
        answers=given(store, submission.id, screen.lang) if may_operate else (),
        known=background(submission, principal, store),
        locked=quarantined(submission),
        report=html_fragment(examination, screen.lang, kept=True, files_at=files_at) if examination else None,
        events=[event for event in events if may_operate or event.kind not in _FOR_OPERATORS],
        names=store.accounts.names(event.actor for event in events) if may_operate else {},
        consents=[event for event in events if event.kind is EventKind.CONSENTED],
        may_operate=may_operate,
        ways=ways,
        authorities=store.authorities.all() if Way.SEND_ON in ways else (),
        state=f"{LIST_PATH}/{submission.id}/state",
        attempt=attempt,
        trouble=trouble,
    )


def _examination(screen: Screen, submission: Submission) -> Examination:
    examination = screen.app.store.submissions.examination(submission.id)
    if examination is None:
        raise Problem("expired" if submission.handling is Handling.EXPIRED else "not-decided-yet")
    return examination


def _report_name(screen: Screen, submission: Submission, ending: str) -> str:
    return f"{screen.text('report_file')}-{submission.id}.{ending}"
