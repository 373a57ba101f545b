"""Refusals and Faults as data, so that they can be stored and shown; the exceptions live in `einvoice.errors`."""

from collections.abc import Mapping
from dataclasses import dataclass, field

MALWARE = "virus"  # cause of the Fault that puts a file into quarantine; its detail names signature and place


@dataclass(frozen=True, slots=True)
class RefusalNotice:
    """Why an input can't be an invoice we take. Terminal: the verdict is rejected."""

    code: str  # key of the refusal table in explain/, e.g. "pdf-encrypted"
    details: Mapping[str, str] = field(default_factory=dict)  # what fills the sentence: limit, size, names


@dataclass(frozen=True, slots=True)
class FaultNotice:
    """Why we could not do our work. Never a verdict: the document is undecided."""

    cause: str  # short and stable, e.g. "engine-abort", "timeout"
    detail: str  # for the operator; never shown to a supplier
    deterministic: bool  # true: the same document will fail the same way, so a retry is pointless
    elsewhere: bool = False  # true: not about this document (a part of the service is away), so trying goes on
    ruleset: str | None = None  # the artefact that was at work, e.g. "en16931-ubl"; None: none was, or unknown
