"""Putting a finished file beside its reports, without ever overwriting anything, and so that it may be repeated."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

_LONGEST_NAME = 255  # bytes of a file name
_LONGEST_ENDING = len("..report.html.tmp")


def place(source: Path, folder: Path, mark: str, reports: Mapping[str, bytes]) -> Path:
    """Link `source` into `folder` and write `NAME.report.KIND` beside it; returns where it is.

    The name is the file's own, or with `mark` in it where that one is taken. Done again with the same file and mark,
    whatever point the first time reached, it comes to the same end. That holds where the file system has hard links;
    elsewhere a crash in between can leave a second copy under the name with the mark, for a person to sort out.
    """
    for name in _names(source.name, mark):
        target = folder / name
        if _linked(source, target, reports):
            break
    else:
        raise FileExistsError(target)
    for kind, body in reports.items():
        temporary = folder / f".{name}.report.{kind}.tmp"
        temporary.write_bytes(body)
        os.replace(temporary, _report(target, kind))
    return target


def _linked(source: Path, target: Path, reports: Mapping[str, bytes]) -> bool:
    """Whether target is now, or was before, another name of source, with room for its reports."""
    try:
        _link(source, target)
    except FileExistsError:
        return os.path.samestat(source.lstat(), target.lstat())
    if any(os.path.lexists(_report(target, kind)) for kind in reports):  # someone else's
        target.unlink()
        return False
    return True


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        with target.open("xb") as copy, source.open("rb") as original:
            os.fchmod(copy.fileno(), 0o640)
            while chunk := original.read(1 << 20):
                copy.write(chunk)


def _report(target: Path, kind: str) -> Path:
    return target.with_name(f"{target.name}.report.{kind}")


def _names(name: str, mark: str) -> Iterator[str]:
    stem, ending = os.path.splitext(name)
    yield _short(stem, ending)
    yield _short(stem, f"-{mark}{ending}")


def _short(stem: str, ending: str) -> str:
    """The name, cut in the middle where the file system would not take it with its reports."""
    room = _LONGEST_NAME - _LONGEST_ENDING - len(os.fsencode(ending))
    return (
        os.fsencode(stem)[:room].decode("utf-8", "ignore") + ending if len(os.fsencode(stem)) > room else stem + ending
    )
