"""`einvoice backup` and `einvoice restore`: files, words and exit codes."""

import io
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from einvoice.cli.backup import backup, restore
from einvoice.errors import Fault
from einvoice.records.backup import Reader
from einvoice.records.signing import Signer
from einvoice.settings import Settings
from einvoice.store import open_store
from tests.unit.conftest import Bench

Run = Callable[..., Result]

app = typer.Typer()
app.command()(backup)
app.command()(restore)


def runner(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    def run(*words: object, **options: Any) -> Result:
        monkeypatch.setenv("EINVOICE_DATA_DIR", str(settings.data_dir))
        return CliRunner().invoke(app, list(map(str, words)), catch_exceptions=False, **options)

    return run


@pytest.fixture
def here(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command beside the service of the bench."""
    return runner(bench.settings, monkeypatch)


@pytest.fixture
def other(here_too: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """The command where nothing is yet."""
    mask = os.umask(0o022)
    os.umask(mask)
    yield runner(here_too, monkeypatch)
    os.umask(mask)


@pytest.mark.parametrize("name", ["some.tar", "some.tar.gz", "some.tgz"])
def test_there_and_back(
    life: Any, bench: Bench, here: Run, other: Run, here_too: Settings, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    done = here("backup", path)
    assert (done.exit_code, done.stdout) == (0, "")
    assert "6 submissions, audit log up to entry" in done.stderr
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith("some")] == [name]
    assert [one.action for one in bench.store.audit.entries()][-1] == "backup-taken"

    back = other("restore", path, "--lang", "en")
    assert back.exit_code == 0
    assert back.stdout.startswith("restored: backup ")
    assert "came with it: --public-key shows whether that is yours" in back.stdout
    assert "Intact" in back.stdout
    with closing(open_store(here_too)) as store:
        assert store.submissions.get(life[0].id) == life[0]


def test_through_a_pipe(life: Any, here: Run, other: Run) -> None:
    done = here("backup", "-")
    assert done.exit_code == 0
    assert Reader(io.BytesIO(done.stdout_bytes)).manifest.tables["submissions"] == len(life)
    back = other("restore", "-", "--no-verify", input=done.stdout_bytes)
    assert back.exit_code == 0
    assert len(back.stdout.splitlines()) == 1


def test_no_file_is_ever_overwritten(here: Run, tmp_path: Path) -> None:
    (tmp_path / "some.tar").write_text("precious")
    done = here("backup", tmp_path / "some.tar")
    assert done.exit_code == 2
    assert "exists already" in done.stderr
    assert (tmp_path / "some.tar").read_text() == "precious"


@pytest.mark.parametrize("name", ["", "nowhere/some.tar", "some.zip", "some"])
def test_a_target_that_can_be_none_is_wrong_usage(here: Run, tmp_path: Path, name: str) -> None:
    assert here("backup", tmp_path / name).exit_code == 2
    assert [one.name for one in tmp_path.iterdir()] == ["data"]


def test_one_that_was_killed_is_in_nobodys_way(life: Any, here: Run, tmp_path: Path) -> None:
    (tmp_path / "some.tar.part").write_bytes(bytes(10_000_000))
    (tmp_path / "some.tar.part").chmod(0o644)
    assert here("backup", tmp_path / "some.tar").exit_code == 0
    assert (tmp_path / "some.tar").stat().st_size < 1_000_000
    assert stat.S_IMODE((tmp_path / "some.tar").stat().st_mode) == 0o600
    assert not (tmp_path / "some.tar.part").exists()


def test_two_at_once_do_not_write_into_one_file(here: Run, tmp_path: Path) -> None:
    import fcntl

    with (tmp_path / "some.tar.part").open("w") as part:
        fcntl.flock(part, fcntl.LOCK_EX)
        done = here("backup", tmp_path / "some.tar")
    assert done.exit_code == 2
    assert "another backup" in done.stderr
    assert (tmp_path / "some.tar.part").exists()


def test_one_that_fails_leaves_nothing(life: Any, bench: Bench, here: Run, tmp_path: Path) -> None:
    (bench.settings.data_dir / "blobs").rename(bench.settings.data_dir / "away")
    (bench.settings.data_dir / "blobs").write_text("no folder")
    with pytest.raises(Fault, match="storage"):
        here("backup", tmp_path / "some.tar.gz")
    assert [one.name for one in tmp_path.iterdir()] == ["data"]
    assert [one.action for one in bench.store.audit.entries()][-1] != "backup-taken"


def test_a_folder_without_a_service_is_not_backed_up(other: Run, tmp_path: Path) -> None:
    with pytest.raises(Fault, match="database-missing"):
        other("backup", tmp_path / "some.tar")
    assert list(tmp_path.iterdir()) == []


def test_missing_originals_are_named_and_end_with_1(
    life: Any, bench: Bench, here: Run, other: Run, tmp_path: Path
) -> None:
    bench.store.blobs.delete(life[0].blob)
    done = here("backup", tmp_path / "some.tar")
    assert done.exit_code == 1
    assert f"submission {life[0].id}: its original is missing" in done.stderr
    back = other("restore", tmp_path / "some.tar")
    assert back.exit_code == 1
    assert life[0].id in back.stdout


def test_a_check_restores_nothing(
    life: Any, bench: Bench, here: Run, other: Run, here_too: Settings, tmp_path: Path
) -> None:
    here("backup", tmp_path / "some.tar")
    pem = tmp_path / "key.pem"
    pem.write_text(Signer.of(bench.settings).public_key_pem())
    done = other("restore", "--check", "--public-key", pem, tmp_path / "some.tar")
    assert done.exit_code == 0
    assert "undamaged; signed with the key" in done.stdout
    assert not here_too.data_dir.exists()


def test_a_damaged_one_ends_with_1_and_is_named(life: Any, here: Run, other: Run, tmp_path: Path) -> None:
    path = tmp_path / "some.tar"
    here("backup", path)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"rechnung-", b"Rechnung-"))
    done = other("restore", path)
    assert done.exit_code == 1
    assert "tables/submissions/000001.jsonl is not what was written. Nothing is restored" in done.stderr


def test_what_cannot_be_restored_here_ends_with_2(life: Any, here: Run, tmp_path: Path) -> None:
    here("backup", tmp_path / "some.tar")
    done = here("restore", tmp_path / "some.tar")
    assert done.exit_code == 2
    assert "The database is not empty" in done.stderr
    (tmp_path / "none").write_text("nonsense")
    for name in ("none", "nowhere.tar"):
        assert here("restore", tmp_path / name).exit_code == 2


def test_without_the_master_keys_it_is_restored_but_not_verified(
    bench: Bench, other: Run, here: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from einvoice.sealing import new_key_line

    key = tmp_path / "master.keys"
    key.touch(0o600)
    key.write_text(new_key_line())
    sealing = bench.settings.model_copy(update={"master_key_file": key})
    with closing(open_store(sealing, clock=bench.clock)) as store:
        replace(bench, store=store, settings=sealing).receive(b"1")
    name = key.read_text().split()[0]
    done = here("backup", tmp_path / "some.tar")
    assert f"without the master keys {name} nobody can read it" in done.stderr
    back = other("restore", tmp_path / "some.tar")
    assert back.exit_code == 3
    assert f"it takes the master keys {name}" in back.stdout
    assert "restored, but not verified: key-missing" in back.stderr
