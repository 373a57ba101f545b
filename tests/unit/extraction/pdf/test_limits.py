"""What a PDF asks too much is a refusal that names the limit; what only costs time beside the invoice is left out."""

import zlib

import pytest

from einvoice.errors import Refusal
from einvoice.extraction.pdf import PdfLimits, embedded_file, embedded_invoice
from tests.support.pdfs import NAMES, XML, embedded, objects, pdf, spec, stream

_FONT = {8: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"}
_PAGE = b"/Contents 7 0 R/Resources<</Font<</F1 8 0 R>>>>"


def _refused(data: bytes, limits: PdfLimits) -> tuple[str, dict[str, str]]:
    with pytest.raises(Refusal) as caught:
        embedded_invoice(data, limits)
    return caught.value.notice.code, dict(caught.value.notice.details)


def _packed(size: int) -> bytes:
    return embedded(zlib.compress(bytes(size)), b"/Filter/FlateDecode")


def _files(count: int, file: bytes) -> bytes:
    """A PDF with the invoice and so many other files."""
    more = {6: b"<</Names[%b(factur-x.xml)4 0 R]>>" % b"".join(b"(%d)%d 0 R" % (n, 2 * n + 10) for n in range(count))}
    for number in range(count):
        at = 2 * number + 10
        more[at], more[at + 1] = spec(b"/F(%d.bin)" % number, b"/F %d 0 R" % (at + 1)), file
    return pdf(objects(more=more))


def test_more_unpacked_bytes_than_allowed_are_refused() -> None:
    data = pdf(objects(file=embedded(zlib.compress(b"<a/>" * 1_000_000), b"/Filter/FlateDecode")))
    assert _refused(data, PdfLimits(unpacked_bytes=3_900_000)) == ("pdf-limits", {"limit": "3.9 MB"})
    assert len(embedded_invoice(data, PdfLimits(unpacked_bytes=4_000_001)).xml) == 4_000_000


def test_all_streams_count_together() -> None:
    data = _files(5, _packed(1_000_000))
    assert _refused(data, PdfLimits(unpacked_bytes=4_500_000)) == ("pdf-limits", {"limit": "4.5 MB"})
    assert len(embedded_invoice(data, PdfLimits(unpacked_bytes=5_500_000)).enclosures) == 5


def test_a_stream_that_is_large_on_its_way_only_is_refused_too() -> None:
    data = zlib.compress(zlib.compress(bytes(50_000_000)) + bytes(20_000_000))
    code, _ = _refused(
        pdf(objects(file=embedded(data, b"/Filter[/FlateDecode/FlateDecode]"))), PdfLimits(unpacked_bytes=10_000_000)
    )
    assert code == "pdf-limits"


def test_more_objects_than_allowed_are_refused() -> None:
    assert _refused(pdf(), PdfLimits(objects=3)) == ("pdf-limits", {"limit": "3 objects"})


def test_more_files_than_allowed_are_refused() -> None:
    code, details = _refused(_files(4, embedded(b"x")), PdfLimits(enclosures=3))
    assert (code, details) == ("too-many-enclosures", {"count": "4", "limit": "3"})


def test_more_memory_than_allowed_is_refused() -> None:
    data = pdf(objects(file=_packed(70_000_000)))
    assert _refused(data, PdfLimits(memory_bytes=120_000_000)) == ("pdf-limits", {"limit": "120 MB"})


@pytest.mark.parametrize(
    "deep",
    [
        b"[" * 200_000 + b"]" * 200_000,
        b"<</A" * 100_000 + b" 0" + b">>" * 100_000,
    ],
    ids=["arrays", "dictionaries"],
)
def test_what_is_nested_without_end_harms_nothing_where_nobody_needs_it(deep: bytes) -> None:
    data = pdf(objects(NAMES + b"/AF 7 0 R", more={7: deep}))
    assert embedded_invoice(data, PdfLimits()).xml == XML


def test_pages_that_take_too_long_to_read_cost_the_text_and_not_the_invoice() -> None:
    drawn = zlib.compress(b"BT /F1 9 Tf " + b"(x) Tj 0 -9 Td " * 400_000 + b"ET")
    data = pdf(objects(page=_PAGE, more={7: stream(drawn, b"/Filter/FlateDecode"), **_FONT}))
    found = embedded_invoice(data, PdfLimits(text_seconds=0.3))
    assert (found.xml, found.facts.text) == (XML, None)


def test_pages_that_take_all_the_time_there_is_cost_the_text_and_not_the_invoice() -> None:
    drawn = zlib.compress(b"BT /F1 9 Tf " + b"(x) Tj 0 -9 Td " * 400_000 + b"ET")
    data = pdf(objects(page=_PAGE, more={7: stream(drawn, b"/Filter/FlateDecode"), **_FONT}))
    found = embedded_invoice(data, PdfLimits(cpu_seconds=1, text_seconds=60))
    assert (found.xml, found.facts.text) == (XML, None)


def test_a_bomb_on_a_page_costs_the_text_and_not_the_invoice() -> None:
    data = pdf(objects(page=_PAGE, more={7: stream(zlib.compress(bytes(90_000_000)), b"/Filter/FlateDecode"), **_FONT}))
    found = embedded_invoice(data, PdfLimits())
    assert (found.xml, found.facts.text) == (XML, None)


def test_a_file_asked_for_by_name_is_held_to_the_same_limits() -> None:
    with pytest.raises(Refusal) as caught:
        embedded_file(pdf(objects(file=_packed(2_000_000))), ["factur-x.xml"], PdfLimits(unpacked_bytes=1_000_000))
    assert caught.value.notice.code == "pdf-limits"
