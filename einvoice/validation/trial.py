"""Whether the artefacts of a pack can be used at all, found out before the pack judges anything."""

from einvoice.rules import ArtefactStore, Pack
from einvoice.validation.saxon import SaxonEngine
from einvoice.validation.xsd import SchemaShelf


def try_pack(pack: Pack, store: ArtefactStore) -> None:
    """Compile every schema and stylesheet. Raises Fault naming the one that can't be compiled."""
    shelf = SchemaShelf(store)
    for schema in pack.schemas.values():
        shelf.preload(schema)
    SaxonEngine(store).preload(tuple(pack.schematron.values()))
