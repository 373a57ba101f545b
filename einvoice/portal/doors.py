"""The doors: which take invoices in; operators close one for a time and open it again."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import RedirectResponse

from einvoice.faces.caller import may
from einvoice.faces.trouble import Trouble
from einvoice.faces.ways import LONGEST_REASON
from einvoice.identity import Action, Principal
from einvoice.model.submission import Door
from einvoice.portal.screen import OnScreen, Screen

DOORS_PATH = "/doors"

router = APIRouter(prefix=DOORS_PATH)

Operator = Annotated[Principal, Depends(may(Action.OPERATE))]
Csrf = Annotated[str, Form(max_length=100)]


@router.get("")
def show_doors(screen: OnScreen, _: Operator) -> Response:
    """Every door as it is now."""
    return _page(screen)


@router.post("/{door}/pause")
def pause(
    door: Door, screen: OnScreen, operator: Operator,
    reason: Annotated[str, Form(max_length=LONGEST_REASON)] = "", csrf: Csrf = "",
) -> Response:  # fmt: skip
    """Close one."""
    screen.check_form(csrf)
    if not reason.strip():
        return _page(screen, door, Trouble(code="reason-missing"))
    screen.app.store.doors.pause(door, actor=operator.actor, reason=reason.strip())
    return RedirectResponse(DOORS_PATH, status_code=303)


@router.post("/{door}/resume")
def resume(door: Door, screen: OnScreen, operator: Operator, csrf: Csrf = "") -> Response:
    """Open one."""
    screen.check_form(csrf)
    screen.app.store.doors.resume(door, actor=operator.actor)
    return RedirectResponse(DOORS_PATH, status_code=303)


def _page(screen: Screen, tried: Door | None = None, trouble: Trouble | None = None) -> Response:
    store, most = screen.app.store, screen.app.settings.max_backlog
    paused = store.doors.paused()
    return screen.page(
        "doors.html",
        status=trouble.status if trouble else 200,
        doors=[(door, paused.get(door)) for door in Door],
        names=store.accounts.names(pause.actor for pause in paused.values()),
        backlog=store.claims.backlog(most),
        most=most,
        tried=tried,
        trouble=trouble,
    )
