"""Files enclosed in a PDF are numbered after those of the XML, refused as an operator wants, and can be had again."""

import base64

import pytest

from einvoice.errors import Refusal
from einvoice.extraction import Limits, extract
from einvoice.extraction.pdf import PdfLimits, embedded_enclosure, embedded_file
from einvoice.model.enclosed import Danger, Origin
from tests.support.pdfs import XML, embedded, objects, pdf, spec, with_second

UBL = (
    '<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"'
    ' xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">'
    '<cbc:EmbeddedDocumentBinaryObject filename="a.csv" mimeCode="text/csv">{}</cbc:EmbeddedDocumentBinaryObject>'
    "</Invoice>"
).format(base64.b64encode(b"a;b\n1;2\n").decode())


def _three() -> bytes:
    more = {
        6: b"<</Names[(a)7 0 R(factur-x.xml)4 0 R(z)9 0 R]>>",
        7: spec(b"/F(first.txt)", b"/F 8 0 R"),
        8: embedded(b"first"),
        9: spec(b"/F(second.txt)", b"/F 10 0 R"),
        10: embedded(b"second"),
    }
    return pdf(objects(file=embedded(UBL.encode()), more=more))


def test_those_of_the_xml_come_first_and_all_are_numbered_through() -> None:
    files = extract(_three(), Limits()).enclosures
    assert [(one.number, one.origin, one.name) for one in files] == [
        (1, Origin.XML, "a.csv"),
        (2, Origin.PDF, "first.txt"),
        (3, Origin.PDF, "second.txt"),
    ]


def test_the_facts_about_the_pdf_come_with_the_document() -> None:
    document = extract(_three(), Limits())
    assert document.hybrid is not None
    assert document.hybrid.invoice.name == document.attachment == "factur-x.xml"


def test_one_can_be_had_again_by_its_number_in_the_pdf() -> None:
    assert embedded_enclosure(_three(), 1, PdfLimits()) == ("first.txt", b"first")
    assert embedded_enclosure(_three(), 2, PdfLimits()) == ("second.txt", b"second")


@pytest.mark.parametrize("number", [0, -1, 3])
def test_a_number_nobody_has_is_told_as_such(number: int) -> None:
    with pytest.raises(LookupError):
        embedded_enclosure(_three(), number, PdfLimits())


def test_a_file_can_be_had_by_its_name() -> None:
    assert embedded_file(_three(), ["second.txt"], PdfLimits()) == ("second.txt", b"second")


def test_too_many_in_both_together_are_refused() -> None:
    with pytest.raises(Refusal) as caught:
        extract(_three(), Limits(enclosures=2))
    assert caught.value.notice.code == "too-many-enclosures"


def test_what_an_operator_does_not_want_is_refused() -> None:
    program = with_second(b"/F(tool.exe)", b"MZ\x90\0" + bytes(200))
    assert extract(program, Limits()).xml == XML
    with pytest.raises(Refusal) as caught:
        extract(program, Limits(refused=frozenset({Danger.EXECUTABLE})))
    assert caught.value.notice.code == "enclosure-refused"
