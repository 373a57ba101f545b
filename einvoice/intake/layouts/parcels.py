"""What a look at a folder says: which documents lie complete in it, how many wait, what is stuck and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from einvoice.intake.names import shown_name


class Remark(StrEnum):
    """What is odd about a parcel that is taken all the same. Words for each in words.toml."""

    NO_JSON = "no-json"  # the JSON never came; the document was renamed into place and is whole
    JSON_BROKEN = "json-broken"  # it came, and was never finished
    UNFINISHED = "unfinished"  # the document does not end as XML must, and nobody writes to it any more
    SEVERAL_PAYLOADS = "several-payloads"  # not ours to choose one: claimed, but not submitted


class Packing(StrEnum):
    """How the bytes to be submitted lie in the document."""

    BARE = "bare"  # the document itself
    SINGLE_XML = "single-xml"  # base64 in Holodeck's one file: `unpacked` takes them out


@dataclass(frozen=True, slots=True)
class Stamp:
    """What of a file changes whenever it does."""

    inode: int
    size: int  # bytes
    modified_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One document that lies complete in a folder, with what came beside it. All paths are relative to the folder."""

    key: str  # unique in one look; a path can come again later with another document
    document: Path  # the one file whose bytes are submitted, by way of `packing`
    companions: tuple[Path, ...] = ()  # what is claimed after it, in this order: what marks it complete comes last
    whole: Path | None = None  # the folder of this one message, document and companions in it: claimed by one rename
    size: int  # bytes of the document
    mtime: float  # of the document, seconds since 1970 by the file server's clock
    stamp: Stamp  # of the document when it was found complete
    packing: Packing = Packing.BARE
    remark: Remark | None = None
    said: Mapping[str, str] = field(default_factory=dict)  # what the companion says of it: instance_id, sender, …

    @property
    def submit(self) -> bool:
        """Whether it is to be submitted; else it is claimed and set aside as failed, with `remark` as the reason."""
        return self.remark is not Remark.SEVERAL_PAYLOADS


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """Something that lies in a folder and will not be taken as it is."""

    path: Path  # relative to the folder; "." is the folder itself
    since: float  # seconds since 1970, by the file server's clock
    why: str  # a code with words in words.toml

    @property
    def shown(self) -> str:
        """Its path, fit to be shown: no control characters, bounded."""
        return "/".join(shown_name(part) for part in self.path.parts[-4:])


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One look at a folder."""

    parcels: tuple[Parcel, ...]  # complete, oldest first, as many as were asked for
    waiting: int  # documents in the folder, complete or not, without the stuck ones
    oldest: float | None  # since when the oldest of them lies there, by the file server's clock
    again: bool  # whether another look soon will tell more: something is being written, or more is complete
    stuck: tuple[Stuck, ...] = ()  # oldest first, bounded
    stuck_count: int = 0  # all of them
