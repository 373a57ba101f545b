"""What is compiled before the first document comes."""

from collections.abc import Sequence
from datetime import UTC, datetime

from einvoice.model import InvoiceDocument
from einvoice.rules import ArtefactStore, Registry, Stylesheet, load_packs
from einvoice.settings import Settings
from einvoice.validation import Judge
from einvoice.validation.engine import Fired


class Watched:
    """An engine that notes what it is to compile."""

    name = "watched"

    def __init__(self) -> None:
        self.compiled: list[Stylesheet] = []

    def preload(self, sheets: Sequence[Stylesheet]) -> None:
        self.compiled += sheets

    def run(self, document: InvoiceDocument, sheets: Sequence[tuple[str, Stylesheet]]) -> list[list[Fired]]:
        raise NotImplementedError


def test_kosits_own_packs_are_compiled_and_rarer_ones_wait_for_their_first_document() -> None:
    settings, engine, today = Settings(), Watched(), datetime.now(UTC).date()
    registry = Registry(load_packs(settings.schematron_dir))
    Judge(registry, ArtefactStore(settings.rules_dir, settings.xsd_dir), engine).preload(today)
    official = [sheet for pack in registry.in_force(today) if pack.official for sheet in pack.schematron.values()]
    assert engine.compiled == official
    assert {sheet.path.rpartition("/")[2] for sheet in official} == {
        "EN16931-UBL-validation.xsl",
        "EN16931-CII-validation.xsl",
        "XRechnung-UBL-validation.xsl",
        "XRechnung-CII-validation.xsl",
    }
