"""The web application: API and portal on one address, behind one guard."""

from importlib.metadata import version

from fastapi import FastAPI, Request, Response

from einvoice import api, portal
from einvoice.api import Meter
from einvoice.api.describe import DESCRIPTION, SUMMARY, TAGS, TITLE, describe
from einvoice.api.kosit import KOSIT_PATH
from einvoice.api.schemas import SUBMISSIONS, V1
from einvoice.app import App
from einvoice.faces.accept import negotiate
from einvoice.faces.guard import Guard
from einvoice.faces.throttle import Throttle
from einvoice.faces.trouble import EXPECTED, Trouble, trouble_of
from einvoice.portal.receipts import RECEIPTS_PATH

# Where files come in: streamed into the spool, which limits them. Every other body is small.
STREAMED = frozenset(
    ("POST", path)
    for path in (f"{V1}/checks", SUBMISSIONS, portal.UPLOAD_PATH, RECEIPTS_PATH, KOSIT_PATH, f"{KOSIT_PATH}/")
)
_FOR_PROGRAMS = ("/api/", KOSIT_PATH, "/healthz", "/readyz", "/metrics", "/openapi.json")


def create_asgi(app: App) -> FastAPI:
    """The whole web side over the wired objects; run it with any ASGI server."""
    web = FastAPI(
        title=TITLE,
        summary=SUMMARY,
        description=DESCRIPTION,
        openapi_tags=list(TAGS),
        version=version("einvoice"),
        docs_url=None,  # the usual pages load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
    )
    web.state.wired = app
    web.state.meter = Meter()
    web.state.throttle = Throttle(app.settings)
    web.include_router(api.routes())
    web.include_router(portal.routes(), include_in_schema=False)
    web.mount("/static", portal.static_files(), name="static")
    describe(web)
    for kind in EXPECTED:
        web.add_exception_handler(kind, _answer)
    web.add_middleware(
        Guard,
        https_only=app.settings.https_only,
        streamed=STREAMED,
        crashed=lambda request: _told(Trouble(code="internal"), request),
        observe=web.state.meter.observe,
    )
    return web


async def _answer(request: Request, error: Exception) -> Response:
    return _told(trouble_of(error), request)


def _told(trouble: Trouble, request: Request) -> Response:
    """Programs get a problem document, people a page."""
    wanted = negotiate(request.headers.get("accept"), ("text/html", "application/json"))
    if request.url.path.startswith(_FOR_PROGRAMS) or wanted == "application/json":
        return api.problem(trouble, request)
    return portal.trouble_page(trouble, request)
