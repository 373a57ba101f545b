"""A Maildir: new/, cur/ and tmp/, one file a message (https://cr.yp.to/proto/maildir.html; subfolders as Maildir++).

What waits lies in new/, or in cur/ without the flag S (seen): an IMAP server moves messages there when someone looks.
What was taken lies in cur/ with that flag. What brings nothing lies in the subfolder, unread.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from einvoice.intake.mail.sources import Waiting
from einvoice.intake.pickup.beneath import NotAFile, chunks

_INFO = ":2,"


class Maildir:
    """A Source."""

    def __init__(self, folder: Path, failed: str) -> None:
        self._folder = folder
        self._failed = folder / f".{failed}"

    def waiting(self, most: int) -> list[Waiting]:
        """By name, which begins with the time of delivery."""
        found = sorted(self._found(), key=lambda one: (Path(one.key).name, one.key))
        return found[:most]

    def read(self, key: str) -> bytes | None:
        """Regular files alone, and no link is followed."""
        try:
            return b"".join(chunks(self._folder, Path(key)))
        except (FileNotFoundError, NotAFile):
            return None

    def head(self, key: str, size: int) -> bytes | None:
        """As `read`, and no more is read than needed."""
        head = b""
        try:
            for chunk in chunks(self._folder, Path(key)):
                head += chunk
                if len(head) >= size:
                    break
        except (FileNotFoundError, NotAFile):
            return None
        return head[:size]

    def finish(self, key: str) -> None:
        """Into cur/, with S among its flags."""
        base, _, flags = Path(key).name.partition(_INFO)
        target = self._folder / "cur" / f"{base}{_INFO}{''.join(sorted({*flags, 'S'}))}"
        with suppress(FileNotFoundError):  # another process did
            os.rename(self._folder / key, target)

    def put_away(self, key: str) -> None:
        """Into new/ of the subfolder, which is made where it is missing."""
        for part in ("tmp", "new", "cur"):
            (self._failed / part).mkdir(parents=True, exist_ok=True)
        (self._failed / "maildirfolder").touch()
        base = Path(key).name.partition(_INFO)[0]
        with suppress(FileNotFoundError):
            os.rename(self._folder / key, self._failed / "new" / base)

    def _found(self) -> Iterator[Waiting]:
        for part in ("new", "cur"):
            with os.scandir(self._folder / part) as entries:
                for entry in entries:
                    _, _, flags = entry.name.partition(_INFO)
                    if entry.name.startswith(".") or (part == "cur" and set(flags) & {"S", "T"}):
                        continue
                    with suppress(FileNotFoundError):
                        if entry.is_file(follow_symlinks=False):
                            yield Waiting(f"{part}/{entry.name}", entry.stat(follow_symlinks=False).st_size)
