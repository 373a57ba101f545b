"""`einvoice keys`: what it prints, and its exit codes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from einvoice.cli.keys import keys
from einvoice.errors import Fault

Run = Callable[..., Any]


@pytest.fixture
def run(bench: Any, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command, with the settings of the bench; what it raises is raised."""
    monkeypatch.setenv("EINVOICE_DATA_DIR", str(bench.settings.data_dir))
    monkeypatch.setattr("einvoice.cli.keys.configure_logs", lambda settings: None)
    return lambda *words: CliRunner().invoke(keys, words, catch_exceptions=False)


@pytest.fixture
def key_file(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The master keys, one of them."""
    path = tmp_path / "master.keys"
    path.touch(0o600)
    path.write_text(run("new-master-key").stdout)
    monkeypatch.setenv("EINVOICE_MASTER_KEY_FILE", str(path))
    return path


def master(path: Path) -> str:
    return path.read_text().split()[0]


def test_new_master_key_prints_one_line_and_nothing_else(run: Run) -> None:
    printed = run("new-master-key")
    assert len(printed.stdout.splitlines()) == 1
    assert len(printed.stdout.split()) == 2
    assert printed.stderr == ""


def test_list_shows_whose_keys_there_are_and_which_master_keys_they_need(run: Run, bench: Any, key_file: Path) -> None:
    authority = bench.authority()
    run("rotate", "--intake")
    run("rotate", "--authority", authority.id)
    old = master(key_file)
    key_file.write_text(run("new-master-key").stdout + key_file.read_text())
    run("rotate", "--intake")
    found = run("list")
    assert [line.split("  ")[1:3] for line in found.stdout.splitlines()] == [
        ["intake", f"retired {bench.store.keys.all()[0].retired_at:%Y-%m-%d}"],
        [f"{authority.id} (Stadt Musterhausen)", "in use"],
        ["intake", "in use"],
    ]
    assert "what comes in is sealed" in found.stderr
    assert f"master keys at hand: {master(key_file)}, {old}" in found.stderr
    assert f"master keys needed: {', '.join(sorted([old, master(key_file)]))}" in found.stderr


def test_list_works_without_master_keys_and_warns(run: Run, key_file: Path) -> None:
    run("rotate", "--intake")
    key_file.unlink()
    found = run("list")
    assert (found.exit_code, "intake" in found.stdout) == (0, True)
    assert "master keys at hand: none" in found.stderr
    assert "is needed and not at hand" in found.stderr


def test_rotate_master_says_how_many(run: Run, key_file: Path) -> None:
    run("rotate", "--intake")
    key_file.write_text(run("new-master-key").stdout + key_file.read_text())
    assert f"1 keys are wrapped anew; master key {master(key_file)} wraps" in run("rotate-master").stdout
    assert "0 keys" in run("rotate-master").stdout


def test_rotate_says_how_many_invoices_went_over(run: Run, key_file: Path) -> None:
    assert "0 invoices went over" in run("rotate", "--intake").stdout


@pytest.mark.parametrize("words", [(), ("--intake", "--authority", "1"), ("--authority", "nobody")])
def test_rotate_without_an_owner_is_wrong_usage(run: Run, key_file: Path, words: tuple[str, ...]) -> None:
    assert run("rotate", *words).exit_code == 2


def test_sealing_is_stopped_and_resumed_once(run: Run, key_file: Path) -> None:
    assert run("stop-sealing").exit_code == 1
    run("rotate", "--intake")
    assert (run("resume-sealing").exit_code, run("stop-sealing").exit_code) == (1, 0)
    assert "what comes in is not sealed" in run("list").stderr
    assert (run("stop-sealing").exit_code, run("resume-sealing").exit_code) == (1, 0)
    assert "what comes in is sealed" in run("list").stderr


def test_seal_all_names_what_is_missing(run: Run, bench: Any, key_file: Path) -> None:
    lost, _ = bench.receive(b"1").submission, bench.receive(b"2")
    bench.store.originals.delete(lost.blob)
    found = run("seal-all")
    assert (found.exit_code, "1 originals are sealed now" in found.stdout) == (1, True)
    assert lost.id in found.stderr


def test_without_the_master_keys_there_is_nothing_to_rotate_with(run: Run, key_file: Path) -> None:
    key_file.chmod(0o640)
    with pytest.raises(Fault, match="chmod 600"):
        run("rotate-master")
    key_file.unlink()
    with pytest.raises(Fault, match="key-missing"):
        run("rotate", "--intake")


def test_a_folder_given_by_mistake_is_told(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EINVOICE_DATA_DIR", str(tmp_path / "nowhere"))
    with pytest.raises(Fault, match="database-missing"):
        run("list")
