"""When the next look at a folder is due."""

import pytest

from einvoice.intake.pickup.pace import Pace
from tests.unit.intake.pickup.conftest import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pace(clock: Clock) -> Pace:
    made = Pace(3.0, clock)
    made.looked(took=0.0, again=False, found=False)
    return made


def test_the_first_look_is_due_at_once(clock: Clock) -> None:
    assert Pace(3.0, clock).due()


def test_it_is_looked_at_regular_times(pace: Pace, clock: Clock) -> None:
    clock.now += 2.9
    assert not pace.due()
    clock.now += 0.1
    assert pace.due()


def test_a_hint_has_it_looked_at_once(pace: Pace) -> None:
    pace.hint()
    assert pace.due()
    assert pace.wait() == 0.0


def test_while_something_is_being_written_it_is_looked_at_soon(pace: Pace) -> None:
    pace.looked(took=0.0, again=True, found=False)
    assert pace.wait() == pytest.approx(0.3)


def test_looks_that_tell_nothing_new_become_regular_again(pace: Pace) -> None:
    for _ in range(20):
        pace.looked(took=0.0, again=True, found=False)
    assert pace.wait() == pytest.approx(3.0)
    pace.looked(took=0.0, again=True, found=True)
    assert pace.wait() == pytest.approx(0.3)


def test_no_more_than_a_fifth_of_the_time_is_spent_looking(pace: Pace, clock: Clock) -> None:
    pace.looked(took=2.0, again=True, found=True)
    pace.hint()
    assert pace.wait() == pytest.approx(8.0)
    clock.now += 8.0
    assert pace.due()


def test_a_hint_amid_a_look_has_it_looked_at_again(pace: Pace, clock: Clock) -> None:
    pace.looking()
    pace.hint()
    clock.now += 0.5
    pace.looked(took=0.5, again=False, found=False)
    assert pace.wait() == pytest.approx(2.0)
    pace.looking()
    pace.looked(took=0.5, again=False, found=False)
    assert pace.wait() == pytest.approx(3.0)


def test_when_all_that_one_look_may_find_is_taken_the_next_one_is_due(pace: Pace) -> None:
    pace.looked(took=10.0, again=True, found=True)
    pace.emptied()
    assert pace.due()
