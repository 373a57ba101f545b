"""Putting files down as other programs do: piece by piece, empty first, or under another name first."""

import os
from collections.abc import Iterator
from enum import Enum
from hashlib import sha256
from io import FileIO
from pathlib import Path

_PIECES = 3


class Pause(Enum):
    """Where a program that puts something down may be interrupted by others."""

    AMID = "amid"  # for a moment
    LATE = "late"  # what completes the document comes next; of some, long after


Steps = Iterator[Pause]


class Tray:
    """A folder, and what of one message was put there."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.files: dict[str, str] = {}  # by path, with the SHA-256
        self.stuck: dict[str, str] = {}  # by path, why

    def exists(self, name: str) -> bool:
        """Whether there is something of this name."""
        return os.path.lexists(self._root / name)

    def write(self, name: str, content: bytes, pause: Pause = Pause.AMID) -> Steps:
        """Straight to its name, in pieces; between the first and the second there is this kind of pause."""
        size = len(content) // _PIECES + 1
        with self._opened(name) as file:
            for start in range(0, len(content), size):
                if start:
                    yield pause if start == size else Pause.AMID
                file.write(content[start : start + size])
        self._remember(name, content)

    def try_in_vain(self, name: str, content: bytes) -> Steps:
        """Straight to its name, to the half; then it is deleted."""
        with self._opened(name) as file:
            file.write(content[: len(content) // 2])
        yield Pause.AMID
        (self._root / name).unlink(missing_ok=True)

    def put(self, name: str, content: bytes) -> None:
        """Straight to its name, in pieces, one right after the other."""
        for _ in self.write(name, content):
            pass

    def rename_in(self, name: str, content: bytes, temporary: str, pause: Pause = Pause.AMID) -> Steps:
        """Under a temporary name, in pieces; then renamed."""
        with self._opened(temporary) as file:
            half = len(content) // 2
            file.write(content[:half])
            yield pause
            file.write(content[half:])
        os.replace(self._root / temporary, self._root / name)
        self._remember(name, content)

    def _opened(self, name: str) -> FileIO:
        path = self._root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("wb", buffering=0)

    def _remember(self, name: str, content: bytes) -> None:
        self.files[name] = sha256(content).hexdigest()
