"""The peer: what anyone would write with the same two libraries. lxml for the XSD, saxonche for the official XSLT."""

from collections.abc import Callable
from datetime import UTC, datetime

from lxml import etree
from saxonche import PySaxonProcessor

from einvoice.extraction import Limits, extract
from einvoice.model import Basis
from einvoice.rules import ArtefactStore, Registry, Stylesheet
from einvoice.rules.manifest import ArtefactFile
from einvoice.validation.xsd import SchemaShelf


class PlainValidator:
    """Parses, validates and transforms; its result is SVRL text that nobody has read yet."""

    def __init__(self, registry: Registry, store: ArtefactStore) -> None:
        self._registry = registry
        self._store = store
        self._shelf = SchemaShelf(store)
        self._processor = PySaxonProcessor(license=False)
        self._builder = self._processor.new_document_builder()

    def for_document(self, data: bytes) -> Callable[[], list[str]]:
        """A call that validates that document; finding its scenario and compiling are not part of it."""
        matches = self._registry.matches(extract(data, Limits()), Basis(on=datetime.now(UTC).date()))
        if not matches:
            raise ValueError("no scenario knows the document")
        match = matches[0]
        schema = self._shelf.compiled(match.pack.schemas[match.scenario.schema_set])
        sheets = [self._compile(match.pack.schematron[name]) for name in match.scenario.schematron]

        def validate() -> list[str]:
            schema.assertValid(etree.fromstring(data).getroottree())
            node = self._builder.parse_xml(xml_text=data.decode())
            return [sheet.transform_to_string(xdm_node=node) for sheet in sheets]

        return validate

    def _compile(self, sheet: Stylesheet):
        text = self._store.load(ArtefactFile(sheet.sha256, sheet.path, sheet.wheel)).decode()
        return self._processor.new_xslt30_processor().compile_stylesheet(stylesheet_text=text)
