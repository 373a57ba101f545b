"""XML against picture on real hybrid invoices: every contradiction told is one, seen by eye on page and XML."""

from functools import cache
from pathlib import Path

import pytest

from einvoice.extraction import Limits, extract
from einvoice.inspection import inspect
from einvoice.model.enclosed import Agreement, Inspection, Picture
from einvoice.model.finding import Level, Source
from einvoice.semantics import read_invoice

# Files whose page really shows something else than their XML says: (term, on the page). The first one was made with
# an XML of another invoice, in the others a date or a total was changed on one side only.
REAL = {
    "acme_invoice-42_ZUGFeRD.pdf": {("BT-2", "31.01.2014"), ("BT-112", "1.589,80")},
    "MustangGnuaccountingBeispielRE-20150613_503.pdf": {("BT-112", "406,82 €")},
    "MustangGnuaccountingBeispielRE-20151008_504.pdf": {("BT-2", "08.10.2015")},
    "MustangGnuaccountingBeispielRE-20151008_504new.pdf": {("BT-2", "08.10.2015")},
}
# Rules for hybrid documents that real files break.
BROKEN = {
    "MustangGnuaccountingBeispielRE-20170509_505.pdf": {"BR-HYBRID-07"},  # an empty ConformanceLevel
    "zugferd_2p0_MINIMUM.pdf": {"BR-HYBRID-11", "BR-HYBRID-DE-01"},
}


@pytest.fixture(scope="module")
def inspections(corpus: Path) -> dict[str, Inspection]:
    found = {path.name: looked_at(path) for path in sorted((corpus / "zugferd-pdf").rglob("*.pdf"))}
    assert len(found) == 50
    return found


@cache
def looked_at(path: Path) -> Inspection:
    data = path.read_bytes()
    document = extract(data, Limits())
    return inspect(data, document, read_invoice(document))


def test_every_page_can_be_compared(inspections: dict[str, Inspection]) -> None:
    assert {found.picture for found in inspections.values()} == {Picture.COMPARED}


def test_there_is_no_contradiction_but_the_real_ones(inspections: dict[str, Inspection]) -> None:
    told = {
        name: {(one.term, one.shown[0]) for one in found.compared if one.agreement is Agreement.CONTRADICTS}
        for name, found in inspections.items()
    }
    assert {name: facts for name, facts in told.items() if facts} == REAL


def test_most_facts_are_found_on_the_page(inspections: dict[str, Inspection]) -> None:
    compared = [one for found in inspections.values() for one in found.compared]
    same = sum(one.agreement is Agreement.SAME for one in compared)
    print(f"\n{same} of {len(compared)} facts are the same on page and in the XML")
    assert same / len(compared) > 0.9


def test_sound_files_of_old_editions_break_no_rule(inspections: dict[str, Inspection]) -> None:
    told = {
        name: {one.rule for one in found.findings if one.ruleset == "hybrid"} for name, found in inspections.items()
    }
    assert {name: rules for name, rules in told.items() if rules} == BROKEN


def test_nothing_is_an_error(inspections: dict[str, Inspection]) -> None:
    findings = [one for found in inspections.values() for one in found.findings]
    assert {one.source for one in findings} == {Source.CONTAINER}
    assert Level.ERROR not in {one.level for one in findings}
