"""What a worker removes because nothing speaks of it, and what it leaves alone."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from einvoice.model.submission import Door
from einvoice.records.signing import Signer
from einvoice.store.ids import new_id
from einvoice.upkeep import Upkeep


@pytest.fixture
def upkeep(bench: Any) -> Upkeep:
    return Upkeep(bench.store, Signer.of(bench.settings), bench.settings, "1.0")


def left_over(bench: Any, tmp_path: Path) -> str:
    """What a process leaves that dies between the bytes and their row."""
    name, source = new_id(), tmp_path / "source"
    source.write_bytes(b"<Invoice/>")
    bench.store.blobs.put(source, name)
    return name


def names(bench: Any) -> set[str]:
    return {blob.name for blob in bench.store.blobs.stored()}


def test_a_left_over_goes_in_the_second_round_that_finds_it(bench: Any, upkeep: Upkeep, tmp_path: Path) -> None:
    name = left_over(bench, tmp_path)
    bench.clock.now = datetime.now(UTC) + timedelta(days=2)
    upkeep.sweep()
    assert names(bench) == {name}
    upkeep.sweep()
    assert names(bench) == set()


def test_what_was_stored_today_stays(bench: Any, upkeep: Upkeep, tmp_path: Path) -> None:
    name = left_over(bench, tmp_path)
    bench.clock.now = datetime.now(UTC)
    for _ in range(3):
        upkeep.sweep()
    assert names(bench) == {name}


def test_with_a_clock_days_ahead_what_is_on_its_way_in_stays(bench: Any, upkeep: Upkeep, tmp_path: Path) -> None:
    bench.clock.now = datetime.now(UTC) + timedelta(days=2)
    source = bench.spool.write([b"<Invoice/>"])
    put = bench.store.blobs.put

    def swept_meanwhile(path: Path, name: str) -> None:
        put(path, name)
        upkeep.sweep()

    bench.store.blobs.put = swept_meanwhile
    submission = bench.store.receiving.receive(
        source, door=Door.API, sender="supplier:1", actor="token:1", name="r.xml"
    ).submission
    upkeep.sweep()
    assert bench.original(submission.id) == b"<Invoice/>"


def test_the_original_of_a_submission_is_no_left_over(bench: Any, upkeep: Upkeep) -> None:
    submission = bench.receive().submission
    bench.clock.now = datetime.now(UTC) + timedelta(days=2)
    for _ in range(3):
        upkeep.sweep()
    assert bench.original(submission.id) == b"<Invoice/>"
