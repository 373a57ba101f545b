"""Which terms a rule asks for when it fails because something is not there."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from einvoice.explain import kind_of, terms_of
from einvoice.explain.factur_x import told_as
from einvoice.model.finding import Finding
from einvoice.model.terms import TERMS, way_to


def asked_terms(finding: Finding) -> tuple[str, ...]:
    """The terms whose absence breaks the rule, the first to be added first; empty for rules about anything else."""
    return _asked(told_as(finding), finding.ruleset)


@cache
def _asked(rule: str, ruleset: str) -> tuple[str, ...]:
    """`asked.tsv` first; else, for a rule of existence, its terms without the groups around them."""
    if rule in _table():
        return _table()[rule]
    if kind_of(rule, ruleset) != "cardinality" or "-SR-" in rule:
        return ()
    terms = [term for term in terms_of(rule, ruleset) if term in TERMS]
    around = {step for term in terms for step in way_to(term)}
    return tuple(term for term in terms if term not in around)


@cache
def _table() -> Mapping[str, tuple[str, ...]]:
    text = files("einvoice.reports.insight").joinpath("asked.tsv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return {rule: tuple(row["terms"].split()) for row in rows for rule in row["rules"].split()}
