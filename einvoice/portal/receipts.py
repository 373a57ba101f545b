"""Receipts: those of a submission to take away, and the page where anybody has one checked.

Checking takes no account: whoever is shown a receipt, an auditor say, has none, and it takes public keys alone. What
strangers can cost is bounded instead: few at a time, with limits for size and for the time it takes to come in; a PDF
is opened by a child of few means, and one after the other. Nothing is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Annotated

from anyio import CapacityLimiter, fail_after, to_thread
from anyio.lowlevel import RunVar
from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from einvoice.app import App
from einvoice.errors import Refusal
from einvoice.faces.body import heard, received_form
from einvoice.faces.caller import Readable
from einvoice.faces.download import attachment
from einvoice.faces.trouble import Problem, trouble_of
from einvoice.intake import Form
from einvoice.portal.screen import OnScreen, Screen
from einvoice.portal.uploading import LIST_PATH
from einvoice.records.receiptcheck import ReceiptCheck, verify_receipt
from einvoice.records.receipts import receipt_json
from einvoice.records.signing import PublicKeys, Signature
from einvoice.reports.receipt import receipt_pdf

RECEIPTS_PATH = "/receipts"
LARGEST = 1_000_000  # bytes of a receipt; one of ours has 30 kB as PDF

_SECONDS = 120.0  # for both files to come in
_AT_ONCE = BoundedSemaphore(8)  # receipts that are coming in or being checked
_ROOM: RunVar[CapacityLimiter] = RunVar("receipts")
_TOO_LARGE = 413

# What a signature is worth: tone, and what is said in two words.
_WORTH: Mapping[Signature | None, tuple[str, str]] = {
    Signature.GOOD: ("accepted", "receipt_genuine"),
    Signature.BAD: ("rejected", "receipt_forged"),
    Signature.UNKNOWN_KEY: ("held", "receipt_unclear"),
    None: ("ended", "receipt_none"),
}
_OTHER_FILE = ("rejected", "receipt_other")

router = APIRouter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What came of a check, as it is shown."""

    name: str  # of the file, as its bearer calls it
    tone: str
    title: str
    sentences: tuple[str, ...]
    headline: str  # what the receipt says, in a few words; "": nothing that may be believed
    facts: tuple[tuple[str, str], ...]  # the same as label and value


@router.get(LIST_PATH + "/{submission_id}/receipt.pdf")
def fetch_pdf(submission: Readable, screen: OnScreen) -> Response:
    """The receipt as a page with the signed JSON inside."""
    data = receipt_pdf(_signed(submission.id, screen.app), screen.lang)
    return attachment(data, _file_name(screen, submission.id, "pdf"), "application/pdf")


@router.get(LIST_PATH + "/{submission_id}/receipt.json")
def fetch_json(submission: Readable, screen: OnScreen) -> Response:
    """The receipt as it is signed."""
    data = _signed(submission.id, screen.app)
    return attachment(data, _file_name(screen, submission.id, "json"), "application/json")


@router.get(RECEIPTS_PATH)
def show_page(screen: OnScreen) -> Response:
    """The page to have a receipt checked. Open to everybody."""
    return _page(screen)


@router.post(RECEIPTS_PATH)
async def check(request: Request, screen: OnScreen) -> Response:
    """Say what a receipt is worth, what it says, and whether the file beside it is the one. Open to everybody."""
    async with heard(request, LARGEST):
        if not _AT_ONCE.acquire(blocking=False):
            raise Problem("checks-busy")
    try:
        form = await _received(request, screen.app)
        try:
            return await to_thread.run_sync(_checked, form, screen, limiter=_one_at_a_time())
        finally:
            form.discard()
    except (Refusal, Problem) as error:
        if trouble_of(error).status != _TOO_LARGE:
            raise
        return await run_in_threadpool(_page, screen, status=_TOO_LARGE, trouble="receipts_too_large")
    finally:
        _AT_ONCE.release()


@router.get(RECEIPTS_PATH + "/public-key.pem")
def fetch_key(screen: OnScreen, id: Annotated[str, Query(max_length=100)] = "") -> Response:  # noqa: A002
    """The public key, or an earlier one by its id. Open to everybody."""
    wanted = id or screen.app.signer.key_id
    pem = _keys(screen.app).get(wanted)
    if pem is None:
        raise Problem("not-found")
    return attachment(pem.encode(), f"einvoice-{wanted}.pem", "application/x-pem-file")


async def _received(request: Request, app: App) -> Form:
    """The receipt, and perhaps the file it should be about. Raises as `received_form` does."""
    try:
        with fail_after(_SECONDS):
            return await received_form(request, app.spool, app.settings.max_upload_bytes, most_files=2, full_files=1)
    except TimeoutError:
        raise Problem("broken-off") from None


def _checked(form: Form, screen: Screen) -> Response:
    """The first file is the receipt; of the second only its hash counts."""
    screen.check_form(form.fields.get("csrf", ""))
    if not form.uploads:
        return _page(screen, status=400, trouble="receipts_no_file")
    shown, *beside = form.uploads
    if shown.spooled.size > LARGEST:
        return _page(screen, status=_TOO_LARGE, trouble="receipts_too_large")
    receipt = verify_receipt(shown.spooled.path.read_bytes(), PublicKeys.of(screen.app.settings))
    if beside:
        receipt = receipt.beside(beside[0].spooled.sha256)
    return _page(screen, found=_found(receipt, shown.name, screen))


def _found(receipt: ReceiptCheck, name: str, screen: Screen) -> Found:
    is_other = receipt.signature is Signature.GOOD and receipt.original is False
    tone, title = _OTHER_FILE if is_other else _WORTH[receipt.signature]
    return Found(
        name=name,
        tone=tone,
        title=screen.text(title),
        sentences=receipt.sentences(screen.lang),
        headline=receipt.headline(screen.lang),
        facts=receipt.facts(screen.lang),
    )


def _page(screen: Screen, *, status: int = 200, trouble: str = "", found: Found | None = None) -> Response:
    app = screen.app
    return screen.page(
        "receipts.html",
        status=status,
        trouble=trouble,
        found=found,
        largest=LARGEST,
        limit=app.settings.max_upload_bytes,
        issuer=app.signer.issuer,
        key_id=app.signer.key_id,
        pem=app.signer.public_key_pem(),
        earlier=[one for one in _keys(app) if one != app.signer.key_id],
    )


def _keys(app: App) -> dict[str, str]:
    """Every public key of this service, by its id, in PEM."""
    keys = PublicKeys.of(app.settings)
    return dict(zip(keys.ids, keys.pems(), strict=True)) | {app.signer.key_id: app.signer.public_key_pem()}


def _signed(submission_id: str, app: App) -> bytes:
    return receipt_json(app.store, app.signer, submission_id)


def _file_name(screen: Screen, submission_id: str, ending: str) -> str:
    return f"{screen.text('receipt_file')}-{submission_id}.{ending}"


def _one_at_a_time() -> CapacityLimiter:
    """Those who wait for it hold no thread."""
    try:
        return _ROOM.get()
    except LookupError:
        _ROOM.set(CapacityLimiter(1))
        return _ROOM.get()
