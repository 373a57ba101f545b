"""What the API says about handing over: leases, acknowledgements, and the feed of what changed."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from einvoice.api.schemas import Asked, SubmissionOut
from einvoice.explain import Lang
from einvoice.identity import Principal
from einvoice.model.assessment import Verdict
from einvoice.model.delivery import Acknowledgement, Lease
from einvoice.model.submission import Event, EventKind, Handling, Hold
from einvoice.store import Store


class LeaseWish(Asked):
    """How many deliveries to lease, and for how long."""

    count: int = Field(default=10, ge=1, le=100, description="At most so many")
    seconds: float | None = Field(default=None, ge=1, le=86_400, description="Time to acknowledge; default: a setting")


class LeaseOut(BaseModel):
    """One delivery, yours for a while. Not acknowledged by then, it is handed out again."""

    delivery_id: str = Field(description="Stays the same for the same invoice: use it to book only once")
    lease_token: str = Field(description="Names this lease in ack, nack and extend")
    expires_at: datetime
    submission: SubmissionOut

    @classmethod
    def of(cls, lease: Lease, reader: Principal, lang: Lang, store: Store) -> Self:
        """A lease for its holder."""
        return cls(
            delivery_id=lease.delivery_id,
            lease_token=lease.token,
            expires_at=lease.expires_at,
            submission=SubmissionOut.of(lease.submission, reader, lang, store),
        )


class LeaseList(BaseModel):
    """The deliveries leased; empty: nothing to collect at the moment."""

    deliveries: list[LeaseOut]


class LeaseRef(Asked):
    """Which lease."""

    lease_token: str = Field(max_length=200)


class Nack(LeaseRef):
    """Give a delivery back."""

    reason: str = Field(default="", max_length=1000, description="Why; stands in the history")


class Extension(LeaseRef):
    """More time."""

    seconds: float = Field(ge=1, le=86_400, description="From now")


class AcknowledgementOut(BaseModel):
    """The invoice is the authority's. Asked twice, the answer is the same."""

    delivery_id: str
    acknowledged_at: datetime
    submission_id: str

    @classmethod
    def of(cls, acknowledgement: Acknowledgement) -> Self:
        """The durable acknowledgement."""
        return cls(
            delivery_id=acknowledgement.delivery_id,
            acknowledged_at=acknowledgement.acknowledged_at,
            submission_id=acknowledgement.submission.id,
        )


class EventOut(BaseModel):
    """One change of an invoice, and how it stood after it."""

    sequence: int = Field(description="Counts without gaps within the authority, from 1")
    at: datetime
    kind: EventKind
    submission_id: str
    reason: str = Field(
        description="Why: a code, or a person's own words. decided: `policy` where the authority's policies turned it "
        "down; available and held: `duplicate` where an invoice of this number was here before"
    )
    verdict: Verdict | None
    handling: Handling
    hold: Hold | None

    @classmethod
    def of(cls, event: Event) -> Self:
        """An event of an authority's feed."""
        assert event.sequence is not None, "events of a feed are numbered"
        return cls(
            sequence=event.sequence,
            at=event.at,
            kind=event.kind,
            submission_id=event.submission_id,
            reason=event.reason,
            verdict=event.verdict,
            handling=event.handling,
            hold=event.hold or None,
        )


class EventFeed(BaseModel):
    """A part of the feed, in order."""

    events: list[EventOut]
    after: int = Field(description="Give it as `after` to read on")
