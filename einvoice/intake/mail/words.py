"""What mails say, and why things were left out, in words."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

Language = Literal["de", "en"]


def words(
    kind: Literal["mail", "failed", "ignored", "answer"], code: str, language: Language, **gaps: object
) -> str:  # fmt: skip
    """The words for a code, with the gaps filled. Raises KeyError for a code that has none."""
    text: str = _texts()[kind][code][language]
    return text.format_map(gaps)


@cache
def _texts() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads(files("einvoice.intake.mail").joinpath("words.toml").read_text("utf-8"))
