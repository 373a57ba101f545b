"""Where master keys come from: a file only we can read, or a program the operator trusts with them."""

import os
import shlex
import subprocess
from pathlib import Path

from einvoice.errors import Fault

_COMMAND_SECONDS = 30.0
_OTHERS = 0o077  # any right of the group or of others


def read_file(path: Path) -> bytes:
    """What stands in the file. Raises Fault: "key-missing" (can't be read), "keys-unusable" (others could read it)."""
    try:
        with path.open("rb") as file:
            exposed = os.fstat(file.fileno()).st_mode & _OTHERS  # of what we opened, whatever the path leads to now
            data = b"" if exposed else file.read()
    except OSError as error:
        raise Fault("key-missing", f"the file of the master keys, {path}: {error.strerror}", elsewhere=True) from error
    if exposed:
        raise Fault(
            "keys-unusable",
            f"the file of the master keys is open to others than its owner: chmod 600 {shlex.quote(str(path))}",
            elsewhere=True,
        )
    return data


def run_command(command: str) -> bytes:
    """What the command prints; split like a shell would, run without one. It may take 30 seconds.

    Nothing it prints is told or logged, on stderr neither. Raises Fault: "key-missing" (it could not be run, took too
    long or failed), "keys-unusable" (quotes that do not end).
    """
    try:
        words = shlex.split(command)
    except ValueError:
        words = []
    if not words:
        raise Fault("keys-unusable", "the command for the master keys can't be understood: its quotes", elsewhere=True)
    try:
        done = subprocess.run(  # noqa: S603 - the operator's own setting
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_COMMAND_SECONDS,
            check=False,
            start_new_session=True,  # a signal to our group is not meant for it
        )
    except subprocess.TimeoutExpired:  # carries what was printed so far: it must not become our Fault's context
        trouble = f"took longer than {_COMMAND_SECONDS:g} seconds"
    except OSError as error:
        trouble = f"could not be run: {error.strerror}"
    else:
        if done.returncode == 0:
            return done.stdout
        trouble = f"ended with code {done.returncode}; run it by hand to see what it says"
    raise Fault("key-missing", f"the command for the master keys {trouble}", elsewhere=True)
