"""XSD: libxml2 decides; xmlschema says in words what was expected where."""

import copy
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import xmlschema
from lxml import etree

from einvoice.errors import Fault
from einvoice.model import Finding, InvoiceDocument, Level, Source
from einvoice.rules import ArtefactStore, Match, SchemaSet
from einvoice.rules.manifest import ArtefactFile
from einvoice.semantics import Places
from einvoice.validation.lexical import point_at
from einvoice.validation.place import path_of
from einvoice.validation.xsdwords import culprit, from_libxml2, from_xmlschema

LIBXML = f"libxml2 {'.'.join(map(str, etree.LIBXML_VERSION))}"
_MOST = 50  # worded errors a document; a mangled file repeats itself


class SchemaShelf:
    """Compiled schemas, each compiled once from bytes whose hash was checked."""

    def __init__(self, store: ArtefactStore) -> None:
        self._store = store
        self._deciding: dict[str, etree.XMLSchema] = {}
        self._wording: dict[str, xmlschema.XMLSchema10] = {}

    def preload(self, schema: SchemaSet) -> None:
        """Compile before the first document comes."""
        self.compiled(schema)

    def check(self, document: InvoiceDocument, match: Match) -> list[Finding]:
        """The violations, in document order; none means valid. Raises Fault if the schema can't be used."""
        schema = match.pack.schemas[match.scenario.schema_set]
        decider = self.compiled(schema)
        if decider.validate(document.root.getroottree()):
            return []
        name = match.scenario.schema_set
        log = list(islice(decider.error_log, _MOST))
        try:
            worded = list(islice(self._words(document, schema, name), _MOST))
        except Exception:  # xmlschema raises on some absurd values instead of reporting them; the verdict stands
            worded = []
        return worded or [from_libxml2(entry, name) for entry in log]

    def _words(self, document: InvoiceDocument, schema: SchemaSet, name: str) -> Iterator[Finding]:
        places = Places(document)
        bare = copy.deepcopy(document.root)
        etree.strip_tags(bare, etree.Comment, etree.PI)  # xmlschema takes a value with a comment in it for a wrong one
        for error in self._worder(schema).iter_errors(bare):  # type: ignore[arg-type] # lxml is meant
            element = culprit(error)
            path = "" if element is None else path_of(element)
            violation = from_xmlschema(error)
            yield Finding(
                rule=violation.rule,
                level=Level.ERROR,
                source=Source.XSD,
                ruleset=name,
                xpath=path,
                line=None if element is None else element.sourceline,
                terms=tuple(term for term, _ in places.at(path)[-1:]),
                message=violation.message,
                found=violation.value,
                details=violation.details,
            )

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

    def _worder(self, schema: SchemaSet) -> xmlschema.XMLSchema10:
        key = schema.files[schema.entry]
        if key not in self._wording:
            with tempfile.TemporaryDirectory(prefix="einvoice-xsd-") as folder:
                path = self._laid_out(schema, Path(folder))
                self._wording[key] = xmlschema.XMLSchema10(str(path), allow="local", defuse="always")
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
