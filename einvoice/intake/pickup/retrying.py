"""Having a failed document tried again, when what was in its way is mended."""

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

from einvoice.intake.folders import Folder
from einvoice.intake.layouts import Packing
from einvoice.intake.pickup import beneath
from einvoice.intake.pickup.holding import NOBODYS
from einvoice.intake.pickup.item import Item, Slip
from einvoice.intake.pickup.placing import KINDS, note_of


def failed_documents(folder: Folder) -> list[Path]:
    """What lies in `failed/` and can be tried again, relative to it, sorted. Raises OSError."""
    failed = folder.home / "failed"
    found = set(_files(failed, ""))
    beside = {f"{path}.report.{kind}" for path in found for kind in KINDS}
    noted = (Path(path) for path in found if str(note_of(Path(path))) in found)
    beside |= {str(one) for path in noted for one in _note(failed, path)[1]}
    return sorted(Path(path) for path in found - beside if not os.path.basename(path).startswith("."))


def retry(folder: Folder, document: Path) -> None:
    """Have it picked up again as if it came anew, with what had come beside it; its reports go.

    `document` is relative to `failed/`. The next turn of any process takes it. Raises FileNotFoundError if it is not
    there (any more), and OSError.
    """
    failed, processing = folder.home / "failed", folder.home / "processing"
    if ".." in document.parts or document.is_absolute() or beneath.status(failed, document) is None:
        raise FileNotFoundError(2, "no failed document", str(document))
    slip, companions = _note(failed, document)
    making = processing / f".retry-{secrets.token_hex(8)}"  # left behind by a crash, it is adopted after a while
    item = Item(making / secrets.token_hex(8))
    item.files.mkdir(parents=True)
    slip = slip or Slip(
        document=document, companions=(), whole=None, day=date.today().isoformat(), packing=Packing.BARE,
        remark=None, said={},
    )  # fmt: skip
    item.write(slip)
    _move(failed, document, item.files, slip.document)
    for there, path in companions.items():
        _move(failed, there, item.files, path)
    for path in (*(document.with_name(f"{document.name}.report.{kind}") for kind in KINDS), note_of(document)):
        (failed / path).unlink(missing_ok=True)
    making.rename(processing / f"{NOBODYS}{secrets.token_hex(8)}")


def _files(folder: Path | str, within: str) -> Iterator[str]:
    """Paths of all regular files; there may be very many."""
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            path = os.path.join(within, entry.name)
            if entry.is_dir(follow_symlinks=False):
                yield from _files(entry.path, path)
            elif entry.is_file(follow_symlinks=False):
                yield path


def _note(failed: Path, document: Path) -> tuple[Slip | None, dict[Path, Path]]:
    """What it was, and where its companions are now, with the paths they had."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        told = json.loads((failed / note_of(document)).read_bytes())
        companions = {Path(path).parent / name: Path(path) for path, name in told["companions"]}
        return Slip.from_json(told), companions
    return None, {}


def _move(source: Path, here: Path, target: Path, there: Path) -> None:
    with suppress(FileNotFoundError):
        (source / here).rename(beneath.make_folders(target, there.parent) / there.name)
