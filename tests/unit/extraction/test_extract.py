"""What comes in is taken for what it is by content; what can't be an invoice is refused with its code."""

import io

import pytest
from pypdf import PdfWriter

from einvoice.errors import Refusal
from einvoice.extraction import Limits, extract
from einvoice.model import Container, Syntax
from einvoice.xmlparse import XmlLimits

NS = "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
TEXT = f"<Invoice xmlns='{NS}'>Größe</Invoice>"
UBL = TEXT.encode()
DTD = '<?xml version="1.0"?><!DOCTYPE a [{}]>' + f"<Invoice xmlns='{NS}'>&x;</Invoice>"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))


def _code(data: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(Refusal) as caught:
        extract(data, limits or Limits())
    return caught.value.notice.code


def _pdf(*attachments: tuple[str, bytes], password: str | None = None) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    for name, data in attachments:
        writer.add_attachment(name, data)
    if password is not None:
        writer.encrypt(user_password=password, owner_password="owner", algorithm="AES-256")
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("root", "syntax"),
    [
        (f"<Invoice xmlns='{NS}'/>", Syntax.UBL_INVOICE),
        ("<a:CreditNote xmlns:a='urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2'/>", Syntax.UBL_CREDITNOTE),
        (
            "<x:CrossIndustryInvoice xmlns:x='urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100'/>",
            Syntax.CII,
        ),
        ("<CrossIndustryDocument xmlns='urn:ferd:CrossIndustryDocument:invoice:1p0'/>", Syntax.ZUGFERD_1),
        ("<Invoice xmlns='urn:un:unece:uncefact:data:standard:CBFBUY:5'/>", Syntax.ZUGFERD_1),  # release candidate
        ("<Invoice/>", Syntax.OTHER),
        ("<html xmlns='http://www.w3.org/1999/xhtml'/>", Syntax.OTHER),
    ],
)
def test_the_root_element_says_the_syntax(root: str, syntax: Syntax) -> None:
    assert extract(root.encode(), Limits()).syntax is syntax


@pytest.mark.parametrize(
    "data",
    [
        UBL,
        b"\xef\xbb\xbf" + UBL,
        b'<?xml version="1.0" encoding="UTF-8"?>' + UBL,
        f'<?xml version="1.0" encoding="UTF-16"?>{TEXT}'.encode("utf-16"),
        TEXT.encode("utf-16"),
        f'<?xml version="1.0" encoding="UTF-16"?>{TEXT}'.encode("utf-16-le"),
        f'<?xml version="1.0" encoding="ISO-8859-1"?>{TEXT}'.encode("iso-8859-1"),
        f'<?xml version="1.0" encoding="windows-1252"?>{TEXT}'.encode("windows-1252"),
    ],
    ids=["utf-8", "bom", "declared", "utf-16", "utf-16 undeclared", "utf-16-le", "latin-1", "windows-1252"],
)
def test_every_encoding_xml_allows_is_read_alike(data: bytes) -> None:
    document = extract(data, Limits())
    assert (document.root.text, document.container, document.xml) == ("Größe", Container.XML, data)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b" \r\n\t", "empty"),
        (b"Rechnung Nr. 5", "not-xml"),
        (b"{}", "not-xml"),
        (b"PK\x03\x04rest", "unknown-type"),
        (b"\x89PNG\r\n", "unknown-type"),
        (b"\x00\x01\x02", "unknown-type"),
        (UBL[:-5], "malformed"),
        (b'<?xml version="1.0"?>', "malformed"),
        (b"  " + b'<?xml version="1.0"?>' + UBL, "malformed"),
        (UBL + b"<more/>", "malformed"),
        (b'<?xml version="1.0" encoding="UTF-16"?>' + UBL, "encoding"),
        (b'<?xml version="1.0" encoding="klingon"?>' + UBL, "encoding"),
        (TEXT.encode("iso-8859-1"), "encoding"),
        (b'<?xml version="1.0"?><!DOCTYPE Invoice>' + UBL, "doctype"),
        (DTD.format('<!ENTITY x SYSTEM "file:///etc/passwd">').encode(), "doctype"),
        (DTD.format('<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;').encode(), "doctype"),
        (DTD.format(f'<!ENTITY l0 "ha">{LAUGHS}<!ENTITY x "&l11;">').encode(), "doctype"),
        (b"<a>" * 100_000 + b"</a>" * 100_000, "too-deep"),
        (b"<a>" * 101 + b"</a>" * 101, "too-deep"),
        (
            b"<s:StandardBusinessDocument xmlns:s='http://www.unece.org/cefact/namespaces/"
            b"StandardBusinessDocumentHeader'>" + UBL + b"</s:StandardBusinessDocument>",
            "sbdh-no-header",
        ),
    ],
)
def test_what_cannot_be_an_invoice_is_refused_with_its_code(data: bytes, code: str) -> None:
    assert _code(data) == code


