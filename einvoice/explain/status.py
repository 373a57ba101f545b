"""The one word people see, made from the three fields verdict, handling and hold."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from einvoice.explain.wording import Lang, table

_SPOKEN = ("accepted", "rejected")


def status_words(verdict: str | None, handling: str, hold: str, lang: Lang, *, declined: bool = False) -> str:
    """eingegangen, in Prüfung, abgelehnt, angenommen, abholbereit, abgeholt, verbucht; angehalten: ….

    The fields' values are those of the model; a value nobody has words for is shown as it is. `declined`: formally
    accepted, but turned down by the authority's own policies.
    """
    texts = _status(lang)
    if declined and handling == "decided":
        return str(texts["declined"])
    word = _word(verdict, handling, texts)
    if not hold:
        return word
    held = texts["held"].format(reason=texts["hold"].get(hold, texts["hold"]["other"]))
    return texts["both"].format(word=word, held=held) if verdict in _SPOKEN else str(held)


def _word(verdict: str | None, handling: str, texts: Mapping[str, Any]) -> str:
    if handling == "decided" and verdict in _SPOKEN:
        return str(texts["verdict"][verdict])
    return str(texts["handling"].get(handling, handling))


@cache
def _status(lang: Lang) -> Mapping[str, Any]:
    found: dict[str, Any] = table("status.toml")[lang]
    return found
