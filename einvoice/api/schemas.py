"""What the API says, as types: the contract with programs. Times are UTC; unknown is null."""

from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from einvoice.explain import Lang
from einvoice.faces.words import standing
from einvoice.identity import Principal, Role
from einvoice.model.assessment import Verdict
from einvoice.model.delivery import Acknowledgement, Lease
from einvoice.model.policy import Outcome
from einvoice.model.submission import Door, Event, EventKind, Handling, Hold, Submission

V1 = "/api/v1"
SUBMISSIONS = f"{V1}/submissions"


class AuthorityRef(BaseModel):
    """The authority an invoice is for."""

    id: str
    name: str


class Links(BaseModel):
    """Where to go on; relative to this service."""

    self: str
    report: str
    original: str
    invoice: str


class OperatorDetails(BaseModel):
    """What operators see on top."""

    sender: str = Field(description="supplier:ID, account:ID, token:ID or folder:drop")
    attempts: int = Field(description="How often a worker took it up")
    fault_cause: str | None = Field(description="Why the last attempt failed")


class SubmissionOut(BaseModel):
    """A submission as it stands."""

    id: str
    status: str = Field(
        description="One key for all: received, processing, rejected, declined (formally accepted, but turned down by "
        "the authority's policies), available, leased, acknowledged, held, withdrawn, expired; accepted for the moment "
        "between decision and delivery"
    )
    settled: bool = Field(description="Nothing more happens by itself: there is a verdict, or a person must act")
    verdict: Verdict | None = Field(description="The formal verdict; null: not yet")
    policy_outcome: Outcome | None = Field(
        description="What the authority's own policies said of an accepted invoice; null: nothing was asked. One that "
        "they reject is not delivered, and may be submitted again"
    )
    handling: Handling
    hold: Hold | None = Field(description="Why an operator must act; null: nobody must")
    label: str = Field(description="The status in words, in the language of Accept-Language")
    message: str = Field(description="What that means, in one or two sentences")
    remedy: str | None = Field(description="What the sender can do")
    received_at: datetime
    decided_at: datetime | None
    door: Door
    name: str = Field(description="File name as sent; may be empty")
    sha256: str = Field(description="Of the bytes received")
    size: int = Field(description="Bytes received")
    refusal_code: str | None = Field(description="Why the input cannot be an invoice; null: it is one")
    scenario: str | None = Field(description="Official name of the scenario that judged it")
    errors: int = Field(description="Findings of effective level error")
    warnings: int
    authority: AuthorityRef | None
    leitweg_id: str | None = Field(description="BT-10")
    invoice_number: str | None = Field(description="BT-1")
    seller_name: str | None = Field(description="BT-27")
    operator: OperatorDetails | None = Field(default=None, description="For operators only")
    links: Links

    @classmethod
    def of(cls, submission: Submission, reader: Principal, lang: Lang) -> Self:
        """A submission as this reader may see it."""
        words = standing(submission, lang)
        return cls(
            id=submission.id,
            status=submission.status,
            settled=submission.settled,
            verdict=submission.verdict,
            policy_outcome=submission.policy_outcome,
            handling=submission.handling,
            hold=submission.hold or None,
            label=words.label,
            message=words.sentence,
            remedy=words.remedy or None,
            received_at=submission.received_at,
            decided_at=submission.decided_at,
            door=submission.door,
            name=submission.name,
            sha256=submission.sha256,
            size=submission.size,
            refusal_code=submission.refusal.code if submission.refusal else None,
            scenario=submission.scenario,
            errors=submission.errors,
            warnings=submission.warnings,
            authority=_authority(submission),
            leitweg_id=submission.leitweg_id,
            invoice_number=submission.invoice_number,
            seller_name=submission.seller_name,
            operator=_operator(submission) if reader.role is Role.OPERATOR else None,
            links=_links(submission.id),
        )


class ReceiptOut(SubmissionOut):
    """The answer to a submission. From now on it cannot get lost."""

    created: bool = Field(
        default=True,
        description="False: the same file, or the same Idempotency-Key, came before; this is the first submission",
    )


class SubmissionPage(BaseModel):
    """A part of a list, newest first."""

    items: list[SubmissionOut]
    next: str | None = Field(description="Give it as `after` to read on; null: this is the end")


class Asked(BaseModel):
    """What a request may say; a name we do not know is a mistake its sender should hear of."""

    model_config = ConfigDict(extra="forbid")


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
    def of(cls, lease: Lease, reader: Principal, lang: Lang) -> Self:
        """A lease for its holder."""
        return cls(
            delivery_id=lease.delivery_id,
            lease_token=lease.token,
            expires_at=lease.expires_at,
            submission=SubmissionOut.of(lease.submission, reader, lang),
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
    reason: str = Field(description='Why; of decided: "policy" where the authority\'s policies turned it down')
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


class Readiness(BaseModel):
    """Whether the service can do its work."""

    status: str = Field(examples=["ready", "not-ready"])
    checks: dict[str, Any] = Field(description="Each part: ok, or what is wrong")


def _authority(submission: Submission) -> AuthorityRef | None:
    if submission.authority_id is None:
        return None
    return AuthorityRef(id=submission.authority_id, name=submission.authority_name or "")


def _operator(submission: Submission) -> OperatorDetails:
    return OperatorDetails(sender=submission.sender, attempts=submission.attempts, fault_cause=submission.fault_cause)


def _links(submission_id: str) -> Links:
    here = f"{SUBMISSIONS}/{submission_id}"
    return Links(self=here, report=f"{here}/report", original=f"{here}/original", invoice=f"{here}/invoice")
