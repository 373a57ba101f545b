"""The dry run: the verdict a submission would get now. Nothing is kept."""

from typing import Annotated

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar
from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool

from einvoice.api.describe import FILE_BODY
from einvoice.api.forms import CHECK_FORMS, described, report, wanted_form
from einvoice.api.problems import problems
from einvoice.api.schemas import V1
from einvoice.app import App
from einvoice.faces.body import heard, received_file
from einvoice.faces.caller import Wired, may
from einvoice.faces.language import Language
from einvoice.faces.trouble import Problem
from einvoice.identity import Action, Principal
from einvoice.intake import Upload
from einvoice.model.examination import Examination
from einvoice.pipeline import examine

_ROOM: RunVar[CapacityLimiter] = RunVar("checks")
_MOST_WAITING = 100  # files that lie in the spool until there is room; nothing else bounds what callers send at once

router = APIRouter(prefix=f"{V1}/checks", tags=["Suppliers"])


@router.post(
    "",
    response_class=Response,
    responses={
        200: {"description": "The report, whatever the verdict", "content": described(CHECK_FORMS)},
        **problems(406),
    },
    openapi_extra=FILE_BODY,
)
async def check(
    request: Request, app: Wired, lang: Language, _: Annotated[Principal, Depends(may(Action.CHECK))]
) -> Response:
    """Check one invoice (XML, or PDF with XML inside) and answer with the report; nothing is kept.

    The verdict is the one a submission would get: `accepted`, `rejected`, or `undecided` when the check could not be
    finished for a reason on our side.
    """
    form = wanted_form(request, CHECK_FORMS)
    await pass_queue(request, app)
    upload = await received_file(request, app.spool, app.settings.max_upload_bytes)
    examination = await to_thread.run_sync(_examined, upload, app, limiter=room(app))
    return await run_in_threadpool(report, examination, form, CHECK_FORMS, lang)


def _examined(upload: Upload, app: App) -> Examination:
    try:
        return examine(upload.spooled.path.read_bytes(), upload.name, app.desk)
    finally:
        upload.spooled.discard()


async def pass_queue(request: Request, app: App) -> None:
    """Before a file to check is read: raises Problem("checks-busy") where too many wait already."""
    async with heard(request, app.settings.max_upload_bytes):
        if room(app).statistics().tasks_waiting >= _MOST_WAITING:
            raise Problem("checks-busy")


def room(app: App) -> CapacityLimiter:
    """So many checks at once as there are validator processes, and one that waits; the others wait without a thread."""
    try:
        return _ROOM.get()
    except LookupError:
        _ROOM.set(CapacityLimiter(app.settings.workers + 1))
        return _ROOM.get()
