"""Small files of every kind an invoice may enclose, and of those it should not; XML invoices that enclose them."""

import base64
import io
import zipfile
import zlib

from tests.support.web import invoice

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
EXE = b"MZ\x90\0" + b"\0" * 60 + b"PE\0\0"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n%%EOF\n"
XLSX = {"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>"}
ODS = {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}


def packed(members: dict[str, str]) -> bytes:
    """A ZIP file of these."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return target.getvalue()


def locked(data: bytes) -> bytes:
    """The same ZIP file, said to be encrypted: bit 0 of the flags in its directory."""
    at = data.index(b"PK\1\2") + 8
    return data[:at] + bytes([data[at] | 1]) + data[at + 1 :]


def pdf_with(content: bytes, *, hidden: bool = False) -> bytes:
    """A PDF with something in it, plainly or in an object stream."""
    if not hidden:
        return PDF + content
    return PDF + b"9 0 obj<</Type/ObjStm/Filter/FlateDecode>>stream\n" + zlib.compress(content) + b"\nendstream endobj"


def enclosing(*files: tuple[str, str, bytes | str], note: str = "", number: str = "R-1") -> bytes:
    """A UBL invoice that encloses files: name, MIME type, content; a text stands there as it is, broken or not."""
    references = "".join(
        f"<a:AdditionalDocumentReference><c:ID>Beleg {position}</c:ID><a:Attachment>"
        f'<c:EmbeddedDocumentBinaryObject mimeCode="{mime}" filename="{name}">'
        f"{content if isinstance(content, str) else base64.b64encode(content).decode()}"
        "</c:EmbeddedDocumentBinaryObject></a:Attachment></a:AdditionalDocumentReference>"
        for position, (name, mime, content) in enumerate(files, 1)
    )
    supplier = b"<a:AccountingSupplierParty>"
    return invoice(note, number=number).replace(supplier, references.encode() + supplier)
