"""A claimed document: a folder with the files in it, and notes of what they are and what became of them.

TOKEN/files/…         the document and its companions, under the paths they had
TOKEN/parcel.json     which is which; written before anything is claimed
TOKEN/submitted.json  that it was submitted, and as what
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from einvoice.intake.layouts import Packing, Parcel, Remark

Mark = tuple[int, int, int]  # inode, size, mtime in nanoseconds: what changes whenever a file does

PARCEL, SUBMITTED = "parcel.json", "submitted.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """What was claimed; all paths relative to the folder it came from."""

    document: Path
    companions: tuple[tuple[Path, Mark | None], ...]  # as they were seen
    whole: Path | None  # the folder that was claimed in one
    day: str  # of the claim, YYYY-MM-DD, where we are
    packing: Packing
    remark: Remark | None
    said: Mapping[str, str]  # what a companion says of the document

    @classmethod
    def of(cls, parcel: Parcel, marks: Mapping[Path, Mark | None], day: str) -> "Slip":
        """What is about to be claimed."""
        return cls(
            document=parcel.document,
            companions=tuple((path, marks.get(path)) for path in parcel.companions),
            whole=parcel.whole,
            day=day,
            packing=parcel.packing,
            remark=parcel.remark,
            said=dict(parcel.said),
        )

    def as_json(self) -> dict[str, Any]:
        """With paths as text; a name that is no text has its odd bytes escaped."""
        told = asdict(self)
        return {**told, "document": str(self.document), "whole": str(self.whole) if self.whole else None} | {
            "companions": [[str(path), mark] for path, mark in self.companions]
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Slip":
        """Raises ValueError, KeyError, TypeError."""
        return cls(
            document=Path(told["document"]),
            companions=tuple((Path(path), _mark(mark)) for path, mark in told["companions"]),
            whole=Path(told["whole"]) if told["whole"] else None,
            day=told["day"],
            packing=Packing(told["packing"]),
            remark=Remark(told["remark"]) if told["remark"] else None,
            said=told["said"],
        )

    @property
    def submit(self) -> bool:
        """Whether it is to be submitted."""
        return self.remark is not Remark.SEVERAL_PAYLOADS

    @property
    def name(self) -> str:
        """What a person would call it: of a message with a folder of its own, that one's name with it."""
        return self.document.name if self.whole is None else f"{self.whole.name}-{self.document.name}"


@dataclass(frozen=True, slots=True)
class Submitted:
    """What of a document was submitted."""

    id: str
    size: int  # bytes of the document as it lay there
    sha256: str  # of these, hex


@dataclass(frozen=True, slots=True)
class Item:
    """A claimed document. Any of its files may vanish at any moment: another process may have adopted it."""

    path: Path

    @property
    def token(self) -> str:
        """Its name from the claim on, whoever has it."""
        return self.path.name

    @property
    def files(self) -> Path:
        """The folder of the files."""
        return self.path / "files"

    def write(self, slip: Slip) -> None:
        """Raises OSError."""
        self._write(PARCEL, slip.as_json())

    def slip(self) -> Slip | None:
        """None where there is none that can be read, as after a power cut. Raises OSError."""
        try:
            return Slip.from_json(json.loads((self.path / PARCEL).read_bytes()))
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    def note(self, submitted: Submitted) -> None:
        """Raises OSError."""
        self._write(SUBMITTED, asdict(submitted))

    def submitted(self) -> Submitted | None:
        """None while it is not. Raises OSError."""
        try:
            return Submitted(**json.loads((self.path / SUBMITTED).read_bytes()))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def forget_submission(self) -> None:
        """It is to be submitted again. Raises OSError."""
        (self.path / SUBMITTED).unlink(missing_ok=True)

    def clear(self) -> bool:
        """Remove notes and empty folders; whether nothing is left. Raises OSError."""
        for folder, _, _ in os.walk(self.files, topdown=False):
            with suppress(OSError):
                os.rmdir(folder)
        if os.path.lexists(self.files):
            return False
        for name in (f".{SUBMITTED}", f".{PARCEL}", SUBMITTED, PARCEL):  # the dotted ones died while being written
            (self.path / name).unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            self.path.rmdir()
        return True

    def _write(self, name: str, told: Mapping[str, Any]) -> None:
        """Whole or not at all. A name that is no text comes through: what can't be decoded is escaped."""
        temporary = self.path / f".{name}"
        temporary.write_text(json.dumps(told), "ascii")
        os.replace(temporary, self.path / name)


def _mark(told: Any) -> Mark | None:
    """Only one of our own is one."""
    return (told[0], told[1], told[2]) if isinstance(told, list) and len(told) == 3 else None
