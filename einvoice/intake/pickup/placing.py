"""Putting a finished document beside its companions and reports, never over anything, and so that it may be repeated.

Renames alone, no links: a service may not be allowed to link files of another user that it can read and rename.
"""

import errno
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from einvoice.intake.pickup.beneath import make_folders

KINDS = ("html", "json", "txt")  # of reports
_LONGEST_NAME = 255  # bytes of a file name
_NOTE = ".parcel"
_LONGEST_ENDING = len("..report.html.tmp")


@dataclass(frozen=True, slots=True)
class Placed:
    """Where things are now."""

    document: Path
    companions: Mapping[Path, Path]  # by the path they had


def place(
    files: Path,
    document: Path,
    companions: Sequence[Path],
    target: Path,
    mark: str,
    reports: Mapping[str, bytes],
    note: Mapping[str, Any] | None = None,
) -> Placed | None:
    """Move `document` from below `files` to below `target`, its companions likewise, with `NAME.report.KIND` beside it.

    (1) reserve a name, the document's own or one with `mark` in it, (2) move the companions, (3) write the reports, and
    the note, if there is one, with where the companions are, (4) move the document, (5) give up the reservation.
    Whoever sees the document there sees all of it. Done again with the same mark and the same companions, whatever
    point the first time reached, it comes to the same end; companions that are nowhere are passed over. Returns where
    they are; None if the document vanished from `files` meanwhile, and nothing is left behind then. Raises OSError.
    """
    parent = make_folders(target, document.parent)
    for marked in ("", mark):
        name = parent / _name(document.name, marked)
        beside = {path: make_folders(target, path.parent) / _name(path.name, marked) for path in companions}
        if _reserve(name, mark, [*beside.values(), *(_report(name, kind) for kind in KINDS)]):  # (1)
            break
    else:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(name))
    if not os.path.lexists(files / document):
        release(name, mark)
        return None
    placed = Placed(name, dict(_move_beside(files, beside, mark)))  # (2)
    for kind, body in reports.items():  # (3)
        _write(_report(name, kind), body)
    if note is not None:
        there = [[str(path), beside.name] for path, beside in placed.companions.items()]
        _write(note_of(name), json.dumps({**note, "companions": there}).encode("ascii"))
    if not _move(files / document, name):  # (4)
        for path in (*(_report(name, kind) for kind in reports), note_of(name)):
            path.unlink(missing_ok=True)
        release(name, mark)
        return None
    release(name, mark)  # (5)
    return placed


def note_of(document: Path) -> Path:
    """Where it is remembered what a failed document was, for the time somebody has it tried again."""
    return document.with_name(f".{document.name}{_NOTE}")


def noted_by(name: str) -> str:
    """The name of the document that a file of this name is the note of; "" if it is no note."""
    return name[1 : -len(_NOTE)] if name.startswith(".") and name.endswith(_NOTE) else ""


def _move_beside(files: Path, beside: Mapping[Path, Path], mark: str) -> Iterator[tuple[Path, Path]]:
    """Companions, with where they are now; some may have been moved before, none is moved over anything."""
    for path, there in beside.items():
        marked = there.with_name(_name(there.name, mark))
        if os.path.lexists(files / path):
            there = marked if os.path.lexists(there) else there
            _move(files / path, there)
        elif os.path.lexists(marked):
            there = marked
        if os.path.lexists(there):
            yield path, there


def _write(path: Path, body: bytes) -> None:
    """Whole or not at all."""
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_bytes(body)
    os.replace(temporary, path)


def possible_names(document: Path, target: Path, mark: str) -> list[Path]:
    """Where `place` may have put, or reserved a place for, a document."""
    return [target / document.parent / _name(document.name, marked) for marked in ("", mark)]


def release(name: Path, mark: str) -> None:
    """Give up the reservation of a name, if it is the one with this mark. Raises OSError."""
    _maker(name, mark).unlink(missing_ok=True)
    if _reserved_by(name) == mark:
        _reservation(name).unlink(missing_ok=True)


def _reserve(name: Path, mark: str, beside: Sequence[Path]) -> bool:
    """Whether the name is ours now, or was before, with room for all that belongs beside it."""
    if _reserved_by(name) != mark:
        if any(os.path.lexists(path) for path in (name, *beside)):
            return False
        temporary = _maker(name, mark)
        temporary.write_text(mark, "ascii")
        try:
            _appear(temporary, _reservation(name))
        except FileExistsError:
            return False
        finally:
            temporary.unlink(missing_ok=True)
    if os.path.lexists(name):  # someone has finished just now
        release(name, mark)
        return False
    return True


def _appear(temporary: Path, target: Path) -> None:
    """Let a file of our own have its name, whole, unless something has it already: raises FileExistsError."""
    try:
        os.link(temporary, target)
    except (FileExistsError, FileNotFoundError):
        raise
    except OSError:  # a file system without links
        mark = temporary.read_bytes()
        with target.open("xb") as file:
            file.write(mark)


def _reserved_by(name: Path) -> str | None:
    with suppress(FileNotFoundError):
        return _reservation(name).read_text("ascii", "replace")
    return None


def _move(source: Path, target: Path) -> bool:
    """Whether there was something to move."""
    try:
        os.rename(source, target)
    except FileNotFoundError:
        return os.path.lexists(target)
    return True


def _reservation(name: Path) -> Path:
    return name.with_name(f".{name.name}.place")


def _maker(name: Path, mark: str) -> Path:
    """Under this name a reservation is written before it appears."""
    return name.parent / f".{mark}.tmp"


def _report(target: Path, kind: str) -> Path:
    return target.with_name(f"{target.name}.report.{kind}")


def _name(name: str, mark: str) -> str:
    """The name, with the mark before its ending, cut where the file system would not take it with its reports."""
    stem, ending = os.path.splitext(name)
    if mark:
        ending = f"-{mark}{ending}"
    room = _LONGEST_NAME - _LONGEST_ENDING - len(os.fsencode(ending))
    raw = os.fsencode(stem)
    return raw[:room].decode("utf-8", "ignore") + ending if len(raw) > room else stem + ending
