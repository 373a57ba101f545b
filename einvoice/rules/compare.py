"""What is different between two packs: rules, their levels and tests, and what the scenarios make of them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from einvoice.model import Level
from einvoice.rules.artefacts import ArtefactStore
from einvoice.rules.manifest import ArtefactFile, Pack, Scenario
from einvoice.rules.sheetrules import Assertion, SheetRules, read_rules


@dataclass(frozen=True, slots=True)
class Change:
    """One thing of a rule or scenario that is not the same: what, and its text on either side."""

    what: str  # context, test, level, message; match, schema, step, level RULE
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule that both packs have and that is not the same."""

    rule: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetComparison:
    """One stylesheet, by the name both packs give it."""

    name: str
    rules: tuple[int, int]  # how many
    added: tuple[tuple[str, Level], ...] = ()
    gone: tuple[tuple[str, Level], ...] = ()
    changed: tuple[RuleChange, ...] = ()  # other context, test or level
    definitions: tuple[RuleChange, ...] = ()  # variables and functions that rules use
    reworded: tuple[str, ...] = ()  # rules that say the same in other words

    @property
    def same(self) -> bool:
        """Whether nothing that could change a verdict differs."""
        return not (self.added or self.gone or self.changed or self.definitions)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackComparison:
    """Two packs. What is of one alone is `added` or `gone`."""

    before: str
    after: str
    sheets: tuple[SheetComparison, ...]
    sheets_added: tuple[str, ...]
    sheets_gone: tuple[str, ...]
    scenarios: tuple[RuleChange, ...]  # by name, those that are not the same
    scenarios_added: tuple[str, ...]
    scenarios_gone: tuple[str, ...]
    schemas: tuple[str, ...]  # XML Schemas with other files

    @property
    def same(self) -> bool:
        """Whether both judge alike."""
        others = (self.sheets_added, self.sheets_gone, self.scenarios, self.scenarios_added, self.scenarios_gone)
        return all(sheet.same for sheet in self.sheets) and not any(others) and not self.schemas


def compare(before: Pack, after: Pack, store: ArtefactStore) -> PackComparison:
    """Compare two packs by what their artefacts say. Raises Fault when one can't be loaded."""
    shared, gone, added = _names(before.schematron, after.schematron)
    old = {scenario.name: scenario for scenario in before.scenarios}
    new = {scenario.name: scenario for scenario in after.scenarios}
    kept, lost, come = _names(old, new)
    schemas = [name for name in before.schemas if name in after.schemas]
    changes = [RuleChange(name, tuple(_scenario_changes(old[name], new[name]))) for name in kept]
    return PackComparison(
        before=before.name,
        after=after.name,
        sheets=tuple(_sheet(name, _rules(before, name, store), _rules(after, name, store)) for name in shared),
        sheets_added=added,
        sheets_gone=gone,
        scenarios=tuple(change for change in changes if change.changes),
        scenarios_added=come,
        scenarios_gone=lost,
        schemas=tuple(name for name in schemas if before.schemas[name].files != after.schemas[name].files),
    )


def _rules(pack: Pack, name: str, store: ArtefactStore) -> SheetRules:
    sheet = pack.schematron[name]
    return read_rules(store.load(ArtefactFile(sheet.sha256, sheet.path, sheet.wheel)), sheet)


def _names(before: Iterable[str], after: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Those of both, of the first alone, of the second alone."""
    old, new = list(before), list(after)
    return (
        tuple(name for name in old if name in new),
        tuple(name for name in old if name not in new),
        tuple(name for name in new if name not in old),
    )


def _sheet(name: str, before: SheetRules, after: SheetRules) -> SheetComparison:
    shared, gone, added = _names(before.rules, after.rules)
    compared = {rule: tuple(_rule_changes(before.rules[rule], after.rules[rule])) for rule in shared}
    verdicts = {rule: changes for rule, changes in compared.items() if any(one.what != "message" for one in changes)}
    return SheetComparison(
        name=name,
        rules=(len(before.rules), len(after.rules)),
        added=tuple((rule, after.rules[rule][0].level) for rule in sorted(added)),
        gone=tuple((rule, before.rules[rule][0].level) for rule in sorted(gone)),
        changed=tuple(RuleChange(rule, verdicts[rule]) for rule in sorted(verdicts)),
        definitions=tuple(_definition_changes(before.definitions, after.definitions)),
        reworded=tuple(sorted(rule for rule, changes in compared.items() if changes and rule not in verdicts)),
    )


def _rule_changes(before: tuple[Assertion, ...], after: tuple[Assertion, ...]) -> Iterable[Change]:
    """What differs between the assertions of one rule; those both have are left out."""
    only = [sorted((Counter(one) - Counter(other)).elements()) for one, other in ((before, after), (after, before))]
    for what in ("context", "test", "level", "message"):
        old, new = (list(dict.fromkeys(str(getattr(one, what)) for one in side)) for side in only)
        if sorted(old) != sorted(new):
            yield Change(what, " | ".join(old), " | ".join(new))


def _definition_changes(before: Mapping[str, str], after: Mapping[str, str]) -> Iterable[RuleChange]:
    for name in sorted({*before, *after}):
        old, new = before.get(name, ""), after.get(name, "")
        if old != new:
            yield RuleChange(name, (Change("definition", old, new),))


def _scenario_changes(before: Scenario, after: Scenario) -> Iterable[Change]:
    for what in ("syntax", "customization", "match", "schema_set", "reject"):
        old, new = str(getattr(before, what)), str(getattr(after, what))
        if old != new:
            yield Change(what, old, new)
    if before.schematron != after.schematron:
        yield Change("steps", ", ".join(before.schematron), ", ".join(after.schematron))
    levels = [{rule: level for level, rules in one.levels.items() for rule in rules} for one in (before, after)]
    for rule in sorted({*levels[0], *levels[1]}):
        own, other = (str(one.get(rule, "its own")) for one in levels)
        if own != other:
            yield Change(f"level of {rule}", own, other)
