"""Which scenario judges a document on a given day: of every family of packs the newest that is in force.

A pack that was withdrawn judges nothing; then the one before it is the newest. What an authority has pinned judges
for it whatever the day. In a grace period the pack before may accept what the newest rejects.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from einvoice.errors import Fault
from einvoice.model import Basis, InvoiceDocument
from einvoice.rules.ledger import Deed, Ledger
from einvoice.rules.manifest import Pack, Scenario

_DAYS = 1000  # remembered; a service asks for few


@dataclass(frozen=True, slots=True)
class Match:
    """The scenario that judges a document, and its pack."""

    pack: Pack
    scenario: Scenario


@dataclass(frozen=True, slots=True)
class Known:
    """Every pack there is, and what operators decided about them."""

    packs: tuple[Pack, ...]
    ledger: Ledger
    days: dict[date, list["Line"]] = field(default_factory=dict, compare=False)  # worked out before

    def grace_ends(self, pack: Pack) -> date:
        """The first day on which the pack before it may no longer accept."""
        return pack.valid_from + timedelta(days=self.ledger.grace.get(pack.name, pack.grace_days))


class Line:
    """The packs of one family on one day."""

    def __init__(self, family: str, judging: Sequence[Pack], graced: Sequence[Pack] = ()) -> None:
        self.family = family
        self.official = judging[0].official
        self.judging = tuple(judging)  # one; several are a mistake that `Registry.matches` tells
        self.graced = tuple(graced)  # those before, as far as they may still accept, newest first
        self._candidates = {
            pack.name: [Match(pack, one) for one in pack.scenarios if pack.family_of(one) == family]
            for pack in (*judging, *graced)
        }

    def matches(self, packs: Iterable[Pack], document: InvoiceDocument) -> Iterator[Match]:
        """The scenarios of this family in these packs that fit."""
        for pack in packs:
            yield from (match for match in self._candidates[pack.name] if match.scenario.fits(document))


class Registry:
    """All known packs. Official ones decide first and alone; others judge what no official scenario knows."""

    def __init__(self, packs: Sequence[Pack], ledger: Ledger | None = None) -> None:
        self._known = Known(tuple(packs), ledger or Ledger())

    def known(self) -> Known:
        """What it chooses from."""
        return self._known

    @property
    def packs(self) -> tuple[Pack, ...]:
        """Every pack, in force or not."""
        return self.known().packs

    def named(self, name: str) -> Pack:
        """The pack of that name, or of the one name that begins so. Raises LookupError with the names there are."""
        packs = self.packs
        found = [pack for pack in packs if pack.name == name] or [p for p in packs if p.name.startswith(name)]
        if len(found) != 1:
            what = "fits several packs" if found else "is no pack"
            raise LookupError(f"{name} {what}: {', '.join(pack.name for pack in found or packs)}")
        return found[0]

    def in_force(self, on: date) -> tuple[Pack, ...]:
        """The packs that judge what is received on that day, those of a grace period among them."""
        known = self.known()
        names = {pack.name for line in by_day(known, on) for pack in (*line.judging, *line.graced)}
        return tuple(pack for pack in known.packs if pack.name in names)

    def matches(self, document: InvoiceDocument, basis: Basis) -> tuple[Match, ...]:
        """The scenario that fits root element and BT-24 exactly; in a grace period also those it replaces.

        Empty when there is none, or, as in KoSIT (ScenarioRepository), when several BT-24 fit several scenarios.
        Raises Fault, for that is no verdict: no official pack is in force, a pinned one can't be used, two packs hold
        the same scenario, or the only pack that knows the document was withdrawn.
        """
        known = self.known()
        lines = _lines(known, basis)
        if not any(pack.official for line in lines for pack in line.judging):
            raise Fault("rules-missing", f"no official rule pack is in force on {basis.on}")
        for official in (True,) if basis.official_only else (True, False):
            wanted = [line for line in lines if line.official is official]
            first = [match for line in wanted for match in line.matches(line.judging, document)]
            _refuse_ambiguous(first)
            if len(first) > 1:
                return ()
            graced = () if basis.official_only else _graced(wanted, document)
            if first or graced:
                return (*first, *graced)
            _refuse_withdrawn(known, document, basis, official=official)
        return ()


def _graced(lines: Iterable[Line], document: InvoiceDocument) -> tuple[Match, ...]:
    """What packs in their grace period know of the document; none where one of them knows several scenarios."""
    by_pack = [tuple(line.matches([pack], document)) for line in lines for pack in line.graced]
    return tuple(matches[0] for matches in by_pack if len(matches) == 1)


def _refuse_ambiguous(found: Sequence[Match]) -> None:
    """Within one pack KoSIT's rule holds (several scenarios are none); between packs it is a mistake of ours."""
    keys = [(match.scenario.syntax, match.scenario.customization) for match in found]
    if len(set(keys)) < len(keys) and len({match.pack.name for match in found}) > 1:
        names = ", ".join(match.pack.name for match in found)
        raise Fault("rules-ambiguous", f"several packs in force hold the same scenario: {names}")


