"""Tries a correction out: an amount is only called wrong if with the right one no other sum breaks."""

from functools import cached_property

from einvoice.model.invoice import Group
from einvoice.reports.insight.arithmetic import Arithmetic
from einvoice.reports.insight.culprits import Culprit
from einvoice.reports.insight.groups import Groups, Place

_TRIES = 10
_GROUPS = 10_000  # of a longer invoice nothing is tried out
_RATES = 20  # breakdowns, each of which adds up all lines


class Trial:
    """One invoice, and corrections of it."""

    def __init__(self, groups: Groups) -> None:
        self._groups, self._left = groups, _TRIES

    def fits(self, culprit: Culprit) -> bool:
        """Whether every sum that holds still does with that correction; False when it gets too much to try."""
        self._left -= 1
        target = self._groups.at(culprit.place)
        if self._left < 0 or target is None or not self._is_small:
            return False
        corrected = _corrected(self._groups.root, target, culprit)
        try:
            return Arithmetic(Groups(corrected)).broken() <= self._broken
        except ArithmeticError:  # figures of dozens of digits
            return False

    @cached_property
    def _broken(self) -> set[tuple[str, Place]]:
        return Arithmetic(self._groups).broken()

    @cached_property
    def _is_small(self) -> bool:
        root = self._groups.root
        return len(self._groups.within(root, "BG-23")) <= _RATES and _size(root) <= _GROUPS


def _corrected(group: Group, target: Group, culprit: Culprit) -> Group:
    """The group with one amount put right in one group in or below it."""
    if group is not target:
        return group._replace(groups=tuple(_corrected(inner, target, culprit) for inner in group.groups))
    right = f"{culprit.right:f}"
    return group._replace(
        terms=tuple(term._replace(value=right) if term.id == culprit.term else term for term in group.terms)
    )


def _size(group: Group) -> int:
    return 1 + sum(map(_size, group.groups))
