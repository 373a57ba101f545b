"""A small disk of one's own, that can be full."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_SUDO = () if os.geteuid() == 0 else ("sudo", "-n")


class SmallDisk:
    """A disk mounted at `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def fill(self, *, leave: int = 0) -> None:
        """Take all room but so many bytes."""
        with self._filler.open("ab", buffering=0) as filler:
            for size in (1 << 20, 1 << 12):  # no disk has less than a page left
                room = shutil.disk_usage(self.folder).free - leave
                try:
                    for _ in range(room // size):
                        filler.write(bytes(size))
                except OSError:  # it says to have more than it has
                    continue

    def make_room(self) -> None:
        """Give it back."""
        self._filler.unlink()


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[SmallDisk]:
    """A new disk. Where none may be mounted, the test is skipped; never under CI."""
    folder.mkdir()
    options = f"size={megabytes}m,mode=700,uid={os.getuid()},gid={os.getgid()}"
    command = [*_SUDO, "mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no disk can be mounted here: {error}")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run([*_SUDO, "umount", "--lazy", str(folder)], check=True)
