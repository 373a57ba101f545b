"""What the elements of UBL and CII are called: in everyday words for people, by their technical names for vendors."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from einvoice.explain.wording import Lang

_STEP = " › "


def everyday(path: str, lang: Lang) -> str:
    """Käufer › Ansprechpartner › Faxnummer, for `AccountingCustomerParty/Party/Contact/Telefax`.

    Elements that only wrap others are left out; one we have no word for is called by its technical name.
    """
    chain = _STEP.join(word for word in (_word(name, lang) for name in path.split("/")) if word)
    return chain[:1].upper() + chain[1:]


def technical(path: str) -> str:
    """The path as a vendor knows it; the attribute at its end without its mark."""
    return path.replace("@", "")


def _word(name: str, lang: Lang) -> str:
    return _names().get(name, {}).get(lang, name.removeprefix("@"))


@cache
def _names() -> Mapping[str, Mapping[str, str]]:
    """By local name, attributes with @: {"de": …, "en": …}; an empty word: the element only wraps others."""
    lines = files("einvoice.explain").joinpath("elements.tsv").read_text(encoding="utf-8").splitlines()
    return {row["element"]: row for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)}
