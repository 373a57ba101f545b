"""Invoices that come in an envelope: taken out, and told what they came in."""

import base64
import hashlib

import pytest

from einvoice.errors import Refusal
from einvoice.extraction import Limits, extract
from einvoice.model import Container, Syntax
from einvoice.model.envelope import PayloadKind
from tests.unit.envelope.envelopes import PEPPOL, SAMPLES, UBL, around, envelope

PDF = next(SAMPLES.glob("06-*.pdf")).read_bytes()
ORDER = b'<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"/>'
WITHOUT = Limits(envelopes=False)


def packed(content: bytes) -> bytes:
    text = base64.b64encode(content).decode()
    return around(f'<c:BinaryContent xmlns:c="{PEPPOL}" mimeType="application/pdf">{text}</c:BinaryContent>').encode()


def code(data: bytes) -> str:
    with pytest.raises(Refusal) as caught:
        extract(data, Limits())
    return caught.value.notice.code


def test_the_invoice_is_taken_out_and_the_envelope_is_known() -> None:
    document = extract(envelope(), Limits())
    assert document.envelope is not None
    assert (document.syntax, document.container) == (Syntax.UBL_INVOICE, Container.XML)
    assert document.sha256 == document.envelope.payload_sha256
    assert document.xml == UBL.partition(b"?>")[2].strip()


def test_a_pdf_in_an_envelope_is_read_as_any_pdf() -> None:
    document, alone = extract(packed(PDF), Limits()), extract(PDF, Limits())
    assert document.envelope is not None
    assert (document.container, document.xml, document.attachment) == (Container.PDF, alone.xml, alone.attachment)
    assert document.envelope.payload_kind is PayloadKind.BINARY
    assert document.envelope.payload_sha256 == hashlib.sha256(PDF).hexdigest()


def test_an_invoice_that_came_in_none_has_none() -> None:
    assert extract(UBL, Limits()).envelope is None


def test_what_header_and_invoice_say_differently_is_told_and_refuses_nothing() -> None:
    document = extract(envelope(receiver="0204:05911000-00000-00"), Limits())
    assert document.envelope is not None
    assert "receiver-reference" in [one.code for one in document.envelope.differences]


@pytest.mark.parametrize("other", [ORDER, b"<Brief/>"])
def test_another_document_is_no_invoice(other: bytes) -> None:
    assert code(around(other.decode()).encode()) == "not-an-invoice"


def test_an_invoice_in_a_wrong_namespace_is_left_to_the_rules() -> None:
    document = extract(around('<Invoice xmlns="urn:other"/>').encode(), Limits())
    assert document.syntax is Syntax.OTHER


def test_where_none_is_opened_an_envelope_is_xml_like_any_other() -> None:
    document = extract(envelope(), WITHOUT)
    assert (document.syntax, document.envelope) == (Syntax.OTHER, None)
