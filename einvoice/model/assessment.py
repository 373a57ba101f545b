"""What the rules say about a document, and the verdict that follows."""

from dataclasses import dataclass
from enum import StrEnum

from einvoice.model.finding import Finding, Level
from einvoice.model.policy import Outcome, PolicyOutcome
from einvoice.model.trouble import FaultNotice, RefusalNotice


class Verdict(StrEnum):
    """The formal outcome. Undecided is never an answer: a person must act."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class ArtefactRef:
    """A rule artefact that took part, so that the verdict can be replayed years later."""

    name: str
    sha256: str
    title: str = ""  # what the configuration calls it
    location: str = ""  # where it lies in the configuration


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """The formal verdict with everything needed to prove and explain it.

    Accepted = a scenario matched, XSD valid, no finding of effective level error (DESIGN: levels).
    """

    verdict: Verdict
    scenario: str | None = None  # official name; None: no scenario matched
    profile: str | None = None  # of the scenario, e.g. "xrechnung", "factur-x-basic"
    custom_levels: tuple[tuple[Level, tuple[str, ...]], ...] = ()  # the scenario's: level and the rules that get it
    pack: str | None = None  # id+version of the rule pack
    official: bool = True  # KoSIT's own scenario; false: a pack of ours judged what KoSIT has no scenario for
    artefacts: tuple[ArtefactRef, ...] = ()  # in the order of the steps: the schema, then the stylesheets
    engine: str | None = None  # e.g. "saxonche 13.1.1, libxml2 2.14.6"
    xsd_valid: bool | None = None  # None: not checked
    findings: tuple[Finding, ...] = ()
    refusal: RefusalNotice | None = None
    fault: FaultNotice | None = None
    policy: PolicyOutcome | None = None  # what the authority asks beyond; None: nothing was asked, or no verdict

    @property
    def declined(self) -> bool:
        """Formally accepted, but not what the authority takes: it goes back to the sender."""
        return self.verdict is Verdict.ACCEPTED and self.policy is not None and self.policy.outcome is Outcome.REJECTED

    def count(self, level: Level) -> int:
        """Number of findings of that effective level."""
        return sum(finding.level is level for finding in self.findings)

    @classmethod
    def refused(cls, notice: RefusalNotice) -> "Assessment":
        """The verdict on an input that can't be an invoice we take."""
        return cls(verdict=Verdict.REJECTED, refusal=notice)

    @classmethod
    def undecided(cls, notice: FaultNotice) -> "Assessment":
        """No verdict, because we could not do our work."""
        return cls(verdict=Verdict.UNDECIDED, fault=notice)
