"""Rule packs: which official artefacts judge which document on which day, fetched, imported and loaded by hash alone.

A pack is a TOML manifest in `schematron/`, its artefacts are no part of this repository but of locked wheels; or it
was made from an official configuration. What operators decided about packs stands in a ledger.
"""

from einvoice.rules.artefacts import ArtefactStore
from einvoice.rules.fetch import missing, sync
from einvoice.rules.ledger import Deed, Entry, Ledger
from einvoice.rules.library import LiveRegistry, RuleFolders
from einvoice.rules.manifest import Pack, Scenario, SchemaSet, Stylesheet, load_packs
from einvoice.rules.registry import Match, Registry

__all__ = [
    "ArtefactStore",
    "Deed",
    "Entry",
    "Ledger",
    "LiveRegistry",
    "Match",
    "Pack",
    "Registry",
    "RuleFolders",
    "Scenario",
    "SchemaSet",
    "Stylesheet",
    "load_packs",
    "missing",
    "sync",
]
