"""What an authority asks of invoices beyond the law: policies, profiles it takes, packs it has pinned.

None of it touches the formal verdict; the outcome stands beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from einvoice.model.finding import Finding

# What a public authority has to take: XRechnung, and every profile that conforms to EN 16931 (NRW E-Rechnungsverordnung
# § 3; federal E-RechV § 4). A scenario's `profile` is one of these words, or of packs an operator has imported.
DEFAULT_PROFILES = (
    "xrechnung",
    "xrechnung-extension",
    "xrechnung-cvd",
    "en16931",
    "factur-x-basic",
    "factur-x-extended",
    "peppol-bis",
)


class PolicyAction(StrEnum):
    """What an authority wants to happen where a policy of its own is not met."""

    WARN = "warn"
    REJECT = "reject"


class Duplicates(StrEnum):
    """What becomes of a further invoice of the same seller, number and year. It is flagged in any case."""

    ACCEPT = "accept"  # handed over, flagged
    HOLD = "hold"  # an operator decides


@dataclass(frozen=True, slots=True)
class Demand:
    """One policy an authority has switched on: `schematron/policy/NAME.sch`, and what follows where it is not met."""

    policy: str
    action: PolicyAction


class StartEvent(StrEnum):
    """From the end of which calendar year an invoice's time of retention counts."""

    ISSUED = "issued"  # BT-2: the year in which the invoice was issued (§ 14b Abs. 1 UStG)
    RECEIVED = "received"
    BOOKED = "booked"  # acknowledged by the accounting system (near § 59 Abs. 2 KomHVO NRW, see docs/retention.md)


@dataclass(frozen=True, slots=True)
class Retention:
    """How long accepted invoices are kept: full years from the end of the year of the start event."""

    start: StartEvent
    years: int


# Eight years from the end of the year of issue: § 14b Abs. 1 UStG, § 147 Abs. 3 AO (both since 2025).
DEFAULT_RETENTION = Retention(StartEvent.ISSUED, 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityPolicy:
    """Everything one authority has set."""

    demands: tuple[Demand, ...] = ()
    profiles: tuple[str, ...] | None = None  # which it takes; None: DEFAULT_PROFILES
    pins: tuple[str, ...] = ()  # packs by name (id+version) that judge for it, whatever the day
    duplicates: Duplicates = Duplicates.ACCEPT
    retention: Retention = DEFAULT_RETENTION

    @property
    def asks(self) -> bool:
        """Whether a document is judged otherwise for this authority than for nobody in particular."""
        return bool(self.demands or self.pins) or self.profiles is not None

    @classmethod
    def read(cls, stored: Mapping[str, object], demands: tuple[Demand, ...] = ()) -> "AuthorityPolicy":
        """As the directory keeps it: what differs from the default, and the demands from their own table."""
        profiles, pins, retention = stored.get("profiles"), stored.get("pins"), stored.get("retention")
        return cls(
            demands=demands,
            profiles=tuple(map(str, profiles)) if isinstance(profiles, list) else None,
            pins=tuple(map(str, pins)) if isinstance(pins, list) else (),
            duplicates=Duplicates(str(stored.get("duplicates", Duplicates.ACCEPT))),
            retention=Retention(StartEvent(retention[0]), int(retention[1]))
            if isinstance(retention, list)
            else DEFAULT_RETENTION,
        )

    def stored(self) -> dict[str, object]:
        """The other way round, without the demands."""
        kept: dict[str, object] = {"pins": list(self.pins)} if self.pins else {}
        if self.profiles is not None:
            kept["profiles"] = list(self.profiles)
        if self.duplicates is not Duplicates.ACCEPT:
            kept["duplicates"] = str(self.duplicates)
        if self.retention != DEFAULT_RETENTION:
            kept["retention"] = [str(self.retention.start), self.retention.years]
        return kept


class Outcome(StrEnum):
    """What an authority's policies say, beside the formal verdict."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyOutcome:
    """What became of an authority's policies for one document."""

    authority: str  # name of who demands
    outcome: Outcome
    demands: tuple[Demand, ...] = ()  # what was looked at
    artefacts: tuple[tuple[str, str], ...] = ()  # policy and SHA-256 of its .sch, so that it can be replayed
    findings: tuple[Finding, ...] = ()  # source "policy"; level as the authority set it
