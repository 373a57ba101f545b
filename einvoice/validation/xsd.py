"""XSD: libxml2 decides; xmlschema says in words what was expected where."""

import tempfile
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from lxml import etree

from einvoice.errors import Fault
from einvoice.model import Finding, InvoiceDocument
from einvoice.rules import ArtefactStore, Match, SchemaSet
from einvoice.rules.manifest import ArtefactFile
from einvoice.validation.lexical import point_at
from einvoice.validation.schemalocation import mentions, uri_schema, wrong_locations
from einvoice.validation.xsdlog import from_libxml2

if TYPE_CHECKING:
    from einvoice.validation.xsdwords import SchemaWords

LIBXML = f"libxml2 {'.'.join(map(str, etree.LIBXML_VERSION))}"
_WORDED_BYTES = 3_000_000  # of larger documents libxml2's own words are told: the better ones take too long
_WORDED_ATTRIBUTES, _WORDED_CHILDREN = 100, 5000  # of one element; invoices have less
_LEXICAL = "einvoice-lexical.xsd"  # beside the schema's own files, which have other names
MOST = 50  # errors told of a document; a mangled file repeats itself


class SchemaShelf:
    """Compiled schemas, each compiled once from bytes whose hash was checked."""

    def __init__(self, store: ArtefactStore) -> None:
        self._store = store
        self._deciding: dict[str, etree.XMLSchema] = {}
        self._wording: dict[str, SchemaWords] = {}
        self._uris: dict[str, etree.XMLSchema] = {}

    def preload(self, schema: SchemaSet) -> None:
        """Compile before the first document comes."""
        self.compiled(schema)

    def check(self, document: InvoiceDocument, match: Match) -> list[Finding]:
        """The violations, in document order; none means valid. Raises Fault if the schema can't be used."""
        schema = match.pack.schemas[match.scenario.schema_set]
        decider = self.compiled(schema)
        if decider.validate(document.root.getroottree()):
            return self._wrong_locations(document, match.scenario.schema_set, schema)
        log = list(islice(decider.error_log, MOST))
        if not log or not all(entry.type_name.startswith("SCHEMAV") for entry in log):
            raise Fault("schema-check", "libxml2 could not finish the check; there may be too little memory")
        if not _wordable(document):
            return [from_libxml2(entry, match.scenario.schema_set) for entry in log]
        return self._worder(schema).findings(document, match.scenario.schema_set, log)

    def compiled(self, schema: SchemaSet) -> etree.XMLSchema:
        """The schema as libxml2 has it, compiled once."""
        key = _key(schema)
        if key not in self._deciding:
            with tempfile.TemporaryDirectory(prefix="einvoice-xsd-") as folder:
                try:
                    self._deciding[key] = etree.XMLSchema(file=str(self._laid_out(schema, Path(folder), decide=True)))
                except etree.XMLSchemaParseError as error:
                    raise Fault("rules-uncompilable", f"{schema.entry}: {error}", deterministic=True) from error
        return self._deciding[key]

    def _wrong_locations(self, document: InvoiceDocument, name: str, schema: SchemaSet) -> list[Finding]:
        """What libxml2 does not look at and Xerces does."""
        lexical = _lexical(schema)
        if lexical is None or not mentions(document):
            return []
        if lexical.sha256 not in self._uris:
            with tempfile.TemporaryDirectory(prefix="einvoice-xsd-") as folder:
                path = Path(folder) / _LEXICAL
                path.write_bytes(self._store.load(lexical))
                self._uris[lexical.sha256] = uri_schema(path.as_uri())
        return list(wrong_locations(document, name, self._uris[lexical.sha256]))

    def _worder(self, schema: SchemaSet) -> "SchemaWords":
        from einvoice.validation.xsdwords import SchemaWords  # here: valid documents do without that library

        key = _key(schema)
        if key not in self._wording:
            with tempfile.TemporaryDirectory(prefix="einvoice-xsd-") as folder:
                self._wording[key] = SchemaWords(self._laid_out(schema, Path(folder)))
        return self._wording[key]

    def _laid_out(self, schema: SchemaSet, folder: Path, *, decide: bool = False) -> Path:
        """The schema's files, checked by hash, in a folder no one else can write; the path of its entry.

        To decide, libxml2 gets them pointed at the built-in types as Xerces reads them.
        """
        files = {path: ArtefactFile(sha, f"{schema.folder}/{path}", schema.wheel) for path, sha in schema.files.items()}
        for path, file in files.items():
            data = self._store.load(file)
            if decide and schema.lexical:
                data = point_at(data, (folder / _LEXICAL).as_uri())
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
        if schema.lexical and (lexical := _lexical(schema)):
            (folder / _LEXICAL).write_bytes(self._store.load(lexical))
        return folder / schema.entry


def _wordable(document: InvoiceDocument) -> bool:
    """Whether the better words can be had in reasonable time: they cost by the square of attributes and children."""
    if len(document.xml) > _WORDED_BYTES:
        return False
    elements = document.root.iter(etree.Element)
    return all(len(element.attrib) <= _WORDED_ATTRIBUTES and len(element) <= _WORDED_CHILDREN for element in elements)


def _lexical(schema: SchemaSet) -> ArtefactFile | None:
    """The built-in types as Xerces reads them: beside an official schema, or part of one of ours."""
    if schema.lexical:
        return ArtefactFile(schema.lexical.sha256, schema.lexical.path, schema.lexical.wheel)
    own = "lexical.xsd"
    return ArtefactFile(schema.files[own], f"{schema.folder}/{own}", schema.wheel) if own in schema.files else None


def _key(schema: SchemaSet) -> str:
    """What the compiled schema depends on: every file and its place; two packs may share an entry and nothing else."""
    lexical = schema.lexical.sha256 if schema.lexical else ""
    return f"{schema.entry} {lexical} {sorted(schema.files.items())}"
