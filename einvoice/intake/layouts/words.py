"""What is stuck or odd, in words: what happened, why, what to do."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

Language = Literal["de", "en"]


def words(
    kind: Literal["stuck", "remark", "guess", "sign", "doubt"], code: str, language: Language, **gaps: object
) -> str:
    """The words for a code, with the gaps filled. Raises KeyError for a code that has none."""
    text: str = _texts()[kind][code][language]
    return text.format_map(gaps)


@cache
def _texts() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads(files("einvoice.intake.layouts").joinpath("words.toml").read_text("utf-8"))
