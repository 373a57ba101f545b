"""`einvoice export-supplier`: everything stored about a supplier or a seller, for whoever asks what is."""

from pathlib import Path
from typing import Annotated

import typer

from einvoice.cli.audit import open_existing
from einvoice.settings import Settings

_ADMIN = "admin"  # the actor in the audit log
_INCOMPLETE = 1


def export_supplier(
    path: Annotated[Path, typer.Argument(metavar="FILE.zip", dir_okay=False, help="Must not exist yet.")],
    supplier: Annotated[str | None, typer.Option(metavar="NAME", help="All that this supplier handed in.")] = None,
    seller_id: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="All invoices of this seller: VAT id, tax or register number.")
    ] = None,
) -> None:
    """Write everything stored about a supplier, or a seller, into a ZIP file; the audit log says that it was done.

    Ends with 0: all of it, 1: all but what the file's index names, 2: wrong usage, 3: trouble.
    """
    from einvoice.records import subject
    from einvoice.store import NotFound
    from einvoice.store.subjects import Subjects

    if (supplier is None) is (seller_id is None):
        raise typer.BadParameter("name a supplier, or a seller's number", param_hint="--supplier / --seller-id")
    if path.exists():
        raise typer.BadParameter(f"{path} is there already", param_hint="FILE.zip")
    settings = Settings()
    with open_existing(settings) as store:
        try:
            if supplier is not None:
                known = Subjects(store).supplier(supplier)
                exported = subject.export_supplier(store, known, path, actor=_ADMIN, inbox=settings.inbox_dir)
            else:
                exported = subject.export_seller(store, seller_id or "", path, actor=_ADMIN)
        except NotFound as error:
            raise typer.BadParameter(f"not known: {error}", param_hint="--supplier") from None
    typer.echo(f"{path}: {exported.submissions} submissions")
    for one in exported.left_out:
        typer.echo(f"left out: {one['part']} of {one['submission']}: {one['why']}", err=True)
    if exported.left_out:
        raise typer.Exit(_INCOMPLETE)
