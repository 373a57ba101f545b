"""The packs of this installation: shipped manifests, imported configurations, and what operators decided.

It is read again as soon as the ledger changes, so that a running service follows without a restart.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import ValidationError

from einvoice.errors import Fault
from einvoice.rules.artefacts import ArtefactStore
from einvoice.rules.ledger import Ledger, LedgerFile, Stamp
from einvoice.rules.manifest import IMPORTED, ArtefactFile, Pack, load_packs
from einvoice.rules.registry import Known, Registry
from einvoice.settings import Settings


@dataclass(frozen=True, slots=True)
class RuleFolders:
    """Where manifests, fetched artefacts, our own schemas, and what was imported and decided here lie."""

    manifests: str
    artefacts: str
    schemas: str
    kept: str  # the service alone writes
    policies: str = ""  # the operator's own; ours lie beside the manifests

    @classmethod
    def of(cls, settings: Settings) -> "RuleFolders":
        """The folders an operator has set."""
        own = settings.policy_dir
        return cls(
            manifests=str(settings.schematron_dir.resolve()),
            artefacts=str(settings.rules_dir.resolve()),
            schemas=str(settings.xsd_dir.resolve()),
            kept=str((settings.data_dir / "rules").resolve()),
            policies=str(own.resolve()) if own else "",
        )

    def to_json(self) -> str:
        """For the forkserver's environment."""
        return json.dumps(asdict(self))

    @property
    def ledger(self) -> LedgerFile:
        """The journal of what operators decided."""
        return LedgerFile(Path(self.kept) / "ledger.jsonl")

    @property
    def store(self) -> ArtefactStore:
        """Where artefacts are loaded from."""
        return ArtefactStore(Path(self.artefacts), Path(self.schemas), Path(self.kept) / "artefacts")


class LiveRegistry(Registry):
    """A registry that follows the ledger. Raises Fault from any question when packs or ledger can't be read."""

    def __init__(self, folders: RuleFolders) -> None:
        self._folders = folders
        self._ledger = folders.ledger
        self._shipped = load_packs(Path(folders.manifests))
        self._read: tuple[Stamp, Known] | None = None
        self.known()

    def known(self) -> Known:
        """What holds now."""
        stamp = self._ledger.stamp()
        if self._read is None or self._read[0] != stamp:
            ledger = self._ledger.read()
            packs = (*self._shipped, *imported_packs(ledger, self._folders.store))
            self._read = stamp, Known(packs, ledger)  # one assignment: several threads may ask
        return self._read[1]


def imported_packs(ledger: Ledger, store: ArtefactStore) -> Iterator[Pack]:
    """The packs of imported configurations, by their manifests' hashes. Raises Fault naming one that can't be had."""
    for entry in ledger.imported.values():
        data = store.load(ArtefactFile(entry.manifest, f"manifest of {entry.pack}", IMPORTED))
        try:
            yield Pack.model_validate_json(data)
        except ValidationError as error:
            raise Fault("rule-pack", f"{entry.pack}: {error}", deterministic=True) from error
