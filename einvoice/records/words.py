"""The sentences of this room, German and English, from `words.toml`."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from einvoice.explain import Lang


@cache
def words(lang: Lang) -> Mapping[str, str]:
    """All of one language by key; a key with "+" is the form for several."""
    table = tomllib.loads(files("einvoice.records").joinpath("words.toml").read_text(encoding="utf-8"))
    return {key: texts[lang] for key, texts in table.items()}
