"""All commands, and how trouble of ours is told on a terminal."""

import os
import sys
from typing import Annotated

import typer
from pydantic import ValidationError

from einvoice import __version__
from einvoice.cli import explained, packs, policies, rulesdiff  # noqa: F401 - they add commands to `rules` and `admin`
from einvoice.cli.admin import admin
from einvoice.cli.audit import audit
from einvoice.cli.backup import backup, restore
from einvoice.cli.check import check
from einvoice.cli.holds import doors, holds
from einvoice.cli.keys import keys
from einvoice.cli.receipts import receipt
from einvoice.cli.replay import replay
from einvoice.cli.retention import retention
from einvoice.cli.rules import rules
from einvoice.cli.serve import serve, worker
from einvoice.cli.status import status
from einvoice.cli.subject import export_supplier
from einvoice.errors import Fault

app = typer.Typer(
    name="einvoice",
    help="Receives electronic invoices (XRechnung, ZUGFeRD): judges them as KoSIT does, explains, hands them over.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command()(check)
app.command()(replay)
app.command()(serve)
app.command()(worker)
app.command()(status)
app.command()(backup)
app.command()(restore)
app.command("export-supplier")(export_supplier)
app.add_typer(rules, name="rules")
app.add_typer(admin, name="admin")
app.add_typer(holds, name="holds")
app.add_typer(doors, name="doors")
app.add_typer(audit, name="audit")
app.add_typer(receipt, name="receipt")
app.add_typer(keys, name="keys")
app.add_typer(retention, name="retention")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"einvoice {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and end.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Settings come from the environment, prefix EINVOICE_; the operator handbook lists them."""


def main() -> None:
    """Entry point of the `einvoice` command. A wrong setting ends with code 2, trouble of ours with 3; both say so."""
    try:
        app()
    except ValidationError as error:
        for wrong in error.errors():
            typer.echo(f"einvoice: setting EINVOICE_{str(wrong['loc'][0]).upper()}: {wrong['msg']}", err=True)
        sys.exit(2)
    except BrokenPipeError:  # whoever reads our output has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(3)
    except OSError as error:
        typer.echo(f"einvoice: {error.strerror}: {error.filename or ''}", err=True)
        sys.exit(3)
    except Fault as fault:
        typer.echo(f"einvoice: {fault.notice.cause}: {fault.notice.detail}", err=True)
        sys.exit(3)
