"""Two assessments of one document, side by side: what another rule pack would change."""

from collections import Counter
from dataclasses import dataclass

from einvoice.model.assessment import Assessment, Verdict
from einvoice.model.finding import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDifference:
    """A rule that does not say the same on both sides: how often it spoke, by effective level."""

    rule: str
    before: tuple[tuple[Level, int], ...]  # empty: it appears
    after: tuple[tuple[Level, int], ...]  # empty: it vanishes


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One document judged twice."""

    name: str  # path of the file, or id of the submission
    invoice_number: str | None  # BT-1
    before: Assessment
    after: Assessment

    @property
    def flips(self) -> bool:
        """Whether accepted became rejected, or the other way round."""
        return not self.undecided and self.before.verdict is not self.after.verdict

    @property
    def undecided(self) -> bool:
        """Whether one side could not be judged, so that nothing can be said."""
        return Verdict.UNDECIDED in (self.before.verdict, self.after.verdict)

    @property
    def same(self) -> bool:
        """Whether nothing is different but the pack."""
        return self.before.verdict is self.after.verdict and not self.rules() and self._codes[0] == self._codes[1]

    @property
    def _codes(self) -> tuple[tuple[str | None, str | None], ...]:
        sides = (self.before, self.after)
        return tuple(
            (one.refusal.code if one.refusal else None, one.fault.cause if one.fault else None) for one in sides
        )

    def rules(self) -> tuple[RuleDifference, ...]:
        """What appears, vanishes or has another level, by rule id."""
        before, after = (Counter((one.rule, one.level) for one in side.findings) for side in (self.before, self.after))
        different = sorted({rule for rule, _ in (before - after) + (after - before)})
        return tuple(RuleDifference(rule=rule, before=_of(rule, before), after=_of(rule, after)) for rule in different)


def _of(rule: str, counts: Counter[tuple[str, Level]]) -> tuple[tuple[Level, int], ...]:
    return tuple((level, counts[rule, level]) for level in Level if counts[rule, level])
