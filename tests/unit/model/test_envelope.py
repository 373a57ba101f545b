"""The types of an envelope: a participant's two parts, and that what was stored before there were envelopes is read."""

import json
from dataclasses import replace

import pytest
from pydantic import TypeAdapter

from einvoice.envelope import open_envelope
from einvoice.model.document import Container, Syntax
from einvoice.model.envelope import Irregularity, Participant
from einvoice.model.examination import DocumentFacts
from tests.unit.envelope.envelopes import envelope

FACTS = TypeAdapter(DocumentFacts)


@pytest.fixture
def facts() -> DocumentFacts:
    return DocumentFacts(
        syntax=Syntax.UBL_INVOICE, customization=None, container=Container.XML, attachment=None, xml_sha256="a" * 64
    )


@pytest.mark.parametrize(
    ("value", "scheme", "identifier"),
    [
        ("0204:04011000-12345-34", "0204", "04011000-12345-34"),
        ("9930:DE:1", "9930", "DE:1"),
        ("04011000-12345-34", "", "04011000-12345-34"),
        ("", "", ""),
    ],
)
def test_a_participant_has_a_scheme_before_its_first_colon(value: str, scheme: str, identifier: str) -> None:
    participant = Participant(value=value, authority="iso6523-actorid-upis")
    assert (participant.scheme, participant.identifier) == (scheme, identifier)


def test_an_envelope_is_stored_and_read_again(facts: DocumentFacts) -> None:
    odd = Irregularity(code="process", details={"stated": "a", "found": "b"})
    enveloped = replace(facts, envelope=replace(open_envelope(envelope()).envelope, differences=(odd,)))
    assert FACTS.validate_json(FACTS.dump_json(enveloped)) == enveloped


def test_facts_stored_before_there_were_envelopes_are_read(facts: DocumentFacts) -> None:
    before = {name: value for name, value in json.loads(FACTS.dump_json(facts)).items() if name != "envelope"}
    assert FACTS.validate_python(before) == facts
