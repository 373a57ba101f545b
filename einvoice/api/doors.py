"""The doors: which of them take invoices in, closing one for a time, opening it again."""

from typing import Annotated

from fastapi import APIRouter, Depends

from einvoice.api.operatorschemas import DoorList, DoorOut, PauseOut, Reasoned
from einvoice.api.schemas import V1
from einvoice.app import App
from einvoice.faces.caller import Wired, may
from einvoice.identity import Action, Principal
from einvoice.model.submission import Door

router = APIRouter(prefix=f"{V1}/doors", tags=["Operators"])

Operator = Annotated[Principal, Depends(may(Action.OPERATE))]


@router.get("")
def list_doors(app: Wired, _: Operator) -> DoorList:
    """Every door, whether it is paused, and how much waits to be decided."""
    return _doors(app)


@router.post("/{door}:pause")
def pause(door: Door, body: Reasoned, app: Wired, operator: Operator) -> DoorList:
    """Take nothing in at this door until it is resumed; what is in goes on. Senders get 503, a drop folder waits.

    The reason is for operators; senders do not read it. One that is paused already stays as it is.
    """
    app.store.doors.pause(door, actor=operator.actor, reason=body.reason)
    return _doors(app)


@router.post("/{door}:resume")
def resume(door: Door, app: Wired, operator: Operator) -> DoorList:
    """Take invoices in here again. One that is open already stays as it is."""
    app.store.doors.resume(door, actor=operator.actor)
    return _doors(app)


def _doors(app: App) -> DoorList:
    most, paused = app.settings.max_backlog, app.store.doors.paused()
    names = app.store.accounts.names(pause.actor for pause in paused.values())
    doors = [DoorOut(door=door, paused=PauseOut.of(paused[door], names) if door in paused else None) for door in Door]
    return DoorList(doors=doors, backlog=app.store.claims.backlog(most), max_backlog=most)
