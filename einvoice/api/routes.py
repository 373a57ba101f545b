"""All routes of the API in one place."""

from fastapi import APIRouter, Depends

from einvoice.api import (
    checks,
    deliveries,
    doors,
    events,
    folders,
    holds,
    kosit,
    operations,
    receipts,
    responses,
    submissions,
)
from einvoice.faces.caller import same_origin


def routes() -> APIRouter:
    """The routes of version 1 under /api/v1; KoSIT's, which change nothing, and those for operating at the top."""
    everything = APIRouter()
    version = APIRouter(dependencies=[Depends(same_origin)])
    for part in (checks, submissions, receipts, deliveries, responses, events, holds, doors, folders):
        version.include_router(part.router)
    everything.include_router(version)
    everything.include_router(kosit.router)
    everything.include_router(operations.router)
    return everything
