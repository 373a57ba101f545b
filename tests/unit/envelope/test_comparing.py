"""Header against content: what they say differently is told."""

import pytest

from einvoice.envelope import differences, open_envelope
from einvoice.xmlparse import XmlLimits, parse
from tests.unit.envelope.envelopes import CII, UBL, envelope


def found(payload: bytes = UBL, **header: str) -> dict[str, dict[str, str]]:
    opened = open_envelope(envelope(payload, **header))
    root = parse(opened.standalone, XmlLimits())
    return {one.code: dict(one.details) for one in differences(opened.envelope, root)}


def test_a_letter_that_fits_its_envelope_differs_in_nothing_but_its_address() -> None:
    assert set(found()) <= {"receiver-endpoint"}


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({"document_type": "urn:x::Order##urn:y::2.1"}, "document-type"),
        (
            {"document_type": "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2::Invoice##urn:y::2.1"},
            "customization",
        ),
        ({"process": "urn:other"}, "process"),
        ({"receiver": "0204:05911000-00000-00"}, "receiver-reference"),
        ({"receiver": "0088:4012345000009"}, "receiver-endpoint"),
    ],
)
def test_each_difference_has_its_code(header: dict[str, str], code: str) -> None:
    assert code in found(**header)


def test_both_sides_of_a_difference_are_told() -> None:
    told = found(receiver="0204:05911000-00000-00")["receiver-reference"]
    assert told == {"stated": "05911000-00000-00", "found": "04011000-1234512345-06"}


def test_cii_is_compared_as_well() -> None:
    assert "document-type" in found(CII)
    assert "process" in found(CII, process="urn:other")
