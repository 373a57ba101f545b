"""Inputs that a validator must have an answer to, most of them wrong, made out of our sample invoices.

Each is named by its family and by what is wrong with it: "schema: number missing".
"""

from collections.abc import Callable
from functools import cache

from .contents import abort, different, rules, schema
from .forms import good, unknown, unreadable
from .parts import Made

FAMILIES: dict[str, tuple[Callable[[], Made], str]] = {
    "good": (good, "nothing is wrong, though it may look odd"),
    "unreadable": (unreadable, "not well-formed, or no XML at all"),
    "unknown": (unknown, "well-formed, but no scenario fits"),
    "schema": (schema, "a scenario fits, the schema is violated"),
    "rules": (rules, "valid by the schema, with findings"),
    "abort": (abort, "valid by the schema, but a stylesheet breaks off"),
    "different": (different, "judged otherwise here, for a reason"),
}


@cache
def inputs() -> dict[str, bytes]:
    """Every input by its name."""
    made: dict[str, bytes] = {}
    for family, (makers, _) in FAMILIES.items():
        for name, document in makers():
            assert f"{family}: {name}" not in made, name
            made[f"{family}: {name}"] = document.encode() if isinstance(document, str) else document
    return made
