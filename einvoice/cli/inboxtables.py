"""What `einvoice inbox status` prints for people."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from einvoice.explain import Lang
from einvoice.faces.folders import FolderView
from einvoice.operations.attention import minutes, words
from einvoice.reports.formats import number, visible

_WHOLE = ("folder", "state", "looked")
_COLUMNS = ("folder", "state", "waits", "oldest", "accepted", "rejected", "no-verdict", "looked", "host")


def show(views: Sequence[FolderView], now: datetime, lang: Lang) -> None:
    """A table, and below it in words what is the matter."""
    console = Console(markup=False, highlight=False, emoji=False, soft_wrap=True)
    text = words(lang)
    if not views:
        console.print(text["folders-none"])
        return
    table = Table(title=text["table-folders"], title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    for column in _COLUMNS:
        table.add_column(text[column], overflow="fold", no_wrap=column in _WHOLE)
    for view in views:
        table.add_row(*(Text(visible(cell)) for cell in _row(view, now, lang)))
    console.print(table)
    for view in views:
        for line in _matter(view, lang):
            console.print(visible(line))


def _row(view: FolderView, now: datetime, lang: Lang) -> Iterator[str]:
    state, text = view.state, words(lang)
    yield state.name
    yield text[_standing(view)]
    yield number(state.waiting, lang)
    yield f"{minutes(state.oldest, now)} min" if state.oldest and state.waiting else ""
    for count in (view.today.accepted, view.today.rejected, view.failed_today):
        yield number(count, lang)
    looked = state.lookers[0].looked_at
    yield _clock(looked, now) if looked else ""
    yield ", ".join(dict.fromkeys(one.host for one in state.lookers))


def _matter(view: FolderView, lang: Lang) -> Iterator[str]:
    state, text = view.state, words(lang)
    head = f"{state.name} ({state.layout}, {state.path})"
    lines = []
    if not state.watched:
        lines.append(text["folder-last-known"].format(host=state.lookers[0].host))
    lines += [f"{one.what}{_since(one.at)}: {one.text}" for one in view.troubles]
    if view.last_trouble:
        lines.append(f"{text['folder-was']}{_since(view.last_trouble.at)}: {view.last_trouble.text}")
    lines += [f"{text['stuck']} {one.what}{_since(one.at)}: {one.text}" for one in view.stuck]
    if state.stuck_count > len(view.stuck):
        lines.append(text["and-more"].format(count=number(state.stuck_count - len(view.stuck), lang)))
    for one in view.failed:
        told = f" [{one.submission}]" if one.submission else ""
        lines.append(f"{text['failed']} {one.what}{_since(one.at)}{told}: {one.text}".rstrip(": "))
    if state.failed_count > len(view.failed):
        lines.append(text["and-more"].format(count=number(state.failed_count - len(view.failed), lang)))
    if lines:
        yield head
        yield from (f"  - {line}" for line in lines)


def _clock(at: datetime, now: datetime) -> str:
    """The time alone where it is today's: most are, and lines are short."""
    today = at.astimezone().date() == now.astimezone().date()
    return f"{at.astimezone():{'%H:%M:%S' if today else '%Y-%m-%d'}}"


def _standing(view: FolderView) -> str:
    if not view.state.watched:
        return "folder-alone"
    if not view.state.healthy:
        return "folder-ill"
    return "folder-hangs" if view.state.stuck_count else "folder-well"


def _since(at: datetime | None) -> str:
    return f" ({at.astimezone():%Y-%m-%d %H:%M})" if at else ""
