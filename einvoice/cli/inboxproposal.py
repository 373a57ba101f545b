"""What `einvoice inbox inspect` proposes: a layout with its reasons, its doubts, and a piece for folders.toml."""

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from einvoice.errors import Fault
from einvoice.explain import Lang
from einvoice.intake import Folder, read_folders
from einvoice.intake.layouts import LAYOUTS, Guess, Habits, Memory, Sight, inspect, layout_named, words
from einvoice.operations.attention import words as sentences
from einvoice.reports.formats import number
from einvoice.settings import Settings

_MOST = 1000  # complete documents counted
_BETWEEN = 0.6  # seconds between two looks: then what does not change is taken for complete
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """For one folder."""

    path: Path
    name: str  # for folders.toml
    guesses: tuple[Guess, ...]  # the likeliest first
    sight: Sight  # by the likeliest
    known: str  # name of the folder of our own settings that has this path already; ""
    apart: bool  # what it lies in is on another drive

    @classmethod
    def of(cls, folder: Path, settings: Settings) -> Self:
        """Look at it, twice with a pause, and change nothing. Raises OSError."""
        path = folder.resolve()
        guesses = tuple(inspect(path))
        ours = _ours(settings)
        return cls(
            path=path,
            name=_name(path, {one.name for one in ours}),
            guesses=guesses,
            sight=_look(path, guesses[0]),
            known=next((one.name for one in ours if one.path.resolve() == path), ""),
            apart=path.stat().st_dev != path.parent.stat().st_dev,
        )

    def lines(self, lang: Lang) -> Iterator[str]:
        """For people."""
        text = sentences(lang)
        for position, guess in enumerate(self.guesses):
            if guess.files or not position:
                yield _reason(guess, lang)
            yield from (f"- {doubt}" for doubt in self._doubts(guess, lang, first=not position))
        yield text["inspect-now"].format(
            complete=number(len(self.sight.parcels), lang),
            waiting=number(self.sight.waiting - len(self.sight.parcels), lang),
            stuck=number(self.sight.stuck_count, lang),
        )
        for stuck in self.sight.stuck[:5]:
            yield f"- {stuck.shown}: {words('stuck', stuck.why, lang)}"
        yield ""
        if self.known:
            yield text["inspect-known"].format(name=self.known)
        else:
            yield text["inspect-paste"]
            yield ""
            yield self.toml(lang)

    def data(self, lang: Lang) -> dict[str, Any]:
        """For programs."""
        return {
            "path": str(self.path),
            "known_as": self.known or None,
            "guesses": [
                {
                    "layout": guess.layout,
                    "sureness": guess.sureness,
                    "depth": guess.depth,
                    "files": guess.files,
                    "counted": guess.counted,
                    "text": _reason(guess, lang),
                    "doubts": list(self._doubts(guess, lang, first=not position)),
                }
                for position, guess in enumerate(self.guesses)
            ],
            "complete": len(self.sight.parcels),
            "incomplete": self.sight.waiting - len(self.sight.parcels),
            "stuck": self.sight.stuck_count,
            "toml": self.toml(lang),
        }

    def toml(self, lang: Lang) -> str:
        """The piece to paste."""
        guess, text = self.guesses[0], sentences(lang)
        piece = [f"[folders.{self.name}]", f'layout = "{guess.layout}"', f"path = {_quoted(self.path)}"]
        piece.append(f"home = {_quoted(self.path.parent)}  # {text['inspect-home']}")
        if guess.depth is not None:
            piece.append(f"depth = {guess.depth}")
        if LAYOUTS[guess.layout].enveloped:
            piece.append(f'answer = "none"  # {text["inspect-answer"]}')
        return "\n".join(piece)

    def _doubts(self, guess: Guess, lang: Lang, *, first: bool) -> Iterator[str]:
        for doubt in guess.doubts:
            yield words("doubt", doubt, lang, depth=guess.depth)
        if first and self.sight.waiting and not self.sight.parcels:
            yield words("doubt", "still-incomplete", lang, waiting=number(self.sight.waiting, lang))
        if first and self.apart:
            yield sentences(lang)["inspect-apart"].format(path=self.path, parent=self.path.parent)


def _reason(guess: Guess, lang: Lang) -> str:
    signs = [words("sign", sign, lang, count=number(count, lang)) for sign, count in guess.counted.items()]
    return words(
        "guess",
        guess.sureness,
        lang,
        layout=guess.layout,
        count=number(sum(guess.counted.values()), lang),
        files=number(guess.files, lang),
        reasons=", ".join(signs) or "–",
    )


def _look(path: Path, guess: Guess) -> Sight:
    layout, memory = layout_named(guess.layout, Habits(depth=guess.depth)), Memory()
    layout.look(path, memory, most=_MOST, now=time.time())
    time.sleep(_BETWEEN)
    return layout.look(path, memory, most=_MOST, now=time.time())


def _ours(settings: Settings) -> tuple[Folder, ...]:
    """Those that are looked after already; none where the file can't be read: here it is about another one."""
    try:
        return read_folders(settings.inbox_dir, settings.folders)
    except Fault:
        return ()


def _name(path: Path, taken: set[str]) -> str:
    """One that may stand in folders.toml, from the names of the path: `oxalis-inbound`."""
    said = re.sub(r"[^a-z0-9]+", "-", "-".join(path.parts[-2:]).lower()).strip("-")[:_LONGEST_NAME].strip("-")
    name = said or "folder"
    return next(one for one in (name, *(f"{name[:36]}-{count}" for count in range(2, 1000))) if one not in taken)


def _quoted(path: Path) -> str:
    return json.dumps(str(path), ensure_ascii=False)
