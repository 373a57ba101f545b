"""The form of the messages as a table, for writing, reading and checking alike.

`messages.tsv` has a row for each part in the order of UBL 2.1: the shape it belongs to, its path there, the field that
holds it, the shape that field has itself (none: text), and how often each of the three messages has it (`-`: never).
"""

import csv
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any

from einvoice.model.namespaces import CAC, CBC
from einvoice.responses.message import (
    Clarification,
    Condition,
    Contact,
    Identifier,
    Issue,
    Kind,
    LineResponse,
    ListedCode,
    Party,
    Principal,
    Response,
)

ROOT_SHAPE = "response"
OWN_TEXT = "."
CLASSES: Mapping[str, type[Any]] = {
    ROOT_SHAPE: Response,
    "sender": Party,
    "receiver": Party,
    "principal": Principal,
    "contact": Contact,
    "endpoint": Identifier,
    "identifier": Identifier,
    "clarification": Clarification,
    "code": ListedCode,
    "condition": Condition,
    "line": LineResponse,
    "issue": Issue,
}
_NAMESPACES = {"cac": CAC, "cbc": CBC}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One part of a shape."""

    path: str  # as in the table, to name the place
    steps: tuple[str, ...]  # from the shape's element down, in Clark notation; empty for its text and its attributes
    attribute: str | None
    field: str
    shape: str | None  # None: text
    many: bool  # the field is a tuple
    default: Any  # of the field; "" where it has none
    occurs: Mapping[Kind, str]  # 1, 0..1, 0..n, 1..n or -


@cache
def shapes() -> Mapping[str, tuple[Row, ...]]:
    """The rows of every shape, in order."""
    text = files("einvoice.responses").joinpath("messages.tsv").read_text(encoding="utf-8")
    found: dict[str, list[Row]] = {}
    for row in csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        found.setdefault(row["shape"], []).append(_row(row))
    return {shape: tuple(rows) for shape, rows in found.items()}


def _row(row: Mapping[str, str]) -> Row:
    path = row["path"]
    own = path == OWN_TEXT or path.startswith("@")
    field = next(field for field in fields(CLASSES[row["shape"]]) if field.name == row["field"])
    occurs = {kind: row[kind] for kind in Kind}
    return Row(
        path=path,
        steps=() if own else tuple(map(_clark, path.split("/"))),
        attribute=path[1:] if path.startswith("@") else None,
        field=field.name,
        shape=row["is"] or None,
        many=any(times.endswith("n") for times in occurs.values()),
        default="" if field.default is MISSING else field.default,
        occurs=occurs,
    )


def _clark(step: str) -> str:
    prefix, _, name = step.partition(":")
    return f"{{{_NAMESPACES[prefix]}}}{name}"
