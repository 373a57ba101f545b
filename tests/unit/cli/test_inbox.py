"""`einvoice inbox`: what it proposes, shows and asks for, and its exit codes."""

import json
import tomllib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from einvoice.cli.inbox import inbox
from einvoice.errors import Fault
from einvoice.intake import read_folders
from einvoice.intake.pickup import document_id
from tests.support.folders import LOST, failed, stuck, tell

Run = Callable[..., Result]


@pytest.fixture
def run(bench: Any, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command on the store of the bench, seen at the time of its clock; what it raises is raised."""
    monkeypatch.setenv("EINVOICE_DATA_DIR", str(bench.settings.data_dir))
    monkeypatch.setenv("EINVOICE_INBOX_DIR", str(bench.settings.inbox_dir))
    monkeypatch.setenv("COLUMNS", "240")
    monkeypatch.setattr("einvoice.store.open_store.__kwdefaults__", {"clock": bench.clock})
    monkeypatch.setattr("einvoice.cli.inbox.configure_logs", lambda _: None)
    monkeypatch.setattr("einvoice.cli.inbox._PATIENCE", 0.5)
    monkeypatch.setattr("einvoice.cli.inboxproposal._BETWEEN", 0.0)
    return lambda *words: CliRunner().invoke(inbox, list(words), catch_exceptions=False)


@pytest.fixture
def oxalis(tmp_path: Path) -> Path:
    """As Oxalis leaves it: one message complete, one without its receipt."""
    folder = tmp_path / "Oxalis Köln" / "inbound" / "0204_1" / "0088_2"
    folder.mkdir(parents=True)
    for name in ("m1.doc.xml", "m1.receipt.dat", "m2.doc.xml"):
        (folder / name).write_text("<x/>\n")
    return folder.parents[1]


def test_a_layout_is_proposed_with_its_reasons(run: Run, oxalis: Path) -> None:
    found = run("inspect", str(oxalis))
    assert found.exit_code == 0
    assert found.stdout.startswith("Dies ist ein Ordner der Art `oxalis`: 3 von 3 Dateien")
    assert "1 × .receipt.dat" in found.stdout
    assert "Jetzt vollständig und abholbereit: 1; noch unvollständig: 1; hängt fest: 0." in found.stdout
    assert run("inspect", "--lang", "en", str(oxalis)).stdout.startswith("This is a folder of the kind `oxalis`")


def test_the_piece_for_the_settings_can_be_pasted(bench: Any, run: Run, oxalis: Path) -> None:
    piece = run("inspect", str(oxalis)).stdout.partition("[folders.")
    said = piece[1] + piece[2]
    assert tomllib.loads(said)["folders"]["oxalis-k-ln-inbound"] == {
        "layout": "oxalis",
        "path": str(oxalis),
        "home": str(oxalis.parent),
        "answer": "none",
    }
    bench.settings.inbox_dir.mkdir()
    (bench.settings.inbox_dir / "folders.toml").write_text(said)
    assert "oxalis-k-ln-inbound" in {one.name for one in read_folders(bench.settings.inbox_dir)}


def test_a_folder_that_is_looked_after_already_is_told_by_its_name(bench: Any, run: Run, oxalis: Path) -> None:
    bench.settings.inbox_dir.mkdir()
    piece = f'[folders.koeln]\nlayout = "oxalis"\npath = {json.dumps(str(oxalis))}\n'
    (bench.settings.inbox_dir / "folders.toml").write_text(piece)
    found = run("inspect", str(oxalis)).stdout
    assert "steht schon in folders.toml, als `koeln`" in found
    assert "[folders." not in found


def test_doubts_are_told_in_words(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    found = run("inspect", str(tmp_path / "empty")).stdout
    assert "- Der Ordner ist leer" in found
    assert 'layout = "plain"' in found
    assert "answer" not in found, "there is nobody to answer"


def test_a_proposal_for_programs_says_the_same(run: Run, oxalis: Path) -> None:
    found = json.loads(run("inspect", "--format", "json", "--lang", "en", str(oxalis)).stdout)
    assert (found["path"], found["complete"], found["incomplete"]) == (str(oxalis), 1, 1)
    assert found["guesses"][0]["layout"] == "oxalis"
    assert tomllib.loads(found["toml"])


def test_a_folder_that_is_not_there_is_wrong_usage(run: Run, tmp_path: Path) -> None:
    found = run("inspect", str(tmp_path / "nowhere"))
    assert found.exit_code == 2
    assert "No such file" in found.stderr


def test_inspecting_changes_nothing(run: Run, oxalis: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in oxalis.parent.rglob("*")}
    run("inspect", str(oxalis))
    assert {path: path.stat().st_mtime_ns for path in oxalis.parent.rglob("*")} == before


def test_healthy_folders_are_a_row_each_and_end_with_0(bench: Any, run: Run) -> None:
    tell(bench.store, waiting=3, oldest=bench.clock.now - timedelta(minutes=7))
    found = run("status")
    assert found.exit_code == 0
    assert "in Ordnung" in found.stdout
    assert "7 min" in found.stdout
    assert "well" in run("status", "--lang", "en").stdout


@pytest.mark.parametrize("case", ["trouble", "stuck", "alone"])
def test_a_folder_that_needs_somebody_ends_with_1_and_says_why(bench: Any, run: Run, case: str) -> None:
    trouble = LOST if case == "trouble" else None
    there = (stuck("a.doc.xml", bench.clock.now),) if case == "stuck" else ()
    tell(bench.store, trouble=trouble, stuck=there, stuck_count=len(there))
    if case == "alone":
        bench.clock.advance(61)
    found = run("status")
    assert found.exit_code == 1
    expected = {"trouble": "Ist das Laufwerk", "stuck": "Dokument ohne Quittung", "alone": "Kein Worker sieht hier"}
    assert expected[case] in found.stdout


def test_failed_documents_are_told_with_their_reason_and_do_no_harm_to_the_terminal(bench: Any, run: Run) -> None:
    tell(
        bench.store, files=(failed("a\u202e.xml", bench.clock.now, None, de="Zu groß.", en="Too large."),), not_taken=1
    )
    found = run("status")
    assert found.exit_code == 0
    assert "a⟨U+202E⟩.xml" in found.stdout
    assert "Zu groß." in found.stdout


def test_the_status_for_programs_is_that_of_the_api(bench: Any, run: Run) -> None:
    tell(bench.store, trouble=LOST)
    found = run("status", "--format", "json", "--lang", "en")
    assert found.exit_code == 1
    [folder] = json.loads(found.stdout)["folders"]
    assert (folder["name"], folder["healthy"]) == ("koeln", False)
    assert folder["troubles"][0]["text"].startswith("The folder")


def test_where_nobody_has_told_of_a_folder_it_says_so(run: Run) -> None:
    found = run("status")
    assert (found.exit_code, "Seit einem Tag" in found.stdout) == (0, True)


def test_a_service_that_is_not_there_can_not_be_looked_at(run: Run, monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.setenv("EINVOICE_DATA_DIR", str(tmp_path / "nowhere"))
    with pytest.raises(Fault, match="database-missing"):
        run("status")


@pytest.mark.parametrize("named", ["0204_1/r.xml", "inbox/failed/0204_1/r.xml", "/srv/oxalis/failed/0204_1/r.xml"])
def test_failed_documents_are_named_by_their_path(bench: Any, run: Run, named: str) -> None:
    tell(bench.store)
    found = run("retry", "koeln", named, "0123456789abcdef")
    assert found.exit_code == 1, "no worker works here"
    assert "no worker" in found.stderr
    wished = {wish.document for wish in bench.store.folders.wishes()}
    assert wished == {document_id(Path("0204_1/r.xml")), "0123456789abcdef"}


def test_all_of_a_folder_are_wished_and_a_worker_that_acts_is_told(
    bench: Any, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(bench.store)
    seen: list[Any] = []

    def act(_: float) -> None:
        for wish in bench.store.folders.wishes():
            seen.append(wish)
            bench.store.folders.take(wish)

    monkeypatch.setattr("einvoice.cli.inbox.time.sleep", act)
    found = run("retry", "koeln", "--all")
    assert (found.exit_code, [wish.document for wish in seen]) == (0, [None])
    assert "picked up" in found.stdout


def test_retry_needs_files_or_all_and_a_folder_that_is_known(bench: Any, run: Run) -> None:
    tell(bench.store)
    assert run("retry", "koeln").exit_code == 2
    assert run("retry", "koeln", "r.xml", "--all").exit_code == 2
    found = run("retry", "bonn", "--all")
    assert found.exit_code == 2
    assert "koeln" in found.stderr
    assert bench.store.folders.wishes() == ()
