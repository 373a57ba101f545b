"""A view as plain data for the page printer: what its fonts can show, and no more than can be read on paper."""

import dataclasses
import re
from collections.abc import Iterable
from typing import Any

from einvoice.reports.blocks import Column
from einvoice.reports.formats import visible
from einvoice.reports.view import ReportView

ROOM = 200_000  # characters of one part of the report, about a hundred pages
LONGEST = 10_000  # characters of one text
_SHORT = 200  # characters of a text that is never cut
_ENTRY = 40  # what an entry costs besides its characters
_FEW = 3  # so many unknown characters in a row are told by their numbers

# What Libertinus Serif or DejaVu Sans Mono has, in every weight: of these scripts and signs alone.
_LATIN = r"\t\n\x20-\x7e\xa0-\xac\xae-\u02ff"
_GREEK = r"\u0370-\u0377\u037a-\u037f\u0384-\u038a\u038c\u038e-\u03a1\u03a3-\u03ff"
_CYRILLIC = r"\u0400-\u0482\u048a-\u04ff"
_OTHERS = r"\u0531-\u0556\u0561-\u0587\u05d0-\u05ea\u10d0-\u10f0\u1e00-\u1eff"  # and Latin again
_MARKS = r"\u0300-\u0344"  # those that every letter takes
_SIGNS = (
    r"\u2010-\u2027\u2030-\u2040\u2042\u2044-\u2052\u2070\u2071\u2074-\u208e\u20a0-\u20c0\u2100-\u211e\u2120\u2122"
    r"\u2126-\u214f\u2190-\u22ff\u2500-\u25ff\u2713-\u2718\u27e8\u27e9\ufb00-\ufb06\ufffd"
)
KNOWN = f"{_LATIN}{_GREEK}{_CYRILLIC}{_OTHERS}{_MARKS}{_SIGNS}"
CERTAIN = r"\t\n\x20-\x7e\xa1-\xac\xae-\u017e–—‘’‚“”„…€›−⟨⟩▯"  # none joins another


class Printable:
    """Makes plain data out of a view. `cut`: parts not given whole; `replaced`: whether a character is not shown."""

    def __init__(self, characters: str = KNOWN) -> None:
        self._unknown = re.compile(f"[^{characters}]+")
        self._left = ROOM
        self.cut: list[str] = []
        self.replaced = False

    def view(self, view: ReportView) -> dict[str, Any]:
        """Everything in the view by name; each part has its own room."""
        data = {}
        for field in dataclasses.fields(view):
            self._left = ROOM
            data[field.name] = self._plain(getattr(view, field.name))
            if self._left <= 0:
                self.cut.append(field.name)
        return data

    def text(self, text: str) -> str:
        """The text as the fonts can show it, cut to the room that is left."""
        shown = self._unknown.sub(self._unshown, visible(text[:LONGEST]))
        shown = shown if len(text) <= LONGEST else f"{shown} […]"
        shown = shown[: max(self._left, _SHORT)]
        self._left -= len(shown)
        return shown

    def _plain(self, value: object) -> Any:
        if value is None or isinstance(value, int):
            return value
        if isinstance(value, str):
            return self.text(value)
        if dataclasses.is_dataclass(value):
            return {field.name: self._plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        if isinstance(value, tuple) and hasattr(value, "_asdict"):
            return {name: self._plain(part) for name, part in value._asdict().items()}
        return list(self._entries(value)) if isinstance(value, Iterable) else self.text(str(value))

    def _entries(self, values: Iterable[object]) -> Iterable[Any]:
        """Texts belong together, as the cells of a row and its columns do; of others as many as there is room for."""
        for value in values:
            if self._left <= 0 and not isinstance(value, str | Column):
                break
            self._left -= _ENTRY
            yield self._plain(value)

    def _unshown(self, found: re.Match[str]) -> str:
        self.replaced = True
        run = found[0]
        return "▯" * len(run) if len(run) > _FEW else "".join(f"⟨U+{ord(one):04X}⟩" for one in run)
