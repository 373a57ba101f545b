"""Handing over: an authority's program leases, books, acknowledges. At least once, with a key to book only once."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from einvoice.api.handoverschemas import (
    AcknowledgementOut,
    Extension,
    LeaseList,
    LeaseOut,
    LeaseRef,
    LeaseWish,
    Nack,
)
from einvoice.api.problems import problems
from einvoice.api.schemas import V1
from einvoice.faces.caller import Wired, may
from einvoice.faces.language import Language
from einvoice.identity import Action, Principal

router = APIRouter(prefix=V1, tags=["Authorities"])

_LEASE_LOST = problems(409)

Fetcher = Annotated[Principal, Depends(may(Action.FETCH))]


@router.post("/deliveries:lease")
def lease(app: Wired, lang: Language, principal: Fetcher, wish: LeaseWish | None = None) -> LeaseList:
    """Lease what is ready to collect, oldest first.

    Fetch each with its `links.original` (or `links.invoice`), book it under its `delivery_id`, then acknowledge it.
    What is not acknowledged in time is handed out again, with the same `delivery_id` and another `lease_token`.

    Look at `submission.verdict` and `submission.duplicate_of` before booking: what a person has sent on may have no
    verdict (`undecided`, with `human_decision` and `human_reason`), and what repeats an invoice names the first one.
    """
    asked = wish or LeaseWish()
    leases = app.deliveries.lease(
        _authority(principal),
        actor=principal.actor,
        count=asked.count,
        seconds=asked.seconds or app.settings.lease_seconds,
    )
    return LeaseList(deliveries=[LeaseOut.of(one, principal, lang, app.store) for one in leases])


@router.post("/deliveries/{delivery_id}:ack", responses=_LEASE_LOST)
def acknowledge(delivery_id: str, body: LeaseRef, app: Wired, principal: Fetcher) -> AcknowledgementOut:
    """Say that the invoice is booked: it is never handed out again. May be repeated."""
    done = app.deliveries.ack(_authority(principal), delivery_id, body.lease_token, actor=principal.actor)
    return AcknowledgementOut.of(done)


@router.post("/deliveries/{delivery_id}:nack", responses=_LEASE_LOST, status_code=204, response_class=Response)
def give_back(delivery_id: str, body: Nack, app: Wired, principal: Fetcher) -> None:
    """Give the invoice back: it can be leased again at once. May be repeated."""
    app.deliveries.nack(_authority(principal), delivery_id, body.lease_token, actor=principal.actor, reason=body.reason)


@router.post("/deliveries/{delivery_id}:extend", responses=_LEASE_LOST)
def extend(delivery_id: str, body: Extension, app: Wired, lang: Language, principal: Fetcher) -> LeaseOut:
    """Keep the lease for some more time, counted from now."""
    longer = app.deliveries.extend(
        _authority(principal), delivery_id, body.lease_token, body.seconds, actor=principal.actor
    )
    return LeaseOut.of(longer, principal, lang, app.store)


def _authority(principal: Principal) -> str:
    assert principal.authority_id is not None, "only authorities may fetch"
    return principal.authority_id
