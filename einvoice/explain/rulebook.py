"""What we know of every rule: its kind, the business terms it is about, the element it names.

Facts in `rules*.tsv`, one row for each rule of each rule set: CEN EN 16931 Schematron (also rules that only older
releases have), XRechnung Schematron, and in files of their own further rule sets and what is said of the PDF around
an invoice and of the files enclosed.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Rule:
    """One row. Kind: cardinality, calculation, code-list, format, conditional, not-used or attribute (an element or an
    attribute outside the model)."""

    kind: str
    terms: tuple[str, ...]  # BT/BG ids, empty: the whole document
    element: str  # what the rule looks at, by local names from outer to inner: Delivery/DeliveryParty/@schemeID; or ""
    instead: tuple[str, ...]  # for content outside the model: the terms where it could stand


_UNKNOWN = Rule("", (), "", ())


def terms_of(rule: str, ruleset: str | None = None) -> tuple[str, ...]:
    """The terms a rule is about; empty for a rule we do not know. `ruleset` such as "en16931-ubl"; None: any."""
    return rule_of(rule, ruleset).terms


def kind_of(rule: str, ruleset: str | None = None) -> str | None:
    """The kind of a rule; None for a rule we do not know."""
    return rule_of(rule, ruleset).kind or None


def rule_of(rule: str, ruleset: str | None = None) -> Rule:
    """The row of a rule, in whichever rule set has it; an empty one for a rule we do not know."""
    table = _table()
    return table.get((ruleset, rule)) or table.get((None, rule), _UNKNOWN)


@cache
def _table() -> Mapping[tuple[str | None, str], Rule]:
    """By rule set and id; under None the id in whichever rule set comes first."""
    table: dict[tuple[str | None, str], Rule] = {}
    for name in sorted(_tables(), key=lambda name: (name != "rules.tsv", name)):
        lines = files("einvoice.explain").joinpath(name).read_text(encoding="utf-8").splitlines()
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE, restval=""):
            known = Rule(row["kind"], _ids(row["terms"]), row.get("element", ""), _ids(row.get("instead", "")))
            table[row["ruleset"], row["id"]] = known
            table.setdefault((None, row["id"]), known)
    return table


def _tables() -> list[str]:
    room = files("einvoice.explain").iterdir()
    return [file.name for file in room if file.name.startswith("rules") and file.name.endswith(".tsv")]


def _ids(terms: str) -> tuple[str, ...]:
    return tuple(terms.split(",")) if terms else ()
