"""Rows of a table as JSON lines, in chunks that each can be read alone.

The first line of a chunk is an object: `table`, and `columns`, a list of [name, kind]. Each further line is a row, a
list with a value for each column. NULL is null; by kind (`store.snapshot.Kind`) the others are: text, a string;
integer, a number; time, ISO 8601 in UTC to the microsecond; bytes, Base64; json, the value itself.
"""

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from einvoice.model.audit import moment
from einvoice.store.snapshot import Kind

CHUNK_BYTES = 1 << 20  # a chunk ends with the row that brings it beyond

Row = Sequence[Any]
Columns = Sequence[tuple[str, Kind]]


class NoChunk(ValueError):
    """The bytes are no chunk of rows."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows read back."""

    table: str
    columns: tuple[str, ...]
    rows: Iterator[Row]  # read as they are asked for; raises NoChunk


def to_chunks(table: str, columns: Columns, rows: Iterable[Row]) -> Iterator[tuple[bytes, int]]:
    """Chunks, each with its number of rows; none for a table without rows."""
    head = _line({"table": table, "columns": [[name, kind] for name, kind in columns]})
    coded = [(place, _WRITE[kind]) for place, (_, kind) in enumerate(columns) if kind in _WRITE]
    lines, size = [head], len(head)
    for row in rows:
        lines.append(_line(_changed(row, coded)))
        size += len(lines[-1])
        if size >= CHUNK_BYTES:
            yield b"".join(lines), len(lines) - 1
            lines, size = [head], len(head)
    if len(lines) > 1:
        yield b"".join(lines), len(lines) - 1


def read_chunk(data: bytes) -> Chunk:
    """The rows of a chunk; raises NoChunk."""
    head, *lines = data.removesuffix(b"\n").split(b"\n")
    try:
        described = json.loads(head)
        names = tuple(str(name) for name, _ in described["columns"])
        coded = [(place, _READ[kind]) for place, (_, kind) in enumerate(described["columns"]) if kind in _READ]
        return Chunk(str(described["table"]), names, _rows(lines, coded, len(names)))
    except (ValueError, TypeError, KeyError) as error:
        raise NoChunk("the first line of a chunk") from error


def _rows(lines: Iterable[bytes], coded: Sequence[tuple[int, Callable[[Any], Any]]], width: int) -> Iterator[Row]:
    for line in lines:
        try:
            row = json.loads(line)
            if not isinstance(row, list) or len(row) != width:
                raise NoChunk("a row")
            yield _changed(row, coded)
        except (ValueError, TypeError) as error:
            raise NoChunk("a row") from error


def _changed(row: Row, coded: Sequence[tuple[int, Callable[[Any], Any]]]) -> Row:
    values = list(row)
    for place, code in coded:
        if values[place] is not None:
            values[place] = code(values[place])
    return values


def _line(value: object) -> bytes:
    """ASCII: what is stored as JSON may hold halves of characters, which UTF-8 has no bytes for."""
    return json.dumps(value, separators=(",", ":")).encode("ascii") + b"\n"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _from_base64(text: str) -> bytes:
    return binascii.a2b_base64(text, strict_mode=True)


def _utc(at: datetime) -> str:
    return moment(at if at.tzinfo else at.replace(tzinfo=UTC))


_WRITE: Mapping[str, Callable[[Any], Any]] = {Kind.TIME: _utc, Kind.BYTES: _base64}
_READ: Mapping[str, Callable[[Any], Any]] = {Kind.TIME: datetime.fromisoformat, Kind.BYTES: _from_base64}
