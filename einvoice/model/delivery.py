"""An accepted invoice on its way into the authority's accounting system."""

from dataclasses import dataclass
from datetime import datetime

from einvoice.model.submission import Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """One delivery, handed to one fetcher for a while. Not acknowledged by then, it is available again."""

    delivery_id: str  # the idempotency key for the accounting system: the same invoice keeps it
    token: str  # names this lease in ack, nack and extend
    expires_at: datetime
    submission: Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """The answer to ack; asking twice gives the same."""

    delivery_id: str
    acknowledged_at: datetime
    submission: Submission
