"""What runs inside a validator process: one judge, made before the first document.

Imported by the forkserver. It compiles all packs if `PRELOAD` says so, and its children inherit them; otherwise a
process compiles what its first documents need.
"""

import gc
import json
import os
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from einvoice.model import Assessment, Basis, InvoiceDocument
from einvoice.rules import ArtefactStore, Registry, load_packs
from einvoice.settings import Settings
from einvoice.validation.assess import Judge
from einvoice.validation.saxon import SaxonEngine

PRELOAD = "EINVOICE_INTERNAL_PRELOAD"  # between a pool and its forkserver alone: RuleFolders as JSON, or empty


@dataclass(frozen=True, slots=True)
class RuleFolders:
    """Where manifests, fetched artefacts and our own schemas lie."""

    manifests: str
    artefacts: str
    schemas: str

    @classmethod
    def of(cls, settings: Settings) -> "RuleFolders":
        """The folders an operator has set."""
        return cls(*(str(path.resolve()) for path in (settings.schematron_dir, settings.rules_dir, settings.xsd_dir)))

    def to_json(self) -> str:
        """For the forkserver's environment."""
        return json.dumps(asdict(self))


def build_judge(folders: RuleFolders) -> Judge:
    """A judge for this process. Raises Fault if a manifest can't be read."""
    store = ArtefactStore(Path(folders.artefacts), Path(folders.schemas))
    return Judge(Registry(load_packs(Path(folders.manifests))), store, SaxonEngine(store))


_judges: dict[RuleFolders, Judge] = {}  # one engine a process is the rule; a process serves one set of folders


def judge_document(folders: RuleFolders, document: InvoiceDocument, basis: Basis) -> Assessment:
    """Assess one document in this process. Raises Fault."""
    _silence()
    if folders not in _judges:
        _judges[folders] = build_judge(folders)
    return _judges[folders].assess(document, basis)


@cache
def _silence() -> None:
    """Saxon prints what it raises, with content of the invoice in it, and no setting stops it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def _preload(folders: RuleFolders) -> None:
    """Compile now. Whatever goes wrong is said as a Fault by the first document, not here: this process must live."""
    try:
        judge = build_judge(folders)
        judge.preload(datetime.now(UTC).date())
    except Exception:
        return
    _judges[folders] = judge
    gc.freeze()  # what was compiled stays, and stays shared with the children


if wanted := os.environ.pop(PRELOAD, ""):
    _preload(RuleFolders(**json.loads(wanted)))
