"""The command line as a whole: every command is found, and none loads what only others need."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from einvoice.cli import main
from einvoice.cli.main import _COMMANDS, app

CLI = Path(sys.modules[main.__module__].__file__ or "").parent
COMMANDS = [
    "check", "replay", "serve", "worker", "status", "backup", "restore", "export-supplier",
    "rules", "admin", "holds", "doors", "inbox", "audit", "receipt", "keys", "retention",
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


@pytest.mark.parametrize("module", sorted(CLI.glob("*.py")), ids=lambda path: path.stem)
def test_a_module_that_adds_to_a_command_is_imported_with_it(module: Path) -> None:
    added_to = set(re.findall(r"^@(\w+)\.command", module.read_text("utf-8"), re.MULTILINE))
    assert [name for name in added_to if module.stem not in _COMMANDS[name]] == []


def test_a_mistyped_command_is_told_the_nearest_one() -> None:
    done = CliRunner().invoke(app, ["statos"])
    assert done.exit_code == 2
    assert "'status'" in done.output


def test_no_command_loads_the_libraries_that_only_another_needs() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert {"fastapi", "uvicorn", "typst", "einvoice.app"} & set(done.stdout.split()) == set()
