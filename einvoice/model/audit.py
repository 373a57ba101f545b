"""The audit log: a chain in which each entry carries the hash of the one before, so that no change goes unseen.

An entry's hash is the SHA-256 of its canonical JSON: keys sorted, no white space, UTF-8, times in UTC to the
microsecond.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

GENESIS = "0" * 64  # what the first entry carries in place of a predecessor
CHECKPOINT_FORMAT = "einvoice-checkpoint/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One line of the log. No personal data: words of people go in as their hash."""

    number: int  # from 1, without gaps
    at: datetime
    actor: str  # as in `Event`
    action: str  # an event's kind, or what was done by an administrator: "policy-set"
    object: str  # "submission:ID", "authority:ID", "token:ID", "door:NAME", …
    details: Mapping[str, str] = field(default_factory=dict)
    hashes: Mapping[str, str] = field(default_factory=dict)  # SHA-256, hex: "original", "report", "reason"
    previous: str  # hash of the entry before; GENESIS for the first
    hash: str  # of this entry

    @property
    def is_intact(self) -> bool:
        """Whether the entry is what was hashed."""
        try:
            return self.hash == entry_hash(self)
        except (TypeError, ValueError):  # somebody wrote nonsense into it
            return False


def canonical(mapping: Mapping[str, object]) -> bytes:
    """The one spelling of a JSON object that is hashed and signed."""
    return json.dumps(mapping, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def moment(at: datetime) -> str:
    """A time as it is hashed and signed."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def sha256_hex(data: bytes | str) -> str:
    """SHA-256 in hex; of a text, of its UTF-8."""
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def entry_hash(entry: AuditEntry) -> str:
    """What `entry.hash` has to be."""
    content = {
        "number": entry.number,
        "at": moment(entry.at),
        "actor": entry.actor,
        "action": entry.action,
        "object": entry.object,
        "details": dict(entry.details),
        "hashes": dict(entry.hashes),
        "previous": entry.previous,
    }
    return sha256_hex(canonical(content))


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The head of the log as it was once signed: from then on nothing before it can change unseen."""

    number: int  # of the last entry then
    hash: str  # of that entry
    at: datetime
    key_id: str  # of the key that signed, as `records.signing` counts it
    signature: str = ""  # Ed25519 over `signed_content`, Base64; "" before it is signed

    def signed_content(self) -> bytes:
        """The bytes that are signed; what kind of statement it is stands in it, so that none passes for another."""
        return canonical(
            {
                "format": CHECKPOINT_FORMAT,
                "number": self.number,
                "hash": self.hash,
                "at": moment(self.at),
                "key_id": self.key_id,
            }
        )
