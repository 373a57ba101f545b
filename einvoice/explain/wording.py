"""Texts out of tables: sentences with gaps, filled with what is known.

A sentence one of whose gaps stays empty is left out, so that nobody ever reads half a sentence.
"""

import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any, Literal

Lang = Literal["de", "en"]

_TEXTS = "texts"
_SHOWN = 160  # characters of a value from outside


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence and the names of its gaps."""

    text: str
    gaps: frozenset[str]

    def fits(self, values: Mapping[str, str]) -> bool:
        """Whether every gap can be filled."""
        return all(values.get(gap) for gap in self.gaps)


@dataclass(frozen=True, slots=True)
class Wording:
    """The words for one rule or family of rules, in one language."""

    title: tuple[Sentence, ...]  # the first that can be filled
    what: tuple[Sentence, ...]
    why: tuple[Sentence, ...]
    fix: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One table of texts/: what to say, and the mandatory particular of the VAT Act the rule protects, if any."""

    de: Wording
    en: Wording
    law: str | None

    def wording(self, lang: Lang) -> Wording:
        """In one language."""
        return self.de if lang == "de" else self.en


def sentences(value: str | list[str]) -> tuple[Sentence, ...]:
    """A string or a list of strings of a table."""
    texts = [value] if isinstance(value, str) else value
    return tuple(Sentence(text, frozenset(gap for _, gap, _, _ in Formatter().parse(text) if gap)) for text in texts)


def fill(parts: Iterable[Sentence], values: Mapping[str, str]) -> str:
    """All sentences that can be filled, as one text."""
    return " ".join(part.text.format_map(values) for part in parts if part.fits(values))


def first(parts: Iterable[Sentence], values: Mapping[str, str]) -> str:
    """The first sentence that can be filled, or nothing."""
    return next((part.text.format_map(values) for part in parts if part.fits(values)), "")


def shorten(value: str, limit: int = _SHOWN) -> str:
    """A value from outside on one line: no control or direction characters, cut at `limit` characters.

    What remains is still plain text out of a stranger's hands: whoever renders it escapes it.
    """
    cut = value[: 4 * limit]
    line = " ".join("".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in cut).split())
    whole = len(line) <= limit and len(cut) == len(value)
    return line if whole else line[: limit - 1].rstrip() + "…"


def table(name: str) -> dict[str, Any]:
    """One TOML file of this folder."""
    return tomllib.loads(files("einvoice.explain").joinpath(name).read_text(encoding="utf-8"))


@cache
def words(lang: Lang) -> Mapping[str, Any]:
    """The small words that fill gaps."""
    found: dict[str, Any] = table("words.toml")[lang]
    return found


@cache
def entries() -> Mapping[str, Entry]:
    """Every entry of texts/ under each rule id or pattern it serves. A doubled id is a mistake: ValueError."""
    found: dict[str, Entry] = {}
    for rule, entry in _all_entries():
        if rule in found:
            raise ValueError(f"{rule} has two texts")
        found[rule] = entry
    return found


def entry_for(rule: str, kind: str | None) -> Entry:
    """The nearest text: the rule's own, its family's (by kind, then any), the kind's, and at last the general one."""
    return entries()[key_for(rule, kind)]


def key_for(rule: str, kind: str | None) -> str:
    """Under which key that text stands; one that begins with * serves no rule in particular."""
    known = entries()
    return next(key for key in _keys(rule, kind) if key in known)


def allowed_entry() -> Entry:
    """For a rule the scenario has lowered to an information, whichever rule it is."""
    return entries()["*/allowed"]


def _keys(rule: str, kind: str | None) -> Iterator[str]:
    yield rule
    parts = rule.split("-")
    for length in range(len(parts) - 1, 0, -1):
        family = "-".join(parts[:length]) + "-*"
        yield f"{family}/{kind}"
        yield family
    yield f"*/{kind}"
    yield "*"


def _all_entries() -> Iterator[tuple[str, Entry]]:
    for file in sorted(files("einvoice.explain").joinpath(_TEXTS).iterdir(), key=lambda path: path.name):
        for key, raw in tomllib.loads(file.read_text(encoding="utf-8")).items():
            entry = Entry(_wording(raw["de"]), _wording(raw["en"]), raw.get("law"))
            for rule in raw.get("rules", [key]):
                yield rule, entry


def _wording(raw: Mapping[str, str | list[str]]) -> Wording:
    return Wording(*(sentences(raw[part]) for part in ("title", "what", "why", "fix")))
