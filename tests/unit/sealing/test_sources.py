"""Where master keys come from: a file that is ours alone, a command that is a real program."""

import os
import traceback
from pathlib import Path

import pytest

from einvoice.errors import Fault
from einvoice.sealing import sources
from einvoice.sealing.sources import read_file, run_command

SECRET = "SECRET-as-it-was-printed"


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "master keys"
    path.write_text(SECRET)
    path.chmod(0o600)
    return path


def script(folder: Path, body: str) -> str:
    """A command line that runs the body as a shell script with a blank in its path."""
    path = folder / "print keys.sh"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o700)
    return f"'{path}'"


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_a_file_of_its_owner_alone_is_read(key_file: Path, mode: int) -> None:
    key_file.chmod(mode)
    assert read_file(key_file) == SECRET.encode()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o644, 0o666])
def test_a_file_open_to_others_is_not_used_and_the_remedy_is_told(key_file: Path, mode: int) -> None:
    key_file.chmod(mode)
    with pytest.raises(Fault) as caught:
        read_file(key_file)
    assert (caught.value.notice.cause, caught.value.notice.elsewhere) == ("keys-unusable", True)
    assert f"chmod 600 '{key_file}'" in caught.value.notice.detail


def test_the_rights_of_the_file_count_not_those_of_a_link_to_it(key_file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(key_file)
    assert read_file(link) == SECRET.encode()


@pytest.mark.parametrize("name", ["nowhere", "."])
def test_a_file_that_cannot_be_read_is_a_key_that_is_missing(tmp_path: Path, name: str) -> None:
    with pytest.raises(Fault) as caught:
        read_file(tmp_path / name)
    assert (caught.value.notice.cause, caught.value.notice.elsewhere) == ("key-missing", True)


def test_what_a_command_prints_is_taken(tmp_path: Path) -> None:
    command = script(tmp_path, f'test "$1" = "two words" && echo "{SECRET}"')
    assert run_command(f"{command} 'two words'") == f"{SECRET}\n".encode()


def test_a_command_is_not_read_by_a_shell(tmp_path: Path) -> None:
    assert run_command("echo a ; $HOME > x") == b"a ; $HOME > x\n"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (f"echo {SECRET}; echo {SECRET} >&2; exit 3", "ended with code 3"),
        (f"echo {SECRET}; kill -9 $$", "ended with code -9"),
        (f"echo {SECRET}; exec sleep 60", "took longer than 0.5 seconds"),
    ],
)
def test_a_command_that_fails_is_a_key_that_is_missing_and_its_output_stays_untold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], body: str, told: str
) -> None:
    monkeypatch.setattr(sources, "_COMMAND_SECONDS", 0.5)
    with pytest.raises(Fault) as caught:
        run_command(script(tmp_path, body))
    notice = caught.value.notice
    assert (notice.cause, notice.elsewhere) == ("key-missing", True)
    assert told in notice.detail
    assert caught.value.__context__ is None
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    assert SECRET not in "".join(capfd.readouterr())


def test_a_command_that_is_not_there_is_a_key_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Fault) as caught:
        run_command(os.fspath(tmp_path / "nowhere"))
    assert (caught.value.notice.cause, caught.value.notice.elsewhere) == ("key-missing", True)
    assert "No such file" in caught.value.notice.detail


@pytest.mark.parametrize("command", ["echo 'a", "''"[:1], " "])
def test_a_command_that_cannot_be_understood_is_told(command: str) -> None:
    with pytest.raises(Fault) as caught:
        run_command(command)
    assert caught.value.notice.cause == "keys-unusable"
