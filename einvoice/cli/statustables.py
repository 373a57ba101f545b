"""The tables of `einvoice status`."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from einvoice import __version__
from einvoice.explain import Lang
from einvoice.model.submission import Door, Priority
from einvoice.operations import Situation
from einvoice.operations.attention import words
from einvoice.reports.formats import number, size, visible
from einvoice.settings import Settings

_AUTHORITIES = 10  # shown of those with something to fetch; programs get more
_UNITS = (("d", 86_400), ("h", 3600), ("min", 60))

Row = tuple[str, ...]


class Tables:
    """One picture in one language."""

    def __init__(self, found: Situation, settings: Settings, packs: Sequence[str], lang: Lang) -> None:
        self._found = found
        self._settings = settings
        self._packs = packs
        self._lang: Lang = lang
        self._word = words(lang)

    def all(self) -> Iterator[Table]:
        """All of them, in order."""
        yield self._table("table-work", (), self._work())
        yield self._table("table-held", ("reason", "cause", "count", "oldest"), self._held())
        yield self._table("table-doors", ("door", "state"), self._doors())
        yield self._table("table-workers", ("host", "process", "version", "since", "seen"), self._workers())
        yield self._table("table-handover", (), self._handing_over())
        yield self._table("table-keeping", (), self._keeping())

    def _work(self) -> Iterator[Row]:
        waiting = {one.priority: one for one in self._found.census.waiting}
        for priority in Priority:
            one = waiting.get(priority)
            since = f"{self._word['oldest']} {self._age(one.oldest)}" if one else ""
            yield self._word[priority.name.lower()], self._number(one.count if one else 0), since
        yield self._word["limit"], self._number(self._settings.max_backlog)

    def _held(self) -> Iterator[Row]:
        for one in self._found.held:
            yield one.hold, one.cause or "", self._number(one.count), self._age(one.oldest)

    def _doors(self) -> Iterator[Row]:
        for door in Door:
            pause = self._found.paused.get(door)
            closed = {"age": self._age(pause.at), "reason": pause.reason} if pause else {}
            yield door, self._word["closed" if pause else "open"].format_map(closed)

    def _workers(self) -> Iterator[Row]:
        for one in self._found.workers:
            yield one.host, str(one.pid), one.version, self._age(one.started_at), self._age(one.seen_at)

    def _handing_over(self) -> Iterator[Row]:
        yield self._word["leased"], self._number(self._found.census.leased)
        for one in self._found.census.unfetched[:_AUTHORITIES]:
            yield self._word["unfetched"], self._age(one.oldest), one.authority_name

    def _keeping(self) -> Iterator[Row]:
        audit = self._found.census.audit
        yield self._word["entries"], self._number(audit.last)
        yield self._word["signed"], self._number(audit.signed), self._age(audit.signed_at)
        yield self._word["free"], size(self._found.disk.free, self._lang)
        yield self._word["version"], __version__
        yield self._word["tables"], self._found.census.revision
        yield from ((self._word["packs"], pack) for pack in self._packs or (self._word["none"],))

    def _table(self, title: str, heads: Sequence[str], rows: Iterator[Row]) -> Table:
        """What is foreign in it (names, reasons) can't change how the rest looks."""
        table = Table(title=self._word[title], title_justify="left", title_style="bold", box=SIMPLE_HEAD)
        table.show_header = bool(heads)
        for head in heads:
            table.add_column(self._word[head], overflow="fold")
        for row in list(rows) or [(self._word["none"],)]:
            table.add_row(*(Text(visible(cell)) for cell in row))
        return table

    def _number(self, value: int) -> str:
        return number(value, self._lang)

    def _age(self, since: datetime | None) -> str:
        """`3 d`, `12 min`: the largest unit that fits."""
        if since is None:
            return ""
        seconds = max(int((self._found.at - since).total_seconds()), 0)
        unit, length = next(((unit, length) for unit, length in _UNITS if seconds >= length), ("s", 1))
        return f"{seconds // length} {unit}"
