"""A submission: what a sender handed us, and where it stands. Three separate fields say so, never one status string.

*verdict* is the formal outcome, *handling* the place on the way, *hold* the reason an operator must act.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from einvoice.model.assessment import Verdict
from einvoice.model.policy import Outcome
from einvoice.model.trouble import RefusalNotice


class Door(StrEnum):
    """Where a submission came in."""

    UPLOAD = "upload"  # the portal's form
    API = "api"
    FOLDER = "folder"  # the plain drop folder

    @property
    def priority(self) -> "Priority":
        """Who waits at a screen, or a program for an answer, comes before folders full of files."""
        return Priority.BULK if self is Door.FOLDER else Priority.INTERACTIVE


class Priority(IntEnum):
    """What is worked on first; lower is sooner."""

    INTERACTIVE = 0
    BULK = 1


class HumanDecision(StrEnum):
    """How a person ended what the rules could not, or sent on what was addressed to nobody."""

    SENT_ON = "sent-on"  # to an authority, which is told that no verdict stands behind it
    SENT_BACK = "sent-back"  # to the sender, not handed over


class Handling(StrEnum):
    """The place on the way."""

    RECEIVED = "received"  # durable, waits for work
    PROCESSING = "processing"  # claimed by a worker
    DECIDED = "decided"  # verdict is there; a rejected one ends here
    AVAILABLE = "available"  # the authority may fetch it
    LEASED = "leased"  # fetched, not yet booked
    ACKNOWLEDGED = "acknowledged"  # the authority says it has it
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Hold(StrEnum):
    """Why an operator must act; NONE: nobody must."""

    NONE = ""
    FAULT = "fault"  # attempts are used up
    ENGINE = "engine"  # the engine can't process this very document
    UNROUTABLE = "unroutable"  # accepted, but no authority has this Leitweg-ID
    QUARANTINE = "quarantine"  # the virus scan found something
    CONFLICT = "conflict"  # a number came before: the invoice's, and its authority wants no second one; or, still
    # undecided, its message's (SBDH InstanceIdentifier), with another payload
    PARKED = "parked"  # handing over failed for good


def is_unjudged(hold: Hold, verdict: Verdict | None) -> bool:
    """Whether a conflict is one about the message, before any verdict, and not about the number of the invoice."""
    return hold is Hold.CONFLICT and verdict is Verdict.UNDECIDED


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One submission as it stands now. All times carry a time zone (UTC)."""

    id: str  # 26 characters, sortable by time of receipt
    received_at: datetime
    door: Door
    sender: str  # who it belongs to: "supplier:ID", "account:ID", "token:ID" or "folder:drop"
    name: str  # file name as the sender called it; shown escaped, never trusted
    sha256: str  # of the bytes received, hex
    size: int  # bytes

    verdict: Verdict | None = None  # None: not yet
    handling: Handling = Handling.RECEIVED
    hold: Hold = Hold.NONE

    attempts: int = 0  # claims so far
    decided_at: datetime | None = None
    fault_cause: str | None = None  # of the last attempt, or why it was held before the first; for the operator alone
    refusal: RefusalNotice | None = None

    authority_id: str | None = None
    authority_name: str | None = None
    leitweg_id: str | None = None  # BT-10 as read
    invoice_number: str | None = None  # BT-1
    seller_name: str | None = None  # BT-27
    scenario: str | None = None
    pack: str | None = None  # id+version of the rules that judged
    policy_outcome: Outcome | None = None  # what the authority's own policies said; None: nothing was asked
    errors: int = 0  # findings of effective level error
    warnings: int = 0

    delivery_id: str | None = None  # set once it is available

    priority: Priority = Priority.INTERACTIVE
    crashes: int = 0  # processes it killed so far
    blob: str = ""  # name of the stored original
    report_sha256: str | None = None  # of the report as stored
    malware: str | None = None  # what the virus scan called it, for the operator alone
    human_decision: HumanDecision | None = None
    duplicate_of: str | None = None  # the first submission with the same seller, number and year
    delete_after: datetime | None = None  # when retention ends
    legal_hold: str | None = None  # why it is kept beyond that

    @property
    def settled(self) -> bool:
        """Nothing more happens without a person or the authority: there is a verdict or a hold."""
        at_work = self.handling in (Handling.RECEIVED, Handling.PROCESSING)
        return self.hold is not Hold.NONE or (self.verdict is not None and not at_work)

    @property
    def is_unjudged(self) -> bool:
        """Held from the start: its message came before, with another payload. It is to be judged, or sent back."""
        return is_unjudged(self.hold, self.verdict)

    @property
    def declined(self) -> bool:
        """Formally right, but not what the authority takes: it went back to the sender."""
        return self.verdict is Verdict.ACCEPTED and self.policy_outcome is Outcome.REJECTED

    @property
    def status(self) -> str:
        """One key for one word shown to people: held, declined, rejected, accepted, or the handling."""
        if self.hold is not Hold.NONE:
            return "held"
        if self.handling is Handling.DECIDED:
            return "declined" if self.declined else str(self.verdict)
        return str(self.handling)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The right to decide one submission, until it expires or someone else claims it."""

    submission: Submission
    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The answer to a sender; given only after everything is durable."""

    submission: Submission
    created: bool  # False: the same bytes, or the same Idempotency-Key, were here before


class EventKind(StrEnum):
    """What changed."""

    RECEIVED = "received"
    CLAIMED = "claimed"
    POSTPONED = "postponed"  # a Fault; tried again later
    DECIDED = "decided"
    HELD = "held"
    RELEASED = "released"  # an operator, or a new Leitweg-ID, ended a hold
    AVAILABLE = "available"
    LEASED = "leased"
    EXTENDED = "extended"
    RETURNED = "returned"  # nack
    LEASE_EXPIRED = "lease-expired"
    ACKNOWLEDGED = "acknowledged"
    CONSENTED = "consented"  # one of the two who must agree to let a quarantined file through
    SENT_ON = "sent-on"  # by a person
    SENT_BACK = "sent-back"  # by a person
    HELD_BY_LAW = "held-by-law"  # must not be deleted
    FREED_BY_LAW = "freed-by-law"  # may be deleted again
    EXPIRED = "expired"  # original and report are deleted


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One change of a submission, and the three fields as they were after it."""

    submission_id: str
    at: datetime
    actor: str  # "worker", "sweeper", "token:ID", "account:ID", "folder:drop"
    kind: EventKind
    reason: str  # a short code, or an operator's own words; "" none
    verdict: Verdict | None
    handling: Handling
    hold: Hold
    authority_id: str | None  # None: no authority known yet
    sequence: int | None  # counts without gaps within the authority, from 1
