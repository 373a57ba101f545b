"""An operator's ways out of what is held: try again, send on, send back, let out of quarantine."""

from typing import Annotated

from fastapi import APIRouter, Depends

from einvoice.api.operatorschemas import HeldOut, HoldList, Reasoned, Retried, Retry, RetryAll, SendOn
from einvoice.api.problems import problems
from einvoice.api.schemas import SUBMISSIONS, V1, SubmissionOut
from einvoice.app import App
from einvoice.explain import Lang
from einvoice.faces.caller import Wired, may
from einvoice.faces.language import Language
from einvoice.faces.ways import Way, go
from einvoice.identity import Action, Principal
from einvoice.store.holds import Holds

router = APIRouter(prefix=V1, tags=["Operators"])

Operator = Annotated[Principal, Depends(may(Action.OPERATE))]

_NOT_HELD = problems(409)
_ONE = SUBMISSIONS.removeprefix(V1) + "/{submission_id}"


@router.get("/holds")
def list_holds(app: Wired, _: Operator) -> HoldList:
    """What is held, counted by reason and cause, with the age of the one that waits longest.

    `GET /api/v1/submissions?hold=…` lists the submissions themselves.
    """
    now, found = app.store.clock(), Holds.of(app.store).held()
    return HoldList(holds=[HeldOut.of(held, now) for held in found], total=sum(held.count for held in found))


@router.post("/holds:retry")
def retry_all(body: RetryAll, app: Wired, operator: Operator) -> Retried:
    """Have everything worked on again that is held for a cause (`fault`, `engine`), oldest first."""
    return Retried(count=Holds.of(app.store).retry_all(body.cause, actor=operator.actor, reason=body.reason.strip()))


@router.post(_ONE + ":retry", responses=_NOT_HELD)
def retry(
    submission_id: str, app: Wired, lang: Language, operator: Operator, body: Retry | None = None
) -> SubmissionOut:
    """Have a submission worked on again from the start (`fault`, `engine`, an undecided `conflict`)."""
    return _gone(Way.RETRY, submission_id, body.reason.strip() if body else "", app, lang, operator)


@router.post(_ONE + ":send-on", responses=_NOT_HELD)
def send_on(submission_id: str, body: SendOn, app: Wired, lang: Language, operator: Operator) -> SubmissionOut:
    """Hand a held invoice to an authority (`fault`, `engine`, `unroutable`, an accepted `conflict`).

    This makes no verdict: what is undecided stays so, and the authority is told that a person has sent it on, and why.
    Its policies are not asked. It cannot be taken back.
    """
    return _gone(Way.SEND_ON, submission_id, body.reason, app, lang, operator, body.authority_id)


@router.post(_ONE + ":send-back", responses=_NOT_HELD)
def send_back(submission_id: str, body: Reasoned, app: Wired, lang: Language, operator: Operator) -> SubmissionOut:
    """End a held submission (whatever the hold) without handing it over; its sender reads the reason.

    It cannot be taken back.
    """
    return _gone(Way.SEND_BACK, submission_id, body.reason, app, lang, operator)


@router.post(_ONE + ":consent", responses=_NOT_HELD)
def consent(submission_id: str, body: Reasoned, app: Wired, lang: Language, operator: Operator) -> SubmissionOut:
    """Agree that a file is let out of `quarantine`. With the consent of a second operator it is worked on."""
    return _gone(Way.CONSENT, submission_id, body.reason, app, lang, operator)


def _gone(
    way: Way, submission_id: str, reason: str, app: App, lang: Lang, operator: Principal,
    authority_id: str | None = None,
) -> SubmissionOut:  # fmt: skip
    after = go(way, submission_id, app.store, actor=operator.actor, reason=reason, authority_id=authority_id)
    return SubmissionOut.of(after, operator, lang, app.store)
