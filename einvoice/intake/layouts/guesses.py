"""Which access point writes to a folder, told from what lies in it: a proposal with its reasons, nothing is changed."""

import os
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from einvoice.intake.layouts.directory import Directory, Found, Kind
from einvoice.intake.layouts.layout import is_temporary
from einvoice.intake.layouts.markers import read_head, read_json
from einvoice.intake.layouts.table import LAYOUTS

_DEEPEST = 6  # levels of folders
_MOST_ENTRIES = 5_000
_MOST_OPENED = 20  # files whose beginning is read
_IN_A_FOLDER = ("phoss-folder", "domibus-metadata", "domibus-payload")  # of their message: one level is its own
_SURE = 0.9  # share of the files from which a layout explains the folder

# What tells a layout: a name, and what that file is called in words.toml.
_SIGNS = {
    "oxalis": {"oxalis-document": r"\.doc\.xml$", "oxalis-receipt": r"\.receipt\.dat$"},
    "holodeck": {
        "holodeck-mmd": r"\.mmd\.xml$",
        "holodeck-ebms": r"^mi-.+\.xml$",
        "holodeck-single": r"^message-.+\.xml$",
        "holodeck-payload": r"^pl-.+",
    },
    "phoss": {"phoss-folder": r"^(sbd\.xml|metadata\.json)$", "phoss-pair": r"\.json$"},
    "domibus": {"domibus-metadata": r"^metadata\.xml$"},
    "plain": {"plain-file": r"\.(xml|pdf)$", "plain-marker": r"\.(done|ok)$"},
}
_COMPILED = {
    layout: {sign: re.compile(pattern, re.IGNORECASE) for sign, pattern in signs.items()}
    for layout, signs in _SIGNS.items()
}


class Sureness(StrEnum):
    """How much of what lies there the layout explains."""

    SURE = "sure"
    LIKELY = "likely"  # but something else lies there as well
    POSSIBLE = "possible"  # nothing speaks against it


class Doubt(StrEnum):
    """What the operator should know before using it. Words for each in words.toml."""

    NOTHING_THERE = "nothing-there"
    NOT_ALL_SEEN = "not-all-seen"  # there is more than was looked at
    PURGED = "purged"  # the access point deletes what it put down
    NO_RIGHTS = "no-rights"  # to rename what lies there
    ENVELOPES_IN_PLAIN = "envelopes-in-plain"  # Peppol envelopes, and no sign of which access point wrote them
    DEEPER = "deeper"  # documents lie further down than the layout looks by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """One layout the folder may have."""

    layout: str
    sureness: Sureness
    counted: dict[str, int]  # files by what they were recognised as, codes with words in words.toml
    files: int  # that were looked at
    depth: int | None  # to be set, where the layout's own does not reach
    doubts: tuple[Doubt, ...] = ()


@dataclass(slots=True)
class _Survey:
    """What lies in the folder, in numbers."""

    files: int = 0
    entries: int = 0
    envelopes: int = 0
    complete: bool = True
    right: bool = True  # to rename what lies there
    signs: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in LAYOUTS})
    deepest: Counter[str] = field(default_factory=Counter)  # by layout: levels of folders above its files


def inspect(folder: Path) -> list[Guess]:
    """The layouts the folder may have, the likeliest first; never none. Raises OSError if it can't be read."""
    survey = _Survey()
    with Directory.opened(folder) as root:
        _walk(root, survey, opened=iter(range(_MOST_OPENED)))
    found = {layout: sum(signs.values()) for layout, signs in survey.signs.items()}
    ranked = sorted((layout for layout in found if found[layout]), key=lambda layout: -found[layout])
    return [_guess(layout, survey, found[layout]) for layout in ranked] or [_nothing(survey)]


def _walk(directory: Directory, survey: _Survey, opened: Iterator[int]) -> None:
    survey.right &= os.access(directory.root / directory.within, os.W_OK | os.X_OK)
    for found in directory.scan():
        survey.entries += 1
        if survey.entries > _MOST_ENTRIES:
            survey.complete = False
            return
        with suppress(OSError):
            if found.kind is Kind.FOLDER and found.within.count("/") < _DEEPEST:
                with directory.below(found.name) as below:
                    _walk(below, survey, opened)
            elif found.kind is Kind.FILE and found.size and not is_temporary(found.name):
                _count(directory, found, survey, opened)


def _count(directory: Directory, found: Found, survey: _Survey, opened: Iterator[int]) -> None:
    survey.files += 1
    layout, sign = _recognised(directory, found)
    if layout == "plain" and sign == "plain-file" and next(opened, None) is not None:
        survey.envelopes += read_head(directory, found.name).root == "StandardBusinessDocument"
    if layout:
        survey.signs[layout][sign] += 1
        above = found.within.count("/") - (sign in _IN_A_FOLDER)
        survey.deepest[layout] = max(survey.deepest[layout], above)


def _recognised(directory: Directory, found: Found) -> tuple[str, str]:
    """Layout and sign; a file beside another that tells the layout belongs to that one."""
    stem, _, ending = found.name.rpartition(".")
    if found.name != "metadata.xml" and directory.find("metadata.xml"):
        return "domibus", "domibus-payload"
    for layout, signs in _COMPILED.items():
        for sign, pattern in signs.items():
            if not pattern.search(found.name) or (sign == "phoss-pair" and not directory.find(f"{stem}.xml")):
                continue
            if sign == "plain-file" and ending == "xml" and _has_phoss_json(directory, f"{stem}.json"):
                return "phoss", "phoss-pair"
            return layout, sign
    return "", ""


def _has_phoss_json(directory: Directory, name: str) -> bool:
    if directory.find(name) is None:
        return False
    said = read_json(directory, name)
    return said is None or "sbdhInstanceID" in said


def _guess(layout: str, survey: _Survey, found: int) -> Guess:
    known = LAYOUTS[layout]
    depth = survey.deepest[layout] if survey.deepest[layout] > known.depth else None
    doubts = {
        Doubt.NOT_ALL_SEEN: not survey.complete,
        Doubt.PURGED: known.purged_after is not None,
        Doubt.NO_RIGHTS: not survey.right,
        Doubt.ENVELOPES_IN_PLAIN: layout == "plain" and survey.envelopes > 0,
        Doubt.DEEPER: depth is not None,
    }
    share = found / survey.files
    if share >= _SURE and not (layout == "plain" and survey.envelopes):
        sureness = Sureness.SURE
    else:
        sureness = Sureness.LIKELY if share >= 0.5 else Sureness.POSSIBLE
    return Guess(
        layout=layout,
        sureness=sureness,
        counted=dict(survey.signs[layout]),
        files=survey.files,
        depth=depth,
        doubts=tuple(doubt for doubt, holds in doubts.items() if holds),
    )


def _nothing(survey: _Survey) -> Guess:
    doubts = (Doubt.NOTHING_THERE, *(() if survey.right else (Doubt.NO_RIGHTS,)))
    return Guess(layout="plain", sureness=Sureness.POSSIBLE, counted={}, files=survey.files, depth=None, doubts=doubts)
