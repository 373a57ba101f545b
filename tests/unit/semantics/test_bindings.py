"""The tables fit together, and the compiled bindings hold all of them."""

import csv
from importlib.resources import files

import pytest

from einvoice.model.document import Syntax
from einvoice.model.terms import TERMS
from einvoice.semantics.bindings import Node, tree

SYNTAXES = (Syntax.UBL_INVOICE, Syntax.UBL_CREDITNOTE, Syntax.CII)
NOT_IN_CII = {"BT-DEX-001", "BT-DEX-002", "BT-DEX-003"} | {f"BG-DEX-0{number}" for number in range(1, 10)}
NOT_IN_CREDIT_NOTES = {"BT-DEX-001", "BT-DEX-002", "BT-DEX-003", "BG-DEX-09"}


def _table(name: str) -> list[dict[str, str]]:
    text = files("einvoice.semantics").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))


def _compiled(node: Node, found: set[str], visited: set[int]) -> set[str]:
    if id(node) not in visited:
        visited.add(id(node))
        found |= {node.group.id} if node.group else set()
        found |= {binding.id for binding in node.terms} | {binding.id for _, binding in node.attributes}
        found |= {component for _, component in node.components} | {binding.id for _, binding in node.completes}
        for below in (*node.inner, *(child for nodes in node.children.values() for child in nodes)):
            _compiled(below, found, visited)
    return found


def test_every_term_has_its_row():
    assert [row["id"] for row in _table("bindings.tsv")] == list(TERMS)


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_every_term_of_a_syntax_can_be_reached(syntax):
    absent = {Syntax.CII: NOT_IN_CII, Syntax.UBL_CREDITNOTE: NOT_IN_CREDIT_NOTES}.get(syntax, set())
    assert _compiled(tree(syntax), set(), set()) == set(TERMS) - absent


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_elements_that_may_be_two_things_have_tests(syntax):
    def look(node: Node, visited: set[int]) -> None:
        visited.add(id(node))
        for tag, nodes in node.children.items():
            bound = [child for child in nodes if child.terms and not child.test]
            assert len(bound) <= 1, tag
            for child in nodes:
                if id(child) not in visited:
                    look(child, visited)

    look(tree(syntax), set())


def test_every_structural_text_has_a_reason():
    assert all(row["reason"].strip() and row["path"].strip() for row in _table("structural.tsv"))