def test_a_hundred_levels_are_allowed() -> None:
    assert extract(b"<a>" * 100 + b"</a>" * 100, Limits()).syntax is Syntax.OTHER


def test_the_byte_limit_is_named_in_the_refusal() -> None:
    with pytest.raises(Refusal) as caught:
        extract(UBL, Limits(xml=XmlLimits(size=20)))
    assert caught.value.notice.details == {"limit": "20", "size": str(len(UBL))}


def test_more_elements_than_allowed_are_refused() -> None:
    assert _code(b"<a>" + b"<b/>" * 50 + b"</a>", Limits(xml=XmlLimits(nodes=50))) == "too-many-nodes"
    assert _code(b"<a>" + b"<b/>" * 500 + b"</a>", Limits(xml=XmlLimits(nodes=50))) == "too-many-nodes"


def test_a_text_of_more_than_ten_megabytes_is_read() -> None:
    document = extract(b"<a>" + b"A" * 12_000_000 + b"</a>", Limits())
    assert len(document.root.text or "") == 12_000_000


@pytest.mark.parametrize("name", ["factur-x.xml", "xrechnung.xml", "zugferd-invoice.xml", "ZUGFeRD-invoice.xml"])
def test_the_invoice_is_taken_out_of_a_hybrid_pdf(name: str) -> None:
    document = extract(_pdf(("notes.txt", b"x"), (name, UBL)), Limits())
    assert (document.xml, document.container, document.attachment) == (UBL, Container.PDF, name)


def test_a_pdf_with_the_same_invoice_twice_is_one_invoice() -> None:
    assert extract(_pdf(("factur-x.xml", UBL), ("xrechnung.xml", UBL)), Limits()).xml == UBL


def test_two_different_invoices_in_a_pdf_are_refused_by_name() -> None:
    with pytest.raises(Refusal) as caught:
        extract(_pdf(("factur-x.xml", UBL), ("xrechnung.xml", UBL + b" ")), Limits())
    assert caught.value.notice.code == "pdf-several-invoices"
    assert caught.value.notice.details == {"names": "factur-x.xml, xrechnung.xml"}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (_pdf(), "pdf-no-xml"),
        (_pdf(("invoice.txt", b"Rechnung")), "pdf-no-xml"),
        (_pdf(("factur-x.xml", UBL), password=""), "pdf-encrypted"),
        (_pdf(("factur-x.xml", UBL), password="secret"), "pdf-encrypted"),
        (b"%PDF-1.7\n garbage", "pdf-broken"),
        (_pdf(("factur-x.xml", UBL))[:300], "pdf-broken"),
        (_pdf(("factur-x.xml", b"")), "empty"),
        (_pdf(("factur-x.xml", b"no xml")), "not-xml"),
    ],
)
def test_a_pdf_without_a_readable_invoice_is_refused_with_its_code(data: bytes, code: str) -> None:
    assert _code(data) == code


def test_a_document_keeps_everything_on_its_way_to_another_process() -> None:
    import pickle

    document = extract(UBL, Limits())
    arrived = pickle.loads(pickle.dumps(document))
    assert arrived == document
    assert arrived.root.text == document.root.text


def test_xml_11_with_a_raw_control_character_is_malformed() -> None:
    head = f"<?xml version='1.1'?>\n<Invoice xmlns='{NS}'>"
    assert _code(f"{head}\x80</Invoice>".encode()) == "malformed"
    for allowed in ("\x85", "&#x85;"):  # next line may stand as it is
        assert extract(f"{head}{allowed}</Invoice>".encode(), Limits()).syntax is Syntax.UBL_INVOICE
