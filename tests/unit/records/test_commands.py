"""`einvoice audit` and `einvoice receipt`: output and exit codes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import update
from typer.testing import CliRunner

from einvoice.cli.audit import audit
from einvoice.cli.receipts import receipt
from einvoice.errors import Fault
from einvoice.model.assessment import Verdict
from einvoice.records.signing import Signer
from einvoice.store.tables import submissions

Run = Callable[..., Result]


@pytest.fixture
def run(bench: Any, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command, with the settings of the bench; what it raises is raised."""
    monkeypatch.setenv("EINVOICE_DATA_DIR", str(bench.settings.data_dir))
    monkeypatch.setenv("EINVOICE_DATABASE_URL", bench.settings.database_url)
    return lambda app, *words: CliRunner().invoke(app, list(map(str, words)), catch_exceptions=False)


@pytest.fixture
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command on a machine where there is no service; were its settings read, that would fail."""
    monkeypatch.setenv("EINVOICE_DATA_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("EINVOICE_BLOB_URL", "nonsense")
    return lambda app, *words: CliRunner().invoke(app, list(map(str, words)), catch_exceptions=False)


def spoil(bench: Any) -> None:
    with bench.store.database.write() as connection:
        connection.execute(update(submissions).values(handling="withdrawn"))


def test_an_intact_store_ends_with_0(bench: Any, run: Run) -> None:
    bench.decided(b"1")
    run(audit, "checkpoint")
    found = run(audit, "verify")
    assert found.exit_code == 0
    assert found.stdout.startswith("Unversehrt: ")
    assert "Unterschrieben sind die Einträge bis 4" in found.stdout


def test_what_is_not_signed_yet_is_said(bench: Any, run: Run) -> None:
    bench.receive(b"1")
    assert "No entry is signed" in run(audit, "verify", "--lang", "en").stdout
    run(audit, "checkpoint")
    bench.receive(b"2")
    assert "Signed are the entries up to 1 of 2" in run(audit, "verify", "--lang", "en").stdout


def test_problems_end_with_1_and_are_named(bench: Any, run: Run) -> None:
    submission = bench.decided(b"1", Verdict.REJECTED)
    spoil(bench)
    found = run(audit, "verify")
    assert (found.exit_code, found.stdout.splitlines()[0]) == (1, "Nicht unversehrt: 1 Problem gefunden.")
    assert f"- Einreichung {submission.id}: " in found.stdout


def test_programs_get_json(bench: Any, run: Run) -> None:
    submission = bench.decided(b"1", Verdict.REJECTED)
    spoil(bench)
    found = run(audit, "verify", "--format", "json", "--lang", "en")
    told = json.loads(found.stdout)
    assert (found.exit_code, told["intact"], told["count"]) == (1, False, 1)
    (problem,) = told["problems"]
    assert (problem["kind"], problem["object"]) == ("state-differs", f"submission:{submission.id}")
    assert told["figures"]["submissions"] == 1


def test_a_folder_given_by_mistake_is_not_called_intact(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EINVOICE_DATA_DIR", str(tmp_path / "typo"))
    with pytest.raises(Fault, match="database-missing"):
        CliRunner().invoke(audit, ["verify"], catch_exceptions=False)
    assert not (tmp_path / "typo").exists()


def test_originals_beside_a_store_are_wrong_usage(run: Run, tmp_path: Path) -> None:
    assert run(audit, "verify", "--originals", tmp_path).exit_code == 2


@pytest.mark.parametrize("name", ["log.jsonl", "log.jsonl.gz"])
def test_an_export_is_verified_without_service_or_settings(
    bench: Any, run: Run, offline: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.undo()
    monkeypatch.setenv("EINVOICE_DATA_DIR", str(bench.settings.data_dir))
    bench.decided(b"1", Verdict.REJECTED)
    assert run(audit, "export", tmp_path / name).exit_code == 0
    (tmp_path / "key.pem").write_text(run(audit, "public-key").stdout)
    monkeypatch.setenv("EINVOICE_BLOB_URL", "nonsense")
    (tmp_path / "originals").mkdir()
    (tmp_path / "originals" / "r.xml").write_bytes(b"1")
    words = ("--export", tmp_path / name, "--public-key", tmp_path / "key.pem", "--originals", tmp_path / "originals")
    found = offline(audit, "verify", *words)
    assert (found.exit_code, found.stdout.splitlines()[0][:11]) == (0, "Unversehrt:")
    assert "1 vorgelegte Dateien" in found.stdout


def test_an_export_alone_proves_no_origin(bench: Any, run: Run, tmp_path: Path) -> None:
    bench.decided(b"1")
    run(audit, "export", tmp_path / "log")
    found = run(audit, "verify", "--export", tmp_path / "log")
    assert found.exit_code == 0
    assert "nicht, von wem sie stammt" in found.stdout
    assert json.loads(run(audit, "verify", "--export", tmp_path / "log", "-f", "json").stdout)["authentic"] is False


def test_a_spoiled_export_ends_with_1_and_no_export_with_3(bench: Any, run: Run, tmp_path: Path) -> None:
    bench.decided(b"1")
    run(audit, "export", tmp_path / "log")
    text = (tmp_path / "log").read_text()
    (tmp_path / "log").write_text(text.replace('"actor":"worker"', '"actor":"nobody"', 1))
    assert run(audit, "verify", "--export", tmp_path / "log").exit_code == 1
    (tmp_path / "log").write_text("hello")
    assert run(audit, "verify", "--export", tmp_path / "log").exit_code == 3


def test_a_file_that_is_no_key_is_wrong_usage(bench: Any, run: Run, tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("hello")
    assert run(audit, "verify", "--public-key", tmp_path / "key.pem").exit_code == 2


def test_the_public_key_is_that_of_the_service(bench: Any, run: Run) -> None:
    assert run(audit, "public-key").stdout == Signer.of(bench.settings).public_key_pem()


def test_all_public_keys_are_shown_when_asked_for(bench: Any, run: Run) -> None:
    old = Signer.of(bench.settings).public_key_pem()
    (bench.settings.data_dir / "keys" / "signing.pem").unlink()
    new = Signer.of(bench.settings).public_key_pem()
    shown = run(audit, "public-key", "--all").stdout
    assert old in shown
    assert new in shown


def test_a_checkpoint_is_made_once(bench: Any, run: Run) -> None:
    assert "empty" in run(audit, "checkpoint").stdout
    bench.receive(b"1")
    assert run(audit, "checkpoint").stdout == "signed up to entry 1\n"
    assert "signed" in run(audit, "checkpoint").stdout
    assert len(list(bench.store.audit.checkpoints())) == 1


def test_the_log_is_shown_from_its_end_and_by_submission(bench: Any, run: Run) -> None:
    submission = bench.decided(b"1")
    bench.receive(b"2")
    assert len(run(audit, "log").stdout.splitlines()) == 5
    assert [line.split()[0] for line in run(audit, "log", "--last", "2").stdout.splitlines()] == ["4", "5"]
    shown = run(audit, "log", "--submission", submission.id, "-f", "json").stdout.splitlines()
    assert [json.loads(line)["action"] for line in shown] == ["received", "claimed", "decided", "held"]


@pytest.mark.parametrize("kind", ["json", "pdf"])
def test_a_receipt_is_made_and_found_genuine(bench: Any, run: Run, tmp_path: Path, kind: str) -> None:
    submission = bench.decided(b"1", Verdict.REJECTED)
    path = tmp_path / f"receipt.{kind}"
    assert run(receipt, "show", submission.id, "--format", kind, "--output", path).exit_code == 0
    (tmp_path / "r.xml").write_bytes(b"1")
    found = run(receipt, "verify", path, "--original", tmp_path / "r.xml")
    assert found.exit_code == 0
    assert "Eingegangen und abgelehnt" in found.stdout
    assert submission.sha256 in found.stdout


def test_a_receipt_goes_to_stdout(bench: Any, run: Run) -> None:
    submission = bench.receive(b"1").submission
    assert json.loads(run(receipt, "show", submission.id).stdout)["submission"] == submission.id


def test_a_receipt_of_nothing_is_wrong_usage(bench: Any, run: Run) -> None:
    assert run(receipt, "show", "0" * 26).exit_code == 2


def test_a_receipt_is_checked_without_service_or_settings(
    bench: Any, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, key = tmp_path / "receipt.json", tmp_path / "key.pem"
    run(receipt, "show", bench.receive(b"1").submission.id, "-o", path)
    key.write_text(run(audit, "public-key").stdout)
    monkeypatch.setenv("EINVOICE_BLOB_URL", "nonsense")
    assert run(receipt, "verify", path, "--public-key", key).exit_code == 0


@pytest.mark.parametrize(("spoiled", "code"), [(True, 1), (False, 0)])
def test_a_forged_receipt_ends_with_1(bench: Any, run: Run, tmp_path: Path, spoiled: bool, code: int) -> None:
    path = tmp_path / "receipt.json"
    run(receipt, "show", bench.receive(b"1").submission.id, "-o", path)
    if spoiled:
        path.write_text(path.read_text().replace('"size":1', '"size":2'))
    found = run(receipt, "verify", path, "-f", "json")
    assert (found.exit_code, json.loads(found.stdout)["good"]) == (code, not spoiled)


def test_a_receipt_of_another_file_ends_with_1(bench: Any, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "receipt.json"
    run(receipt, "show", bench.receive(b"1").submission.id, "-o", path)
    (tmp_path / "r.xml").write_bytes(b"2")
    assert run(receipt, "verify", path, "--original", tmp_path / "r.xml").exit_code == 1


def test_what_cannot_be_checked_ends_with_3(bench: Any, run: Run, tmp_path: Path, other_signer: Signer) -> None:
    path, key = tmp_path / "receipt.json", tmp_path / "key.pem"
    run(receipt, "show", bench.receive(b"1").submission.id, "-o", path)
    key.write_text(other_signer.public_key_pem())
    assert run(receipt, "verify", path, "--public-key", key).exit_code == 3
    path.write_text("hello")
    found = run(receipt, "verify", path)
    assert (found.exit_code, "keine Empfangsbestätigung" in found.stdout) == (3, True)
