"""What runs inside a validator process: one judge, made before the first document.

Imported by the forkserver. It compiles all packs if `PRELOAD` says so, and its children inherit them; otherwise a
process compiles what its first documents need. There is one engine a process, whatever packs come and go: compiled
artefacts are kept by their hash, and only the choice among them follows the ledger of the rules.
"""

import gc
import json
import os
import sys
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache

from einvoice.model import Assessment, Basis, InvoiceDocument
from einvoice.rules import LiveRegistry, RuleFolders
from einvoice.validation.assess import Judge
from einvoice.validation.policies import Policies
from einvoice.validation.policyfiles import policy_folders
from einvoice.validation.saxon import SaxonEngine

_NICENESS = 5  # of 19
_PAGE = os.sysconf("SC_PAGESIZE")
MOST_MEMORY = 500_000_000  # bytes of a process that has judged a document; most need half of it
WORN_OUT = 75  # exit code of one that has more
PRELOAD = "EINVOICE_INTERNAL_PRELOAD"  # between a pool and its forkserver alone: RuleFolders as JSON, or empty


def build_judge(folders: RuleFolders) -> Judge:
    """A judge for this process. Raises Fault if a manifest can't be read."""
    store = folders.store
    engine = SaxonEngine(store)
    return Judge(LiveRegistry(folders), store, engine, Policies(policy_folders(folders), engine))


_judges: dict[RuleFolders, Judge] = {}  # one engine a process is the rule; a process serves one set of folders


def judge_document(folders: RuleFolders, document: InvoiceDocument, basis: Basis) -> Assessment:
    """Assess one document in this process. Raises Fault.

    What Saxon and libxml2 once needed they do not give back, and the names they met they keep, a million at the most.
    So a process that has grown ends instead of taking another document, which the pool hands to the next one.
    """
    if _grown:
        os._exit(WORN_OUT)
    try:
        return _judge(folders).assess(document, basis)
    finally:
        if _resident_bytes() > MOST_MEMORY:
            _grown.append(True)


_grown: list[bool] = []  # not empty: this process has


def _resident_bytes() -> int:
    """Memory of this process that is in use; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm", "rb") as told:
            return int(told.read().split()[1]) * _PAGE
    except OSError:
        return 0


def compile_policy(folders: RuleFolders, name: str) -> str:
    """See Policies.compile."""
    return _judge(folders).policies.compile(name)


def _judge(folders: RuleFolders) -> Judge:
    _silence()
    _step_back()
    if folders not in _judges:
        _judges[folders] = build_judge(folders)
    return _judges[folders]


@cache
def _silence() -> None:
    """Saxon prints what it raises, with content of the invoice in it, and no setting stops it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


@cache
def _step_back() -> None:
    """Who answers a sender goes before who judges: a judge can use whatever is left, for as long as it likes."""
    with suppress(OSError):  # a sandbox may forbid it
        os.nice(_NICENESS)


def _preload(folders: RuleFolders) -> None:
    """Compile now. Whatever goes wrong is said as a Fault by the first document, not here: this process must live."""
    try:
        judge = build_judge(folders)
        judge.preload(datetime.now(UTC).date())
    except Exception:
        return
    _judges[folders] = judge
    gc.freeze()  # what was compiled stays, and stays shared with the children


# A pool that ends while a process of it is only beginning leaves that one with half a message; it would print so.
if any("multiprocessing.forkserver" in word for word in sys.orig_argv):
    _silence()
if wanted := os.environ.pop(PRELOAD, ""):
    _preload(RuleFolders(**json.loads(wanted)))
