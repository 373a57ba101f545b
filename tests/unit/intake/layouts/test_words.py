"""Every code has its words, in both languages."""

import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

import einvoice.intake.layouts
from einvoice.intake.layouts import Remark
from einvoice.intake.layouts.guesses import Doubt, Sureness

TEXTS = tomllib.loads(files("einvoice.intake.layouts").joinpath("words.toml").read_text("utf-8"))
SOURCE = "\n".join(path.read_text("utf-8") for path in Path(einvoice.intake.layouts.__file__).parent.glob("*.py"))
STUCK = re.findall(r'(?:stuck|late)\([^()]*?"([a-z-]+)"', SOURCE)


def test_every_reason_to_be_stuck_has_words() -> None:
    assert len(set(STUCK)) > 10
    assert set(STUCK) <= set(TEXTS["stuck"])
    assert all(f'"{code}"' in SOURCE for code in TEXTS["stuck"])


@pytest.mark.parametrize(("kind", "codes"), [("remark", Remark), ("guess", Sureness)])
def test_every_remark_and_guess_has_words(kind: str, codes: type[Remark]) -> None:
    assert set(TEXTS[kind]) == {code.value for code in codes}


def test_every_doubt_has_words() -> None:
    assert {code.value for code in Doubt} <= set(TEXTS["doubt"])


def test_both_languages_are_complete() -> None:
    for kind in TEXTS.values():
        for code, text in kind.items():
            assert set(text) == {"de", "en"}, code
            assert re.findall(r"{\w+}", text["de"]) == re.findall(r"{\w+}", text["en"]), code
