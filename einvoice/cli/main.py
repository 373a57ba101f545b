"""All commands, and how trouble of ours is told on a terminal."""

import os
import sys
from functools import cache
from importlib import import_module
from typing import Annotated, Any, cast

import typer
from pydantic import ValidationError
from typer.core import TyperCommand, TyperGroup

from einvoice import __version__
from einvoice.errors import Fault

Command = TyperCommand | TyperGroup

# Each command, and the modules that make it, all of them under its name: the first has it, others add to it. They are
# imported when it is used, so that `einvoice admin` need not wait for the web server's libraries.
_COMMANDS = {
    "check": ("check",),
    "replay": ("replay",),
    "serve": ("serve",),
    "worker": ("serve",),
    "status": ("status",),
    "backup": ("backup",),
    "restore": ("backup",),
    "export-supplier": ("subject",),
    "rules": ("rules", "packs", "explained", "rulesdiff", "replay"),
    "admin": ("admin", "policies"),
    "holds": ("holds",),
    "doors": ("holds",),
    "inbox": ("inbox", "simulate"),
    "audit": ("audit",),
    "receipt": ("receipts",),
    "keys": ("keys",),
    "retention": ("retention",),
}


class _Imported(dict[str, Command | None]):
    """The commands by name, each imported when it is asked for."""

    def get(self, name: str, default: Any = None) -> Any:
        return _command(name) if name in self else default


class _Commands(TyperGroup):
    """All of them, in the order of the help."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes | {"commands": _Imported.fromkeys(_COMMANDS)})


@cache
def _command(name: str) -> Command:
    first, *_ = [import_module(f"einvoice.cli.{module}") for module in _COMMANDS[name]]
    found = getattr(first, name.replace("-", "_"))
    around = typer.Typer()
    if isinstance(found, typer.Typer):
        around.add_typer(found, name=name)
    else:
        around.command(name)(found)
    return cast("Command", typer.main.get_group(around).commands[name])


app = typer.Typer(
    name="einvoice",
    cls=_Commands,
    help="Receives electronic invoices (XRechnung, ZUGFeRD): judges them as KoSIT does, explains, hands them over.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


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
