"""Write our XML Schemas out of their facts tables: `cii-d16b/structure.tsv`, `application-response/structure.tsv`.

usage: python xsd/generate.py            write the schema files beside the table
       python xsd/generate.py --check    write nothing; exit 1 when a file differs from what the table says

Writing also carries the new SHA-256 of each file into the rule packs in `schematron/`, which load nothing else.

One file a namespace; the entry is named after the root element. Built-in types that libxml2 reads otherwise than the
KoSIT validator's Xerces are taken from `cii-d16b/lexical.xsd` instead of XML Schema itself.
"""

import argparse
import csv
import hashlib
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from lxml import etree

HOME = Path(__file__).parent / "cii-d16b"
RESPONSES = Path(__file__).parent / "application-response"
PACKS = Path(__file__).parent.parent / "schematron"
XS = "http://www.w3.org/2001/XMLSchema"
NAMESPACES = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "ubl": "urn:oasis:names:specification:ubl:schema:xsd:ApplicationResponse-2",
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
    "lex": "urn:einvoice:xsd:lexical",
}
FILES = {"rsm": "CrossIndustryInvoice.xsd", "ram": "ram.xsd", "qdt": "qdt.xsd", "udt": "udt.xsd", "lex": "lexical.xsd"}
FILES |= {"ubl": "ApplicationResponse.xsd", "cac": "cac.xsd", "cbc": "cbc.xsd"}
CORRECTED = frozenset({"xs:anyURI", "xs:base64Binary", "xs:date", "xs:dateTime"})


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the table: an element of its own, a part of a type, or the base a type's value has.

    content: root (an element of its own), sequence, choice, simple (a value), simpleContent (a value with attributes).
    part: element, attribute, base. A name with a prefix (`cbc:ID`) is that of an element of its own, without a
    type here. min, max: occurrences, max a number or `unbounded`; empty for a base.
    constraint: `facet=value`, several joined by `|`; of an attribute only `fixed=value`.
    A type named `Outer.element` has no name of its own: it belongs to that element of Outer alone.
    """

    prefix: str
    type: str
    content: str
    part: str
    name: str
    value_type: str
    min: str
    max: str
    constraint: str

    @property
    def constraints(self) -> list[tuple[str, str]]:
        """The pairs of `constraint`: name of the facet (or `fixed`) and its value."""
        pairs = (text.partition("=") for text in self.constraint.split("|") if text)
        return [(name, value) for name, _, value in pairs]


Types = dict[str, list[Fact]]


def read(table: Path) -> Types:
    """The facts by type, as `prefix:Type` in the table's order; the root element stands under `rsm:`."""
    with table.open(encoding="utf-8", newline="") as lines:
        facts = [Fact(**row) for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)]
    types: Types = {}
    for fact in facts:
        types.setdefault(f"{fact.prefix}:{fact.type}", []).append(fact)
    return types


def schemas(types: Types, home: Path = HOME) -> Iterator[tuple[str, bytes]]:
    """File name and content of every schema file the table in `home` describes."""
    for prefix, names in groupby(sorted(types, key=_prefix), key=_prefix):
        yield FILES[prefix], _schema(prefix, list(names), types, home)


def _prefix(name: str) -> str:
    return name.partition(":")[0]


def _schema(prefix: str, names: list[str], types: Types, home: Path) -> bytes:
    used = {_prefix(_target(fact)) for name in names for fact in types[name]} - {prefix, "xs"}
    mapped = {"xs": XS} | {known: uri for known, uri in NAMESPACES.items() if known in used | {prefix}}
    schema = etree.Element(f"{{{XS}}}schema", nsmap=mapped)
    schema.set("targetNamespace", NAMESPACES[prefix])
    schema.set("elementFormDefault", "qualified")
    for other in sorted(used):
        _add(schema, "import", namespace=NAMESPACES[other], schemaLocation=_location(other, home))
    for name in names:
        if "." not in name:
            _define(schema, name.partition(":")[2], types[name], types)
    comment = etree.Comment(f" Written by xsd/generate.py out of {home.name}/structure.tsv; do not edit. ")
    schema.addprevious(comment)
    return etree.tostring(schema.getroottree(), pretty_print=True, xml_declaration=True, encoding="UTF-8")


