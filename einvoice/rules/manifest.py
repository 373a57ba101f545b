"""The manifest of a rule pack, as it stands in `schematron/*.toml`.

A pack names its scenarios (root element, BT-24, XSD, Schematron steps, custom levels) and, for every file it
uses, the SHA-256 and the wheel that carries it. Files without a wheel are schemas of ours, from `xsd/`. A pack made
from an imported configuration has a manifest of the same form; its files were kept when it was imported.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError, model_validator

from einvoice.errors import Fault
from einvoice.model import InvoiceDocument, Level, Syntax

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
ANY = "*"
IMPORTED = "imported"  # in the place of a wheel: the file came with an imported configuration

_CITED = re.compile(r"\[([A-Z][\w-]*)\]")  # at the beginning of a message: "[BR-45]-Each VAT breakdown …"
# SVRL flag and role, in this order of precedence (KoSIT report stylesheet); anything else is an error.
_SAID = (
    ({"fatal", "error"}, Level.ERROR),
    ({"warning", "warn"}, Level.WARNING),
    ({"information", "info"}, Level.INFORMATION),
)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class ArtefactFile:
    """One file of a pack: its hash, and the wheel and path (or, without a wheel, our xsd/ folder) it comes from."""

    sha256: str
    path: str
    wheel: str | None


class Wheel(_Part):
    """A package wheel that carries artefacts; nothing of it is installed or run."""

    requirement: str  # exact: name==version
    sha256: Sha256


class OwnFile(_Part):
    """A file of ours, below `xsd/`; an imported pack keeps the one it was imported with."""

    path: str
    sha256: Sha256
    wheel: str | None = None


class SchemaSet(_Part):
    """An XSD with everything it imports. Paths are relative to `folder`; nothing else is ever read."""

    wheel: str | None = None
    folder: str
    entry: str
    title: str = ""  # what the configuration calls it
    location: str = ""  # and where it keeps it: both stand in the KoSIT report
    lexical: OwnFile | None = None  # built-in types as Xerces reads them, for an official schema run by libxml2
    files: dict[str, Sha256]

    @model_validator(mode="after")
    def _entry_is_listed(self) -> Self:
        if self.entry not in self.files:
            raise ValueError(f"entry {self.entry} is not among the files")
        return self


class Family(_Part):
    """Rules that get one level because their stylesheet gives them none, and why that one."""

    rules: tuple[str, ...]  # ids, with * for any signs
    level: Level
    reason: str


class Stylesheet(_Part):
    """A Schematron compiled to XSLT that answers with an SVRL report."""

    wheel: str
    path: str
    sha256: Sha256
    title: str = ""  # what the configuration calls it
    location: str = ""  # and where it keeps it: both stand in the KoSIT report
    documents: dict[str, Sha256] = {}  # code lists it asks for by name with document(); they lie beside it
    named_by: Literal["id", "message"] = "id"  # message: a rule cited at its beginning, "[BR-45]-…", is the rule's name
    unnamed: str = "UNSPECIFIC"  # what a rule without name is called; KoSIT's word
    levels: tuple[
        Family, ...
    ] = ()  # of rules without flag and role, the first that fits; none fits: error, as in KoSIT

    def name_of(self, given: str | None, message: str) -> str:
        """What a report calls the rule (Finding.rule): the id given, or the one the message cites, as the pack says."""
        cited = _CITED.match(message) if self.named_by == "message" else None
        return cited[1] if cited else given or self.unnamed

    def level_said(self, flag: str | None, role: str | None, rule: str) -> Level:
        """The rule's own level, by SVRL flag and role; without either it is the pack's to say."""
        if flag is None and role is None:
            return self.level_of(rule)
        return next((level for words, level in _SAID if words & {flag, role}), Level.ERROR)

    def level_of(self, rule: str) -> Level:
        """The level of a rule for which the stylesheet says none."""
        fitting = (family.level for family in self.levels if any(fnmatchcase(rule, name) for name in family.rules))
        return next(fitting, Level.ERROR)

    def files(self) -> Iterator[ArtefactFile]:
        """The stylesheet itself, then its code lists."""
        yield ArtefactFile(self.sha256, self.path, self.wheel)
        yield from (self.document(name) for name in self.documents)

    def document(self, name: str) -> ArtefactFile:
        """One of its code lists."""
        return ArtefactFile(self.documents[name], str(PurePosixPath(self.path).with_name(name)), self.wheel)


class MatchBy(StrEnum):
    """How KoSIT's scenario compares BT-24: the element's string value, or one of its own text nodes.

    They differ where a comment stands inside the identifier (`match` of the scenario in scenarios.xml).
    """

    STRING_VALUE = "string-value"
    TEXT_NODE = "text-node"


class Scenario(_Part):
    """One row of KoSIT's table: which document is judged by which artefacts, at which levels."""

    name: str
    syntax: Syntax
    customization: str  # BT-24, compared exactly; ANY: whatever it says, or none
    match: MatchBy
    profile: str  # what an authority takes or does not: "xrechnung", "factur-x-basic", …
    reject: str | None = None  # code of the refusal, for profiles that are recognised but are no invoice we take
    schema_set: str
    schematron: tuple[str, ...]
    levels: dict[Level, tuple[str, ...]] = {}
    family: str = ""  # where it is not the pack's: a configuration can hold scenarios of several

    def fits(self, document: InvoiceDocument) -> bool:
        """Whether root element and BT-24 are this scenario's."""
        if document.syntax is not self.syntax:
            return False
        if self.customization == ANY:
            return True
        if self.match is MatchBy.STRING_VALUE:
            return any(found.value == self.customization for found in document.customizations)
        return any(self.customization in found.texts for found in document.customizations)

    def level_of(self, rule: str, own: Level) -> Level:
        """The effective level: the scenario's custom one, else the rule's own."""
        for level, rules in self.levels.items():
            if rule in rules:
                return level
        return own


