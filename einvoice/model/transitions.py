"""Which changes of verdict and handling there are. Anything else is a bug, and raises.

A hold may come and go at any place before the end; it stops work and delivery, it is no place of its own.
"""

from einvoice.model.assessment import Verdict
from einvoice.model.submission import Handling, Hold

HANDLING: dict[Handling, frozenset[Handling]] = {
    Handling.RECEIVED: frozenset({Handling.PROCESSING, Handling.AVAILABLE, Handling.WITHDRAWN, Handling.EXPIRED}),
    Handling.PROCESSING: frozenset(
        {Handling.PROCESSING, Handling.RECEIVED, Handling.DECIDED}
    ),  # claimed anew, put back
    Handling.DECIDED: frozenset({Handling.AVAILABLE, Handling.WITHDRAWN, Handling.EXPIRED}),
    Handling.AVAILABLE: frozenset({Handling.LEASED, Handling.ACKNOWLEDGED, Handling.WITHDRAWN, Handling.EXPIRED}),
    Handling.LEASED: frozenset({Handling.LEASED, Handling.AVAILABLE, Handling.ACKNOWLEDGED}),  # extended, given back
    Handling.ACKNOWLEDGED: frozenset({Handling.EXPIRED}),
    Handling.WITHDRAWN: frozenset({Handling.EXPIRED}),
    Handling.EXPIRED: frozenset(),
}

VERDICT: dict[Verdict | None, frozenset[Verdict | None]] = {
    None: frozenset({None, Verdict.ACCEPTED, Verdict.REJECTED, Verdict.UNDECIDED}),
    Verdict.UNDECIDED: frozenset({Verdict.UNDECIDED, Verdict.ACCEPTED, Verdict.REJECTED}),
    Verdict.ACCEPTED: frozenset({Verdict.ACCEPTED}),
    Verdict.REJECTED: frozenset({Verdict.REJECTED}),
}

# The one way back: accepted for nobody here, and now its authority has come, and asks for more than the law does. What
# was found out for nobody does not hold for this authority; the invoice is judged anew before it is handed over.
_ANEW = (
    (Verdict.ACCEPTED, Handling.DECIDED, Hold.UNROUTABLE),
    (Verdict.UNDECIDED, Handling.RECEIVED, Hold.NONE),
)

# The one way past the rules: a person sends on what is held undecided. It stays undecided on all its further way.
_BY_HAND = (Verdict.UNDECIDED, Handling.RECEIVED)
# Not so what was held before anybody judged it: it is to be judged, or sent back.
_NOT_BY_HAND = frozenset({Hold.NONE, Hold.CONFLICT})

# Where there can't be a formal verdict yet, where there must be one, and where it must be "accepted".
_AT_WORK = frozenset({Handling.RECEIVED, Handling.PROCESSING})
_HANDED_OVER = frozenset({Handling.AVAILABLE, Handling.LEASED, Handling.ACKNOWLEDGED})
_ENDED = frozenset({Handling.ACKNOWLEDGED, Handling.WITHDRAWN, Handling.EXPIRED})


class IllegalTransition(RuntimeError):
    """A change that must not be: a bug of ours, nothing was written."""


State = tuple[Verdict | None, Handling, Hold]


def check_transition(before: State, after: State) -> None:
    """Let a change pass, or raise IllegalTransition. Staying at a place is fine when a hold comes or goes there."""
    if (before, after) == _ANEW:
        return
    (verdict, handling, hold), (new_verdict, new_handling, new_hold) = before, after
    if new_verdict not in VERDICT[verdict]:
        raise IllegalTransition(f"verdict {verdict} to {new_verdict}")
    stays = new_handling is handling and new_hold is not hold
    if not stays and new_handling not in HANDLING[handling]:
        raise IllegalTransition(f"handling {handling} to {new_handling}")
    if handling in _HANDED_OVER and new_verdict is not verdict:
        raise IllegalTransition(f"verdict {verdict} to {new_verdict} after it was handed over")
    if new_handling in _HANDED_OVER and handling not in _HANDED_OVER:
        _check_handing_over(before, new_verdict)
    _check_state(new_verdict, new_handling, new_hold)


def _check_handing_over(before: State, verdict: Verdict | None) -> None:
    """Accepted, or held and sent on by hand."""
    by_hand = before[:2] == _BY_HAND and before[2] not in _NOT_BY_HAND and verdict is Verdict.UNDECIDED
    if verdict is not Verdict.ACCEPTED and not by_hand:
        raise IllegalTransition(f"handed over though {verdict}")
    if verdict is Verdict.ACCEPTED and before[1] is Handling.RECEIVED:
        raise IllegalTransition("handed over before it was decided")


def _check_state(verdict: Verdict | None, handling: Handling, hold: Hold) -> None:
    if handling in _AT_WORK and verdict not in (None, Verdict.UNDECIDED):
        raise IllegalTransition(f"{handling} though {verdict}")
    if handling is Handling.DECIDED and verdict in (None, Verdict.UNDECIDED):
        raise IllegalTransition(f"{handling} without a verdict")
    if handling in _HANDED_OVER and verdict not in (Verdict.ACCEPTED, Verdict.UNDECIDED):
        raise IllegalTransition(f"{handling} though {verdict}")
    if handling in _ENDED and hold is not Hold.NONE:
        raise IllegalTransition(f"{handling} and held")
