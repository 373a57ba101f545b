"""All pages of the portal in one place."""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse

from einvoice.faces.caller import Asking
from einvoice.identity import Action, Role, authorise
from einvoice.portal import acting, doors, folders, listing, receipts, showing, signing, uploading
from einvoice.portal.uploading import LIST_PATH, UPLOAD_PATH


def routes() -> APIRouter:
    """The routes of the portal."""
    everything = APIRouter()
    everything.add_api_route("/", start, methods=["GET"])
    for part in (signing, uploading, listing, showing, receipts, acting, doors, folders):
        everything.include_router(part.router)
    return everything


def start(caller: Asking) -> RedirectResponse:
    """Where one's work begins: suppliers hand in, the others look."""
    authorise(caller.principal, Action.LIST)
    assert caller.principal is not None, "authorise lets nobody unknown pass"
    return RedirectResponse(UPLOAD_PATH if caller.principal.role is Role.SUPPLIER else LIST_PATH, status_code=303)
