"""What an authority tells becomes a row, and the row a message: always the same one."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from einvoice.answering.telling import Wish, message_of
from einvoice.model.answer import Answer, AnswerKind
from einvoice.model.letter import Letter
from einvoice.responses import (
    ACTIONS,
    REASONS,
    Clarification,
    Condition,
    Contact,
    InvoiceStatus,
    Kind,
    ListedCode,
    Result,
    read_response,
    returned,
    write_response,
)
from einvoice.store import NotPossible
from tests.unit.responses.making import ENVELOPE, SENDING, examination, invoice, valid

LETTER = Letter(scope="peppol", envelope=ENVELOPE, folder="ap1")
WORDS = st.none() | st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=9)
WHY = st.builds(
    Clarification,
    code=st.builds(ListedCode, st.sampled_from(["REF", "OTH"]), st.sampled_from([REASONS, ACTIONS])),
    text=WORDS,
    conditions=st.lists(st.builds(Condition, st.just("BT-10"), WORDS), max_size=2).map(tuple),
)
WISHES = st.builds(
    Wish,
    status=st.sampled_from(InvoiceStatus),
    why=st.lists(WHY, max_size=3).map(tuple),
    note=WORDS,
    effective_date=st.none() | st.dates().map(str),
    contact=st.none() | st.builds(Contact, name=WORDS, telephone=WORDS, mail=WORDS),
)


def answer(wish: Wish, **other: Any) -> Answer:
    """The row of a wish."""
    made = Answer(
        id=SENDING.id,
        submission_id="01",
        kind=AnswerKind.INVOICE_RESPONSE,
        number=1,
        code=wish.status.value,
        details=wish.details,
        folder="ap1",
        issued_at=SENDING.at,
    )
    return replace(made, **other)


QUERY = Wish(
    status=InvoiceStatus.UNDER_QUERY,
    why=(Clarification(code=ListedCode("REF", REASONS), conditions=(Condition("BT-13", "4711"),)),),
    contact=Contact(name="Kasse"),
)


@given(WISHES)
def test_a_wish_comes_back_from_its_row_as_it_was(wish: Wish) -> None:
    assert Wish.told(answer(wish)) == wish


def test_the_row_has_what_is_said_and_no_more() -> None:
    assert QUERY.details == {
        "why": [
            {"code": {"value": "REF", "list_id": "OPStatusReason"}, "conditions": [{"term": "BT-13", "value": "4711"}]}
        ],
        "contact": {"name": "Kasse"},
    }


def test_the_message_follows_from_row_envelope_and_invoice_alone() -> None:
    written = write_response(message_of(answer(QUERY), LETTER, examination()))
    later = answer(QUERY, number=7, name="a.xml", written_at=SENDING.at + timedelta(days=1))
    assert write_response(message_of(later, LETTER, examination())) == written
    assert valid(written)
    assert read_response(written) == message_of(answer(QUERY), LETTER, examination())


def test_it_goes_from_the_receiver_of_the_envelope_to_its_sender() -> None:
    made = message_of(answer(QUERY), LETTER, examination())
    assert made.sender.endpoint.value == ENVELOPE.receiver.identifier
    assert made.receiver.endpoint.value == ENVELOPE.sender.identifier
    assert (made.id, made.issue_date, made.issue_time) == (SENDING.id, "2026-11-23", "09:30:00Z")


def test_without_an_envelope_the_addresses_are_those_of_the_invoice() -> None:
    made = message_of(answer(QUERY, folder=None), None, examination())
    assert (made.sender.endpoint.value, made.receiver.endpoint.value) == ("04011000-12345-03", "DE123456789")


@pytest.mark.parametrize("process", Kind.INVOICE_RESPONSE.profiles)
def test_it_belongs_to_the_process_the_invoice_came_in_where_that_has_responses(process: str) -> None:
    letter = replace(LETTER, envelope=replace(ENVELOPE, process=process))
    assert message_of(answer(QUERY), letter, examination()).profile == process


def test_else_it_belongs_to_the_process_of_responses() -> None:
    letter = replace(LETTER, envelope=replace(ENVELOPE, process="urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"))
    assert message_of(answer(QUERY), letter, examination()).profile == Kind.INVOICE_RESPONSE.profiles[0]


@pytest.mark.parametrize("type_code", ["875", "876", "877"])
def test_a_construction_invoice_is_named_truly_in_the_note(type_code: str) -> None:
    made = message_of(answer(replace(QUERY, note="Siehe Anlage.")), LETTER, examination(of=invoice(type_code)))
    assert (made.document_type, made.note) == ("380", f"BT-3: {type_code}. Siehe Anlage.")
    assert made.refers_to.type_code == type_code


def test_what_the_service_says_by_itself_becomes_the_same_message_by_its_row() -> None:
    said = returned(Result.UNROUTABLE, examination(), ENVELOPE, SENDING)
    assert said is not None
    wish = Wish(status=InvoiceStatus(said.code), why=said.clarifications)
    assert message_of(answer(wish), LETTER, examination()) == said


@pytest.mark.parametrize("kind", [AnswerKind.MLS, AnswerKind.MLR])
def test_an_answer_to_the_envelope_says_nothing_about_the_invoice(kind: AnswerKind) -> None:
    with pytest.raises(ValueError, match="says nothing about the invoice"):
        message_of(answer(QUERY, kind=kind), LETTER, examination())


def test_what_could_not_be_read_has_no_message() -> None:
    with pytest.raises(NotPossible, match="no-invoice"):
        message_of(answer(QUERY), LETTER, replace(examination(), invoice=None))
