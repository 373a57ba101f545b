"""The composition root: settings in, wired objects out. Nothing else knows what is plugged into what."""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal

import structlog

from einvoice import __version__, routing
from einvoice.delivery import Deliveries
from einvoice.errors import Fault
from einvoice.extraction import Limits, extract
from einvoice.identity import Identity
from einvoice.inspection import inspect
from einvoice.intake import Spool
from einvoice.model.examination import Examination
from einvoice.pipeline import Desk, Stages
from einvoice.records.signing import Signer
from einvoice.reports import html_report, json_report
from einvoice.rules import ArtefactStore, LiveRegistry, Registry, RuleFolders
from einvoice.scanning import Scanner, open_scanner, scan_contents, scan_received
from einvoice.semantics import read_invoice
from einvoice.settings import Settings
from einvoice.store import Store, open_store
from einvoice.upkeep import Upkeep
from einvoice.validation import ValidatorPool
from einvoice.worker import WakeQueue, run_worker

log = structlog.get_logger()

QUEUE = "queue"  # name of the secret that signs wake-ups
# Objects made and not freed before cycles are looked for among them. A worker has a dozen invoices in hand, and its
# upkeep looks for cycles every few seconds anyway.
_ALONE, _WITH_UPKEEP = (200_000, 20, 20), (1_000_000, 20, 20)
DROP_FOLDER_LANGUAGE: Literal["de"] = "de"  # whoever puts files into a folder cannot say which one is wanted


@dataclass(frozen=True, kw_only=True)
class App:
    """Everything a face or a worker needs, wired."""

    settings: Settings
    registry: Registry
    artefacts: ArtefactStore
    pool: ValidatorPool
    store: Store
    desk: Desk
    identity: Identity
    deliveries: Deliveries
    spool: Spool
    scanner: Scanner
    signer: Signer
    wake_secret: bytes = field(repr=False)


def tune_garbage_collection() -> None:
    """Look for cycles seldom. An invoice is read into tens of thousands of tuples, all of them freed by counting;
    at Python's default the search for cycles among them costs more than reading them."""
    gc.set_threshold(*_ALONE)


def rule_artefacts(settings: Settings) -> ArtefactStore:
    """Where rule artefacts lie."""
    return RuleFolders.of(settings).store


def open_stages(settings: Settings, pool: ValidatorPool, *, envelopes: bool = True) -> Stages:
    """The stages of a check that keeps nothing. Without `envelopes` none is opened: to KoSIT it is any other XML."""
    tune_garbage_collection()
    return Stages(
        extract=partial(extract, limits=replace(Limits.of(settings), envelopes=envelopes)),
        read=read_invoice,
        assess=pool.assess,
        inspect=partial(inspect, verapdf=settings.verapdf),
    )


@contextmanager
def open_app(settings: Settings) -> Iterator[App]:
    """The whole service of one process; closed at the end. Raises Fault if the store or a rule pack can't be used."""
    registry = LiveRegistry(RuleFolders.of(settings))
    store = open_store(settings)
    _check_keys(store)
    secret = store.processes.secret(QUEUE)
    scanner, queue = open_scanner(settings), WakeQueue(settings, secret)
    with ValidatorPool(settings) as pool:
        stages = open_stages(settings, pool)
        desk = Desk(
            scan=partial(scan_received, scanner=scanner),
            scan_inside=partial(scan_contents, scanner=scanner),
            extract=stages.extract,
            read=stages.read,
            route=partial(routing.route, directory=store.authorities),
            assess=stages.assess,
            inspect=stages.inspect,
            store=store,
            settings=settings,
            wake=queue.wake,
            render_report=_report,
        )
        try:
            yield App(
                settings=settings,
                registry=registry,
                artefacts=rule_artefacts(settings),
                pool=pool,
                store=store,
                desk=desk,
                identity=Identity(store, settings),
                deliveries=Deliveries(store),
                spool=Spool(settings.data_dir / "spool", settings.max_upload_bytes),
                scanner=scanner,
                signer=Signer.of(settings),
                wake_secret=secret,
            )
        finally:
            queue.close()
            store.close()


def _check_keys(store: Store) -> None:
    """Master keys that can't be used end the start; where they are only away, senders are asked to come again."""
    try:
        store.vault.check()
    except Fault as fault:
        if fault.notice.cause == "keys-unusable":
            raise
        log.error("keys-away", cause=fault.notice.cause)


def work(app: App, stop: threading.Event) -> None:
    """Work until `stop` is set, and see to everything that has to be done again and again."""
    upkeep = Upkeep(app.store, app.signer, app.settings, __version__)
    gc.freeze()
    gc.set_threshold(*_WITH_UPKEEP)
    try:
        run_worker(app.desk, app.settings, stop, upkeep.errands(), secret=app.wake_secret)
    finally:
        upkeep.sign_off()


def _report(examination: Examination, kind: Literal["html", "json"]) -> bytes:
    """The report that a drop folder puts beside a file."""
    if kind == "html":
        return html_report(examination, DROP_FOLDER_LANGUAGE, kept=True).encode()
    return json_report(examination, DROP_FOLDER_LANGUAGE, kept=True)
