"""`einvoice inbox`: drop folders, from the first look at one to what lies in them today.

`status` ends with 0: all is well, 1: a folder needs somebody, 2: wrong usage, 3: the service can't be looked at.
"""

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from einvoice.cli.audit import FormatOption, LangOption, Shape, open_existing
from einvoice.cli.check import Language
from einvoice.logs import configure_logs
from einvoice.settings import Settings

if TYPE_CHECKING:
    from einvoice.store import Store

inbox = typer.Typer(
    help="Drop folders: find out how to take one on, try it, see how they are, try again.", no_args_is_help=True
)

_ADMIN = "admin"  # the actor in the audit log
_TODO, _WAITS, _UNREADABLE = 1, 1, 2
_PATIENCE = 15.0  # seconds that `retry` waits for a worker to act
_ID_LENGTH = 16


@inbox.command("inspect")
def inspect_command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder others put invoices into.")],
    lang: LangOption = Language.DE,
    output_format: FormatOption = Shape.TEXT,
) -> None:
    """Find out which access point writes to a folder; prints a piece for folders.toml, with reasons and doubts.

    Only looks: nothing is changed, and no service is needed. Run it as the user of the service, whose rights count.
    """
    from einvoice.cli.inboxproposal import Proposal

    try:
        proposal = Proposal.of(folder, Settings())
    except OSError as error:
        raise typer.BadParameter(f"{folder}: {error.strerror}", param_hint="DIR") from None
    if output_format is Shape.JSON:
        typer.echo(json.dumps(proposal.data(lang.value), ensure_ascii=False, indent=2))
    else:
        typer.echo("\n".join(proposal.lines(lang.value)))


@inbox.command("status")
def status_command(lang: LangOption = Language.DE, output_format: FormatOption = Shape.TEXT) -> None:
    """Show every drop folder: is it well, what waits, what is stuck or failed and why, what came in today.

    Asks the database, so it works on every host. Ends with 0: all is well, 1: a folder needs somebody, 3: the service
    can't be looked at.
    """
    from einvoice.faces.folders import folder_views

    settings = Settings()
    configure_logs(settings)  # to stderr: what is printed here may be read by a program
    with open_existing(settings) as store:
        views, now = folder_views(store, lang.value), store.clock()
    if output_format is Shape.JSON:
        from einvoice.api.folderschemas import FolderList, FolderOut

        found = FolderList(folders=[FolderOut.of(view) for view in views])
        typer.echo(json.dumps(found.model_dump(mode="json"), ensure_ascii=False, indent=2))
    else:
        from einvoice.cli.inboxtables import show

        show(views, now, lang.value)
    if not all(view.state.healthy and not view.state.stuck_count for view in views):
        raise typer.Exit(_TODO)


@inbox.command("retry")
def retry_command(
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="Its name, as in folders.toml.")],
    documents: Annotated[
        list[str] | None, typer.Argument(metavar="[FILE]…", help="Failed documents: paths in failed/, or ids.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that lie in failed/.")] = False,
) -> None:
    """Have failed documents picked up again as if they came anew, when what was in their way is mended.

    The worker that looks after the folder does it within seconds; ends with 1 if none did, the request stays then.
    """
    from einvoice.faces.folders import retry_failed
    from einvoice.store import NotFound

    if bool(documents) == everything:
        raise typer.BadParameter("name files, or give --all", param_hint="FILE")
    ids = None if everything else [_id_of(document) for document in documents or ()]
    with open_existing(Settings()) as store:
        try:
            retry_failed(store, folder, ids, actor=_ADMIN)
        except NotFound:
            known = ", ".join(sorted({one.folder for one in store.folders.told()})) or "none"
            raise typer.BadParameter(f"no worker told of it lately; known: {known}", param_hint="FOLDER") from None
        if _is_done(store, folder):
            typer.echo(
                f"{folder}: a worker has picked up what there was; `einvoice inbox status` shows what becomes of it"
            )
        else:
            typer.echo(f"einvoice: {folder}: stored; no worker that looks after it has acted yet", err=True)
            sys.exit(_WAITS)


def _id_of(document: str) -> str:
    """A path within failed/, or one that leads there, or an id already."""
    from einvoice.intake.pickup import document_id

    if len(document) == _ID_LENGTH and not set(document) - set("0123456789abcdef"):
        return document
    parts = Path(document).parts
    return document_id(Path(*parts[parts.index("failed") + 1 :] if "failed" in parts else parts))


def _is_done(store: "Store", folder: str) -> bool:
    end = time.monotonic() + _PATIENCE
    while any(wish.folder == folder for wish in store.folders.wishes()):
        if time.monotonic() > end:
            return False
        time.sleep(0.3)
    return True
