"""The portal's own words, from `texts.toml`: `key = { de, en }`; a key with "+" is the form for any number but one."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from einvoice.explain import Lang


@cache
def table() -> Mapping[str, Mapping[str, str]]:
    """All texts."""
    return tomllib.loads(files("einvoice.portal").joinpath("texts.toml").read_text(encoding="utf-8"))


def text(key: str, lang: Lang, **gaps: object) -> str:
    """One text with its gaps filled; `n` chooses between the forms for one and many. Raises KeyError: no such text."""
    texts = table()
    if gaps.get("n", 1) != 1 and f"{key}+" in texts:
        key = f"{key}+"
    return texts[key][lang].format_map(gaps)
