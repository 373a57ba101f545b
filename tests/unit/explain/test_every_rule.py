"""Every rule of every pack has words of its own or of its family, counted from the artefacts themselves.

`pytest -s` on this file prints the count by pack and rule set. Packs added later are counted as well.
"""

from functools import cache

import pytest

from einvoice.cli.explained import rules_as_findings
from einvoice.explain import Lang, explain, has_text
from einvoice.model.finding import Finding
from einvoice.rules import ArtefactStore, load_packs
from einvoice.settings import Settings

LANGUAGES: tuple[Lang, ...] = ("de", "en")
SETTINGS = Settings()
SHEETS = {
    (pack.name, ruleset): sheet
    for pack in load_packs(SETTINGS.schematron_dir)
    for ruleset, sheet in pack.schematron.items()
}
OURS = [key for key in SHEETS if key[1] in ("en16931-ubl", "en16931-cii", "xrechnung-ubl", "xrechnung-cii")]

# Rules of one rule set that ask for the same twice: the official sets have them under two ids.
TWINS = [
    {"BR-33", "BR-CO-21"},
    {"BR-38", "BR-CO-22"},
    {"BR-42", "BR-CO-23"},
    {"BR-44", "BR-CO-24"},
    {"BR-50", "BR-61", "CII-SR-470"},
    {"BR-55", "UBL-SR-07"},
    {"BR-64", "CII-SR-046"},
    {"UBL-SR-26", "UBL-SR-44"},
    {"UBL-SR-43", "UBL-CR-665"},
    {"CII-SR-009", "CII-SR-010"},
    {"CII-SR-184", "CII-SR-193"},
    {"CII-SR-333", "CII-SR-334"},
    {"CII-SR-452", "CII-SR-453"},
]


@cache
def findings(pack: str, ruleset: str) -> tuple[Finding, ...]:
    """Each rule of a stylesheet as it would be reported, at no place in particular."""
    store = ArtefactStore(SETTINGS.rules_dir, SETTINGS.xsd_dir)
    return tuple(rules_as_findings(ruleset, SHEETS[pack, ruleset], store))


@pytest.mark.parametrize(("pack", "ruleset"), SHEETS)
def test_no_rule_of_a_pack_is_without_words_of_its_own_or_of_its_family(pack: str, ruleset: str) -> None:
    rules = findings(pack, ruleset)
    missing = sorted({rule.rule for rule in rules if not has_text(rule)})
    print(f"\n{pack:32} {ruleset:20} {len(rules):5} rules, {len(missing)} of them without explanation")
    assert rules
    assert missing == []


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("pack", "ruleset"), OURS)
def test_what_is_said_of_a_rule_is_said_of_no_other(pack: str, ruleset: str, lang: Lang) -> None:
    """So that each explanation can be understood alone."""
    said: dict[tuple[str, str], set[str]] = {}
    for rule in findings(pack, ruleset):
        shown = explain(rule, lang)
        said.setdefault((shown.title, shown.what), set()).add(rule.rule)
    assert [rules for rules in said.values() if len(rules) > 1 and not any(rules <= twins for twins in TWINS)] == []


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("pack", "ruleset"), OURS)
def test_every_rule_names_a_term_or_an_element(pack: str, ruleset: str, lang: Lang) -> None:
    marks = ("(BT-", "(BG-", "Technischer Name: ", "Technical name: ", "(UBLVersionID)", "(TypeCode)")
    bare = {
        rule.rule for rule in findings(pack, ruleset) if not any(mark in explain(rule, lang).what for mark in marks)
    }
    assert bare <= {"PEPPOL-EN16931-R008"}  # speaks of any empty field
