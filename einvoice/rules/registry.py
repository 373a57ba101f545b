"""Which scenario judges a document on a given day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from einvoice.errors import Fault
from einvoice.model import Basis, InvoiceDocument
from einvoice.rules.manifest import Pack, Scenario


@dataclass(frozen=True, slots=True)
class Match:
    """The scenario that judges a document, and its pack."""

    pack: Pack
    scenario: Scenario


class Registry:
    """All known packs. Official ones decide first and alone; others judge what no official scenario knows."""

    def __init__(self, packs: Sequence[Pack]) -> None:
        self.packs = tuple(packs)

    def in_force(self, on: date) -> tuple[Pack, ...]:
        """The packs that judge what is received on that day."""
        return tuple(pack for pack in self.packs if pack.in_force(on))

    def matches(self, document: InvoiceDocument, basis: Basis) -> tuple[Match, ...]:
        """The scenario that fits root element and BT-24 exactly; in a grace period also the one it replaces.

        Empty when there is none, or, as in KoSIT (ScenarioRepository), when several BT-24 fit several scenarios.
        Raises Fault when no official pack is in force or two of them hold the same scenario: that is no verdict.
        """
        packs = self.in_force(basis.on)
        if not any(pack.official for pack in packs):
            raise Fault("rules-missing", f"no official rule pack is in force on {basis.on}")
        for official in (True,) if basis.official_only else (True, False):
            found = [
                Match(pack, scenario)
                for pack in packs
                if pack.official is official
                for scenario in pack.scenarios
                if scenario.fits(document)
            ]
            if len({match.scenario.name for match in found}) < len(found):
                names = ", ".join(match.pack.name for match in found)
                raise Fault("rules-ambiguous", f"several packs in force hold the same scenario: {names}")
            if found:
                return tuple(found) if len(found) == 1 else ()
        return ()
