"""Messages for the tests, each as it should be; and our schema to hold them against."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from einvoice.model.assessment import Assessment, Verdict
from einvoice.model.document import Syntax
from einvoice.model.envelope import Envelope, Participant
from einvoice.model.examination import Examination
from einvoice.model.invoice import Group, Invoice, Term
from einvoice.model.terms import DOCUMENT
from einvoice.responses import Kind, Response, Sending
from einvoice.responses.message import Identifier, Issue, LineResponse, Party

XSD = Path(__file__).resolve().parents[3] / "xsd" / "application-response" / "ApplicationResponse.xsd"
SCHEME = "iso6523-actorid-upis"
ENVELOPE = Envelope(
    sender=Participant(value="9930:DE123456789", authority=SCHEME),
    receiver=Participant(value="0204:04011000-1234512345-06", authority=SCHEME),
    instance_id="7f1d3a52-1be1-4d54-9a3e-6f0a3c3f1f10",
    standard="urn:s",
    type_version="2.1",
    type="Invoice",
    created_at="2026-11-23T09:30:00Z",
    payload_sha256="0" * 64,
    payload_size=1,
    mls_to="0242:654321",
)
SENDING = Sending(
    id="0b7dd5e4-9a52-4b67-a0c4-111111111111", at=datetime(2026, 11, 23, 9, 30, tzinfo=UTC), spid="000123"
)


@cache
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(XSD)))


def valid(message: bytes) -> bool:
    """Whether our schema takes it."""
    return bool(schema().validate(etree.fromstring(message)))


def message(kind: Kind, **other: Any) -> Response:
    """An answer without anything to object to."""
    scheme = "0242" if kind is Kind.MLS else "9930"
    of_clerk = kind is Kind.INVOICE_RESPONSE
    made = Response(
        kind=kind,
        customization=kind.customization,
        profile=kind.profiles[0],
        id="1",
        issue_date="2026-11-23",
        issue_time="09:30:00Z",
        sender=Party(endpoint=Identifier("000123", scheme), name="Stadt" if of_clerk else None),
        receiver=Party(endpoint=Identifier("654321", scheme), name="Firma" if of_clerk else None),
        code="AP",
        document_id="R-1",
        document_type="380" if of_clerk else None,
    )
    return replace(made, **other)


def rejection(kind: Kind, reason: str = "BV") -> Response:
    """One with something to object to."""
    line = LineResponse("/ubl:Invoice/cbc:ID", (Issue(text="[BR-02] It has no number.", reason=reason),))
    return message(kind, code="RE", description="It breaks a rule.", lines=(line,))


def invoice(type_code: str = "380", buyer_reference: str | None = "9999") -> Invoice:
    """An invoice of `Firma` to `Stadt`, as far as an answer needs it."""
    terms = [Term("BT-1", "R-1"), Term("BT-2", "2026-11-20"), Term("BT-3", type_code)]
    if buyer_reference is not None:
        terms.append(Term("BT-10", buyer_reference))
    seller = (Term("BT-27", "Firma"), Term("BT-34", "DE123456789", (Term("BT-34-1", "9930"),)))
    buyer = (Term("BT-44", "Stadt"), Term("BT-49", "04011000-12345-03", (Term("BT-49-1", "0204"),)))
    return Invoice(Syntax.UBL_INVOICE, Group(DOCUMENT, tuple(terms), (Group("BG-4", seller), Group("BG-7", buyer))))


ACCEPTED = Assessment(verdict=Verdict.ACCEPTED, xsd_valid=True)


def examination(assessment: Assessment = ACCEPTED, of: Invoice | None = None) -> Examination:
    """That invoice, looked at."""
    return Examination(
        name="r.xml",
        sha256="0" * 64,
        size=1,
        examined_at=SENDING.at,
        document=None,
        invoice=of or invoice(),
        assessment=assessment,
    )
