"""Claiming: a complete document, with what came beside it, is renamed out of the folder it was put into."""

import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import structlog

from einvoice.intake.layouts import Parcel
from einvoice.intake.pickup import beneath
from einvoice.intake.pickup.finishing import was_finished
from einvoice.intake.pickup.holding import Holding
from einvoice.intake.pickup.item import Item, Mark, Slip

log = structlog.get_logger()


def claim(inbound: Path, parcel: Parcel, holding: Holding, now: float) -> tuple[Item, Slip] | None:
    """Claim it; None if someone else has it, or it is being written to again. Raises OSError.

    (1) write down what it consists of, (2) rename the document, or the folder of the message, (3) see that it is still
    what was found complete, else put it back, (4) rename the companions. Whoever finds the item after a crash goes on
    with `complete`.
    """
    item = Item(holding.new())
    slip = Slip.of(parcel, _marks(inbound, parcel.companions), datetime.fromtimestamp(now).date().isoformat())
    item.files.mkdir()
    item.write(slip)  # (1)
    if not beneath.move(inbound, item.files, parcel.whole or parcel.document):  # (2)
        item.clear()
        return None
    found = beneath.status(item.files, parcel.document)
    stamp = parcel.stamp
    if found is None or _mark(found) != (stamp.inode, stamp.size, stamp.modified_ns):  # (3)
        put_back(item, inbound)
        return None
    _take_companions(item, slip, inbound)  # (4)
    return item, slip


def complete(item: Item, inbound: Path, home: Path) -> Slip | None:
    """What an item is that a process left behind, with all that belongs to it; None if there is nothing to work on.

    Raises OSError.
    """
    slip = item.slip()
    if slip is None:  # notes are not forced to disk: after a power cut the files go back, and are claimed anew
        put_back(item, inbound)
        return None
    if beneath.status(item.files, slip.document) is None:  # died before the claim, or after everything was done
        was_finished(item, slip, home)
        if not item.clear():
            put_back(item, inbound)
        return None
    _take_companions(item, slip, inbound)
    return slip


def put_back(item: Item, inbound: Path) -> None:
    """Return all files to where they came from, unless there is something else by now: that waits. Raises OSError."""
    _return(item.files, inbound, Path())
    if not item.clear():
        log.warning("claimed-file-not-put-back", item=item.token)


def _return(files: Path, inbound: Path, folder: Path) -> None:
    """What came in a folder of its own goes back with it, in one."""
    with suppress(FileNotFoundError):
        for name in sorted(os.listdir(files / folder), reverse=True):
            relative = folder / name
            there = beneath.status(inbound, relative)
            if there is None:
                os.rename(files / relative, beneath.make_folders(inbound, folder) / name)
            elif stat.S_ISDIR(there.st_mode) and stat.S_ISDIR((files / relative).lstat().st_mode):
                _return(files, inbound, relative)


def _take_companions(item: Item, slip: Slip, inbound: Path) -> None:
    """Those that are still the ones that were seen: a document sent again may have brought its own meanwhile."""
    if slip.whole is not None:
        return
    for path, mark in slip.companions:
        found = beneath.status(inbound, path)
        if found is not None and mark == _mark(found):
            beneath.move(inbound, item.files, path)


def _marks(inbound: Path, paths: Iterable[Path]) -> dict[Path, Mark | None]:
    found = {path: beneath.status(inbound, path) for path in paths}
    return {path: _mark(status) if status else None for path, status in found.items()}


def _mark(status: os.stat_result) -> Mark:
    return status.st_ino, status.st_size, status.st_mtime_ns
