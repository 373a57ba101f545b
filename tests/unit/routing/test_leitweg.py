"""The form of a Leitweg-ID."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from einvoice.routing import LeitwegProblem, leitweg_problem


@pytest.mark.parametrize("leitweg_id", ["04011000-12345-03", "991-33333TEST-33", "1234567890-54321-40", "991-03730-19"])
def test_real_ones_are_fine(leitweg_id: str) -> None:
    assert leitweg_problem(leitweg_id) is None


def test_upper_and_lower_case_letters_count_the_same() -> None:
    assert leitweg_problem("991-33333test-33") is None


@pytest.mark.parametrize("leitweg_id", ["04011000-12345-34", "04011000-12354-03", "04011000-12345-04"])
def test_a_wrong_check_digit_is_named(leitweg_id: str) -> None:
    assert leitweg_problem(leitweg_id) is LeitwegProblem.CHECK_DIGIT


@pytest.mark.parametrize(
    "text",
    ["", "4-12345-03", "04011000", "04011000-12345", "04011000--03", "1234567890123-1-40", "04011000-12345-03 ",
     "04011000-Ä-03", "04011000-" + "1" * 31 + "-03", "04011000-12_45-03", "٠٤-12345-03"],
)  # fmt: skip
def test_what_has_not_the_form_is_named(text: str) -> None:
    assert leitweg_problem(text) is LeitwegProblem.FORMAT


@given(
    st.from_regex(r"[0-9]{2,12}", fullmatch=True),
    st.from_regex(r"(-[0-9A-Z]{1,30})?", fullmatch=True).filter(lambda fine: not fine.endswith("\n")),
)
def test_of_all_check_digits_exactly_one_fits(coarse: str, fine: str) -> None:
    fitting = [f"{check:02}" for check in range(2, 99) if leitweg_problem(f"{coarse}{fine}-{check:02}") is None]
    assert len(fitting) == 1
