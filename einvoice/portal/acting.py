"""What operators do about held submissions: one by the ways its hold has, or all of one cause at once."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import RedirectResponse

from einvoice.faces.caller import Readable, may
from einvoice.faces.trouble import Trouble, trouble_of
from einvoice.faces.ways import LONGEST_REASON, Way, go
from einvoice.identity import Action, Principal
from einvoice.portal.screen import OnScreen
from einvoice.portal.showing import Attempt, submission_page
from einvoice.portal.uploading import LIST_PATH
from einvoice.store import NotPossible
from einvoice.store.holds import Holds

router = APIRouter()

Operator = Annotated[Principal, Depends(may(Action.OPERATE))]
Reason = Annotated[str, Form(max_length=LONGEST_REASON)]
Csrf = Annotated[str, Form(max_length=100)]


@router.post("/holds/retry")
def retry_all(
    screen: OnScreen, operator: Operator, cause: Annotated[str, Form(max_length=100)] = "", reason: Reason = "",
    csrf: Csrf = "",
) -> Response:  # fmt: skip
    """Have everything worked on again that is held for a cause."""
    screen.check_form(csrf)
    if not reason.strip():
        raise NotPossible("reason-missing")
    count = Holds.of(screen.app.store).retry_all(cause, actor=operator.actor, reason=reason.strip())
    return RedirectResponse(f"{LIST_PATH}?retried={count}", status_code=303)


@router.post(LIST_PATH + "/{submission_id}/{way}")
def go_a_way(
    way: Way, submission: Readable, screen: OnScreen, operator: Operator, reason: Reason = "",
    authority: Annotated[str, Form(max_length=100)] = "", csrf: Csrf = "",
) -> Response:  # fmt: skip
    """Go one of the ways out of a hold. The reason stands in the history."""
    screen.check_form(csrf)
    attempt = Attempt(way=way, reason=reason, authority_id=authority)
    if not reason.strip():
        return submission_page(screen, submission, attempt, Trouble(code="reason-missing"))
    try:
        go(
            way,
            submission.id,
            screen.app.store,
            actor=operator.actor,
            reason=reason.strip(),
            authority_id=authority or None,
        )
    except NotPossible as error:
        now = screen.app.store.submissions.get(submission.id)
        return submission_page(screen, now, attempt, trouble_of(error))
    return RedirectResponse(f"{LIST_PATH}/{submission.id}", status_code=303)
