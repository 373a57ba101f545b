"""`einvoice retention` and `einvoice export-supplier`: output and exit codes."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from einvoice.cli.retention import retention
from einvoice.cli.subject import export_supplier
from einvoice.model.assessment import Verdict
from einvoice.model.policy import Retention, StartEvent
from einvoice.model.submission import Handling

Run = Callable[..., Any]


@pytest.fixture
def long_ago(clock: Any) -> None:
    """The commands have no clock but the real one: what was decided then is due now."""
    clock.now = datetime(2020, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def run(bench: Any, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The commands, with the settings of the bench."""
    monkeypatch.setenv("EINVOICE_DATA_DIR", str(bench.settings.data_dir))
    monkeypatch.setenv("EINVOICE_DATABASE_URL", bench.settings.database_url)
    app = typer.Typer()
    app.add_typer(retention, name="retention")
    app.command("export-supplier")(export_supplier)
    return lambda *words: CliRunner().invoke(app, list(map(str, words)), catch_exceptions=False)


def test_show_names_each_rule_and_the_setting(bench: Any, run: Run) -> None:
    bench.authority()
    shown = run("retention", "show").stdout
    assert "Stadt Musterhausen: 8 years from the end of the year in which it was issued (default)" in shown
    assert "90 days" in shown


def test_set_changes_the_rule_and_dates_anew(bench: Any, run: Run) -> None:
    authority = bench.authority()
    bench.decided(authority=authority)
    (lease,) = bench.store.deliveries.lease(authority.id, count=1, seconds=60, actor="token:2")
    bench.store.deliveries.acknowledge(authority.id, lease.delivery_id, lease.token, actor="token:2")
    done = run("retention", "set", "--authority", authority.id, "--start", "booked", "--years", 10)
    assert done.exit_code == 0
    assert "10 years from the end of the year in which it was booked; 1 booked invoices dated anew" in done.stdout
    assert bench.store.authorities.get(authority.id).policy.retention == Retention(StartEvent.BOOKED, 10)
    assert "policy-set" in {entry.action for entry in bench.store.audit.of(f"authority:{authority.id}")}


def test_set_warns_of_less_than_tax_law_asks_for(bench: Any, run: Run) -> None:
    done = run("retention", "set", "--authority", bench.authority().id, "--start", "booked", "--years", 6)
    assert done.exit_code == 0
    assert "8 years" in done.stderr


@pytest.mark.parametrize("words", [("--authority", "nobody", "--years", 8), ("--authority", "x", "--years", 0)])
def test_set_refuses_nonsense(run: Run, words: tuple[object, ...]) -> None:
    assert run("retention", "set", "--start", "issued", *words).exit_code == 2


def test_hold_and_free(bench: Any, run: Run) -> None:
    submission = bench.receive().submission
    assert run("retention", "hold", "--submission", submission.id, "--reason", "court").exit_code == 0
    again = run("retention", "hold", "--submission", submission.id, "--reason", "court")
    assert (again.exit_code, again.stderr) == (
        1, "einvoice: not done: it is held already; free it first to give another reason\n",
    )  # fmt: skip
    assert run("retention", "free", "--submission", submission.id, "--reason", "over").exit_code == 0
    assert run("retention", "free", "--submission", "nothing", "--reason", "over").exit_code == 2


@pytest.mark.usefixtures("long_ago")
def test_due_lists_and_deletes_nothing(bench: Any, run: Run) -> None:
    going, kept = (bench.decided(data, Verdict.REJECTED) for data in (b"1", b"2"))
    bench.store.retention.hold(kept.id, actor="account:1", reason="court\x1b[2J")
    shown = run("retention", "due", "--before", "2020-12-31").stdout
    due, held, overdue = shown.split("# ")[1:]
    assert going.id in due
    assert kept.id not in due
    assert "held by law: court⟨U+001B⟩" in held
    assert "0 submissions" in overdue
    assert bench.store.submissions.get(going.id).handling is Handling.DECIDED
    lines = [json.loads(line) for line in run("retention", "due", "--format", "json").stdout.splitlines()]
    assert [(one["list"], one["id"]) for one in lines] == [("due", going.id), ("held", kept.id)]


@pytest.mark.usefixtures("long_ago")
def test_run_deletes_what_is_due(bench: Any, run: Run) -> None:
    submission = bench.decided(b"1", Verdict.REJECTED)
    assert run("retention", "run").stdout == "1 submissions expired, 1 stored originals deleted\n"
    assert bench.store.submissions.get(submission.id).handling is Handling.EXPIRED
    assert run("retention", "run").stdout == "0 submissions expired, 0 stored originals deleted\n"


def test_an_export_wants_to_know_of_whom(run: Run, tmp_path: Path) -> None:
    assert run("export-supplier", tmp_path / "x.zip").exit_code == 2
    both = ("--supplier", "M", "--seller-id", "DE1")
    assert run("export-supplier", *both, tmp_path / "x.zip").exit_code == 2
    assert run("export-supplier", "--supplier", "Niemand", tmp_path / "x.zip").exit_code == 2


def test_an_export_overwrites_nothing(bench: Any, run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"mine")
    assert run("export-supplier", "--seller-id", "DE1", tmp_path / "x.zip").exit_code == 2
    assert (tmp_path / "x.zip").read_bytes() == b"mine"


def test_an_export_is_told(bench: Any, run: Run, tmp_path: Path) -> None:
    bench.store.accounts.supplier_id("Muster GmbH")
    done = run("export-supplier", "--supplier", "Muster GmbH", tmp_path / "x.zip")
    assert (done.exit_code, done.stdout) == (0, f"{tmp_path / 'x.zip'}: 0 submissions\n")
