"""What a header says, and what is odd about it. Nothing of it refuses an envelope."""

import pytest

from einvoice.envelope import open_envelope
from einvoice.model.envelope import Envelope
from tests.unit.envelope.envelopes import UBL_INVOICE, around, envelope


def opened(*changes: tuple[str, str]) -> Envelope:
    text = envelope(mls_to="0242:123456-ABC").decode()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return open_envelope(text.encode()).envelope


def codes(*changes: tuple[str, str]) -> list[str]:
    return [one.code for one in opened(*changes).irregularities]


def test_an_ordinary_header_is_read_whole_and_nothing_is_odd() -> None:
    found = opened()
    assert (found.sender.value, found.sender.scheme, found.sender.identifier) == (
        "9930:DE123456789", "9930", "DE123456789",
    )  # fmt: skip
    assert (found.receiver.scheme, found.receiver.identifier) == ("0204", "04011000-1234512345-06")
    assert (found.document_type, found.document_scheme) == (UBL_INVOICE, "busdox-docid-qns")
    assert (found.process, found.process_scheme) == ("urn:fdc:peppol.eu:2017:poacc:billing:01:1.0", "cenbii-procid-ubl")
    assert (found.country, found.mls_to, found.mls_always) == ("DE", "0242:123456-ABC", False)
    assert found.irregularities == ()


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("<sh:HeaderVersion>1.0", "<sh:HeaderVersion>2.0", "invalid-header-version"),
        ('Authority="iso6523-actorid-upis">9930', 'Authority="other">9930', "invalid-sender-authority"),
        (">0204:04011000-1234512345-06<", ">04011000<", "invalid-receiver-value"),
        ("<sh:Type>Invoice<", "<sh:Type>CreditNote<", "invalid-type"),
        ("<sh:TypeVersion>2.1", "<sh:TypeVersion>2.2", "invalid-type-version"),
        ("<sh:Standard>urn:oasis", "<sh:Standard>urn:other", "invalid-standard"),
        ("7f1d3a52-1be1-4d54-9a3e-6f0a3c3f1f10", "", "invalid-instance-identifier"),
        ("2026-11-23T09:30:00+00:00", "2026-11-23T09:30:00", "creation-without-zone"),
        ("2026-11-23T09:30:00+00:00", "gestern", "invalid-creation-date-time"),
        ("<sh:Type>COUNTRY_C1<", "<sh:Type>COUNTRY_C9<", "missing-country-c1"),
        ("<sh:Type>PROCESSID<", "<sh:Type>PROCESS<", "missing-process-identifier"),
        ("<sh:Type>DOCUMENTID<", "<sh:Type>DOCUMENT<", "missing-document-type-identifier"),
        (">DE<", ">Deutschland<", "invalid-country-c1"),
        ("0242:123456-ABC", "0242:12", "invalid-mls-to"),
        ("<sh:Type>MLS_TO<", "<sh:Type>COUNTRY_C1<", "duplicate-scope"),
    ],
)
def test_what_is_odd_is_told_by_its_code(old: str, new: str, code: str) -> None:
    assert code in codes((old, new))


def test_an_mls_address_may_be_written_with_its_scheme_before_it() -> None:
    found = opened(("0242:123456-ABC", "iso6523-actorid-upis::0242:123456-ABC"))
    assert found.mls_to == "0242:123456-ABC"


def test_parts_of_the_standard_that_peppol_leaves_out_are_passed_over() -> None:
    more = "<sh:MultipleType>false</sh:MultipleType>"
    assert codes(("<sh:CreationDateAndTime>", f"{more}<sh:CreationDateAndTime>")) == []


def test_a_header_behind_its_payload_is_odd() -> None:
    text = around("<a/>").replace("<s:StandardBusinessDocumentHeader/><a/>", "<a/><s:StandardBusinessDocumentHeader/>")
    assert "header-not-first" in [one.code for one in open_envelope(text.encode()).envelope.irregularities]