class Pack(_Part):
    """A rule pack: the unit that is put in force, pinned, and named in every report."""

    id: str
    version: str
    title: str
    official: bool  # KoSIT's own scenarios: they decide first and alone
    valid_from: date
    valid_until: date | None = None
    grace_days: int = 0  # so long from valid_from on the pack it replaces may still accept what this one rejects
    family: str = ""  # packs of one family replace each other by valid_from; empty: the id
    archive: Sha256 | None = None  # the configuration it was imported from
    wheels: dict[str, Wheel]
    schemas: dict[str, SchemaSet]
    schematron: dict[str, Stylesheet] = {}
    scenarios: tuple[Scenario, ...]

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        for scenario in self.scenarios:
            if scenario.schema_set not in self.schemas or not set(scenario.schematron) <= set(self.schematron):
                raise ValueError(f"scenario {scenario.name} names an artefact the pack does not list")
        named = {file.wheel for file in self.files() if file.wheel} - {IMPORTED}
        if not named <= set(self.wheels):
            raise ValueError(f"no wheel is listed for {', '.join(sorted(named - set(self.wheels)))}")
        return self

    @property
    def name(self) -> str:
        """Id and version, as reports name the pack: `xrechnung-3.0.2+2026-08-31`."""
        return f"{self.id}+{self.version}"

    @property
    def families(self) -> frozenset[str]:
        """Every family its scenarios belong to, one for each syntax: a pack for CII leaves UBL to the one before."""
        return frozenset(map(self.family_of, self.scenarios))

    def family_of(self, scenario: Scenario) -> str:
        """Which scenarios of other packs this one takes the place of: those of its family in its syntax."""
        return f"{scenario.family or self.family or self.id}/{scenario.syntax}"

    def in_force(self, on: date) -> bool:
        """Whether it is within its dates; which of several packs judges is for the registry to say."""
        return self.valid_from <= on and (self.valid_until is None or on <= self.valid_until)

    def files(self) -> Iterator[ArtefactFile]:
        """Every file the pack uses."""
        for schema in self.schemas.values():
            for path, sha256 in schema.files.items():
                yield ArtefactFile(sha256, f"{schema.folder}/{path}", schema.wheel)
            if schema.lexical:
                yield ArtefactFile(schema.lexical.sha256, schema.lexical.path, schema.lexical.wheel)
        for sheet in self.schematron.values():
            yield from sheet.files()


def load_packs(folder: Path) -> tuple[Pack, ...]:
    """Read every manifest of the folder, by name.

    Raises Fault naming the file that can't be read as one, or the folder if there is none: without rules nothing may
    be judged.
    """
    packs = tuple(_load(path) for path in sorted(folder.glob("*.toml")))
    if not packs:
        raise Fault("rules-missing", f"there is no rule pack manifest in {folder}")
    return packs


def _load(path: Path) -> Pack:
    try:
        return Pack.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (OSError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise Fault("rule-pack", f"{path}: {error}", deterministic=True) from error
