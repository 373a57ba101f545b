"""What is known about a submission besides its row, as far as a reader may know it.

Who ended it by hand, when and why; which invoice it repeats, and with which other one its message is in conflict.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from einvoice.identity import Action, Forbidden, Principal, Role, authorise, resource_of
from einvoice.model.submission import EventKind, HumanDecision, Submission
from einvoice.store import NotFound, Store

_BY_HAND = {HumanDecision.SENT_ON: EventKind.SENT_ON, HumanDecision.SENT_BACK: EventKind.SENT_BACK}


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """What a person decided."""

    decision: HumanDecision
    at: datetime
    actor: str  # "account:ID", "token:ID" or "admin"; "": not for this reader
    name: str  # of the account or token; "": it has none, or not for this reader
    reason: str  # in the person's own words; "": not for this reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What there is to know; mostly nothing."""

    by_hand: ByHand | None = None
    first: Submission | None = None  # the earlier invoice of the same seller, number and year
    other: Submission | None = None  # while it is held for that: the earlier one of the same message


def background(submission: Submission, reader: Principal, store: Store) -> Background:
    """What this reader may know. Asks the store only where there is something."""
    return Background(
        by_hand=_by_hand(submission, reader, store),
        first=_readable(submission.duplicate_of, reader, store),
        other=_readable(store.envelopes.other(submission.id), reader, store) if submission.is_unjudged else None,
    )


def by_hand(submission: Submission, store: Store) -> ByHand | None:
    """What a person decided about it, with everything there is to know; None: nobody did."""
    if submission.human_decision is None:
        return None
    kind = _BY_HAND[submission.human_decision]
    event = next((one for one in reversed(store.events.of_submission(submission.id)) if one.kind is kind), None)
    if event is None:
        return None
    name = store.accounts.names([event.actor]).get(event.actor, "")
    return ByHand(decision=submission.human_decision, at=event.at, actor=event.actor, name=name, reason=event.reason)


def _by_hand(submission: Submission, reader: Principal, store: Store) -> ByHand | None:
    """A sender reads what was written to it, and no names of ours; why it was sent on is the authority's to read."""
    found = by_hand(submission, store)
    if found is None or reader.role is not Role.SUPPLIER:
        return found
    told = found.reason if found.decision is HumanDecision.SENT_BACK else ""
    return replace(found, actor="", name="", reason=told)


def _readable(submission_id: str | None, reader: Principal, store: Store) -> Submission | None:
    """Somebody else's is not there."""
    if submission_id is None:
        return None
    try:
        found = store.submissions.get(submission_id)
        authorise(reader, Action.READ, resource_of(found))
    except (NotFound, Forbidden):
        return None
    return found
