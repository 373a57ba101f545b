"""An official KoSIT configuration as a rule pack: read, checked and kept as a whole, or not at all."""

import hashlib
import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path, PurePosixPath
from typing import TypeVar

from pydantic import ValidationError

from einvoice.errors import Fault
from einvoice.model import Syntax
from einvoice.rules.archive import Archive, ReleaseRefused
from einvoice.rules.artefacts import ArtefactStore
from einvoice.rules.configuration import Configuration, ConfiguredScenario, Resource, read_configuration
from einvoice.rules.ledger import Deed, Entry
from einvoice.rules.library import RuleFolders, imported_packs
from einvoice.rules.manifest import IMPORTED, ArtefactFile, OwnFile, Pack, Scenario, SchemaSet, Stylesheet, load_packs
from einvoice.rules.registry import Known
from einvoice.rules.resources import check_stylesheet, locate, schema_closure
from einvoice.rules.slugs import name_of, slug
from einvoice.rules.standing import rival
from einvoice.xmlparse import XmlLimits

_SCENARIOS = "scenarios.xml"
_LEXICAL_PATH = "cii-d16b/lexical.xsd"  # of ours: built-in types as Xerces reads them
_LEXICAL = "urn:einvoice:xsd:lexical"
_SCHEMA_SETS = {Syntax.UBL_INVOICE: "ubl-invoice", Syntax.UBL_CREDITNOTE: "ubl-creditnote", Syntax.CII: "cii-d16b"}
_Part = TypeVar("_Part")
_MANY_NODES = XmlLimits(size=100_000_000, depth=500, nodes=20_000_000)

# What a scenario's BT-24 says about it: its profile, and which scenarios of other packs it takes the place of; none:
# those of the very same BT-24. A CIUS of EN 16931 (Part 1, 7) is among what authorities take; anything else must be
# taken expressly.
_KINDS = (
    (re.compile(r"urn:cen\.eu:en16931:2017"), "en16931", "en16931"),
    (re.compile(r".*#conformant#urn:[^#]*:kosit:extension:xrechnung_[\d.]+"), "xrechnung-extension", "xrechnung"),
    (re.compile(r".*#compliant#urn:[^#]*:kosit:xrechnung:cvd_[\d.]+"), "xrechnung-cvd", "xrechnung"),
    (re.compile(r".*#compliant#urn:[^#]*:kosit:(standard:)?xrechnung_[\d.]+"), "xrechnung", "xrechnung"),
    (re.compile(r"urn:cen\.eu:en16931:2017#compliant#.*"), "en16931", ""),
)


