"""What becomes of an invoice: its authority tells the supplier, step by step, by Peppol Invoice Response (BIS 63)."""

from typing import Annotated
from uuid import NAMESPACE_URL, uuid5

from fastapi import APIRouter, Body, Depends, Header, Path, Request, Response
from fastapi.responses import JSONResponse

from einvoice.answering import telling
from einvoice.api.forms import wanted_form
from einvoice.api.problems import problems
from einvoice.api.responseschemas import EXAMPLES, ResponseList, ResponseOut, ResponseWish
from einvoice.api.schemas import SUBMISSIONS
from einvoice.faces.caller import Asking, Readable, Wired
from einvoice.faces.language import Language
from einvoice.identity import Action, Principal, authorise, resource_of
from einvoice.model.submission import Submission

router = APIRouter(prefix=SUBMISSIONS + "/{submission_id}/responses", tags=["Authorities"])

_FORMS = ("application/json", "application/xml")

Key = Annotated[str | None, Header(min_length=1, max_length=255, description="Your own key for this response")]
Id = Annotated[str, Path(max_length=100, description="`id` of the response")]
Asked = Annotated[ResponseWish, Body(openapi_examples=EXAMPLES)]


def respondable(submission: Readable, caller: Asking) -> Submission:
    """A dependency: the submission, if the caller may say what becomes of it."""
    authorise(caller.principal, Action.RESPOND, resource_of(submission))
    return submission


@router.post("", status_code=201, responses=problems(409, 410))
def respond(
    submission: Annotated[Submission, Depends(respondable)], body: Asked, app: Wired, lang: Language, caller: Asking,
    response: Response, idempotency_key: Key = None,
) -> ResponseOut:  # fmt: skip
    """Tell the supplier what becomes of an accepted invoice.

    In this order: AB received, IP in process, UQ under query, CA conditionally accepted, RE rejected, AP approved, PD
    paid. Any may come first, any may be left out, none goes back. UQ may be repeated, and PD with PPD (a part is paid).
    After AP there is only PD; RE and PD are final. What is out of order is answered with 409 `response-out-of-order`,
    `reason` and `allowed`, and is not kept. The same `Idempotency-Key`, or the same `id`, gives the same response.

    An invoice that came by a Peppol drop folder is answered through its outbox. One that was uploaded is not: `sent` is
    `not-applicable`, and the supplier reads the response in the portal.
    """
    assert caller.principal is not None, "respondable() has let the caller pass"
    id_ = str(body.id) if body.id else _id(submission, caller.principal, idempotency_key)
    told = telling.respond(app.store, submission.id, body.to_wish(), actor=caller.principal.actor, id=id_)
    found = ResponseOut.of(told, lang)
    response.headers["Location"] = found.link
    return found


@router.get("")
def list_responses(submission: Readable, app: Wired, lang: Language) -> ResponseList:
    """What was told about the invoice so far, and what may follow. Its supplier reads it, too."""
    told = telling.responses(app.store, submission.id)
    return ResponseList.of(told, telling.may_follow(submission, told), lang)


@router.get(
    "/{response_id}",
    response_model=ResponseOut,
    responses={
        200: {"content": {"application/xml": {"schema": {"type": "string"}}}},
        **problems(406, 409),
    },
)
def show_response(request: Request, submission: Readable, response_id: Id, app: Wired, lang: Language) -> Response:
    """One response: as JSON, or with `Accept: application/xml` the Peppol message itself (UBL ApplicationResponse).

    It is the one that lies in the outbox, there in an envelope unless the folder is set otherwise. 409 `no-message`
    where none can be made, for want of an electronic address in the invoice.
    """
    form = wanted_form(request, _FORMS)
    told = telling.response(app.store, submission.id, response_id)
    if form == "application/xml":
        return Response(telling.message(app.store, told), media_type=form, headers={"Vary": "Accept"})
    found = ResponseOut.of(told, lang).model_dump(mode="json")
    return JSONResponse(found, headers={"Vary": "Accept, Accept-Language", "Content-Language": lang})


def _id(submission: Submission, asking: Principal, key: str | None) -> str:
    """The same for the same key: of the same authority, or the same operator, about the same invoice."""
    whose = asking.authority_id or asking.actor
    return str(uuid5(NAMESPACE_URL, f"{submission.id}/{whose}/{key}")) if key else ""
