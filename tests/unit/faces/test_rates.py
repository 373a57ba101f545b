"""Rates: so many at once, as many again in a minute."""

from hypothesis import given
from hypothesis import strategies as st

from einvoice.faces.rates import Rate


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_minutes_allowance_can_be_taken_at_once_and_comes_back_evenly() -> None:
    clock = Clock()
    rate = Rate(6, clock=clock)
    assert [rate.take("a") for _ in range(6)] == [0.0] * 6
    assert rate.take("a") == 10.0
    clock.now += 10
    assert (rate.take("a"), rate.take("a")) == (0.0, 10.0)


def test_asking_while_one_has_to_wait_does_not_make_it_longer() -> None:
    clock = Clock()
    rate = Rate(6, clock=clock)
    for _ in range(100):
        rate.take("a")
    clock.now += 10
    assert rate.take("a") == 0.0


def test_a_burst_may_be_other_than_a_minute() -> None:
    rate = Rate(1, burst=3, clock=Clock())
    assert [rate.take("a") for _ in range(4)] == [0.0, 0.0, 0.0, 60.0]


def test_looking_takes_nothing_and_what_is_given_back_is_there() -> None:
    rate = Rate(1, clock=Clock())
    assert (rate.wait("a"), rate.take("a"), rate.wait("a")) == (0.0, 0.0, 60.0)
    rate.give_back("a")
    assert rate.take("a") == 0.0
    rate.reset("a")
    assert rate.take("a") == 0.0


def test_keys_are_apart() -> None:
    rate = Rate(1, clock=Clock())
    assert [rate.take(key) for key in ("a", "b", "a")] == [0.0, 0.0, 60.0]


def test_never_more_keys_are_kept_than_allowed_and_those_who_took_most_are_not_forgotten() -> None:
    rate = Rate(2, most=10, clock=Clock())
    rate.take("greedy")
    rate.take("greedy")
    for number in range(1000):
        rate.take(number)
        assert len(rate._whole_at) <= 10
    assert rate.take("greedy") > 0


@given(st.lists(st.floats(0, 100), max_size=60), st.integers(1, 20))
def test_nobody_takes_more_than_the_burst_and_what_came_back_meanwhile(pauses: list[float], per_minute: int) -> None:
    clock = Clock()
    rate = Rate(per_minute, clock=clock)
    began, taken = clock.now, 0
    for pause in pauses:
        clock.now += pause
        taken += rate.take("a") == 0.0
        assert taken <= per_minute + (clock.now - began) * per_minute / 60 + 1e-6
