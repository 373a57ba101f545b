"""The room's own sentences, German and English, from `words.toml`."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from einvoice.explain import Lang


def sentence(key: str, lang: Lang, **values: str) -> str:
    """The sentence of a key such as `check.missing`, its gaps filled. Plain text: whoever renders it escapes it."""
    return _table()[key][lang].format_map(values)


@cache
def _table() -> Mapping[str, Mapping[Lang, str]]:
    raw = tomllib.loads(files("einvoice.responses").joinpath("words.toml").read_text(encoding="utf-8"))
    return {f"{part}.{key}": texts for part, entries in raw.items() for key, texts in entries.items()}
