"""Our CII D16B schema says of a document what the KoSIT validator says of it."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from .cii_schema import plan, verdicts
from .cii_schema.mutants import OPERATIONS, Mutant
from .cii_schema.structure import types

ENTRY = Path(__file__).parents[2] / "xsd" / "cii-d16b" / "CrossIndustryInvoice.xsd"
COMPLEX = [name for name, entry in types().items() if entry.is_complex]


@cache
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(ENTRY))


@cache
def judged() -> dict[Mutant, bool]:
    return verdicts.read()


def is_valid(document: bytes) -> bool:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    return schema().validate(etree.fromstring(document, parser))


def disagreements(mutants: Iterator[Mutant]) -> set[Mutant]:
    return {mutant for mutant in mutants if is_valid(mutant.make()) != judged()[mutant]}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_decides_every_mutant_as_kosit_does(operation: str) -> None:
    assert disagreements(m for m in judged() if m.operation == operation and not m.deviation) == set()


def test_differs_from_kosit_wherever_a_deviation_is_stated() -> None:
    stated = {mutant for mutant in judged() if mutant.deviation}
    assert disagreements(iter(stated)) == stated


def test_every_mutant_of_the_plan_is_judged() -> None:
    assert list(judged()) == plan.mutants()


@pytest.mark.parametrize("name", COMPLEX)
def test_every_complex_type_is_met_by_valid_and_by_invalid_documents(name: str) -> None:
    assert {valid for mutant, valid in judged().items() if mutant.document == name} == {True, False}


def test_every_child_of_every_type_is_left_out_or_moved() -> None:
    places = {(mutant.document, mutant.place) for mutant in judged() if mutant.operation in ("drop", "content")}
    children = {
        (entry.name, child.name)
        for entry in types().values()
        if entry.content == "sequence"
        for child in entry.children
    }
    assert children <= places


def test_every_attribute_of_every_type_is_given_values_that_may_be_wrong() -> None:
    markup = {
        (mutant.document, mutant.value.partition("=")[0]) for mutant in judged() if mutant.operation == "attributes"
    }
    assert {(entry.name, attribute.name) for entry in types().values() for attribute in entry.attributes} <= markup


def test_no_element_but_the_invoice_is_a_root() -> None:
    roots = {mutant.document: valid for mutant, valid in judged().items() if mutant.operation == "root"}
    assert [name for name, valid in roots.items() if valid] == ["rsm:CrossIndustryInvoiceType"]
    assert set(roots) == set(COMPLEX)


def test_every_invoice_of_the_corpus_is_valid(corpus: Path) -> None:
    files = [
        *sorted((corpus / "xrechnung-testsuite" / "standard").glob("*_uncefact.xml")),
        *sorted((corpus / "xrechnung-instances").rglob("cii/**/*.xml")),
    ]
    assert len(files) > 33
    assert [file.name for file in files if not is_valid(file.read_bytes())] == []
