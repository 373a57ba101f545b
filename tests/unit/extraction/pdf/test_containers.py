"""Whatever software wrote the PDF, its invoice is found; where that can't be, the sender reads why."""

import pytest

from einvoice.errors import Refusal
from einvoice.extraction.pdf import PdfLimits, embedded_invoice
from tests.support.pdfs import CONTAINERS, Container

_FOUND = {name: one for name, one in CONTAINERS.items() if one.refusal is None}
_REFUSED = {name: one for name, one in CONTAINERS.items() if one.refusal is not None}


@pytest.mark.parametrize("container", _FOUND.values(), ids=_FOUND.keys())
def test_the_invoice_is_found_in(container: Container) -> None:
    found = embedded_invoice(container.data, PdfLimits())
    assert (found.name, found.xml) == (container.name, container.xml)


@pytest.mark.parametrize("container", _REFUSED.values(), ids=_REFUSED.keys())
def test_refused_is(container: Container) -> None:
    with pytest.raises(Refusal) as caught:
        embedded_invoice(container.data, PdfLimits())
    assert caught.value.notice.code == container.refusal
