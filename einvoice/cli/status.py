"""`einvoice status`: how the service stands, at a glance. Reads the database; no web is needed.

Ends with 0: all is well, 1: something needs an operator, 2: wrong usage, 3: the service can't be looked at.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from einvoice import __version__
from einvoice.cli.audit import FormatOption, Shape, open_existing
from einvoice.cli.check import Language
from einvoice.errors import Fault
from einvoice.logs import configure_logs
from einvoice.model.submission import Door, Priority
from einvoice.settings import Settings

if TYPE_CHECKING:
    from rich.table import Table

    from einvoice.operations import Concern, Situation

_TODO = 1
_AUTHORITIES = 10  # shown of those with something to fetch; programs get them all
_UNITS = (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1))

Row = tuple[str, ...]
Word = Callable[[str], str]


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

    from einvoice.operations.attention import words
    from einvoice.reports.formats import visible

    word = words(lang.value).__getitem__
    console = Console(markup=False, highlight=False, emoji=False, soft_wrap=True)
    console.print(
        word("table-attention") if todo else word("table-well"), style="bold yellow" if todo else "bold green"
    )
    for concern in todo:
        console.print(f"- {visible(concern.text(lang.value))}")
    for title, heads, rows in _tables(found, packs, settings, lang, word):
        console.print()
        console.print(_table(word(title), [word(head) if head else "" for head in heads], rows))


def _table(title: str, heads: Sequence[str], rows: Sequence[Row]) -> "Table":
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    from einvoice.reports.formats import visible

    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, show_header=any(heads))
    for head in heads:
        table.add_column(head, overflow="fold")
    for row in rows:
        table.add_row(*(Text(visible(cell)) for cell in row))
    return table


def _tables(
    found: "Situation", packs: Sequence[str], settings: Settings, lang: Language, word: Word
) -> Iterator[tuple[str, Row, list[Row]]]:
    """Title, heads and rows of each; all keys of words but the rows."""
    from einvoice.reports.formats import number, size

    def count(value: int) -> str:
        return number(value, lang.value)

    nothing: list[Row] = [(word("none"),)]
    waiting = {one.priority: one for one in found.census.waiting}
    work: list[Row] = []
    for priority in Priority:
        one = waiting.get(priority)
        age = f"{word('oldest')} {_age(found, one.oldest)}" if one else ""
        work.append((word(priority.name.lower()), count(one.count if one else 0), age))
    yield "table-work", ("", "", ""), [*work, (word("limit"), count(settings.max_backlog), "")]
    held: list[Row] = [(one.hold, one.cause or "", count(one.count), _age(found, one.oldest)) for one in found.held]
    yield "table-held", ("reason", "cause", "count", "oldest"), held or nothing
    yield "table-doors", ("door", "state"), [(door, _door(found, door, word)) for door in Door]
    workers: list[Row] = [
        (one.host, str(one.pid), one.version, _age(found, one.started_at), _age(found, one.seen_at))
        for one in found.workers
    ]
    yield "table-workers", ("host", "process", "version", "since", "seen"), workers or nothing
    fetching = [
        (f"{word('unfetched')} {_age(found, one.oldest)}", one.authority_name) for one in found.census.unfetched
    ]
    yield "table-handover", ("", ""), [(word("leased"), count(found.census.leased)), *fetching[:_AUTHORITIES]]
    audit = found.census.audit
    yield (
        "table-keeping",
        ("", ""),
        [
            (word("entries"), count(audit.last)),
            (word("signed"), f"{count(audit.signed)}  {_age(found, audit.signed_at)}"),
            (word("free"), size(found.disk.free, lang.value)),
            (word("version"), __version__),
            (word("tables"), found.census.revision),
            (word("packs"), "\n".join(packs) or word("none")),
        ],
    )


def _door(found: "Situation", door: Door, word: Word) -> str:
    pause = found.paused.get(door)
    return word("closed").format(age=_age(found, pause.at), reason=pause.reason) if pause else word("open")


def _age(found: "Situation", since: datetime | None) -> str:
    """`3 d`, `12 min`: the largest unit that fits."""
    if since is None:
        return ""
    seconds = max(int((found.at - since).total_seconds()), 0)
    unit, length = next(((unit, length) for unit, length in _UNITS if seconds >= length), ("s", 1))
    return f"{seconds // length} {unit}"
