"""What came of a verification: as lines for people, as one object for programs."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from einvoice.explain import Lang
from einvoice.records.problems import Verification
from einvoice.records.words import words
from einvoice.reports.formats import number, size


def verification_lines(found: Verification, lang: Lang, *, exported: bool = False) -> Iterator[str]:
    """For people. `exported`: it was an export that was verified."""
    spoken = words(lang)
    if found.intact:
        yield spoken["intact-export" if exported else "intact"]
    else:
        yield spoken["broken" if found.count == 1 else "broken+"].format(count=number(found.count, lang))
    yield from (f"- {problem.text(lang)}" for problem in found.problems)
    if found.count > len(found.problems):
        yield spoken["further"].format(count=number(found.count - len(found.problems), lang))
    figures = {name: number(value, lang) for name, value in asdict(found.figures).items()}
    figures["bytes"] = size(found.figures.bytes, lang)
    yield spoken["looked-at-export" if exported else "looked-at"].format_map(figures)
    yield from _signatures(found, lang)
    for name in ("expired", "unlogged", "leftovers"):
        if getattr(found.figures, name):
            yield spoken[name].format(count=figures[name])


def verification_data(found: Verification, lang: Lang) -> dict[str, Any]:
    """For programs. `authentic`: whether the keys came from elsewhere than from what they vouch for."""
    return {
        "intact": found.intact,
        "authentic": not found.own_word and found.signed > 0,
        "problems": [
            {
                "kind": str(problem.kind),
                "object": problem.object,
                "entry": problem.number,
                "details": dict(problem.details),
                "text": problem.text(lang),
            }
            for problem in found.problems
        ],
        "count": found.count,
        "figures": asdict(found.figures),
        "last_entry": found.last,
        "signed_entry": found.signed,
        "key_ids": list(found.key_ids),
    }


def _signatures(found: Verification, lang: Lang) -> Iterator[str]:
    spoken = words(lang)
    if found.last == 0:
        yield spoken["empty"]
        return
    key = "unsigned" if found.signed == 0 else "signed" if found.signed >= found.last else "signed-partly"
    values = {"signed": number(found.signed, lang), "last": number(found.last, lang), "keys": ", ".join(found.key_ids)}
    yield spoken[key].format_map(values)
    if found.own_word:
        yield spoken["own-word"]
