"""What a Schematron engine must be able to do. Saxon is the reference; a compiled one may stand beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from einvoice.model import InvoiceDocument, Level
from einvoice.rules import Stylesheet


@dataclass(frozen=True, slots=True)
class Fired:
    """One assertion that failed (or report that fired), as the engine says it."""

    rule: str
    level: Level  # the rule's own, from flag or role
    location: str  # /Q{namespace}Name[1]/…, as the stylesheet wrote it
    message: str
    test: str = ""  # the XPath expression that did not hold
    codes: tuple[str, ...] = ()  # the allowed ones, where the rule looks them up in a code list of its own


class UncompilableSheet(Exception):
    """A stylesheet of ours that the engine can't compile: in which line of it (0 unknown), and why."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(line, reason)
        self.line = line
        self.reason = reason


class RuleEngine(Protocol):
    """Runs compiled Schematron over a document."""

    @property
    def name(self) -> str:
        """Engine and version, for the report."""
        ...

    def preload(self, sheets: Sequence[Stylesheet]) -> None:
        """Compile before the first document comes."""
        ...

    def run(self, document: InvoiceDocument, sheets: Sequence[tuple[str, Stylesheet]]) -> list[list[Fired]]:
        """What fires, a list a stylesheet, in their order.

        Raises Fault when the engine fails on the document (deterministic) or can't work at all.
        """
        ...

    def compile(self, stylesheet: str) -> Any:
        """A stylesheet of ours, not an official artefact, made ready for `apply`. Raises UncompilableSheet."""
        ...

    def apply(self, document: InvoiceDocument, sheets: Sequence[tuple[str, Any]]) -> list[list[Fired]]:
        """What fires, a list a compiled stylesheet, in their order. Raises Fault as `run` does."""
        ...
