"""What operators decided about rule packs: a journal that is only ever written on.

One file under the data folder, a JSON object a line: when, who, what, which pack, why. What holds now follows from
all lines in order. A line is written whole or not at all; every process sees it with the next document it judges.
The file is there, if empty, before anything else of the folder is: that it was lost never looks like a fresh start.
"""

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from einvoice.errors import Fault
from einvoice.rules.artefacts import sync_folder, write_durably


class Deed(StrEnum):
    """What was done to a pack."""

    IMPORTED = "imported"
    WITHDRAWN = "withdrawn"  # found wrong: it judges nothing any more
    RESTORED = "restored"  # the withdrawal was a mistake
    GRACE = "grace"  # another grace period than its manifest says


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line."""

    at: datetime  # with time zone
    by: str  # the user of the machine
    deed: Deed
    pack: str  # id+version
    reason: str = ""
    manifest: str = ""  # imported: SHA-256 of the manifest kept with the artefacts
    days: int | None = None  # grace: its length


class Ledger:
    """All lines, and what holds after the last one."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.entries = tuple(entries)
        self.imported: dict[str, Entry] = {}
        self.withdrawn: dict[str, Entry] = {}
        self.grace: dict[str, int] = {}
        for entry in self.entries:
            if entry.deed is Deed.IMPORTED:
                self.imported[entry.pack] = entry
            elif entry.deed is Deed.WITHDRAWN:
                self.withdrawn[entry.pack] = entry
            elif entry.deed is Deed.RESTORED:
                self.withdrawn.pop(entry.pack, None)
            elif entry.days is not None:
                self.grace[entry.pack] = entry.days


_ENTRY = TypeAdapter(Entry)
Stamp = tuple[int, int, int] | None  # changes when the file does; None: there is no file


class LedgerFile:
    """The journal on disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = path.with_suffix(".lock")

    def stamp(self) -> Stamp:
        """Cheap to ask: tells whether something was written since."""
        try:
            found = os.stat(self._path)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Fault("rules-ledger", f"{self._path}: {error.strerror}") from error
        return found.st_ino, found.st_mtime_ns, found.st_size

    def read(self) -> Ledger:
        """What is written. Raises Fault when it can't be read: a pack might be withdrawn, so nothing is judged."""
        try:
            traces = self._traces()  # asked first: what another process makes meanwhile is no trace of a lost file
            lines = self._path.read_bytes().splitlines()
            return Ledger(map(_ENTRY.validate_json, lines))
        except FileNotFoundError:
            if traces:
                raise self._lost(traces) from None
            return Ledger()
        except (OSError, ValidationError) as error:
            raise Fault("rules-ledger", f"{self._path} can't be read, restore it from a backup: {error}") from error

    def write(self, entry: Entry) -> None:
        """Add a line. Call it under `locked`, after reading what it depends on."""
        try:
            known = self._path.read_bytes()
        except FileNotFoundError:
            raise self._lost(self._traces()) from None
        write_durably(self._path, known + _line(entry), mode=0o644)  # no secret; its reader may be another user

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other writer waiting."""
        self._path.parent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path.parent.mkdir(exist_ok=True)
        if not self._traces():
            self._begin()
        with self._lock.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _begin(self) -> None:
        """An empty ledger, unless another process was faster."""
        with suppress(FileExistsError), self._path.open("x"):
            self._path.chmod(0o644)
        sync_folder(self._path.parent)

    def _traces(self) -> list[str]:
        """What lies beside the ledger only after there was one. Lists of reassessed invoices need none."""
        artefacts = self._path.parent / "artefacts"
        kept = artefacts.is_dir() and any(artefacts.iterdir())
        return [self._lock.name] * self._lock.exists() + ["artefacts/"] * kept

    def _lost(self, traces: Iterable[str]) -> Fault:
        remedy = (
            "Bring it back from the backup of the data folder: packs may have been imported or withdrawn. "
            f"Only if nothing was ever decided here, remove the folder {self._path.parent}"
        )
        detail = f"{self._path} is missing, but there was one ({', '.join(traces)} is beside it). {remedy}"
        return Fault("rules-ledger", detail)


def _line(entry: Entry) -> bytes:
    values = asdict(entry) | {"at": entry.at.isoformat()}
    return json.dumps({name: value for name, value in values.items() if value not in ("", None)}).encode() + b"\n"
