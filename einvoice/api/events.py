"""The feed of an authority: every change of its invoices, in order and without gaps."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.exceptions import RequestValidationError

from einvoice.api.handoverschemas import EventFeed, EventOut
from einvoice.api.problems import problems
from einvoice.api.schemas import V1
from einvoice.faces.caller import Asking, Wired
from einvoice.identity import Action, Resource, authorise

router = APIRouter(prefix=f"{V1}/events", tags=["Authorities"])


@router.get("", responses=problems(404))
def read_events(
    app: Wired, caller: Asking,
    after: Annotated[int, Query(ge=0, le=2**62, description="The last sequence number you have seen")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    authority: Annotated[str | None, Query(max_length=100, description="Operators name an authority by id")] = None,
) -> EventFeed:  # fmt: skip
    """Changes after a sequence number. Poll with the `after` of the last answer, and you miss nothing."""
    authorise(caller.principal, Action.FEED)
    assert caller.principal is not None, "authorise lets nobody unknown pass"
    wanted = authority or caller.principal.authority_id
    if wanted is None:
        raise RequestValidationError([{"loc": ("query", "authority"), "msg": "Operators must name an authority"}])
    authority_id = app.store.authorities.get(wanted).id
    authorise(caller.principal, Action.FEED, Resource(authority_id=authority_id))
    found = app.store.events.of_authority(authority_id, after=after, limit=limit)
    events = [EventOut.of(event) for event in found]
    return EventFeed(events=events, after=events[-1].sequence if events else after)
