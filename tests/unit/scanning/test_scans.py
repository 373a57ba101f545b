"""A submission is scanned as it came, and then what was taken out of it: clamd does not see everything by itself."""

import io
from base64 import b64encode
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfWriter

from einvoice.errors import Fault
from einvoice.extraction import Limits, extract
from einvoice.model.document import InvoiceDocument
from einvoice.model.trouble import MALWARE, FaultNotice
from einvoice.scanning import NoScanner, Scanner, open_scanner, scan_contents, scan_received
from einvoice.settings import Settings
from tests.support.clamd import SAMPLE, SAMPLE_NAME, ClamDaemon

UBL = "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
CII = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"


@dataclass
class Recorder:
    """A scanner that finds nothing and remembers what it was shown."""

    seen: list[bytes] = field(default_factory=list)

    def scan(self, data: bytes) -> str | None:
        self.seen.append(data)
        return None

    def check(self) -> str | None:
        return None


def ubl(*attachments: str) -> bytes:
    inner = "".join(f"<b:EmbeddedDocumentBinaryObject>{one}</b:EmbeddedDocumentBinaryObject>" for one in attachments)
    return f"<Invoice xmlns='{UBL}' xmlns:b='urn:b'>{inner}</Invoice>".encode()


def cii(attachment: str) -> bytes:
    inner = f"<r:AttachmentBinaryObject>{attachment}</r:AttachmentBinaryObject>"
    return f"<x:CrossIndustryInvoice xmlns:x='{CII}' xmlns:r='urn:r'>{inner}</x:CrossIndustryInvoice>".encode()


def pdf(xml: bytes) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.add_attachment("factur-x.xml", xml)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def document(data: bytes) -> InvoiceDocument:
    return extract(data, Limits())


def seen_in(data: bytes) -> list[bytes]:
    recorder = Recorder()
    scan_contents(document(data), recorder)
    return recorder.seen


def encoded(data: bytes) -> str:
    return b64encode(data).decode()


def scan_all(data: bytes, scanner: Scanner) -> None:
    scan_received(data, scanner)
    scan_contents(document(data), scanner)


def hit_in(scanner: Scanner, data: bytes) -> FaultNotice:
    with pytest.raises(Fault) as caught:
        scan_all(data, scanner)
    return caught.value.notice


@pytest.fixture
def scanner(clamd: ClamDaemon) -> Scanner:
    return open_scanner(Settings(clamd_url=clamd.unix_url))


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (b"<a>" + SAMPLE + b"</a>", "what was received"),
        (pdf(b"<a>" + SAMPLE + b"</a>"), "what was received"),  # clamd unpacks PDFs itself
        (ubl(encoded(b"harmless"), encoded(b"%PDF-1.7 " + SAMPLE)), "attachment 2 of the invoice"),
        (cii(encoded(SAMPLE)), "attachment 1 of the invoice"),
        (pdf(cii(encoded(SAMPLE))), "attachment 1 of the invoice"),
    ],
)
def test_a_hit_anywhere_is_a_fault_that_no_retry_mends_and_that_says_where(
    scanner: Scanner, data: bytes, where: str
) -> None:
    assert hit_in(scanner, data) == FaultNotice(MALWARE, f"{SAMPLE_NAME} in {where}", deterministic=True)


def test_clamd_itself_does_not_look_into_the_attachments_of_an_xml_invoice(scanner: Scanner) -> None:
    scan_received(ubl(encoded(SAMPLE)), scanner)  # no hit: the reason why contents are scanned as well


def test_what_is_clean_passes(scanner: Scanner) -> None:
    scan_all(pdf(cii(encoded(b"harmless"))), scanner)


def test_of_a_pdf_the_invoice_is_scanned_as_we_took_it_out() -> None:
    xml = cii(encoded(b"attached"))
    assert seen_in(pdf(xml)) == [xml, b"attached"]


@pytest.mark.parametrize("name", ["Attachment", "Description", "EmbeddedDocument", "Included", "ReferenceFile"])
def test_every_kind_of_embedded_file_is_scanned(name: str) -> None:
    xml = f"<Invoice xmlns='{UBL}'><a><{name}BinaryObject>QUJD</{name}BinaryObject></a></Invoice>"
    assert seen_in(xml.encode()) == [b"ABC"]


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("QUJD\n  RUZH\t", b"ABCEFG"),
        ("QU<!-- a comment -->JD", b"ABC"),
        ("QUJ", b"AB"),  # the padding is missing
        ("QUJDR", b"ABC"),  # one too many
        ("Q!U–J*D", b"ABC"),
        ("<more>QUJD</more>", b"ABC"),
    ],
)
def test_an_attachment_is_read_as_forgivingly_as_any_program_might(text: str, data: bytes) -> None:
    assert seen_in(ubl(text)) == [data]


@pytest.mark.parametrize("text", ["", " ", "=", "A", "äöü"])
def test_an_attachment_without_content_is_not_scanned(text: str) -> None:
    assert seen_in(ubl(text)) == []


@given(st.lists(st.binary(min_size=1), max_size=4))
def test_every_attachment_is_scanned_byte_for_byte(attachments: list[bytes]) -> None:
    assert seen_in(ubl(*map(encoded, attachments))) == attachments


def test_without_a_scanner_nothing_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("einvoice.scanning.scans.a2b_base64")
    scan_received(SAMPLE, NoScanner())
    scan_all(ubl(encoded(SAMPLE)), NoScanner())


def test_a_scanner_that_is_away_lets_nothing_pass(clamd: ClamDaemon, scanner: Scanner) -> None:
    clamd.stop()
    assert hit_in(scanner, ubl()).cause == "scanner"
