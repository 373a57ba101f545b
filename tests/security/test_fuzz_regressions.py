"""What fuzzing found, each made small: the input, and what has to come of it."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from einvoice.errors import Refusal
from einvoice.extraction.pdf import PdfLimits, embedded_enclosure, embedded_invoice
from tests.security.fuzz import extraction
from tests.security.fuzz.pdffile import Name, Pdf, Ref, Stream, written
from tests.security.fuzz.pdfseeds import seeds
from tests.security.fuzz.site import Asked, check, opened_site


def hybrid(change: Callable[[Pdf], object]) -> bytes:
    """A hybrid PDF with something changed."""
    pdf = deepcopy(seeds()[0])
    change(pdf)
    return written(pdf)


def packed_by(name: str) -> Callable[[Pdf], object]:
    return lambda pdf: pdf.objects[6].head.update(Filter=Name(name))


def encrypted_by(**head: Any) -> Callable[[Pdf], object]:
    return lambda pdf: pdf.trailer.update(Encrypt=head)


REFUSED = {
    "a filter nobody knows": (packed_by("Nothing"), "pdf-broken"),
    "a filter by the short name of inline images": (packed_by("LZW"), "pdf-broken"),
    "a handler of encryption nobody knows": (encrypted_by(Filter=Name("Odd"), V=99), "pdf-encrypted"),
    "an encryption that is no dictionary": (lambda pdf: pdf.trailer.update(Encrypt=1), "pdf-encrypted"),
}


@pytest.mark.parametrize("odd", REFUSED)
def test_what_the_library_does_not_expect_is_refused(odd: str) -> None:
    change, code = REFUSED[odd]
    with extraction.without_sandbox(), pytest.raises(Refusal) as caught:
        embedded_invoice(hybrid(change), PdfLimits())
    assert caught.value.notice.code == code


def test_a_damaged_enclosure_is_given_out_as_it_was_listed_and_not_as_our_words() -> None:
    def damage(pdf: Pdf) -> None:
        pdf.objects[10] = {"Type": Name("Filespec"), "F": b"x.csv", "EF": {"F": Ref(11)}}
        pdf.objects[11] = Stream({"Filter": Name("ASCIIHexDecode")}, b"no hexadecimal digits>")
        pdf.objects[2]["EmbeddedFiles"]["Names"] += [b"x.csv", Ref(10)]

    with extraction.without_sandbox():
        [listed] = embedded_invoice(hybrid(damage), PdfLimits()).enclosures
        assert listed.size == 0
        assert embedded_enclosure(hybrid(damage), 1, PdfLimits()) == ("x.csv", b"")


@pytest.mark.parametrize("path", ["/api/v1/holds", "/api/v1/checks"])
def test_a_length_of_thousands_of_digits_is_no_mistake_of_ours(tmp_path: Path, path: str) -> None:
    with opened_site(tmp_path) as at:
        headers = (*at.credentials["operator"], (b"host", b"testserver"), (b"content-length", b"1" + b"0" * 4400))
        answer = check(Asked("operator", "POST", path, b"", headers, (b"",)), at)
    assert answer.status in (400, 405, 413)
