"""An operator's ways out of a hold: which there are, told the same in API, portal and command line.

Who may go them is `identity`'s matter, whether one is possible at the moment the store's: it raises NotPossible.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum

from einvoice.model.assessment import Verdict
from einvoice.model.submission import Hold, Submission
from einvoice.store import Store
from einvoice.store.people import may_consent, may_retry, may_send_back, may_send_on

LONGEST_REASON = 1000  # characters


class Way(StrEnum):
    """What a person can do about a held submission."""

    RETRY = "retry"  # have it worked on again, or for the first time
    SEND_ON = "send-on"  # to an authority, without asking the rules any further
    SEND_BACK = "send-back"  # to its sender
    CONSENT = "consent"  # to its being let out of quarantine; it takes two


_OPEN: Mapping[Way, Callable[[Hold, Verdict | None], bool]] = {
    Way.RETRY: may_retry,
    Way.SEND_ON: may_send_on,
    Way.CONSENT: may_consent,
    Way.SEND_BACK: may_send_back,
}


def ways_out(hold: Hold, verdict: Verdict | None = None) -> tuple[Way, ...]:
    """What can be done about a hold, the mildest first; nothing where nothing is held."""
    return tuple(way for way, is_open in _OPEN.items() if is_open(hold, verdict))


def go(
    way: Way, submission_id: str, store: Store, *, actor: str, reason: str, authority_id: str | None = None
) -> Submission:
    """Go one of the ways; the submission as it stands then. Raises NotFound and NotPossible.

    `authority_id`: where it is sent on to, if not to the one it is addressed to.
    """
    people = store.people
    match way:
        case Way.RETRY:
            return people.retry(submission_id, actor=actor, reason=reason)
        case Way.SEND_ON:
            return people.send_on(submission_id, authority_id, actor=actor, reason=reason)
        case Way.SEND_BACK:
            return people.send_back(submission_id, actor=actor, reason=reason)
        case Way.CONSENT:
            return people.consent(submission_id, actor=actor, reason=reason)
