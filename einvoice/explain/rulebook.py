"""What we know of every rule: its kind and the business terms it is about.

Facts in `rules.tsv`: CEN EN 16931 Schematron 1.3.16 and XRechnung Schematron, one row for each rule of each rule set.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Rule:
    """One row. Kind: cardinality, calculation, code-list, format, conditional, not-used (content outside the model)."""

    kind: str
    terms: tuple[str, ...]  # BT/BG ids, empty: the whole document


def terms_of(rule: str, ruleset: str | None = None) -> tuple[str, ...]:
    """The terms a rule is about; empty for a rule we do not know. `ruleset` such as "en16931-ubl"; None: any."""
    known = _find(rule, ruleset)
    return known.terms if known else ()


def kind_of(rule: str, ruleset: str | None = None) -> str | None:
    """The kind of a rule; None for a rule we do not know."""
    known = _find(rule, ruleset)
    return known.kind if known else None


def _find(rule: str, ruleset: str | None) -> Rule | None:
    table = _table()
    return table.get((ruleset, rule)) or table.get((None, rule))


@cache
def _table() -> Mapping[tuple[str | None, str], Rule]:
    """By rule set and id; under None the id in whichever rule set comes first."""
    table: dict[tuple[str | None, str], Rule] = {}
    lines = files("einvoice.explain").joinpath("rules.tsv").read_text(encoding="utf-8").splitlines()
    for line in lines[1:]:
        rule, ruleset, _flag, kind, terms = line.split("\t")
        known = Rule(kind, tuple(terms.split(",")) if terms else ())
        table[ruleset, rule] = known
        table.setdefault((None, rule), known)
    return table
