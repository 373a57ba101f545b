"""The invoice XML of every real ZUGFeRD PDF comes out byte by byte as three independent libraries see it."""

import io
from pathlib import Path

import pikepdf
import pypdfium2
from pypdf import PdfReader

from einvoice.extraction.pdf import PdfLimits, embedded_invoice

_NAMES = {"factur-x.xml", "xrechnung.xml", "zugferd-invoice.xml"}
_COUNT = 50


def _invoices(files: list[tuple[str, bytes]]) -> set[bytes]:
    return {content for name, content in files if name.lower() in _NAMES}


def _by_pypdf(data: bytes) -> set[bytes]:
    reader = PdfReader(io.BytesIO(data))
    return _invoices([(one.alternative_name or one.name, one.content) for one in reader.attachment_list])


def _by_pikepdf(data: bytes) -> set[bytes]:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return _invoices([(one.filename, one.get_file().read_bytes()) for one in pdf.attachments.values()])


def _by_pypdfium2(data: bytes) -> set[bytes]:
    pdf = pypdfium2.PdfDocument(data)
    try:
        attachments = [pdf.get_attachment(at) for at in range(pdf.count_attachments())]
        return _invoices([(one.get_name(), bytes(one.get_data())) for one in attachments])
    finally:
        pdf.close()


def test_the_invoice_is_what_pypdf_pikepdf_and_pypdfium2_agree_on(corpus: Path) -> None:
    paths = sorted((corpus / "zugferd-pdf").rglob("*.pdf"))
    different = []
    for path in paths:
        data = path.read_bytes()
        ours = {embedded_invoice(data, PdfLimits()).xml}
        if not ours == _by_pypdf(data) == _by_pikepdf(data) == _by_pypdfium2(data):
            different.append(path.name)
    assert len(paths) == _COUNT
    assert different == []


def test_every_other_file_is_enclosed_and_every_page_has_text(corpus: Path) -> None:
    paths = sorted((corpus / "zugferd-pdf").rglob("*.pdf"))
    wrong = []
    for path in paths:
        data = path.read_bytes()
        found = embedded_invoice(data, PdfLimits(text_seconds=7.0))
        with pikepdf.open(io.BytesIO(data)) as pdf:
            sizes = sorted(len(one.get_file().read_bytes()) for one in pdf.attachments.values())
            pages = len(pdf.pages)
        ours = sorted([len(found.xml), *(one.size for one in found.enclosures)])
        if ours != sizes or found.facts.pages != pages or not found.facts.text:
            wrong.append(path.name)
    assert wrong == []