def _refuse_withdrawn(known: Known, document: InvoiceDocument, basis: Basis, *, official: bool) -> None:
    """A document that only a withdrawn pack knows is no document without a scenario."""
    withdrawn = known.ledger.withdrawn
    graces = Ledger(entry for entry in known.ledger.entries if entry.deed is Deed.GRACE)
    for line in by_day(Known(known.packs, graces), basis.on) if withdrawn else ():
        packs = line.judging if basis.official_only else (*line.judging, *line.graced)
        gone = [pack for pack in packs if pack.name in withdrawn and line.official is official]
        if found := next(line.matches(gone, document), None):
            reason = withdrawn[found.pack.name].reason
            detail = f"{found.pack.name} was withdrawn ({reason}) and no other pack judges {found.scenario.name}"
            raise Fault("rules-withdrawn", detail)


def _lines(known: Known, basis: Basis) -> list[Line]:
    """The families, each with the packs that judge: pinned ones first, else by the day."""
    pinned = [_pinned(known, name) for name in basis.pins]
    families = {(pack.official, family) for pack in pinned for family in pack.families}
    lines = [
        Line(family, [pack for pack in pinned if pack.official is official and family in pack.families])
        for official, family in sorted(families)
    ]
    return lines + [line for line in by_day(known, basis.on) if (line.official, line.family) not in families]


def _pinned(known: Known, name: str) -> Pack:
    """A pinned pack; never another one in its place."""
    pack = next((pack for pack in known.packs if pack.name == name), None)
    if pack is None:
        raise Fault("rules-pinned", f"the pack {name} is pinned but not known; unpin it or bring it back")
    if name in known.ledger.withdrawn:
        reason = known.ledger.withdrawn[name].reason
        raise Fault("rules-pinned", f"the pack {name} is pinned but was withdrawn ({reason}); unpin or restore it")
    return pack


def by_day(known: Known, on: date) -> list[Line]:
    """The families in force on a day, in the order of the packs."""
    lines = known.days.get(on)
    if lines is None:
        if len(known.days) >= _DAYS:
            known.days.clear()
        lines = known.days[on] = _worked_out(known, on)
    return lines


def _worked_out(known: Known, on: date) -> list[Line]:
    usable = [pack for pack in known.packs if pack.in_force(on) and pack.name not in known.ledger.withdrawn]
    families = dict.fromkeys((pack.official, family) for pack in usable for family in sorted(pack.families))
    lines = []
    for official, family in families:
        members = [pack for pack in usable if pack.official is official and family in pack.families]
        members.sort(key=lambda pack: pack.valid_from, reverse=True)
        judging = [pack for pack in members if pack.valid_from == members[0].valid_from]
        lines.append(Line(family, judging, _still_allowed(known, judging[0], members[len(judging) :], on)))
    return lines


def _still_allowed(known: Known, newest: Pack, before: Sequence[Pack], on: date) -> tuple[Pack, ...]:
    allowed: list[Pack] = []
    for pack in before:
        newer = allowed[-1] if allowed else newest
        if on >= known.grace_ends(newer):
            break
        allowed.append(pack)
    return tuple(allowed)
