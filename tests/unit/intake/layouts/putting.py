"""Files as access points put them down, and a look at them."""

import os
import time
from collections.abc import Iterable
from pathlib import Path

from einvoice.intake.layouts import Habits, Memory, Sight, layout_named

SBD = b'<?xml version="1.0"?>\n<sh:StandardBusinessDocument xmlns:sh="urn:x"><a/></sh:StandardBusinessDocument>\n'
RECEIPT = b"<REMEvidence><Signature>0123456789</Signature></REMEvidence>"
AT_ONCE = Habits(settle=0.0)
NOW = 0.0  # seconds after the present
MUCH_LATER = 3600.0


class Place:
    """A folder and whoever looks at it."""

    def __init__(self, root: Path, layout: str, habits: Habits = AT_ONCE) -> None:
        self.root = root
        self.layout = layout_named(layout, habits)
        self.memory = Memory()

    def put(self, name: str, content: bytes = SBD, *, at: float | None = None) -> Path:
        """Write a file; `at` is its time."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        if at is not None:
            os.utime(path, (at, at))
        return path

    def look(self, later: float = NOW, most: int = 100) -> Sight:
        return self.layout.look(self.root, self.memory, most, time.time() + later)

    def taken(self, later: float = NOW, most: int = 100) -> list[str]:
        """The documents handed out by one look."""
        return [str(parcel.document) for parcel in self.look(later, most).parcels]

    def stuck(self, later: float = MUCH_LATER) -> dict[str, str]:
        """What is stuck, and why."""
        return {str(stuck.path): stuck.why for stuck in self.look(later).stuck}


def paths(names: Iterable[Path]) -> list[str]:
    return [str(name) for name in names]
