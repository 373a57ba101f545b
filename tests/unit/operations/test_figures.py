"""The picture as Prometheus gets it."""

from typing import Any

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from einvoice.errors import Fault
from einvoice.model.submission import Door
from einvoice.operations import ServiceFigures
from tests.support.folders import LOST, tell
from tests.unit.store.test_census import dropped


def figures(bench: Any) -> dict[tuple[str, ...], float]:
    """By name and value of the label."""
    text = generate_latest(ServiceFigures(bench.store, bench.settings)).decode()
    return {
        (sample.name.removeprefix("einvoice_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_what_waits_is_told_with_its_age(bench: Any) -> None:
    bench.receive(b"1")
    bench.clock.advance(30)
    dropped(bench, b"2")
    bench.clock.advance(30)
    found = figures(bench)
    assert (found["waiting", "interactive"], found["oldest_waiting_seconds", "interactive"]) == (1, 60)
    assert (found["waiting", "bulk"], found["oldest_waiting_seconds", "bulk"]) == (1, 30)
    assert found["waiting_limit",] == bench.settings.max_backlog


def test_where_nothing_waits_there_are_zeros_not_gaps(bench: Any) -> None:
    found = figures(bench)
    assert (found["waiting", "interactive"], found["oldest_waiting_seconds", "bulk"]) == (0, 0)
    assert (found["submissions_by_hold", "engine"], found["oldest_held_seconds", "engine"]) == (0, 0)
    assert (found["workers",], found["leases_out",], found["database_up",]) == (0, 0, 1)


def test_what_is_held_is_told_by_reason_with_the_age_of_the_oldest(bench: Any) -> None:
    bench.decided(b"1")
    bench.clock.advance(60)
    bench.decided(b"2")
    found = figures(bench)
    assert (found["submissions_by_hold", "unroutable"], found["oldest_held_seconds", "unroutable"]) == (2, 60)


def test_workers_doors_and_what_was_fetched_are_told(bench: Any) -> None:
    authority = bench.authority()
    for number in range(2):
        bench.decided(str(number).encode(), authority=authority)
    bench.store.deliveries.lease(authority.id, count=1, seconds=60, actor="token:1")
    bench.store.doors.pause(Door.API, actor="x", reason="y")
    bench.store.processes.announce(None, "1.0")
    bench.clock.advance(10)
    found = figures(bench)
    assert (found["workers",], found["door_paused", "api"], found["door_paused", "upload"]) == (1, 1, 0)
    assert (found["leases_out",], found["oldest_unfetched_seconds", authority.id]) == (1, 10)


def test_the_age_of_what_nothing_vouches_for_is_told(bench: Any) -> None:
    bench.receive()
    bench.clock.advance(90)
    found = figures(bench)
    assert (found["audit_entries",], found["audit_unsigned_seconds",]) == (1, 90)
    assert ("audit_checkpoint_seconds",) not in found  # there was none


def test_no_figure_names_an_authority_or_quotes_an_operator(bench: Any) -> None:
    authority = bench.authority(name="Stadt Geheim")
    bench.decided(authority=authority, name="geheim.xml")
    bench.store.doors.pause(Door.API, actor="account:geheim", reason="geheim")
    text = generate_latest(ServiceFigures(bench.store, bench.settings)).decode()
    assert authority.id in text
    assert "geheim" not in text.lower()


TROUBLE = [Fault("database", elsewhere=True), OSError(), ValueError("a hold only a newer program knows")]


@pytest.mark.parametrize("error", TROUBLE, ids=lambda error: type(error).__name__)
def test_while_there_is_no_picture_that_is_all_there_is_to_tell(
    bench: Any, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def failing(*_: object) -> None:
        raise error

    monkeypatch.setattr("einvoice.operations.figures.look", failing)
    assert figures(bench) == {("database_up",): 0}


def test_how_the_drop_folders_are_is_told(bench: Any) -> None:
    tell(bench.store, "koeln", trouble=LOST, waiting=7)
    tell(bench.store, "bonn", stuck_count=3)
    found = figures(bench)
    assert (found["folder_unhealthy", "koeln"], found["folder_unhealthy", "bonn"]) == (1, 0)
    assert (found["folder_stuck", "bonn"], found["folder_waiting", "koeln"]) == (3, 7)
    bench.clock.advance(61)
    assert figures(bench)["folder_unhealthy", "bonn"] == 1, "nobody looks after it any more"
