"""What the API says, as types: the contract with programs. Times are UTC; unknown is null."""

from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from einvoice.explain import Lang
from einvoice.faces.background import Background, background
from einvoice.faces.words import standing
from einvoice.identity import Principal, Role
from einvoice.model.assessment import Verdict
from einvoice.model.policy import Outcome
from einvoice.model.submission import Door, Handling, Hold, HumanDecision, Submission
from einvoice.store import Store

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
    crashes: int = Field(description="How many processes it killed")
    fault_cause: str | None = Field(description="Why the last attempt failed")
    malware: str | None = Field(description="What the virus scan found, and where; it stays known after a release")
    decided_by: str | None = Field(description="Who decided by hand: account:ID, token:ID or admin")


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
    human_decision: HumanDecision | None = Field(
        description="A person ended what was on hold. sent-on: handed over by hand; with the verdict undecided, no "
        "verdict stands behind it. sent-back: given back to its sender, not handed over. null: nobody stepped in"
    )
    human_reason: str | None = Field(
        description="Why, in the person's own words: to the sender of what was sent back, to the authority of what "
        "was sent on; operators read both"
    )
    duplicate_of: str | None = Field(
        description="Id of the first invoice of the same seller with the same number and year; null: there is none, or "
        "it is not yours to see"
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
    def of(cls, submission: Submission, reader: Principal, lang: Lang, store: Store) -> Self:
        """A submission as this reader may see it."""
        words, known = standing(submission, lang), background(submission, reader, store)
        return cls(
            id=submission.id,
            status=submission.status,
            settled=submission.settled,
            verdict=submission.verdict,
            policy_outcome=submission.policy_outcome,
            human_decision=submission.human_decision,
            human_reason=known.by_hand.reason or None if known.by_hand else None,
            duplicate_of=known.first.id if known.first else None,
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
            operator=_operator(submission, known) if reader.role is Role.OPERATOR else None,
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


class Readiness(BaseModel):
    """Whether the service can do its work."""

    status: str = Field(examples=["ready", "not-ready"])
    checks: dict[str, Any] = Field(description="Each part: ok, or what is wrong")


def _authority(submission: Submission) -> AuthorityRef | None:
    if submission.authority_id is None:
        return None
    return AuthorityRef(id=submission.authority_id, name=submission.authority_name or "")


def _operator(submission: Submission, known: Background) -> OperatorDetails:
    return OperatorDetails(
        sender=submission.sender,
        attempts=submission.attempts,
        crashes=submission.crashes,
        fault_cause=submission.fault_cause,
        malware=submission.malware,
        decided_by=known.by_hand.actor if known.by_hand else None,
    )


def _links(submission_id: str) -> Links:
    here = f"{SUBMISSIONS}/{submission_id}"
    return Links(self=here, report=f"{here}/report", original=f"{here}/original", invoice=f"{here}/invoice")
