"""`einvoice inbox simulate`: what an operator reads, and what it refuses."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from einvoice.cli.main import app
from einvoice.intake.simulator import read_manifest
from tests.support.programs import EINVOICE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "drop"
    made.mkdir()
    return made


def simulated(*arguments: object, lang: str = "en") -> Result:
    return CliRunner().invoke(app, ["inbox", "simulate", "--lang", lang, *map(str, arguments)])


def test_it_says_what_it_does_and_what_is_to_be_expected(folder: Path, tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.jsonl"
    done = simulated("--layout", "oxalis", "--count", 20, "--seed", 7, "--manifest", manifest, folder)
    assert done.exit_code == 0
    assert "seed 7" in done.output
    assert "20 put down" in done.output
    assert len(list(read_manifest(manifest))) == 20
    assert len(list(folder.rglob("*.doc.xml"))) >= 19


@pytest.mark.parametrize(("lang", "word"), [("de", "Startwert"), ("en", "seed")])
def test_it_speaks_both_languages_and_names_a_seed_of_its_own(folder: Path, lang: str, word: str) -> None:
    assert word in simulated("--layout", "plain", "--count", 1, folder, lang=lang).output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--layout", "oxalis", "{folder}/nowhere"], "is no folder"),
        (["--layout", "oxalis", "--shape", "mmd", "{folder}"], "has the shapes oxalis"),
        (["--layout", "oxalis", "--manifest", "{folder}/m.jsonl", "{folder}"], "must not lie in"),
        (["--layout", "oxalis", "--doubles", "0.8", "--broken", "0.3", "{folder}"], "more than 1"),
        (["--layout", "oxalis", "--samples", "{folder}", "{folder}"], "sample invoices are missing"),
    ],
)
def test_what_can_not_be_done_is_told_and_nothing_is_put_down(folder: Path, arguments: list[str], told: str) -> None:
    done = simulated(*(argument.format(folder=folder) for argument in arguments))
    assert done.exit_code == 2
    assert told in " ".join(done.output.replace("│", " ").split())
    assert list(folder.iterdir()) == []


def test_all_shapes_of_a_layout_may_come_in_turns(folder: Path, tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.jsonl"
    simulated("--layout", "holodeck", "--count", 40, "--shape", "all", "--manifest", manifest, folder)
    assert {one.shape for one in read_manifest(manifest)} == {"mmd", "ebms", "single_xml"}


def test_interrupted_it_leaves_nothing_half_done_and_says_so(folder: Path, tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.jsonl"
    arguments = ["--layout", "oxalis", "--count", "100000", "--rate", "50", "--broken", "0", "--lang", "en"]
    command = [str(EINVOICE), "inbox", "simulate", *arguments, "--manifest", str(manifest), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ)) as running:
        while not (manifest.is_file() and manifest.stat().st_size):
            assert running.poll() is None
            time.sleep(0.05)
        running.send_signal(signal.SIGINT)
        told, _ = running.communicate(timeout=60)
    assert running.returncode == 1
    assert "Interrupted" in told
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert there == {path for one in read_manifest(manifest) for path in one.files}
    assert len([path for path in there if path.endswith(".doc.xml")]) == len(there) / 2