def _define(parent: etree._Element, name: str | None, facts: list[Fact], types: Types) -> None:
    """Add one type, or the root element; without a name it is the type of the element it is added to."""
    named = {"name": name} if name else {}
    first = facts[0]
    match first.content:
        case "root":
            _particles(parent, facts, types)
        case "simple":
            _restrict(_add(parent, "simpleType", **named), first)
        case "simpleContent":
            content = _add(_add(parent, "complexType", **named), "simpleContent")
            value = _add(content, "extension", base=_reference(first.value_type))
            for fact in facts[1:]:
                _add(value, "attribute", name=fact.name, type=_reference(fact.value_type), **dict(fact.constraints))
        case "sequence" | "choice":
            _particles(_add(_add(parent, "complexType", **named), first.content), facts, types)
        case unknown:
            raise ValueError(f"{first.prefix}:{first.type}: unknown content {unknown!r}")


def _restrict(simple_type: etree._Element, fact: Fact) -> None:
    restriction = _add(simple_type, "restriction", base=_reference(fact.value_type))
    for facet, value in fact.constraints:
        _add(restriction, facet, value=value)


def _particles(parent: etree._Element, facts: Iterable[Fact], types: Types) -> None:
    for fact in facts:
        referred = ":" in fact.name
        element = _add(parent, "element", **{"ref" if referred else "name": fact.name})
        if "." in fact.value_type:
            _define(element, None, types[fact.value_type], types)
        elif not referred:
            element.set("type", _reference(fact.value_type))
        if fact.min != "1":
            element.set("minOccurs", fact.min)
        if fact.max != "1":
            element.set("maxOccurs", fact.max)


def _reference(value_type: str) -> str:
    return value_type.replace("xs:", "lex:") if value_type in CORRECTED else value_type


def _target(fact: Fact) -> str:
    """The type or the element of its own that a line names."""
    return fact.name if ":" in fact.name else _reference(fact.value_type)


def _location(prefix: str, home: Path) -> str:
    """Where the schema of another namespace lies; the lexical one is kept once."""
    shared = prefix == "lex" and home == RESPONSES
    return f"../{HOME.name}/{FILES[prefix]}" if shared else FILES[prefix]


def _add(parent: etree._Element, tag: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{XS}}}{tag}", attributes)


def list_hashes(home: Path, packs: Path) -> None:
    """Enter the hash of every schema file wherever a rule pack lists that file by name or by path."""
    hashes = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in home.glob("*.xsd")}
    for pack in packs.glob("*.toml"):
        text = pack.read_text("utf-8")
        for name, sha256 in hashes.items():
            text = re.sub(rf'("{name}" = ")[0-9a-f]{{64}}"', rf'\g<1>{sha256}"', text)
            text = re.sub(rf'("{home.name}/{name}", sha256 = ")[0-9a-f]{{64}}"', rf'\g<1>{sha256}"', text)
        pack.write_text(text, "utf-8")


def main(arguments: list[str] | None = None, *homes: Path) -> int:
    """Write the schema files, or compare them; the exit code says whether they are as they should be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare only; exit 1 when a file differs")
    check = parser.parse_args(arguments).check
    stale = []
    for home in homes or (HOME, RESPONSES):
        for name, content in schemas(read(home / "structure.tsv"), home):
            path = home / name
            if not check:
                path.write_bytes(content)
            elif not path.is_file() or path.read_bytes() != content:
                stale.append(name)
        if not check and home == HOME:
            list_hashes(home, PACKS)
    if stale:
        print(f"not as the table says: {', '.join(stale)}; run python xsd/generate.py", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
