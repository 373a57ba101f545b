"""Envelopes for the tests, as an access point hands them over."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from einvoice.envelope import Header, write_envelope

SAMPLES = Path(__file__).resolve().parents[3] / "inbox" / "samples"
UBL = next(SAMPLES.glob("01-*.xml")).read_bytes()
CII = next(SAMPLES.glob("03-*.xml")).read_bytes()
XRECHNUNG = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
UBL_INVOICE = f"urn:oasis:names:specification:ubl:schema:xsd:Invoice-2::Invoice##{XRECHNUNG}::2.1"
SBDH = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"
PEPPOL = "http://peppol.eu/xsd/ticc/envelope/1.0"
_HEADER: dict[str, Any] = {
    "sender": "9930:DE123456789",
    "receiver": "0204:04011000-1234512345-06",
    "instance_id": "7f1d3a52-1be1-4d54-9a3e-6f0a3c3f1f10",
    "document_type": UBL_INVOICE,
    "process": "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0",
    "created_at": datetime(2026, 11, 23, 9, 30, tzinfo=UTC),
}


def header(**other: Any) -> Header:
    """An ordinary header, with some things otherwise."""
    return Header(**{**_HEADER, **other})


def envelope(payload: bytes = UBL, **other: Any) -> bytes:
    """An ordinary envelope round a payload."""
    return write_envelope(header(**other), payload)


def around(inside: str, *, attributes: str = "", prolog: str = "") -> str:
    """The least of an envelope, written by hand."""
    head = "<s:StandardBusinessDocumentHeader/>"
    return (
        f'{prolog}<s:StandardBusinessDocument xmlns:s="{SBDH}"{attributes}>{head}{inside}</s:StandardBusinessDocument>'
    )
