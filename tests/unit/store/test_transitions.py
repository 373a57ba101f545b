"""The table of transitions, walked at random: whatever is let through keeps the promises of the three fields."""

from functools import cache
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from einvoice.model.assessment import Verdict
from einvoice.model.submission import Handling, Hold
from einvoice.model.transitions import HANDLING, VERDICT, IllegalTransition, State, check_transition

states = st.tuples(st.sampled_from([None, *Verdict]), st.sampled_from(Handling), st.sampled_from(Hold))
walks = st.lists(st.integers(0, 10_000), max_size=30)
START: State = (None, Handling.RECEIVED, Hold.NONE)
ORDER = [
    Handling.RECEIVED,
    Handling.PROCESSING,
    Handling.DECIDED,
    Handling.AVAILABLE,
    Handling.LEASED,
    Handling.ACKNOWLEDGED,
]


def allowed(before: State, after: State) -> bool:
    try:
        check_transition(before, after)
    except IllegalTransition:
        return False
    return True


@cache
def steps_from(before: State) -> list[State]:
    return [after for after in product([None, *Verdict], Handling, Hold) if allowed(before, after)]


def is_way_back(before: State, after: State) -> bool:
    """An invoice that waited for nobody in particular is judged anew for the authority that came."""
    return (before, after) == (
        (Verdict.ACCEPTED, Handling.DECIDED, Hold.UNROUTABLE),
        (Verdict.UNDECIDED, Handling.RECEIVED, Hold.NONE),
    )


def ways(path: list[State]) -> list[list[State]]:
    """The path, cut where it goes back to the start."""
    parts = [path[:1]]
    for before, after in pairwise(path):
        if is_way_back(before, after):
            parts.append([])
        parts[-1].append(after)
    return parts


def walk(choices: list[int]) -> list[State]:
    """The states reached by always taking one of the steps that are allowed."""
    path = [START]
    for choice in choices:
        steps = steps_from(path[-1])
        if steps:
            path.append(steps[choice % len(steps)])
    return path


def test_the_tables_name_every_state() -> None:
    assert set(HANDLING) == set(Handling)
    assert set(VERDICT) == {None, *Verdict}


def test_the_way_of_an_accepted_invoice_is_allowed() -> None:
    accepted = Verdict.ACCEPTED
    way: list[State] = [START, (None, Handling.PROCESSING, Hold.NONE)]
    way += [(accepted, handling, Hold.NONE) for handling in ORDER[2:]]
    for before, after in pairwise(way):
        check_transition(before, after)


@given(walks)
def test_a_formal_verdict_never_changes_on_its_way(choices: list[int]) -> None:
    for path in ways(walk(choices)):
        final = {verdict for verdict, _, _ in path if verdict in (Verdict.ACCEPTED, Verdict.REJECTED)}
        assert len(final) <= 1
        if final:
            first = next(n for n, (verdict, _, _) in enumerate(path) if verdict in final)
            assert {verdict for verdict, _, _ in path[first:]} == final


def test_the_one_way_back_is_from_waiting_for_an_authority() -> None:
    at_work = (Handling.RECEIVED, Handling.PROCESSING)
    back = [
        (before, after)
        for before in product([None, *Verdict], Handling, Hold)
        if before[1] not in at_work
        for after in steps_from(before)
        if after[1] in at_work
    ]
    assert len(back) == 1
    assert is_way_back(*back[0])


@given(walks)
def test_only_accepted_invoices_and_held_ones_sent_on_by_hand_are_ever_handed_over(choices: list[int]) -> None:
    handed_over = (Handling.AVAILABLE, Handling.LEASED, Handling.ACKNOWLEDGED)
    for before, after in pairwise(walk(choices)):
        if after[1] in handed_over and before[1] not in handed_over:
            by_hand = before[:2] == (Verdict.UNDECIDED, Handling.RECEIVED)
            by_hand = by_hand and before[2] not in (Hold.NONE, Hold.CONFLICT)
            assert after[0] is Verdict.ACCEPTED if before[1] is Handling.DECIDED else by_hand


def test_what_is_held_from_the_start_is_released_or_ended_and_never_handed_over() -> None:
    held = (Verdict.UNDECIDED, Handling.RECEIVED, Hold.CONFLICT)
    check_transition(START, held)
    check_transition(held, (Verdict.UNDECIDED, Handling.RECEIVED, Hold.NONE))
    check_transition(held, (Verdict.UNDECIDED, Handling.WITHDRAWN, Hold.NONE))
    with pytest.raises(IllegalTransition):
        check_transition(held, (Verdict.UNDECIDED, Handling.AVAILABLE, Hold.NONE))


@given(walks)
def test_sending_on_by_hand_makes_no_verdict(choices: list[int]) -> None:
    handed_over = (Handling.AVAILABLE, Handling.LEASED, Handling.ACKNOWLEDGED)
    for before, after in pairwise(walk(choices)):
        if after[1] in handed_over:
            assert after[0] is before[0]


@given(walks)
def test_decided_and_a_formal_verdict_come_together(choices: list[int]) -> None:
    for verdict, handling, _ in walk(choices):
        formal = verdict in (Verdict.ACCEPTED, Verdict.REJECTED)
        if handling is Handling.DECIDED:
            assert formal
        if handling in (Handling.RECEIVED, Handling.PROCESSING):
            assert not formal


@given(walks)
def test_what_is_acknowledged_only_expires(choices: list[int]) -> None:
    path = [handling for _, handling, _ in walk(choices)]
    if Handling.ACKNOWLEDGED in path:
        after = path[path.index(Handling.ACKNOWLEDGED) + 1 :]
        assert set(after) <= {Handling.EXPIRED}


@given(walks)
def test_a_decided_invoice_is_not_worked_on_again(choices: list[int]) -> None:
    for way in ways(walk(choices)):
        path = [handling for _, handling, _ in way]
        if Handling.DECIDED in path:
            after = path[path.index(Handling.DECIDED) :]
            assert not set(after) & {Handling.RECEIVED, Handling.PROCESSING}


@given(states, states)
def test_a_step_is_allowed_only_where_the_table_has_it_or_a_hold_changes_in_place(before: State, after: State) -> None:
    if allowed(before, after) and not is_way_back(before, after):
        in_table = after[1] in HANDLING[before[1]]
        in_place = after[1] is before[1] and after[2] is not before[2]
        assert in_table or in_place


def test_standing_still_is_no_change() -> None:
    with pytest.raises(IllegalTransition):
        check_transition(START, START)


def test_every_place_can_be_reached() -> None:
    reached, front = {START}, [START]
    while front:
        front = [after for before in front for after in steps_from(before) if after not in reached]
        reached.update(front)
    assert {handling for _, handling, _ in reached} == set(Handling)
