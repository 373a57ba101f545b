"""The command line as a whole: every command is found, and none loads what only others need."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from einvoice.cli.main import app

COMMANDS = [
    "check", "replay", "serve", "worker", "status", "backup", "restore", "export-supplier",
    "rules", "admin", "holds", "doors", "audit", "receipt", "keys", "retention",
]  # fmt: skip
LOADED = """\
import sys
from einvoice.cli.main import app
app(["admin", "--help"], standalone_mode=False)
print(*sys.modules)
"""


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_tells_what_it_is_for(name: str) -> None:
    done = CliRunner().invoke(app, [name, "--help"])
    assert (done.exit_code, f" {name} " in done.output) == (0, True)


def test_the_help_lists_every_command() -> None:
    told = CliRunner().invoke(app, ["--help"]).output
    assert [name for name in COMMANDS if f" {name} " not in told] == []


def test_a_mistyped_command_is_told_the_nearest_one() -> None:
    done = CliRunner().invoke(app, ["statos"])
    assert done.exit_code == 2
    assert "'status'" in done.output


def test_no_command_loads_the_libraries_that_only_another_needs() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert {"fastapi", "uvicorn", "typst", "einvoice.app"} & set(done.stdout.split()) == set()
