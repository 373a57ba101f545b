"""What was put down, one line of JSON a document: what it is, where it lies, what has to become of it."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path


class What(StrEnum):
    """What is put down."""

    INVOICE = "invoice"
    DOUBLE = "double"  # one that came before, delivered once more as a message of its own
    TRUNCATED = "truncated"  # its end is missing, and it is handed over as if it were whole
    EMPTY = "empty"  # zero bytes
    NO_DOCUMENT = "no-document"  # the receipt, marker or metadata alone
    NO_RECEIPT = "no-receipt"  # the document alone, never finished
    NOT_XML = "not-xml"
    ORDER = "order"  # in place of an invoice
    ENCODING = "encoding"  # said to be UTF-8, and is not
    TWO_PAYLOADS = "two-payloads"


BROKEN = tuple(what for what in What if what not in (What.INVOICE, What.DOUBLE))


class Fate(StrEnum):
    """What has to become of it."""

    ACCEPTED = "accepted"  # a submission, and the files in done/
    REJECTED = "rejected"  # a submission, and the files in failed/
    SET_ASIDE = "set-aside"  # no submission, and the files in failed/
    STUCK = "stuck"  # no submission, and the files stay where they are


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """One document that was put down, whole or broken. Paths are relative to the folder, hashes SHA-256 in hex."""

    number: int  # from 0 on
    layout: str
    shape: str  # which of the forms the layout has
    what: What
    late: bool  # what completes it came long after it
    fate: Fate
    double_of: int | None  # the number of the first one
    instance_id: str | None  # of the envelope; None where there is none
    message_id: str | None  # of AS4; None where no access point is played
    submitted_sha256: str | None  # of the bytes that have to be submitted; None: it becomes no submission
    payload_sha256: str | None  # of the invoice in the envelope, byte for byte; None where none can be cut out
    files: dict[str, str]  # all that was put down, by path, with their hashes
    stuck: dict[str, str]  # what has to be shown as stuck after a time, by path, with the code

    @property
    def taken(self) -> bool:
        """Whether it has to leave the folder."""
        return self.fate is not Fate.STUCK

    @property
    def is_submission(self) -> bool:
        """Whether it has to be a submission, its own or the one it is a double of."""
        return self.fate in (Fate.ACCEPTED, Fate.REJECTED)

    def as_line(self) -> str:
        """One line of JSON, without its end."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_line(cls, line: str) -> "Dropped":
        """Raises ValueError, KeyError, TypeError."""
        told = json.loads(line)
        return cls(**told | {"what": What(told["what"]), "fate": Fate(told["fate"])})


def read_manifest(path: Path) -> Iterator[Dropped]:
    """All lines of a manifest. Raises OSError, ValueError."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield Dropped.from_line(line)
