"""The picture, and what it costs to look."""

from datetime import timedelta
from typing import Any

from sqlalchemy import event

from einvoice.model.submission import Door
from einvoice.operations import look
from einvoice.operations.situation import SEEN, Disk
from einvoice.store.census import take_census
from einvoice.upkeep import SAY_SECONDS


def test_the_picture_has_all_that_is_open(bench: Any) -> None:
    bench.decided(b"1")  # unroutable
    bench.receive(b"2")
    bench.store.doors.pause(Door.API, actor="account:1", reason="Umzug")
    bench.store.processes.announce(None, "1.0")
    found = look(bench.store, bench.settings)
    assert found.at == bench.clock.now
    assert found.backlog == 1
    assert [(one.hold, one.count) for one in found.held] == [("unroutable", 1)]
    assert found.paused[Door.API].reason == "Umzug"
    assert [one.version for one in found.workers] == ["1.0"]
    assert found.disk.size >= found.disk.free > 0


def test_a_worker_that_says_nothing_for_a_while_is_not_seen(bench: Any) -> None:
    bench.store.processes.announce(None, "1.0")
    bench.clock.advance(SEEN.total_seconds() + 1)
    assert look(bench.store, bench.settings).workers == ()


def test_a_worker_may_miss_its_word_once_without_being_missed() -> None:
    assert timedelta(seconds=2 * SAY_SECONDS) < SEEN


def test_the_disk_is_that_of_the_data(bench: Any) -> None:
    assert look(bench.store, bench.settings).disk.size == Disk.of(bench.settings.data_dir).size


def test_no_question_looks_at_all_that_is_kept(bench: Any) -> None:
    """By the plans of SQLite: a table or index may be searched, and scanned only where it holds what is open."""
    asked: list[tuple[str, Any]] = []
    event.listen(
        bench.store.database._engine,
        "before_cursor_execute",
        lambda connection, cursor, statement, parameters, *_: asked.append((statement, parameters)),
    )
    bench.receive()
    asked.clear()
    take_census(bench.store)
    with bench.store.database.read() as connection:
        plans = [
            row[3]
            for statement, parameters in [one for one in asked if one[0].lstrip().startswith("SELECT")]
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
    scans = {plan for plan in plans if plan.startswith("SCAN") and not plan.startswith("SCAN (subquery")}
    assert len(plans) > 5
    assert scans <= {
        "SCAN submissions USING COVERING INDEX ix_submissions_work",
        "SCAN authorities",
        "SCAN anon_1",
        "SCAN audit_head",
        "SCAN alembic_version",
        "SCAN audit_checkpoints USING INDEX sqlite_autoindex_audit_checkpoints_1",
        "SCAN 1 CONSTANT ROW",
    }
