"""Mutated invoices through the whole check: refused, judged or held, never a mistake of ours, and always reported."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from einvoice.pipeline import Stages
from tests.security.fuzz import xml
from tests.security.fuzz.holds import check, whole_check

CHANCES = st.randoms(use_true_random=False)


@pytest.fixture(scope="module")
def stages() -> Iterator[Stages]:
    with whole_check() as found:
        yield found


@settings(max_examples=150, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.builds(xml.mutated, CHANCES))
def test_whatever_becomes_of_an_invoice_it_is_examined_and_reported(stages: Stages, data: bytes) -> None:
    check(data, stages)


@settings(max_examples=5, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.builds(xml.mutated, CHANCES))
def test_and_written_on_paper(stages: Stages, data: bytes) -> None:
    check(data, stages, on_paper=True)


def test_the_samples_themselves_are_accepted_or_rejected(stages: Stages) -> None:
    assert {str(check(seed, stages).verdict) for seed in xml.seeds()} == {"accepted", "rejected"}
