"""The rule unit tests of CEN: each names rules that must, or must not, fire on a fragment of an invoice."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from einvoice.extraction import Limits, extract
from einvoice.rules import Stylesheet
from einvoice.validation.saxon import SaxonEngine

NS = "{http://difi.no/xsd/vefa/validator/1.0}"
RULESET = "en16931-ubl"
# test file#number, rule -> why our result differs from what the test asks. Empty: no deviation.
DEVIATIONS: dict[tuple[str, str], str] = {}


@dataclass(frozen=True)
class Case:
    name: str  # file#number
    fragment: bytes
    must_fire: frozenset[str]
    must_hold: frozenset[str]


def _cases(folder: Path) -> Iterator[Case]:
    for path in sorted(folder.glob("*.xml")):
        for number, test in enumerate(etree.parse(path).getroot().iterchildren(f"{NS}test"), 1):
            asks = test.find(f"{NS}assert")
            fragment = next(child for child in test.iterchildren(tag=etree.Element) if not child.tag.startswith(NS))
            yield Case(
                name=f"{path.stem}#{number}",
                fragment=etree.tostring(fragment, with_tail=False),
                must_fire=_rules(asks, "error") | _rules(asks, "warning"),
                must_hold=_rules(asks, "success"),
            )


def _rules(asks: etree._Element | None, name: str) -> frozenset[str]:
    return frozenset() if asks is None else frozenset(e.text.strip() for e in asks.iterchildren(f"{NS}{name}"))


def test_every_named_rule_fires_or_holds_as_cen_says(
    corpus: Path, engine: SaxonEngine, rulesets: dict[str, Stylesheet]
) -> None:
    deviations, asked, tests = set(), 0, 0
    for case in _cases(corpus / "en16931-unit" / "invoice-ubl"):
        document = extract(case.fragment, Limits())
        fired = {answer.rule for answer in engine.run(document, [(RULESET, rulesets[RULESET])])[0]}
        deviations |= {(case.name, rule) for rule in (case.must_fire - fired) | (case.must_hold & fired)}
        asked += len(case.must_fire | case.must_hold)
        tests += 1
    assert deviations == set(DEVIATIONS)
    assert tests == 915
    assert asked >= tests
