"""Where in a TOML file something stands that is wrong; the parser of the library does not tell."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

Lines = Mapping[tuple[str, ...], int]  # by table and key

_TABLE = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]")
_KEY = re.compile(r"""\s*["']?([\w-]+)["']?\s*[.=]""")


def lines_of(text: str) -> Lines:
    """In which line each table begins and each key stands."""
    found: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if head := _TABLE.match(line):
            table = tuple(part.strip().strip("\"'") for part in head[1].split("."))
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault((*table, key[1]), number)
    return found


def at(lines: Lines, *key: str) -> str:
    """ "line 7, ", or that of the table, if the key is not there."""
    number = next((lines[key[:length]] for length in range(len(key), 0, -1) if key[:length] in lines), 0)
    return f"line {number}, " if number else ""


def said(lines: Lines, table: tuple[str, ...], form: type[BaseModel], error: Any) -> str:
    """One error of pydantic about a table that is to have this form, with line and key."""
    where = (*table, *(str(part) for part in error["loc"][:1]))
    keys = ", ".join(form.model_fields)
    told = error["msg"].removeprefix("Value error, ")
    text = f"unknown; there are {keys}" if error["type"] == "extra_forbidden" else told
    return f"{at(lines, *where)}{'.'.join(where[2:]) or where[1]}: {text}"
