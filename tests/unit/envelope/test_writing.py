"""Writing an envelope: the order of the standard, the payload unchanged."""

from datetime import datetime

import pytest
from lxml import etree

from einvoice.envelope import open_envelope, write_envelope
from tests.unit.envelope.envelopes import SBDH, UBL, envelope, header


def test_the_elements_stand_in_the_order_of_the_standard() -> None:
    head = etree.fromstring(envelope())[0]
    assert [etree.QName(one).localname for one in head] == [
        "HeaderVersion", "Sender", "Receiver", "DocumentIdentification", "BusinessScope",
    ]  # fmt: skip
    assert [etree.QName(one).localname for one in head[3]] == [
        "Standard", "TypeVersion", "InstanceIdentifier", "Type", "CreationDateAndTime",
    ]  # fmt: skip
    types = [one.findtext(f"{{{SBDH}}}Type") for one in head[4]]
    assert types == ["DOCUMENTID", "PROCESSID", "COUNTRY_C1"]


def test_the_payload_is_left_as_it_is_but_for_its_declaration() -> None:
    assert UBL.partition(b"?>")[2].strip() in envelope()


def test_values_are_escaped() -> None:
    assert open_envelope(envelope(instance_id="<&>")).envelope.instance_id == "<&>"


@pytest.mark.parametrize(
    ("payload", "other"),
    [
        (b"", {}),
        (b"<a>", {}),
        (b"<!DOCTYPE a><a/>", {}),
        ("<?xml version='1.0' encoding='UTF-16'?><a/>".encode("utf-16"), {}),
        (envelope(), {}),
        (b"<a/>", {"created_at": datetime(2026, 1, 1)}),
        (b"<a/>", {"document_type": "Invoice"}),
    ],
)
def test_what_cannot_be_wrapped_is_a_mistake_of_the_caller(payload: bytes, other: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        write_envelope(header(**other), payload)
