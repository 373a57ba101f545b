"""`einvoice status`: how the service stands, at a glance. Reads the database; no web is needed.

Ends with 0: all is well, 1: something needs an operator, 2: wrong usage, 3: the service can't be looked at.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from einvoice import __version__
from einvoice.cli.audit import FormatOption, Shape, open_existing
from einvoice.cli.check import Language
from einvoice.errors import Fault
from einvoice.logs import configure_logs
from einvoice.settings import Settings

if TYPE_CHECKING:
    from einvoice.operations import Concern, Situation

_TODO = 1


def status(
    output_format: FormatOption = Shape.TEXT,
    lang: Annotated[Language, typer.Option(help="Language of the sentences.")] = Language.DE,
) -> None:
    """Show what waits, what is held, who works, what needs an operator.

    Ends with 0: all is well, 1: something needs an operator, 3: the service can't be looked at.
    """
    from einvoice.operations import concerns, look
    from einvoice.operations.told import situation_data

    settings = Settings()
    configure_logs(settings)  # to stderr: what is printed here may be read by a program
    with open_existing(settings) as store:
        found = look(store, settings)
    todo, packs = concerns(found, settings), _packs(settings)
    if output_format is Shape.JSON:
        data = situation_data(found, todo, settings, lang.value, version=__version__, packs=packs)
        typer.echo(json.dumps(data, ensure_ascii=False, indent=2))
    else:
        _show(found, todo, packs, settings, lang)
    if todo:
        raise typer.Exit(_TODO)


def _packs(settings: Settings) -> Sequence[str]:
    """The rules in force, as far as they can be told."""
    from einvoice.rules import LiveRegistry, RuleFolders

    try:
        known = LiveRegistry(RuleFolders.of(settings)).in_force(datetime.now(UTC).astimezone().date())
    except Fault:
        return ()
    return [pack.name for pack in known]


def _show(
    found: "Situation", todo: "Sequence[Concern]", packs: Sequence[str], settings: Settings, lang: Language
) -> None:
    from rich.console import Console

    from einvoice.cli.statustables import Tables
    from einvoice.operations.attention import words
    from einvoice.reports.formats import visible

    console = Console(markup=False, highlight=False, emoji=False, soft_wrap=True)
    title, style = ("table-attention", "bold yellow") if todo else ("table-well", "bold green")
    console.print(words(lang.value)[title], style=style)
    for concern in todo:
        console.print(f"- {visible(concern.text(lang.value))}")
    for table in Tables(found, settings, packs, lang.value).all():
        console.print()
        console.print(table)
