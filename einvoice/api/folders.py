"""The drop folders: how each of them is, and having what failed tried again."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from einvoice.api.folderschemas import FolderList, FolderOut, RetryFailed
from einvoice.api.problems import problems
from einvoice.api.schemas import V1
from einvoice.app import App
from einvoice.explain import Lang
from einvoice.faces.caller import Wired, may
from einvoice.faces.folders import folder_views, retry_failed
from einvoice.faces.language import Language
from einvoice.identity import Action, Principal

router = APIRouter(prefix=f"{V1}/folders", tags=["Operators"])

Operator = Annotated[Principal, Depends(may(Action.OPERATE))]
Name = Annotated[str, Path(max_length=100, description="Of the folder, as in folders.toml", examples=["oxalis-koeln"])]


@router.get("")
def list_folders(app: Wired, lang: Language, _: Operator) -> FolderList:
    """Every drop folder as the workers that look after it see it, those that need somebody first.

    What is told here is half a minute old at most, and the same on every host, also where no folder can be reached.
    """
    return _folders(app, lang)


@router.post("/{name}/retry", status_code=202, responses=problems(404))
def retry(name: Name, body: RetryFailed, app: Wired, lang: Language, operator: Operator) -> FolderList:
    """Have failed documents picked up again as if they came anew, when what was in their way is mended.

    The worker that looks after the folder does it within seconds; until then `retrying` is true. One that is gone by
    then is passed over.
    """
    retry_failed(app.store, name, body.ids, actor=operator.actor)
    return _folders(app, lang)


def _folders(app: App, lang: Lang) -> FolderList:
    return FolderList(folders=[FolderOut.of(view) for view in folder_views(app.store, lang)])
