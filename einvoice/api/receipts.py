"""The signed receipt of a submission, for its sender to keep and for anybody with the public key to check."""

from collections.abc import Callable, Mapping

from fastapi import APIRouter, Request, Response

from einvoice.api.forms import described, wanted_form
from einvoice.api.problems import problems
from einvoice.api.schemas import SUBMISSIONS
from einvoice.explain import Lang
from einvoice.faces.caller import Readable, Wired
from einvoice.faces.language import Language
from einvoice.records.receipts import receipt_json
from einvoice.reports.receipt import receipt_pdf

RECEIPT_FORMS: Mapping[str, Callable[[bytes, Lang], bytes]] = {
    "application/json": lambda signed, lang: signed,  # noqa: ARG005 - what is signed speaks no language
    "application/pdf": receipt_pdf,
}

router = APIRouter(prefix=SUBMISSIONS, tags=["Suppliers", "Authorities"])


@router.get(
    "/{submission_id}/receipt",
    response_class=Response,
    responses={200: {"description": "The receipt", "content": described(RECEIPT_FORMS)}, **problems(406)},
)
def show_receipt(request: Request, submission: Readable, app: Wired, lang: Language) -> Response:
    """The signed receipt, as JSON or as PDF with that JSON inside, as `Accept` asks.

    It says what was received and when, by SHA-256, and what was decided by which rules; before the decision, that
    there is none yet. As long as the submission stands as it does, the JSON is always the same bytes. Whoever has the
    public key (`/receipts/public-key.pem`) checks it: `einvoice receipt verify`, or `/receipts` in a browser.
    """
    form = wanted_form(request, RECEIPT_FORMS)
    signed = receipt_json(app.store, app.signer, submission.id)
    response = Response(RECEIPT_FORMS[form](signed, lang), media_type=form)
    response.headers["Vary"] = "Accept, Accept-Language"
    if form == "application/pdf":
        response.headers["Content-Language"] = lang
    return response
