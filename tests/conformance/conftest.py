"""The engine, the judge and the rule sets of the packs in force, once for all conformance tests."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from einvoice.extraction import Limits, extract
from einvoice.model import Assessment, Basis
from einvoice.rules import ArtefactStore, Registry, Stylesheet, load_packs
from einvoice.settings import Settings
from einvoice.validation import Judge
from einvoice.validation.saxon import SaxonEngine


@pytest.fixture(scope="session")
def today() -> date:
    return datetime.now(UTC).date()


@pytest.fixture(scope="session")
def registry() -> Registry:
    return Registry(load_packs(Settings().schematron_dir))


@pytest.fixture(scope="session")
def artefacts() -> ArtefactStore:
    settings = Settings()
    return ArtefactStore(settings.rules_dir, settings.xsd_dir)


@pytest.fixture(scope="session")
def engine(artefacts: ArtefactStore) -> SaxonEngine:
    return SaxonEngine(artefacts)


@pytest.fixture(scope="session")
def rulesets(registry: Registry, today: date) -> dict[str, Stylesheet]:
    return {name: sheet for pack in registry.in_force(today) for name, sheet in pack.schematron.items()}


@pytest.fixture(scope="session")
def assess(
    registry: Registry, artefacts: ArtefactStore, engine: SaxonEngine, today: date
) -> Callable[[bytes], Assessment]:
    """The verdict by KoSIT's scenarios alone."""
    judge = Judge(registry, artefacts, engine)
    return lambda data: judge.assess(extract(data, Limits()), Basis(on=today, official_only=True))


@pytest.fixture(scope="session")
def here() -> Path:
    return Path(__file__).parent
