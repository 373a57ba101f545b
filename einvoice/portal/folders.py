"""The drop folders: how each of them is, what is stuck in it or failed, and having that tried again."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Query, Response
from fastapi.responses import RedirectResponse

from einvoice.faces.caller import may
from einvoice.faces.folders import folder_views, retry_failed
from einvoice.identity import Action, Principal
from einvoice.operations.folders import FolderState
from einvoice.portal.screen import OnScreen

FOLDERS_PATH = "/folders"

router = APIRouter(prefix=FOLDERS_PATH)

Operator = Annotated[Principal, Depends(may(Action.OPERATE))]
Name = Annotated[str, Path(max_length=100)]


@router.get("")
def show_folders(screen: OnScreen, _: Operator, asked: Annotated[str, Query(max_length=100)] = "") -> Response:
    """All of them, those that need somebody first. `asked`: of which one something is about to be tried again."""
    views = folder_views(screen.app.store, screen.lang)
    return screen.page(
        "folders.html",
        folders=[(view, standing_of(view.state)) for view in views],
        asked=asked if any(view.state.name == asked for view in views) else "",
    )


@router.post("/{name}/retry")
def retry(
    name: Name, screen: OnScreen, operator: Operator, document: Annotated[str, Form(max_length=100)] = "",
    csrf: Annotated[str, Form(max_length=100)] = "",
) -> Response:  # fmt: skip
    """Have a failed document picked up again, or all of them."""
    screen.check_form(csrf)
    retry_failed(screen.app.store, name, [document] if document else None, actor=operator.actor)
    return RedirectResponse(f"{FOLDERS_PATH}?asked={name}", status_code=303)


def standing_of(state: FolderState) -> tuple[str, str]:
    """How a folder is: key of the word, and tone."""
    if not state.watched:
        return "folder_unwatched", "rejected"
    if not state.healthy:
        return "folder_trouble", "rejected"
    if state.stuck_count:
        return "folder_stuck", "held"
    return "folder_well", "accepted"
