"""Rows as they are written: every value comes back as it was, on either database."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select

from einvoice.records.backup import rows as rows_module
from einvoice.records.backup.rows import NoChunk, read_chunk, to_chunks
from einvoice.store.database import Database
from einvoice.store.snapshot import Kind, kind_of, open_snapshot
from einvoice.store.tables import audit_entries, keys, metadata, submissions, suppliers
from tests.support.postgres import PostgresServer

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)
TIMES = st.datetimes(timezones=st.just(UTC))
NUMBERS = st.integers(-(2**63), 2**63 - 1)
LEAVES = st.none() | st.booleans() | NUMBERS | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
JSONS = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=5)
VALUES = {Kind.TEXT: TEXTS, Kind.INTEGER: NUMBERS, Kind.TIME: TIMES, Kind.BYTES: st.binary(max_size=50)}
VALUES[Kind.JSON] = JSONS
COLUMNS = [(str(kind), kind) for kind in Kind]


def back(chunks: list[bytes]) -> list[list[Any]]:
    return [list(row) for chunk in chunks for row in read_chunk(chunk).rows]


@given(st.lists(st.tuples(*(st.none() | VALUES[kind] for _, kind in COLUMNS))))
def test_what_is_written_comes_back(rows: list[tuple[Any, ...]]) -> None:
    chunks = list(to_chunks("things", COLUMNS, rows))
    assert back([data for data, _ in chunks]) == [list(row) for row in rows]
    assert sum(count for _, count in chunks) == len(rows)


@given(st.text(max_size=20))
def test_json_may_hold_what_has_no_bytes_in_utf_8(text: str) -> None:
    rows = [({text: text},)]
    assert back([data for data, _ in to_chunks("things", [("json", Kind.JSON)], rows)]) == [[{text: text}]]


def test_a_time_is_written_in_utc_whatever_zone_the_database_gives_it_in() -> None:
    at = datetime(2026, 3, 1, 12, 0, 0, 5)
    written = [json.loads(data.splitlines()[1]) for data, _ in to_chunks("t", [("at", Kind.TIME)], [(at,)])]
    assert written == [["2026-03-01T12:00:00.000005+00:00"]]


def test_a_chunk_ends_when_it_is_large_and_each_can_be_read_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows_module, "CHUNK_BYTES", 100)
    chunks = list(to_chunks("things", [("text", Kind.TEXT)], [(f"row {number}",) for number in range(20)]))
    assert len(chunks) > 2
    for data, count in chunks:
        assert len(data) < 120
        chunk = read_chunk(data)
        assert (chunk.table, chunk.columns, len(list(chunk.rows))) == ("things", ("text",), count)


def test_a_table_without_rows_has_no_chunk() -> None:
    assert list(to_chunks("things", COLUMNS, [])) == []


HEAD = b'{"table":"t","columns":[["at","time"],["b","bytes"]]}\n'


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"nonsense\n",
        b"[]\n",
        b'{"table":"t"}\n',
        b'{"table":"t","columns":[1]}\n',
        HEAD + b"nonsense\n",
        HEAD + b"{}\n",
        HEAD + b"[null]\n",
        HEAD + b'["tomorrow",null]\n',
        HEAD + b'[null,"no base64"]\n',
        HEAD + b"[null,5]\n",
        HEAD + b"[null,null]\n[nu",
    ],
)
def test_what_is_no_chunk_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(NoChunk):
        list(read_chunk(data).rows)


def test_the_kind_of_every_column_is_known() -> None:
    assert {kind_of(column) for table in metadata.sorted_tables for column in table.columns} == set(Kind)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """With tables and without rows."""
    if request.param == "sqlite":
        opened = Database(f"sqlite:///{tmp_path / 'some.db'}")
        opened.migrate()
        yield opened
        opened.close()
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = server.create()
    opened = Database(server.url(name).replace("postgresql://", "postgresql+psycopg://"))
    yield opened
    opened.close()
    server.drop(name)


SUBMISSION = {"door": "api", "sender": "s", "sha256": "0" * 64, "handling": "received", "hold": ""}
SMALL = st.integers(-(2**31), 2**31 - 1)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=TEXTS,
    at=TIMES,
    size=SMALL,
    refusal=st.none() | st.dictionaries(TEXTS, TEXTS),
    number=NUMBERS,
    details=st.dictionaries(TEXTS, LEAVES),
    wrapped=st.binary(max_size=50),
    retired_at=st.none() | TIMES,
)
def test_rows_of_a_database_are_written_and_filled_in_again(database: Database, **given: Any) -> None:
    entry = {"number": given["number"], "at": given["at"], "actor": "", "action": "", "object": "", "previous": ""}
    own = {
        submissions: {"id": "1", "name": given["name"], "received_at": given["at"], "size": given["size"]}
        | {"refusal": given["refusal"], **SUBMISSION},
        audit_entries: {"hash": "", "hashes": {}, "details": given["details"], **entry},
        keys: {"id": "1", "owner": "", "master": "", "wrapped": given["wrapped"], "created_at": given["at"]}
        | {"retired_at": given["retired_at"]},
        suppliers: {"id": given["name"], "name": given["name"]},
    }
    with database.write() as connection:
        for table, row in own.items():
            connection.execute(delete(table))
            connection.execute(insert(table), [row])
    with open_snapshot(database) as snapshot:
        chunks = [
            data
            for table in snapshot.tables
            if table.name in {one.name for one in own}
            for data, _ in to_chunks(table.name, [(c.name, kind_of(c)) for c in table.columns], snapshot.rows(table))
        ]
    assert len(chunks) == len(own)
    with database.write() as connection:
        for table in own:
            connection.execute(delete(table))
        for chunk in map(read_chunk, chunks):
            values = [dict(zip(chunk.columns, row, strict=True)) for row in chunk.rows]
            connection.execute(insert(metadata.tables[chunk.table]), values)
        for table, row in own.items():
            (found,) = connection.execute(select(table)).mappings()
            assert {name: found[name] for name in row} == row
