"""For those who run the service: is it up, can it work, how much of what."""

import ipaddress
import shutil
from datetime import UTC, datetime

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

router = APIRouter(tags=["Operators"])

_ROOM_FOR = 10  # uploads of full size that must still fit on the disk


@router.get("/healthz")
async def health() -> dict[str, str]:
    """The process is up. Looks at nothing else."""
    return {"status": "ok"}


@router.get("/readyz", response_model=Readiness, responses={503: {"model": Readiness, "description": "Not ready"}})
def ready(app: Wired) -> Response:
    """Whether invoices can be taken in and judged: database, disk, rule packs, validator processes."""
    checks = {"database": _database(app), "disk": _disk(app), "rules": _rules(app)}
    checks["validators"] = "ok" if app.pool.alive else "stopped"
    good = all(found == "ok" for found in checks.values())
    body = Readiness(status="ready" if good else "not-ready", checks=checks)
    return JSONResponse(body.model_dump(), status_code=200 if good else 503)


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics(request: Request, app: Wired, caller: Asking) -> Response:
    """Figures for Prometheus: counts only. Open on the machine itself while the service is published nowhere.

    Behind a proxy (`EINVOICE_PUBLIC_URL` or `EINVOICE_HTTPS_ONLY` is set) and from elsewhere, operators may read them.
    """
    published = app.settings.https_only or app.settings.public_url
    if published or not _is_this_machine(request):
        authorise(caller.principal, Action.OPERATE)
    meter: Meter = request.app.state.meter
    return Response(meter.figures(app.store), media_type=CONTENT_TYPE_LATEST)


def _database(app: App) -> str:
    try:
        app.store.claims.due(1)
    except (Fault, SQLAlchemyError):
        return "not answering"
    return "ok"


def _disk(app: App) -> str:
    free = shutil.disk_usage(app.settings.data_dir).free
    return "ok" if free > _ROOM_FOR * app.settings.max_upload_bytes else "almost full"


def _rules(app: App) -> str:
    packs = app.registry.in_force(datetime.now(UTC).astimezone().date())
    if not packs:
        return "no rule pack is in force"
    missing = [file.path for pack in packs for file in pack.files() if not app.artefacts.holds(file)]
    return f"missing or altered: {missing[0]}; run `einvoice rules sync`" if missing else "ok"


def _is_this_machine(request: Request) -> bool:
    """By the address of the peer."""
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