@dataclass(frozen=True, kw_only=True)
class Release:
    """A configuration as a pack, and the files it needs."""

    pack: Pack
    files: dict[ArtefactFile, bytes]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What an operator says about the pack; None: as the configuration says."""

    valid_from: date | None = None
    version: str | None = None
    grace_days: int = 0


def make_release(archive: Archive, wish: Wish, lexical: bytes) -> Release:
    """The pack a configuration makes. `lexical`: see `own_lexical`. Raises ReleaseRefused."""
    folder = _folder(archive)
    configuration = read_configuration(archive.files[posixpath.join(folder, _SCENARIOS)])
    return _Maker(archive, folder, lexical).release(configuration, wish)


def own_lexical(folders: RuleFolders) -> bytes:
    """Our schema of the built-in types as Xerces reads them, by the hash that the shipped packs list. Raises Fault."""
    for pack in load_packs(Path(folders.manifests)):
        for file in pack.files():
            if file.wheel is None and file.path == _LEXICAL_PATH:
                return folders.store.load(file)
    raise Fault("rules-missing", f"no pack in {folders.manifests} lists {_LEXICAL_PATH}")


def keep(release: Release, folders: RuleFolders, entry: Entry, prove: Callable[[Pack, ArtefactStore], None]) -> bool:
    """Keep a release; whether it is new. From the ledger's new line on it judges; until then nothing knows of it.

    `prove` raises when an artefact can't be used. Raises ReleaseRefused where another pack has that name, or would
    judge the same on the same days.
    """
    manifest = release.pack.model_dump_json().encode()
    described = ArtefactFile(hashlib.sha256(manifest).hexdigest(), "manifest", IMPORTED)
    with folders.ledger.locked():
        ledger = folders.ledger.read()
        known = [*load_packs(Path(folders.manifests)), *imported_packs(ledger, folders.store)]
        if any(pack.name == release.pack.name for pack in known):
            if any(_judges_alike(pack, release.pack) for pack in known):
                return False
            problem = f"there is a pack {release.pack.name} already, with other content or another first day"
            raise ReleaseRefused(problem, "Give this one another version with --version.")
        _refuse_rival(release.pack, Known(tuple(known), ledger))
        new = {file: data for file, data in release.files.items() if not folders.store.holds(file)}
        try:
            for file, data in {**new, described: manifest}.items():
                folders.store.put(file, data)
            prove(release.pack, folders.store)
            folders.ledger.write(replace(entry, deed=Deed.IMPORTED, pack=release.pack.name, manifest=described.sha256))
        except BaseException:
            for file in (*new, described):
                folders.store.path(file).unlink(missing_ok=True)
            raise
    return True


def _refuse_rival(pack: Pack, known: Known) -> None:
    if (other := rival(pack, known)) is None:
        return
    if other.valid_from == pack.valid_from:
        problem = f"{other.name} judges the same invoices and has the same first day, {pack.valid_from}"
        remedy = f"Give this one another with --valid-from DAY, or withdraw {other.name} first."
    else:
        problem = f"{other.name} judges the same invoices, and neither would take the place of the other"
        remedy = f"Withdraw {other.name} first."
    raise ReleaseRefused(f"{problem}: with both, none of these invoices could be judged", remedy)


def _judges_alike(one: Pack, other: Pack) -> bool:
    """The same name, days, scenarios and files, out of whichever zip."""
    return one.model_copy(update={"archive": other.archive}) == other


def _folder(archive: Archive) -> str:
    """Where in the zip the configuration lies: at the top, or in the one folder at the top."""
    found = [name for name in archive.files if PurePosixPath(name).name == _SCENARIOS and name.count("/") <= 1]
    if len(found) != 1:
        problem = "the zip holds several scenarios.xml" if found else "the zip holds no scenarios.xml at its top"
        raise ReleaseRefused(problem, "Take the zip of a KoSIT validator configuration as it was published.")
    return posixpath.dirname(found[0])


@dataclass
class _Maker:
    """Turns one configuration into a manifest, collecting the files it needs."""

    archive: Archive
    folder: str
    lexical: bytes
    files: dict[ArtefactFile, bytes] = field(default_factory=dict)
    schemas: dict[str, SchemaSet] = field(default_factory=dict)
    sheets: dict[str, Stylesheet] = field(default_factory=dict)

    def release(self, configuration: Configuration, wish: Wish) -> Release:
        name = name_of(configuration.name)
        try:
            scenarios = tuple(self._scenario(scenario) for scenario in configuration.scenarios)
            pack = Pack(
                id=name,
                version=wish.version or configuration.on.isoformat(),
                title=configuration.name,
                official=True,
                valid_from=wish.valid_from or configuration.on,
                grace_days=wish.grace_days,
                archive=self.archive.sha256,
                wheels={},
                schemas=self.schemas,
                schematron=self.sheets,
                scenarios=scenarios,
            )
        except ValidationError as error:
            raise ReleaseRefused(f"scenarios.xml makes no pack: {error}") from None
        return Release(pack=pack, files=self.files)

    def _scenario(self, scenario: ConfiguredScenario) -> Scenario:
        matching = scenario.matching
        locate(scenario.report.location, self.folder, self.archive.files, named_by=scenario.name)
        profile, family = _kind(matching.customization, scenario.name)
        return Scenario(
            name=scenario.name,
            syntax=matching.syntax,
            customization=matching.customization,
            match=matching.match,
            profile=profile,
            schema_set=self._schema_set(scenario.schema, matching.syntax, scenario.name),
            schematron=tuple(self._sheet(resource, scenario.name) for resource in scenario.schematron),
            levels=scenario.levels,
            family=family,
        )

    def _schema_set(self, resource: Resource, syntax: Syntax, named_by: str) -> str:
        entry = locate(resource.location, self.folder, self.archive.files, named_by=named_by)
        parts = schema_closure(entry, self.archive.files)
        base = posixpath.commonpath([posixpath.dirname(path) or "." for path in parts])
        base = "" if base == "." else base
        files = {posixpath.relpath(path, base or "."): self._kept(path) for path in sorted(parts)}
        reworded = any(root.get("targetNamespace") == _LEXICAL for root in parts.values())
        schema = SchemaSet(
            wheel=IMPORTED,
            folder=base,
            entry=posixpath.relpath(entry, base or "."),
            title=resource.title,
            location=resource.location,
            lexical=None if reworded else self._own_lexical(),
            files=files,
        )
        name = _name(self.schemas, _SCHEMA_SETS[syntax], lambda one: (one.entry, one.files) == (schema.entry, files))
        self.schemas.setdefault(name, schema)
        return name

    def _sheet(self, resource: Resource, named_by: str) -> str:
        path = locate(resource.location, self.folder, self.archive.files, named_by=named_by)
        wanted = slug(PurePosixPath(path).stem.lower().replace("-validation", "")) or "rules"
        name = _name(self.sheets, wanted, lambda one: one.path == path)
        if name not in self.sheets:
            check_stylesheet(path, self.archive.files[path], _MANY_NODES)
            self.sheets[name] = Stylesheet(
                wheel=IMPORTED, path=path, sha256=self._kept(path), title=resource.title, location=resource.location
            )
        return name

    def _kept(self, path: str) -> str:
        return self._keep(path, self.archive.files[path])

    def _keep(self, path: str, data: bytes) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        self.files[ArtefactFile(sha256, path, IMPORTED)] = data
        return sha256

    def _own_lexical(self) -> OwnFile:
        return OwnFile(path=_LEXICAL_PATH, sha256=self._keep(_LEXICAL_PATH, self.lexical), wheel=IMPORTED)


def _name(parts: Mapping[str, _Part], name: str, same: Callable[[_Part], bool]) -> str:
    """The name it has already, or its own, or that with a number if something else is called so."""
    number, wanted = 1, name
    while name in parts and not same(parts[name]):
        number += 1
        name = f"{wanted}-{number}"
    return name


def _kind(customization: str, name: str) -> tuple[str, str]:
    for pattern, profile, family in _KINDS:
        if pattern.fullmatch(customization):
            return profile, family or customization
    return name_of(name), customization
