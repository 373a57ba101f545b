"""By which rules a document is judged."""

from dataclasses import dataclass
from datetime import date

from einvoice.model.policy import Demand
from einvoice.model.routing import Routing


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """Everything beside the document that the assessment depends on."""

    on: date  # day of receipt, where we are: it chooses the packs in force
    official_only: bool = False  # KoSIT's scenarios alone: /kosit, --format kosit, comparisons with KoSIT
    pins: tuple[str, ...] = ()  # packs by name that judge whatever the day: pinned by the authority, or replayed
    authority: str | None = None  # name of the authority whose policies hold; None: nobody's, only the formal verdict
    demands: tuple[Demand, ...] = ()
    profiles: tuple[str, ...] | None = None  # which the authority takes; None: DEFAULT_PROFILES

    @classmethod
    def of(cls, routing: Routing, on: date, *, official_only: bool = False) -> "Basis":
        """What holds for an invoice that goes there and came that day."""
        if routing.authority is None or official_only:
            return cls(on=on, official_only=official_only)
        policy = routing.authority.policy
        return cls(
            on=on,
            pins=policy.pins,
            authority=routing.authority.name,
            demands=policy.demands,
            profiles=policy.profiles,
        )
