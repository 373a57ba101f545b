"""The XML a report offers for what is missing: put where the report says, the rule holds and the structure is right.

Of each sample invoice every term and group the bindings know is taken out in turn, by its last occurrence.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path

import pytest
from lxml import etree

from einvoice.extraction import Limits, extract
from einvoice.model import Assessment, Finding, Source, Syntax
from einvoice.model.namespaces import PREFIXES
from einvoice.model.terms import TERMS
from einvoice.reports.insight import Snippet, Snippets
from einvoice.reports.insight.asked import asked_terms
from einvoice.reports.insight.paths import way
from einvoice.reports.insight.snippet import schema_order
from einvoice.rules import ArtefactStore, Registry
from einvoice.rules.manifest import ArtefactFile
from einvoice.semantics import read_invoice

SAMPLES = Path(__file__).parents[2] / "inbox" / "samples"
_DECLARED = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in PREFIXES.items())

Assess = Callable[[bytes], Assessment]


def _without_one_term(data: bytes, syntax: Syntax) -> Iterator[tuple[str, bytes]]:
    for term in TERMS:
        path = way(term, syntax)
        if not path or "$" in "".join(path):
            continue
        root = etree.fromstring(data)
        steps, attribute = (path[:-1], path[-1][1:]) if path[-1].startswith("@") else (path, "")
        found = root.xpath("./" + "/".join(steps), namespaces=PREFIXES)
        if not found or (attribute and attribute not in found[-1].attrib):
            continue
        if attribute:
            del found[-1].attrib[attribute]
        else:
            found[-1].getparent().remove(found[-1])
        yield term, etree.tostring(root)


def _put_in(data: bytes, snippet: Snippet) -> bytes:
    """What whoever looks after the software would do with it."""
    root = etree.fromstring(data)
    below = snippet.into.strip("/").split("/")[1:]
    steps = [step if "[" in step else f"{step}[1]" for step in below]
    place = root.xpath("./" + "/".join(steps), namespaces=PREFIXES)[0] if steps else root
    if snippet.attribute:
        name, _, value = snippet.xml.partition("=")
        place.set(name, value.strip('"'))
        return etree.tostring(root)
    piece = etree.fromstring(f"<x {_DECLARED}>{snippet.xml}</x>")[0]
    if snippet.replaces:
        for empty in place.findall(piece.tag):
            place.remove(empty)
    before = place.findall(snippet.after, PREFIXES) if snippet.after else []
    if before:
        before[-1].addnext(piece)
    else:
        place.insert(0, piece)
    return etree.tostring(root)


def _asking(findings: Iterable[Finding]) -> list[Finding]:
    return [one for one in findings if one.source is Source.SCHEMATRON and asked_terms(one)]


@pytest.mark.parametrize("sample", ["01", "02", "03"])
def test_the_rule_holds_once_the_snippet_is_in(sample: str, assess: Assess) -> None:
    (path,) = SAMPLES.glob(f"{sample}-*")
    syntax = extract(path.read_bytes(), Limits()).syntax
    mended, wrong = 0, []
    for term, data in _without_one_term(path.read_bytes(), syntax):
        findings = assess(data).findings
        snippets = Snippets(read_invoice(extract(data, Limits())), findings)
        for finding in _asking(findings):
            snippet = snippets.of(finding)
            if snippet is None:
                continue
            after = assess(_put_in(data, snippet)).findings
            same = [one for one in after if (one.rule, one.xpath) == (finding.rule, finding.xpath)]
            if same or any(one.source is Source.XSD for one in after):
                wrong.append((term, finding.rule, snippet))
            mended += 1
    assert wrong == []
    assert mended > 25


def test_the_order_of_elements_is_that_of_the_schemas(
    registry: Registry, artefacts: ArtefactStore, today: date
) -> None:
    """`order.tsv` against the `xs:sequence`s of UBL 2.1 and our own CII schema, element by element."""
    known = _sequences(registry, artefacts, today)
    for element, children in schema_order().items():
        sequences = [[name for name in sequence if name in children] for sequence in known[element]]
        assert list(children) in sequences, element


def _sequences(registry: Registry, artefacts: ArtefactStore, today: date) -> dict[str, list[list[str]]]:
    """For each element the names its type may contain, in order; several where a name has several types."""
    types: dict[str, list[str]] = {}
    typed: dict[str, set[str]] = {}
    for schema in {id(one): one for pack in registry.in_force(today) for one in pack.schemas.values()}.values():
        for path, sha256 in schema.files.items():
            location = f"{schema.folder}/{path}"
            root = etree.fromstring(artefacts.load(ArtefactFile(sha256, location, schema.wheel)))
            _read_schema(root, types, typed)
    return {name: [types[one] for one in kinds if one in types] for name, kinds in typed.items()}


def _read_schema(root: etree._Element, types: dict[str, list[str]], typed: dict[str, set[str]]) -> None:
    xs = "{http://www.w3.org/2001/XMLSchema}"
    shown = {uri: prefix for prefix, uri in PREFIXES.items()}
    target = shown.get(root.get("targetNamespace", ""))
    if target is None:
        return

    def name_of(qualified: str) -> str:
        prefix, _, local = qualified.rpartition(":")
        return f"{shown.get(root.nsmap.get(prefix or None, ''), '?')}:{local}"

    for kind in root.iter(f"{xs}complexType"):
        if kind.get("name"):
            members = [one.get("ref") or f"{target}:{one.get('name')}" for one in kind.iter(f"{xs}element")]
            types[f"{target}:{kind.get('name')}"] = [name_of(one) if one.count(":") else one for one in members]
    for element in root.iter(f"{xs}element"):
        if element.get("name") and element.get("type"):
            typed.setdefault(f"{target}:{element.get('name')}", set()).add(name_of(element.get("type", "")))
