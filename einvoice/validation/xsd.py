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
from einvoice.validation.xsdlog import from_libxml2

if TYPE_CHECKING:
    from einvoice.validation.xsdwords import SchemaWords

LIBXML = f"libxml2 {'.'.join(map(str, etree.LIBXML_VERSION))}"
_WORDED_BYTES = 3_000_000  # of larger documents libxml2's own words are told: the better ones take too long
MOST = 50  # errors told of a document; a mangled file repeats itself


class SchemaShelf:
    """Compiled schemas, each compiled once from bytes whose hash was checked."""

    def __init__(self, store: ArtefactStore) -> None:
        self._store = store
        self._deciding: dict[str, etree.XMLSchema] = {}
        self._wording: dict[str, SchemaWords] = {}

    def preload(self, schema: SchemaSet) -> None:
        """Compile before the first document comes."""
        self.compiled(schema)

    def check(self, document: InvoiceDocument, match: Match) -> list[Finding]:
        """The violations, in document order; none means valid. Raises Fault if the schema can't be used."""
        schema = match.pack.schemas[match.scenario.schema_set]
        decider = self.compiled(schema)
        if decider.validate(document.root.getroottree()):
            return []
        log = list(islice(decider.error_log, MOST))
        if not log or not all(entry.type_name.startswith("SCHEMAV") for entry in log):
            raise Fault("schema-check", "libxml2 could not finish the check; there may be too little memory")
        if len(document.xml) > _WORDED_BYTES:
            return [from_libxml2(entry, match.scenario.schema_set) for entry in log]
        return self._worder(schema).findings(document, match.scenario.schema_set, log)

    def compiled(self, schema: SchemaSet) -> etree.XMLSchema:
        """The schema as libxml2 has it, compiled once."""
        key = schema.files[schema.entry]
        if key not in self._deciding:
            with tempfile.TemporaryDirectory(prefix="einvoice-xsd-") as folder:
                try:
                    self._deciding[key] = etree.XMLSchema(file=str(self._laid_out(schema, Path(folder), decide=True)))
                except etree.XMLSchemaParseError as error:
                    raise Fault("rules-uncompilable", f"{schema.entry}: {error}", deterministic=True) from error
        return self._deciding[key]

    def _worder(self, schema: SchemaSet) -> "SchemaWords":
        from einvoice.validation.xsdwords import SchemaWords  # here: valid documents do without that library

        key = schema.files[schema.entry]
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
                data = point_at(data, (folder / "lexical.xsd").as_uri())
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
        if schema.lexical:
            lexical = ArtefactFile(schema.lexical.sha256, schema.lexical.path, None)
            (folder / "lexical.xsd").write_bytes(self._store.load(lexical))
        return folder / schema.entry
