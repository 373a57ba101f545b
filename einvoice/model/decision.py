"""What the pipeline makes of one submission; the store writes it in one transaction."""

from dataclasses import dataclass

from einvoice.model.assessment import Verdict
from einvoice.model.examination import Examination
from einvoice.model.routing import Routing
from einvoice.model.submission import Hold
from einvoice.model.trouble import MALWARE


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The verdict with its report, the authority it goes to, and the hold, if a person must act."""

    examination: Examination
    routing: Routing
    hold: Hold

    @property
    def verdict(self) -> Verdict:
        """The formal verdict."""
        return self.examination.verdict

    @property
    def declined(self) -> bool:
        """Formally accepted, but the authority's policies send it back."""
        return self.examination.assessment.declined

    @classmethod
    def of(cls, examination: Examination, routing: Routing) -> "Decision":
        """The decision that follows from the examination; a Fault is held, never accepted or rejected."""
        return cls(examination=examination, routing=routing, hold=_hold(examination, routing))


def _hold(examination: Examination, routing: Routing) -> Hold:
    fault = examination.assessment.fault
    if fault is not None and fault.cause == MALWARE:
        return Hold.QUARANTINE
    if examination.verdict is Verdict.UNDECIDED:
        return Hold.ENGINE if fault is not None and fault.deterministic else Hold.FAULT
    if examination.verdict is Verdict.ACCEPTED and routing.authority is None:
        return Hold.UNROUTABLE
    return Hold.NONE
