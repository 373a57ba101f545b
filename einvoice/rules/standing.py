"""How every pack stands on a day: in force, replaced, withdrawn, in its grace period, not yet, no more."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from einvoice.rules.ledger import Entry
from einvoice.rules.manifest import Pack, Scenario
from einvoice.rules.registry import Known, Line, by_day


class State(StrEnum):
    """What a pack does on a day."""

    IN_FORCE = "in force"
    GRACE = "grace period"  # a newer one judges; what that rejects, this one may still accept
    REPLACED = "replaced"
    NOT_YET = "not yet in force"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One pack on one day."""

    pack: Pack
    state: State
    by: tuple[Pack, ...] = ()  # which judge in its place
    until: date | None = None  # grace period: its first day after
    withdrawal: Entry | None = None
    imported: Entry | None = None


def standings(known: Known, on: date) -> tuple[Standing, ...]:
    """Every pack, in the order of the packs."""
    lines = by_day(known, on)
    return tuple(_standing(pack, known, lines, on) for pack in known.packs)


def dropped(pack: Pack, known: Known) -> tuple[Scenario, ...]:
    """Scenarios of the packs it takes the place of that it has not: from its first day on they are no scenarios."""
    own = {(scenario.syntax, scenario.customization) for scenario in pack.scenarios}
    day_before = pack.valid_from - timedelta(days=1)
    return tuple(
        scenario
        for line in by_day(known, day_before)
        if line.official is pack.official and line.family in pack.families
        for scenario in line.judging[0].scenarios
        if line.judging[0].family_of(scenario) == line.family
        if (scenario.syntax, scenario.customization) not in own
    )


def rival(pack: Pack, known: Known) -> Pack | None:
    """A pack that would judge the same documents on the same days, and neither takes the place of the other.

    With both in force every such document is a fault, `rules-ambiguous`. Withdrawn packs are nobody's rivals.
    """
    others = (one for one in known.packs if one.name != pack.name and one.name not in known.ledger.withdrawn)
    return next((one for one in others if one.official is pack.official and _equal(one, pack)), None)


def _equal(one: Pack, other: Pack) -> bool:
    latest = max(one.valid_from, other.valid_from)
    if not (one.in_force(latest) and other.in_force(latest)):
        return False
    families = {(scenario.syntax, scenario.customization): one.family_of(scenario) for scenario in one.scenarios}
    shared = [(families.get((its.syntax, its.customization)), other.family_of(its)) for its in other.scenarios]
    same_day = one.valid_from == other.valid_from
    return any(mine is not None and (same_day or mine != its) for mine, its in shared)


def _standing(pack: Pack, known: Known, lines: list[Line], on: date) -> Standing:
    mine = [line for line in lines if line.family in pack.families and line.official is pack.official]
    judging = tuple(dict.fromkeys(one.name for line in mine for one in line.judging if one.name != pack.name))
    by = tuple(one for one in known.packs if one.name in judging)
    imported = known.ledger.imported.get(pack.name)
    if withdrawal := known.ledger.withdrawn.get(pack.name):
        return Standing(pack=pack, state=State.WITHDRAWN, by=by, withdrawal=withdrawal, imported=imported)
    if on < pack.valid_from:
        return Standing(pack=pack, state=State.NOT_YET, by=by, imported=imported)
    if not pack.in_force(on):
        return Standing(pack=pack, state=State.ENDED, by=by, imported=imported)
    if any(pack in line.judging for line in mine):
        return Standing(pack=pack, state=State.IN_FORCE, imported=imported)
    graced = [line for line in mine if pack in line.graced]
    if graced:
        newer = (*graced[0].judging, *graced[0].graced)[graced[0].graced.index(pack)]
        return Standing(pack=pack, state=State.GRACE, by=by, until=known.grace_ends(newer), imported=imported)
    return Standing(pack=pack, state=State.REPLACED, by=by, imported=imported)
