"""For those who run the service: is it up, can it work, how much of what."""

import ipaddress
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy.exc import SQLAlchemyError

from einvoice.api.metrics import Meter
from einvoice.api.schemas import Readiness
from einvoice.app import App
from einvoice.errors import Fault
from einvoice.faces.caller import Asking, Wired
from einvoice.identity import Action, authorise
from einvoice.operations import Lately, NoAnswer
from einvoice.operations.attention import is_almost_full
from einvoice.operations.situation import SEEN, Disk

router = APIRouter(tags=["Operators"])

OK = "ok"
_AWAY = "not answering"


@router.get("/healthz")
async def health() -> dict[str, str]:
    """The process is up. Looks at nothing else."""
    return {"status": "ok"}


@router.get("/readyz", response_model=Readiness, responses={503: {"model": Readiness, "description": "Not ready"}})
def ready(request: Request, app: Wired) -> Response:
    """Whether this process can do its work: database, storage, disk, rules; with workers, validators and scanner too.

    Whether workers were seen lately is told and changes nothing: invoices can be taken in without. A process that was
    told to end says `draining` with 503, and still answers whatever else it is asked.
    """
    parts = _parts(request, app)
    checks = parts.checked()
    if getattr(request.app.state, "draining", False):
        status = "draining"
    else:
        status = "ready" if all(checks[name] == OK for name in parts.needed) else "not-ready"
    body = Readiness(status=status, checks=checks)
    return JSONResponse(body.model_dump(), status_code=200 if status == "ready" else 503)


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics(request: Request, app: Wired, caller: Asking) -> Response:
    """Figures for Prometheus: counts only. Open on the machine itself while the service is published nowhere.

    Behind a proxy (`EINVOICE_PUBLIC_URL` or `EINVOICE_HTTPS_ONLY` is set) and from elsewhere, operators may read them.
    """
    published = app.settings.https_only or app.settings.public_url
    if published or not _is_this_machine(request):
        authorise(caller.principal, Action.OPERATE)
    meter: Meter = request.app.state.meter
    return Response(meter.figures(app), media_type=CONTENT_TYPE_LATEST)


class Parts:
    """What a process works with; looked at as seldom as fits the part, however often a proxy asks."""

    def __init__(self, app: App) -> None:
        receiving = {
            "database": Lately(partial(_database, app), seconds=1),
            "storage": Lately(partial(_storage, app), seconds=10),
            "disk": Lately(partial(_disk, app), seconds=1),
            "rules": Lately(partial(_rules, app), seconds=10),
        }
        deciding = {"validators": Lately(partial(_validators, app), seconds=0)}
        if app.settings.clamd_url:
            deciding["scanner"] = Lately(partial(_scanner, app), seconds=10)
        self.needed = frozenset(receiving | (deciding if app.settings.workers else {}))
        self._parts: Mapping[str, Lately[str]] = {
            **receiving,
            **deciding,
            "workers": Lately(partial(_workers, app), seconds=5),
        }

    def checked(self) -> dict[str, str]:
        """Each part: ok, or what is wrong."""
        return {name: _said(part) for name, part in self._parts.items()}


def _parts(request: Request, app: App) -> Parts:
    """Those of this process, made when they are first asked for."""
    state = request.app.state
    if not hasattr(state, "parts"):
        state.parts = Parts(app)
    parts: Parts = state.parts
    return parts


def _said(part: Lately[str]) -> str:
    try:
        return part.get()
    except (Fault, OSError, SQLAlchemyError, NoAnswer):
        return _AWAY


def _database(app: App) -> str:
    app.store.claims.due(1)
    return OK


def _storage(app: App) -> str:
    app.store.blobs.check()
    return OK


def _disk(app: App) -> str:
    return "almost full" if is_almost_full(Disk.of(app.settings.data_dir), app.settings) else OK


def _rules(app: App) -> str:
    packs = app.registry.in_force(datetime.now(UTC).astimezone().date())
    if not packs:
        return "no rule pack is in force"
    missing = [file.path for pack in packs for file in pack.files() if not app.artefacts.holds(file)]
    return f"missing or altered: {missing[0]}; run `einvoice rules sync`" if missing else OK


def _validators(app: App) -> str:
    return OK if app.pool.alive else "stopped"


def _scanner(app: App) -> str:
    app.scanner.check()
    return OK


def _workers(app: App) -> str:
    seen = app.store.processes.working(SEEN)
    return f"{len(seen)} seen" if seen else "none seen"


def _is_this_machine(request: Request) -> bool:
    """By the address of the peer."""
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
