"""Looks up groups of an invoice by place; each look is kept, so that thousands of findings stay cheap."""

from einvoice.model.invoice import Group
from einvoice.model.terms import TERMS

Place = tuple[tuple[str, int | None], ...]  # as in Finding.place


class Groups:
    """The groups of one invoice."""

    def __init__(self, root: Group) -> None:
        self.root = root
        self._within: dict[tuple[int, str], tuple[Group, ...]] = {}

    def within(self, group: Group, wanted: str) -> tuple[Group, ...]:
        """All occurrences of a group below another one."""
        key = (id(group), wanted)
        if key not in self._within:
            self._within[key] = group.within(wanted)
        return self._within[key]

    def step(self, group: Group, name: str, number: int | None) -> Group | None:
        """One step of a place; None if there is no such group."""
        found = self.within(group, name)
        return found[(number or 1) - 1] if len(found) >= (number or 1) else None

    def at(self, place: Place) -> Group | None:
        """The group at a place."""
        group: Group | None = self.root
        for name, number in place:
            group = self.step(group, name, number) if group is not None else None
        return group


def is_a(group_id: str, wanted: str) -> bool:
    """Whether a group is another one, or like it: a sub invoice line is a line."""
    return group_id == wanted or (group_id in TERMS and TERMS[group_id].like == wanted)


def says_nothing(group: Group) -> bool:
    """Neither a term in it nor below."""
    return not group.terms and all(map(says_nothing, group.groups))
