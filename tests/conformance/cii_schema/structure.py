"""The facts table of the schema as a graph of types, read apart from the generator: neither trusts the other."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

TABLE = Path(__file__).parents[3] / "xsd" / "cii-d16b" / "structure.tsv"
ROOT = "rsm:CrossIndustryInvoiceType"
NAMESPACES = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
}


@dataclass(frozen=True, slots=True)
class Child:
    """An element a type may hold; `many` is True where the schema sets no bound."""

    name: str
    type: str
    required: bool
    many: bool


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute a type may have, all of them optional; `fixed` is the one value allowed, or empty."""

    name: str
    type: str
    fixed: str


@dataclass(slots=True)
class Type:
    """A complex type (`children`, or `base` with `attributes`) or a simple one (`base` alone)."""

    name: str
    content: str
    base: str = ""
    children: list[Child] = field(default_factory=list)
    attributes: list[Attribute] = field(default_factory=list)

    @property
    def prefix(self) -> str:
        """The namespace its child elements belong to, as a prefix."""
        return self.name.partition(":")[0]

    @property
    def is_complex(self) -> bool:
        """Whether elements, not only attributes, can be of this type."""
        return self.content != "simple"


@cache
def types() -> dict[str, Type]:
    """All types of the table by name, in its order, without the root element's line."""
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return _graph(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def _graph(rows: Iterable[dict[str, str]]) -> dict[str, Type]:
    found: dict[str, Type] = {}
    for row in rows:
        if row["content"] == "root":
            continue
        name = f"{row['prefix']}:{row['type']}"
        entry = found.setdefault(name, Type(name, row["content"]))
        match row["part"]:
            case "base":
                entry.base = row["value_type"]
            case "attribute":
                fixed = row["constraint"].removeprefix("fixed=")
                entry.attributes.append(Attribute(row["name"], row["value_type"], fixed))
            case _:
                many = row["max"] == "unbounded"
                entry.children.append(Child(row["name"], row["value_type"], row["min"] == "1", many))
    return found


def builtin(name: str) -> str:
    """The type of XML Schema a value of this type is, e.g. `xs:token`."""
    while not name.startswith("xs:"):
        name = types()[name].base
    return name
