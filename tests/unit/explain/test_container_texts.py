"""What is said of the PDF around an invoice, of its pages and of the files enclosed has words of its own."""

import csv
import re
from importlib.resources import files

import pytest

from einvoice.explain import KindClass, Lang, explain, has_text
from einvoice.inspection import enclosures, hybrid, picture
from einvoice.inspection.enclosures import enclosure_findings
from einvoice.model.enclosed import Danger, Enclosure, Origin
from einvoice.model.finding import Finding, Level, Source
from tests.support.hybrids import facts, inspected

LANGUAGES: tuple[Lang, ...] = ("de", "en")
CONTRADICTABLE = {f"PICTURE-{fact.term}" for fact in picture.FACTS if fact.others}
RULES = {
    "hybrid": {rule.id for rule in hybrid.RULES},
    "picture": CONTRADICTABLE | {picture.NO_TEXT, picture.UNREAD},
    "enclosures": {row.rule for row in [enclosures.DAMAGED, *enclosures.RULES.values()]},
}


def table() -> dict[str, set[str]]:
    lines = files("einvoice.explain").joinpath("rules-container.tsv").read_text(encoding="utf-8").splitlines()
    found: dict[str, set[str]] = {}
    for row in csv.DictReader(lines, delimiter="\t"):
        found.setdefault(row["ruleset"], set()).add(row["id"])
    return found


def bare(rule: str, ruleset: str) -> Finding:
    return Finding(
        rule=rule,
        level=Level.WARNING,
        source=Source.CONTAINER,
        ruleset=ruleset,
        xpath="",
        line=None,
        terms=(),
        message="",
    )


def test_the_table_has_every_rule_of_the_inspection_and_no_other() -> None:
    assert table() == RULES


@pytest.mark.parametrize("ruleset", RULES)
def test_each_rule_has_words_of_its_own(ruleset: str) -> None:
    assert [rule for rule in sorted(RULES[ruleset]) if not has_text(bare(rule, ruleset))] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_contradiction_is_told_with_both_values(lang: Lang) -> None:
    terms = {"BT-1": "R-2026-001", "BT-5": "EUR", "BT-112": "119.00"}
    (found,) = inspected(terms, facts(text="Rechnung R-2026-001\nGesamtbetrag: 1.190,00 €\n")).findings
    told = {"de": "PDF zeigt 1.190,00 €, XML sagt 119,00 €.", "en": "The PDF shows 1.190,00 €, the XML says 119,00 €."}
    assert explain(found, lang).what.endswith(told[lang])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_fault_of_the_embedding_is_told_in_a_sentence(lang: Lang) -> None:
    terms = {"BT-1": "R-2026-001"}
    gone = facts(
        text="Rechnung R-2026-001",
        invoices=2,
        invoice={"in_names": False, "in_associated": False, "mime": None, "modified": False},
    )
    (found,) = inspected(terms, gone).findings
    assert explain(found, lang).what.count(".") >= 6
    (found,) = inspected(terms, facts(text="Rechnung R-2026-001", invoice={"modified": False})).findings
    assert explain(found, lang).what.count(".") == 2


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("danger", Danger)
def test_each_danger_is_told_with_the_name_of_the_file(danger: Danger, lang: Lang) -> None:
    file = Enclosure(
        number=1, origin=Origin.XML, name="x.bin", mime="a/b", kind="exe", size=1, sha256="", dangers=(danger,)
    )
    (found,) = enclosure_findings([file])
    shown = explain(found, lang)
    assert "x.bin" in shown.what
    assert not re.search(r"[{}]", shown.title + shown.what + shown.why + shown.fix)


def test_everything_but_a_contradicting_page_is_a_matter_of_form() -> None:
    assert explain(bare("BR-HYBRID-02", "hybrid"), "de").kind_class is KindClass.FORMAT
    assert explain(bare("ENCLOSURE-MACROS", "enclosures"), "de").kind_class is KindClass.FORMAT
    assert explain(bare("PICTURE-BT-112", "picture"), "de").kind_class is KindClass.CONTENT


@pytest.mark.parametrize("lang", LANGUAGES)
def test_whoever_reads_a_warning_learns_that_it_does_not_reject(lang: Lang) -> None:
    quiet = {"de": "führt nicht zur Ablehnung", "en": "reject"}
    assert quiet[lang] in explain(bare("BR-HYBRID-12", "hybrid"), lang).why
