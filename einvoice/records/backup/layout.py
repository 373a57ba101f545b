"""What a backup holds, format `einvoice-backup/1`: a tar (POSIX.1-1988 or later), plain or compressed. In this order:

| member                          | what                                                                            |
|---------------------------------|---------------------------------------------------------------------------------|
| `manifest.json`                 | `Manifest`                                                                      |
| `keys/KEY_ID.pub.pem`           | public halves of the keys that signed receipts and checkpoints                  |
| `keys/signing.pem`              | the private half of the one in use; only where it was asked for                 |
| `rules/artefacts/SHA256`        | files of imported rule packs                                                    |
| `rules/reassessed/NAME`         | lists of what was judged again                                                  |
| `rules/ledger.jsonl`            | what operators decided about rule packs                                         |
| `objects/PATH`                  | stored originals, as they are stored (sealed ones sealed), in the storage's own |
|                                 | layout: the folder `objects` is a storage of files                              |
| `tables/NAME/NUMBER.jsonl`      | rows, see `rows`; tables in an order in which they can be filled                |
| `gaps.json`                     | `Gaps`: originals the database speaks of that are not in it, or not as received |
| `SHA256SUMS`                    | of all members above, as sha256sum(1) writes it                                 |
| `signature.json`                | `Seal`: Ed25519 over `signed_content`                                           |
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from pydantic import TypeAdapter, ValidationError

from einvoice.model.audit import canonical

FORMAT: Final = "einvoice-backup/1"
MANIFEST, GAPS, SUMS, SEAL = "manifest.json", "gaps.json", "SHA256SUMS", "signature.json"
SIGNING_KEY, LEDGER = "keys/signing.pem", "rules/ledger.jsonl"
OBJECTS = "objects/"

PUBLIC_KEY: Final = re.compile(r"keys/([0-9a-f]{16})\.pub\.pem")
ARTEFACT: Final = re.compile(r"rules/artefacts/([0-9a-f]{64})")
REASSESSED: Final = re.compile(r"rules/reassessed/([0-9A-Za-z][0-9A-Za-z+._-]{0,200})")
CHUNK: Final = re.compile(r"tables/([a-z_]{1,63})/([0-9]{6,})\.jsonl")


class NotABackup(ValueError):
    """The file is none, or one that this program can't restore; the message says why."""


class Refused(Exception):
    """A backup can't be restored here; the message says why, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup says of itself before anything else."""

    format: str
    id: str
    program: str  # version of the program that made it
    revision: str  # of the tables
    made_at: datetime
    issuer: str  # address of the service
    head: tuple[int, str] | None  # number and hash of the last entry of the audit log; None: from before there was one
    tables: Mapping[str, int]  # rows of each, in the order in which they follow
    objects: int  # stored originals the database speaks of
    master_keys: tuple[str, ...] = ()  # ids of those that open what is sealed
    left_out: Mapping[str, str] = field(default_factory=dict)  # tables that are not in it, and why

    def to_json(self) -> bytes:
        """As it is written."""
        return _MANIFEST.dump_json(self, indent=2) + b"\n"

    @classmethod
    def read(cls, data: bytes) -> "Manifest":
        """What was written. Raises NotABackup, also for a format of a newer program."""
        try:
            named = _NAMED.validate_json(data)
            if named.format != FORMAT:
                made_by = f"made by version {named.program}" if named.program else "not one of this service"
                raise NotABackup(f"it has the format {named.format}, {made_by}; this program knows {FORMAT} alone")
            return _MANIFEST.validate_json(data)
        except ValidationError:
            raise NotABackup("it does not begin with a manifest of ours") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    """Submissions, by id, whose originals could not be copied as they were received."""

    deleted: Mapping[str, str] = field(default_factory=dict)  # by retention, meanwhile; with the rule that said so
    missing: tuple[str, ...] = ()  # nobody knows why
    damaged: tuple[str, ...] = ()  # copied all the same; of sealed ones nothing is known without their keys

    def to_json(self) -> bytes:
        """As it is written."""
        return _GAPS.dump_json(self) + b"\n"

    @classmethod
    def read(cls, data: bytes) -> "Gaps":
        """What was written; raises ValueError."""
        return _GAPS.validate_json(data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """A signature of the whole backup."""

    key_id: str
    signature: str  # Base64

    def to_json(self) -> bytes:
        """As it is written."""
        return _SEAL.dump_json(self) + b"\n"

    @classmethod
    def read(cls, data: bytes) -> "Seal":
        """What was written; raises ValueError."""
        return _SEAL.validate_json(data)


def signed_content(sums_sha256: str, key_id: str) -> bytes:
    """The bytes that are signed; what kind of statement it is stands in it, so that none passes for another."""
    return canonical({"format": FORMAT, "sums": sums_sha256, "key_id": key_id})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """What tells whose file it is."""

    format: str
    program: str = ""


_NAMED = TypeAdapter(_Named)
_MANIFEST = TypeAdapter(Manifest)
_GAPS = TypeAdapter(Gaps)
_SEAL = TypeAdapter(Seal)
