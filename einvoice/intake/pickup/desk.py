"""What becomes of the documents of a folder, as far as the pickup needs to know."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from einvoice.errors import Refusal
from einvoice.intake.pickup.item import Slip
from einvoice.intake.spool import Spooled


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How it ended for a document."""

    accepted: bool
    reports: Mapping[str, bytes]  # by kind: "html", "json", "txt"
    why: Mapping[str, str] = field(default_factory=dict)  # in a sentence by language, where nothing was handed in


class FolderDesk(Protocol):
    """Where documents are handed in."""

    def room(self) -> int:
        """How many documents may be taken on now; the others wait in the folder. Raises Fault."""

    def submit(self, spooled: Spooled, slip: Slip, key: str) -> str | Outcome:
        """Keep the bytes; the submission's id, or at once the outcome for what is no matter of submissions.

        The same key gives the same submission. Raises Fault.
        """

    def ended(self, ids: Collection[str]) -> set[str]:
        """Those of the submissions that may have ended, asked for all at once. Raises Fault."""

    def outcome(self, submission_id: str) -> Outcome | None:
        """How it ended, or None while it has not. Raises LookupError if there is no such submission, and Fault."""

    def refused(self, name: str, size: int, refusal: Refusal) -> Outcome:
        """The outcome for a document that was not even kept."""
