"""Rule packs: which official artefacts judge which document, fetched and loaded by hash alone.

A pack is a TOML manifest in `schematron/`; its artefacts are no part of this repository but of locked wheels.
"""

from einvoice.rules.artefacts import ArtefactStore
from einvoice.rules.fetch import missing, sync
from einvoice.rules.manifest import Pack, Scenario, SchemaSet, Stylesheet, load_packs
from einvoice.rules.registry import Match, Registry

__all__ = [
    "ArtefactStore",
    "Match",
    "Pack",
    "Registry",
    "Scenario",
    "SchemaSet",
    "Stylesheet",
    "load_packs",
    "missing",
    "sync",
]
