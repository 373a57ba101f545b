"""The report's own words, German and English, from `words.toml`."""

import tomllib
from functools import cache
from importlib.resources import files

from einvoice.explain import Lang
from einvoice.reports.formats import number


class Words(dict[str, str]):
    """One language's words by key. A key that counts has two forms: `key` for one, `key+` for any other number."""

    lang: Lang

    def count(self, key: str, amount: int) -> str:
        """The form for that many, with the number filled in."""
        return self[key if amount == 1 else f"{key}+"].format(n=number(amount, self.lang))


@cache
def words(lang: Lang) -> Words:
    """All words of a language; shared, not to be changed."""
    table = tomllib.loads(files("einvoice.reports").joinpath("words.toml").read_text(encoding="utf-8"))
    found = Words((key, texts[lang]) for key, texts in table.items())
    found.lang = lang
    return found
