"""Invoices of the XRechnung rule authors with mutations written into them as `<?xmute …?>` instructions.

Each instruction changes the element after it and names rules that must hold or fail on the changed document.
"""

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from lxml import etree

from einvoice.extraction import Limits, extract
from einvoice.rules import Stylesheet
from einvoice.validation.saxon import SaxonEngine

PREFIX = "xrcii:"  # every instruction speaks of the XRechnung rules for CII
RULESET = "xrechnung-cii"
# (file, instruction id, value, rule) -> why our result differs from what the instruction asks.
DEVIATIONS: dict[tuple[str, str, str, str], str] = {}


@dataclass(frozen=True)
class Instruction:
    mutator: str
    id: str
    attribute: str | None
    values: tuple[str, ...]
    must_hold: frozenset[str]
    must_fire: frozenset[str]


def _read(text: str) -> Instruction:
    """The pseudo-attributes of an instruction; schematron-valid may stand there twice."""
    pairs = re.findall(r"""([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""", text)
    found: dict[str, list[str]] = {}
    for name, double, single in pairs:
        found.setdefault(name, []).append(double or single)
    separator = found.get("separator", [","])[0]
    values = [value.strip() for value in found["values"][0].split(separator)] if "values" in found else []
    return Instruction(
        mutator=found["mutator"][0],
        id=found.get("id", [""])[0],
        attribute=found.get("attribute", [None])[0],
        values=tuple(values),
        must_hold=_rules(found.get("schematron-valid", [])),
        must_fire=_rules(found.get("schematron-invalid", [])),
    )


def _rules(names: list[str]) -> frozenset[str]:
    """`xrcii:BR-DE-1, xrcii:BR-DE-2` -> the rule ids."""
    found = [name for text in names for name in re.split(r"[,\s]+", text) if name]
    assert all(name.startswith(PREFIX) for name in found)
    return frozenset(name.removeprefix(PREFIX) for name in found)


def _mutants(root: etree._Element) -> Iterator[tuple[Instruction, str, bytes]]:
    """(instruction, value set, changed document) for every mutant of a document."""
    tree = root.getroottree()
    for mark in root.iter(etree.PI):
        if mark.target != "xmute":
            continue
        instruction = _read(mark.text)
        element = next(mark.itersiblings(tag=etree.Element))
        path = tree.getelementpath(element)
        for value in instruction.values or ("",):
            changed = copy.deepcopy(tree)
            _apply(instruction, value, changed.find(path))
            yield instruction, value, etree.tostring(changed)


def _apply(instruction: Instruction, value: str, element: etree._Element) -> None:
    match instruction.mutator, instruction.attribute:
        case "identity", _:
            pass
        case "remove", None:
            element.getparent().remove(element)
        case "remove", attribute:
            del element.attrib[attribute]
        case "empty" | "code", None:
            for child in list(element):
                element.remove(child)
            element.text = value
        case "empty" | "code", attribute:
            element.set(attribute, value)
        case mutator, _:
            pytest.fail(f"unknown mutator {mutator}")


def test_every_mutation_breaks_or_keeps_the_rules_it_names(
    corpus: Path, engine: SaxonEngine, rulesets: dict[str, Stylesheet]
) -> None:
    deviations, mutants = set(), 0
    for path in sorted((corpus / "xrechnung-instances" / "cii").glob("*.xml")):
        for instruction, value, data in _mutants(etree.parse(path).getroot()):
            answers = engine.run(extract(data, Limits()), [(RULESET, rulesets[RULESET])])
            fired = {answer.rule for answer in answers[0]}
            wrong = (instruction.must_fire - fired) | (instruction.must_hold & fired)
            deviations |= {(path.name, instruction.id, value, rule) for rule in wrong}
            mutants += 1
    assert deviations == set(DEVIATIONS)
    assert mutants > 380
