"""`einvoice status`: output and exit codes."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from einvoice.cli.status import status
from einvoice.errors import Fault
from einvoice.model.submission import Door
from tests.unit.store.test_census import dropped

Run = Callable[..., Result]


@pytest.fixture
def run(bench: Any, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command on the store of the bench, seen at the time of its clock; what it raises is raised."""
    monkeypatch.setenv("EINVOICE_DATA_DIR", str(bench.settings.data_dir))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr("einvoice.store._now", bench.clock)
    monkeypatch.setattr("einvoice.store.open_store.__kwdefaults__", {"clock": bench.clock})
    monkeypatch.setattr("einvoice.operations.attention.is_almost_full", lambda *_: False)
    monkeypatch.setattr("einvoice.cli.status.configure_logs", lambda _: None)
    app = typer.Typer()
    app.command()(status)
    return lambda *words: CliRunner().invoke(app, list(words), catch_exceptions=False)


def worker(bench: Any) -> None:
    bench.store.processes.announce(None, "1.2.3")


def test_all_is_well_where_a_worker_works_and_nothing_is_held(bench: Any, run: Run) -> None:
    worker(bench)
    found = run()
    assert found.exit_code == 0
    assert found.stdout.startswith("Alles in Ordnung.")
    assert run("--lang", "en").stdout.startswith("All is well.")


def test_what_needs_an_operator_comes_first_and_ends_with_1(bench: Any, run: Run) -> None:
    bench.decided(b"1")
    found = run("--lang", "en")
    assert found.exit_code == 1
    assert found.stdout.splitlines()[0] == "To do"
    assert "No worker is working" in found.stdout
    assert "no authority has their Leitweg-ID" in found.stdout


def test_a_service_that_is_not_there_is_a_fault_and_none_is_made(run: Run, monkeypatch: Any, tmp_path: Any) -> None:
    monkeypatch.setenv("EINVOICE_DATA_DIR", str(tmp_path / "nowhere"))
    with pytest.raises(Fault, match="database-missing"):  # main() tells it and ends with 3
        run()
    assert not (tmp_path / "nowhere").exists()


def test_the_tables_show_what_there_is(bench: Any, run: Run) -> None:
    worker(bench)
    dropped(bench, b"1")
    authority = bench.authority(name="Stadt Musterhausen")
    bench.decided(b"2", authority=authority)
    bench.store.doors.pause(Door.FOLDER, actor="account:1", reason="Umzug")
    bench.clock.advance(50)
    told = run("--lang", "de").stdout
    for expected in ("älteste seit 50 s", "geschlossen seit 50 s: Umzug", "1.2.3", "Stadt Musterhausen"):
        assert expected in told


def test_foreign_words_cannot_change_what_a_terminal_shows(bench: Any, run: Run) -> None:
    worker(bench)
    bench.store.doors.pause(Door.API, actor="account:1", reason="[red]x[/red]\x1b[2J\u202e")
    told = run().stdout
    assert "[red]x[/red]" in told
    assert "\x1b[2J" not in told
    assert "\u202e" not in told


def test_programs_get_the_same_as_json(bench: Any, run: Run) -> None:
    worker(bench)
    dropped(bench, b"1")
    bench.decided(b"2")
    bench.clock.advance(30)
    found = run("--format", "json")
    data = json.loads(found.stdout)
    assert (found.exit_code, data["well"]) == (1, False)
    assert [one["code"] for one in data["attention"]] == ["held-unroutable"]
    assert data["waiting"] == {
        "total": 1,
        "limit": bench.settings.max_backlog,
        "interactive": {"count": 0, "oldest_seconds": None},
        "bulk": {"count": 1, "oldest_seconds": 30.0},
    }
    assert data["held"] == [{"hold": "unroutable", "cause": None, "count": 1, "oldest_seconds": 30.0}]
    assert [one["door"] for one in data["doors"]] == [str(door) for door in Door]
    assert [(one["version"], one["seen_seconds"]) for one in data["workers"]] == [("1.2.3", 30.0)]
    assert data["versions"]["tables"].startswith("0")
    assert data["audit"]["entries"] > 0
