"""Mutated PDFs: the invoice comes out, or a refusal with a reason; the child that reads them makes no mistake."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from einvoice.extraction import extract
from tests.security.fuzz import extraction, pdf, pdfseeds
from tests.security.fuzz.pdffile import Pdf, written

CHANCES = st.randoms(use_true_random=False)


@pytest.fixture(scope="module", autouse=True)
def _without_sandbox() -> Iterator[None]:
    with extraction.without_sandbox():
        yield


@pytest.mark.parametrize("seed", pdfseeds.seeds(), ids=range(len(pdfseeds.seeds())))
def test_the_invoice_comes_out_of_every_seed(seed: Pdf) -> None:
    assert extract(written(seed), extraction.LIMITS).attachment == "factur-x.xml"


@settings(max_examples=300, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.builds(pdf.mutated, CHANCES))
def test_whatever_becomes_of_a_pdf_it_is_read_or_refused(data: bytes) -> None:
    extraction.check(data)
