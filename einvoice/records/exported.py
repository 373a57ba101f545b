"""Reads an export line by line. It may come from anybody: what makes no sense is told, and reading goes on."""

import gzip
import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BufferedIOBase
from pathlib import Path
from typing import Any

from einvoice.model.audit import AuditEntry, Checkpoint
from einvoice.records.export import FORMAT

_LONGEST_LINE = 1_000_000  # bytes
_GZIP = b"\x1f\x8b"
_FACTS = ("original", "report", "verdict", "handling", "hold", "authority", "human_decision")


class NotAnExport(ValueError):
    """The file is none of ours, so nothing can be said about it."""


@dataclass(frozen=True, slots=True)
class Header:
    """The first line."""

    issuer: str
    made_at: datetime
    public_keys: tuple[str, ...]
    head: int  # number of the last entry when the export began


@dataclass(frozen=True, slots=True)
class Fact:
    """Where a submission stood."""

    id: str
    entry: int | None  # the last one about it; None: it is from before there was a log
    values: Mapping[str, str]  # original, report and the state


@dataclass(frozen=True, slots=True)
class End:
    """The last line."""

    counts: Mapping[str, int]
    head: tuple[int, str]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line that makes no sense; `ends`: nor can anything behind it be read."""

    line: int
    ends: bool = False


Line = Header | Fact | Checkpoint | AuditEntry | End | Unreadable


def read_export(path: Path) -> Iterator[Line]:
    """The lines in order, the header first. Raises NotAnExport, and OSError when the file can't be opened."""
    number = 0
    with path.open("rb") as file:
        packed = file.read(2) == _GZIP
        file.seek(0)
        lines = _lines(gzip.GzipFile(fileobj=file) if packed else file)
        try:
            yield _header(next(lines, b""))
            for number, line in enumerate(lines, 2):
                yield _parsed(line, number)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            if number == 0:
                raise NotAnExport("damaged") from None
            yield Unreadable(number, ends=True)


def _lines(file: BufferedIOBase) -> Iterator[bytes]:
    while line := file.readline(_LONGEST_LINE):
        yield line
        while not line.endswith(b"\n") and (line := file.readline(_LONGEST_LINE)):
            pass  # the rest of an endless line


def _header(line: bytes) -> Header:
    try:
        found = json.loads(line)
        if found["type"] != "header" or found["format"] != FORMAT:
            raise NotAnExport(f"its format is not {FORMAT}")
        keys = tuple(map(_text, found["public_keys"]))
        return Header(_text(found["issuer"]), _time(found["made_at"]), keys, _number(found["head"]["number"]))
    except NotAnExport:
        raise
    except _NONSENSE:
        raise NotAnExport("its first line is no header") from None


def _parsed(line: bytes, number: int) -> Line:
    try:
        found = json.loads(line)
        return _READERS[found["type"]](found)
    except _NONSENSE:
        return Unreadable(number)


def _fact(found: Mapping[str, Any]) -> Fact:
    entry = found["entry"]
    values = {name: _text(found[name]) for name in _FACTS}
    return Fact(_text(found["id"]), None if entry is None else _number(entry), values)


def _checkpoint(found: Mapping[str, Any]) -> Checkpoint:
    return Checkpoint(
        number=_number(found["number"]),
        hash=_text(found["hash"]),
        at=_time(found["at"]),
        key_id=_text(found["key_id"]),
        signature=_text(found["signature"]),
    )


def _entry(found: Mapping[str, Any]) -> AuditEntry:
    return AuditEntry(
        number=_number(found["number"]),
        at=_time(found["at"]),
        actor=_text(found["actor"]),
        action=_text(found["action"]),
        object=_text(found["object"]),
        details=_texts(found["details"]),
        hashes=_texts(found["hashes"]),
        previous=_text(found["previous"]),
        hash=_text(found["hash"]),
    )


def _end(found: Mapping[str, Any]) -> End:
    counts = {name: _number(found[name]) for name in ("submissions", "checkpoints", "entries")}
    return End(counts, (_number(found["head"]["number"]), _text(found["head"]["hash"])))


_NONSENSE = (ValueError, TypeError, KeyError, AttributeError, RecursionError)
_READERS: Mapping[str, Callable[[Mapping[str, Any]], Line]] = {
    "submission": _fact,
    "checkpoint": _checkpoint,
    "entry": _entry,
    "end": _end,
}


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _texts(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise TypeError
    return {_text(name): _text(one) for name, one in value.items()}


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError
    return value


def _time(value: object) -> datetime:
    at = datetime.fromisoformat(_text(value))
    if at.tzinfo is None:
        raise ValueError
    return at
