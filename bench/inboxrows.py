"""What was measured, and the bound it is held against."""

from collections.abc import Iterable
from dataclasses import dataclass

from rich.table import Table


@dataclass(frozen=True, slots=True)
class Row:
    """One figure."""

    what: str
    told: str  # what was measured, for a person
    figure: float
    bound: float | None  # the figure must stay below it; None: it is told, and held against nothing
    unit: str

    @property
    def broken(self) -> bool:
        """Whether the bound is broken."""
        return self.bound is not None and self.figure >= self.bound


def table(title: str, rows: Iterable[Row]) -> tuple[Table, list[Row]]:
    """The rows to be shown, and those that break their bounds."""
    made, broken = Table("", "measured", "figure", "bound", title=title, expand=True), []
    for row in rows:
        bound = "" if row.bound is None else f"{'above ' if row.broken else ''}{row.bound:g}"
        made.add_row(row.what, row.told, f"{row.figure:.2f} {row.unit}", bound)
        if row.broken:
            broken.append(row)
    return made, broken
